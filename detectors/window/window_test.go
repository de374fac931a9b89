package window_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/pack"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// base is noon in China on 1 March 2026.
var base = card.Moment{UnixMilli: 1772337600000, OffsetMinutes: 480}

func purchase(id string, after time.Duration) *card.Transaction {
	return &card.Transaction{
		Head: card.Head{ID: id, Customer: "c1", At: base.Add(after)}, Card: "card1", Account: "card1",
		Type: card.Purchase, Status: card.Approved, Amount: card.Money{Minor: 12_000, Currency: card.Currency{'C', 'N', 'Y'}},
		Entry: card.Chip, Place: card.Place{City: "230100"},
	}
}

func reversalOf(t *card.Transaction, id string, after time.Duration) *card.Transaction {
	r := *t
	r.ID, r.Original, r.Type = id, t.ID, card.Reversal
	r.At = t.At.Add(after)
	return &r
}

// onTime is a clock by which the transaction arrives as it happens.
func onTime(t *card.Transaction) window.Clock {
	return window.Clock{Arrived: t.At, Lateness: 5 * time.Minute, Ahead: 5 * time.Minute}
}

func add(w *window.Window, t *card.Transaction) window.Outcome {
	u, _ := window.UseOf(t, onTime(t))
	return w.Add(&u)
}

func TestRepeatedIDHasNoEffect(t *testing.T) {
	var w window.Window
	first := purchase("a", 0)
	require.Equal(t, window.Applied, add(&w, first))
	before := w.AppendBinary(nil)

	require.Equal(t, window.Duplicate, add(&w, first))
	other := *first
	other.Amount.Minor++
	require.Equal(t, window.Conflict, add(&w, &other))
	require.Equal(t, before, w.AppendBinary(nil))
}

func TestReversalTakesItsOriginalBack(t *testing.T) {
	for name, order := range map[string][]int{"after it": {0, 1}, "before it": {1, 0}, "twice": {0, 1, 2}} {
		t.Run(name, func(t *testing.T) {
			p := purchase("p", 0)
			records := []*card.Transaction{p, reversalOf(p, "r", time.Minute), reversalOf(p, "r2", time.Minute)}
			var w window.Window
			for _, i := range order {
				add(&w, records[i])
			}
			total, amounts := w.Total(), w.Amounts()
			uses, spend := w.Today()
			require.Zero(t, total.Uses)
			require.Zero(t, total.Spend)
			require.Zero(t, total.Hours[12])
			require.Zero(t, amounts.N)
			require.Zero(t, uses)
			require.Zero(t, spend)
			require.Zero(t, w.PresentUses())
		})
	}
}

func TestReversalWithoutOriginalIsUnmatched(t *testing.T) {
	var w window.Window
	p := purchase("p", 0)
	require.Equal(t, window.Unmatched, add(&w, reversalOf(p, "r", time.Minute)))
	require.Equal(t, window.Annulled, add(&w, p))
}

func TestRefundReducesSpendOnly(t *testing.T) {
	var w window.Window
	add(&w, purchase("p", 0))
	refund := purchase("f", time.Hour)
	refund.Type, refund.Amount.Minor = card.Refund, 2_000
	add(&w, refund)
	total := w.Total()
	require.Equal(t, int64(10_000), total.Spend)
	require.Equal(t, uint32(1), total.Uses)
}

func TestDeclinedIsAUseAndNoSpend(t *testing.T) {
	var w window.Window
	p := purchase("p", 0)
	p.Status = card.Declined
	add(&w, p)
	total, amounts := w.Total(), w.Amounts()
	require.Equal(t, uint32(1), total.Uses)
	require.Equal(t, uint32(1), total.Declined)
	require.Zero(t, total.Spend)
	require.Zero(t, amounts.N)
	require.Empty(t, w.Places())
}

func TestOnlyTheCardsPresenceMakesAPlaceKnown(t *testing.T) {
	for entry, known := range map[card.EntryMode]int{card.Chip: 1, card.Contactless: 1, card.Magstripe: 1, card.Ecommerce: 0, card.QR: 0, card.CredentialOnFile: 0} {
		var w window.Window
		p := purchase("p", 0)
		p.Entry = entry
		add(&w, p)
		require.Len(t, w.Places(), known, entry.String())
	}
}

func TestWrongClocks(t *testing.T) {
	p := purchase("p", 0)
	early := window.Clock{Arrived: p.At.Add(-10 * time.Hour), Lateness: 5 * time.Minute, Ahead: 5 * time.Minute}
	u, skewed := window.UseOf(p, early)
	require.True(t, skewed)
	require.Equal(t, early.Arrived, u.At)

	late := early
	late.Arrived = p.At.Add(5*time.Minute + time.Millisecond)
	u, skewed = window.UseOf(p, late)
	require.False(t, skewed)
	require.True(t, u.Late)
	require.Equal(t, p.At, u.At)
}

func TestAmountsAreReadBackWithinAnEighth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64Range(1, 1<<50).Draw(t, "minor")
		var w window.Window
		p := purchase("p", 0)
		p.Amount.Minor = minor
		add(&w, p)
		amounts := w.Amounts()
		require.InEpsilon(t, minor, amounts.Quantile(0.5), 0.126)
	})
}

func TestHistoryEndsAfterThreePeriods(t *testing.T) {
	var w window.Window
	add(&w, purchase("old", 0))
	add(&w, purchase("new", 59*24*time.Hour))
	require.Equal(t, uint32(2), w.Total().Uses, "59 days later the first is still there")
	add(&w, purchase("newer", 91*24*time.Hour))
	require.Equal(t, uint32(2), w.Total().Uses, "91 days later it is gone")
	add(&w, purchase("newest", 400*24*time.Hour))
	require.Equal(t, uint32(1), w.Total().Uses)
	require.Len(t, w.Places(), 1)
	require.Equal(t, 1, w.Places()[0].Uses())
}

func TestMostUsedPlaceIsNeverForgotten(t *testing.T) {
	var w window.Window
	for i := range 20 {
		add(&w, purchase(fmt.Sprint("home", i), time.Duration(i)*time.Minute))
	}
	for i := range 100 {
		p := purchase(fmt.Sprint("far", i), time.Duration(i)*time.Hour)
		p.Place = card.Place{HasPoint: true, Lat: float64(10 + i%60), Lon: 80}
		add(&w, p)
	}
	require.Len(t, w.Places(), 12)
	home := w.PlaceOf(window.AreaOfCity("230100"))
	require.NotNil(t, home)
	require.Equal(t, 20, home.Uses())
}

func TestSizeIsBoundedWhateverTheCardDoes(t *testing.T) {
	var w window.Window
	largest := 0
	for i := range 20_000 {
		p := purchase(fmt.Sprint("p", i), time.Duration(i)*7*time.Minute+time.Duration(i%9)*time.Hour)
		p.Amount.Minor = int64(1) << (i % 60)
		p.Merchant = fmt.Sprint("m", i)
		p.Place = card.Place{HasPoint: true, Lat: float64(i%120 - 60), Lon: float64(i % 170)}
		add(&w, p)
		largest = max(largest, len(w.AppendBinary(nil)))
	}
	require.Less(t, largest, 9_000)
	require.LessOrEqual(t, len(w.Recent()), 64)
	require.True(t, w.Approximate())
}

func TestCountsOfABusyDayStayRight(t *testing.T) {
	var w window.Window
	for i := range 200 {
		add(&w, purchase(fmt.Sprint("p", i), time.Duration(i)*time.Minute))
	}
	uses, spend := w.Today()
	require.Equal(t, 200, uses)
	require.Equal(t, int64(200*12_000), spend)
	require.True(t, w.Approximate())
}

// About 500 bytes of it are what every detector goes by; the rest is the log, at 12 bytes a use.
func TestTypicalCardFitsIn3KiB(t *testing.T) {
	w := typicalCard()
	size := len(w.AppendBinary(nil))
	t.Logf("typical card: %d bytes", size)
	require.LessOrEqual(t, size, 3<<10)
}

// typicalCard is used 2.2 times a day for 90 days in two cities, as the development sets' cards are on average.
func typicalCard() *window.Window {
	var w window.Window
	cities := []string{"230100", "230100", "230100", "230100", "230600", "230100", "110100"}
	for i := range 200 {
		p := purchase(fmt.Sprint("p", i), time.Duration(i)*39_272*time.Second+time.Duration(i*i%300)*time.Minute)
		p.Amount.Minor = 500 + int64(i*i*37%40_000)
		p.Merchant, p.MCC = fmt.Sprint("m", i%30), 5411
		p.Place.City = cities[i%len(cities)]
		if i%3 == 0 {
			p.Entry = card.Ecommerce
		}
		add(&w, p)
	}
	return &w
}

func TestCodecKeepsEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var w, back window.Window
		for _, r := range drawRecords(t) {
			add(&w, r)
		}
		encoded := w.AppendBinary(nil)
		decode(t, &back, encoded)
		require.Equal(t, encoded, back.AppendBinary(nil))
		require.True(t, slices.Equal(w.Recent(), back.Recent()))
		require.ElementsMatch(t, w.Places(), back.Places())
		require.Equal(t, w.Total(), back.Total())
		require.Equal(t, w.Amounts(), back.Amounts())
	})
}

func decode(t require.TestingT, w *window.Window, encoded []byte) {
	r := pack.NewReader(encoded)
	w.Read(r)
	require.NoError(t, r.Done())
}

func TestUnknownVersionIsAnError(t *testing.T) {
	r := pack.NewReader([]byte{99, 0, 0, 0, 0})
	var w window.Window
	w.Read(r)
	require.ErrorContains(t, r.Err(), "version 99")
}

func FuzzRead(f *testing.F) {
	f.Add(typicalCard().AppendBinary(nil))
	f.Add([]byte{2})
	f.Add([]byte{3})
	f.Fuzz(func(t *testing.T, data []byte) {
		var w window.Window
		r := pack.NewReader(data)
		w.Read(r)
		if r.Done() != nil {
			return
		}
		add(&w, purchase("next", 0))
		w.Today()
		for h := w.Since(0); h.Next(); {
		}
		w.LogSince()
		amounts := w.Amounts()
		amounts.Quantile(0.95)
		decode(t, new(window.Window), w.AppendBinary(nil))
	})
}

func BenchmarkAddToATypicalCard(b *testing.B) {
	w, encoded := &window.Window{}, typicalCard().AppendBinary(nil)
	u, _ := window.UseOf(purchase("next", 92*24*time.Hour), onTime(purchase("next", 92*24*time.Hour)))
	b.ReportAllocs()
	for b.Loop() {
		w.Read(pack.NewReader(encoded))
		w.Add(&u)
		encoded = w.AppendBinary(encoded[:0])
	}
}
