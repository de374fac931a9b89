package detectors_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// States in stores and changelogs have the form of testdata/state_v4.bin, or of a version before; all are what goldenCustomer gave
// when they were made. When the newest is no longer written as it was read, the version must rise, the form before stay
// readable and a new file join these.
func TestGoldenStatesReadBack(t *testing.T) {
	m := monitor(t)
	for version := 2; version <= newestGolden; version++ {
		t.Run(fmt.Sprint("version ", version), func(t *testing.T) {
			s := &detectors.State{}
			require.NoError(t, s.UnmarshalBinary(golden(t, version)))
			encoded := s.AppendBinary(nil)
			if version == newestGolden {
				require.Equal(t, golden(t, version), encoded)
			}
			requireGoldenCards(t, version, s)
			requireGoldenAccount(t, m, s)
			encoded = s.AppendBinary(nil)
			if version == newestGolden {
				require.Equal(t, golden(t, version), encoded, "opening the accounts changes nothing")
			}
			require.NoError(t, s.UnmarshalBinary(encoded))
			require.Equal(t, encoded, s.AppendBinary(nil))

			out := feed(m, s, &card.Payment{Head: card.Head{ID: "pay0", Customer: "c1", At: noon.Add(75 * 24 * time.Hour)}})
			require.Equal(t, detectors.Duplicate, out.Admission, "ids of the last day are known")
		})
	}
}

// newestGolden is the version that is written.
const newestGolden = 4

var cny = card.Currency{'C', 'N', 'Y'}

func golden(tb testing.TB, version int) []byte {
	state, err := os.ReadFile(fmt.Sprintf("testdata/state_v%d.bin", version))
	require.NoError(tb, err)
	return state
}

// goldenCustomer has something of everything that a state can hold.
func goldenCustomer(m *detectors.Monitor) *detectors.State {
	s := &detectors.State{}
	day := func(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
	at := func(id string, after time.Duration) card.Head {
		return card.Head{ID: id, Customer: "c1", At: noon.Add(after)}
	}
	feed(m, s, &card.Customer{Head: at("c", 0), Home: card.Place{City: "230100"}, Timezone: "Asia/Shanghai", Currency: cny,
		MonthlyIncomeMinor: 900_000, SalaryMinor: 880_000, SalaryAt: noon, Language: card.Chinese, Segment: "gold"})
	for i := range 3 {
		feed(m, s, &card.Statement{Head: at(fmt.Sprint("bill", i), day(30*i)), Account: "a1", DueAt: noon.Add(day(30*i + 20)), Currency: cny,
			BalanceMinor: int64(300_000 + i), MinDueMinor: 30_000, CreditLimitMinor: 2_000_000, Autopay: i > 0})
		for j := range 8 {
			t := use(fmt.Sprint("t", i, j), "card1", day(30*i+2*j)+time.Duration(j)*100*time.Minute)
			t.Amount.Minor, t.Merchant, t.MCC = int64(900+i*j*3_700), fmt.Sprint("m", j), 5411
			t.Type, t.Status = []card.Type{card.Purchase, card.Cash, card.Refund}[j%3], []card.Status{card.Approved, card.Declined}[j/7]
			t.Entry = []card.EntryMode{card.Chip, 0, card.Ecommerce, card.Contactless}[j%4]
			if j%4 == 3 {
				t.Place = card.Place{City: "230100", HasPoint: true, Lat: 45.71, Lon: 126.59}
			}
			feed(m, s, t)
		}
	}
	feed(m, s, &card.Payment{Head: at("pay0", day(75)), Account: "a1", Amount: card.Money{Minor: 310_000, Currency: cny}, Status: card.Settled,
		Method: card.ManualPayment})
	feed(m, s, &card.Payment{Head: at("pay1", day(75)), Account: "a1", Amount: card.Money{Minor: 5, Currency: cny}, Status: card.Failed,
		Method: card.Autopay})
	for i := range 70 {
		feed(m, s, use(fmt.Sprint("busy", i), "card2", day(75)+time.Duration(i)*10*time.Minute))
	}
	feed(m, s, use("stale", "card2", day(73)))
	abroad := use("abroad", "card1", day(75)+time.Minute)
	abroad.At.OffsetMinutes, abroad.Place = 540, card.Place{HasPoint: true, Lat: 35.68, Lon: 139.69}
	feed(m, s, abroad)
	taken := use("back", "card1", day(75)+2*time.Minute)
	taken.Type, taken.Original = card.Reversal, "abroad"
	feed(m, s, taken)
	feed(m, s, &card.Feedback{Head: at("f0", day(75)), Card: "card1", Verdict: card.Genuine, ExemptScope: "city:440300", ExemptUntil: noon.Add(day(80))})
	feed(m, s, &card.Feedback{Head: at("f1", day(75)), Card: "card1", Verdict: card.Fraud})
	for i := range 3 {
		c := charge(fmt.Sprint("night", i), i)
		c.At.UnixMilli += day(75).Milliseconds()
		feed(m, s, c)
	}
	return s
}

func requireGoldenCards(t *testing.T, version int, s *detectors.State) {
	require.Equal(t, "230100", s.Profile.Home.Area.City())
	require.Equal(t, int64(900_000), s.Profile.MonthlyIncomeMinor)
	require.Equal(t, cny, s.Profile.Currency)
	require.Equal(t, map[int]string{2: "", 3: "gold", 4: "gold"}[version], s.Profile.Segment)
	require.Equal(t, map[int]int64{4: 880_000}[version], s.Profile.SalaryMinor)
	require.Equal(t, map[int]card.Moment{4: noon}[version], s.Profile.SalaryAt)
	require.Len(t, s.Cards, 2)
	used, busy := &s.Cards[0], &s.Cards[1]
	require.Equal(t, "card1", string(used.ID))
	require.Equal(t, noon.Add(165*24*time.Hour).UnixMilli, used.TightUntil)
	require.Len(t, used.Exemptions, 1)
	require.Equal(t, noon.Add(80*24*time.Hour).UnixMilli, used.Exemptions[0].Until)
	recent := used.Window.Recent()
	if version > 2 {
		require.Equal(t, noon.Add(75*24*time.Hour+time.Minute).UnixMilli, used.Witness.At.UnixMilli, "the use abroad may still be spoken about")
	}
	newest, back, abroad := recent[len(recent)-1], recent[len(recent)-4], recent[len(recent)-5]
	require.Equal(t, window.Hash("night2"), newest.ID)
	require.Equal(t, card.Ecommerce, newest.Entry)
	require.Equal(t, card.Reversal, back.Type)
	require.True(t, abroad.Reversed)
	require.Equal(t, int16(540), abroad.At.OffsetMinutes)
	require.InDelta(t, 35.68, abroad.Spot.Point().Lat, 0.001)
	require.InDelta(t, 45.71, recent[len(recent)-6].Spot.Point().Lat, 0.001)
	total, amounts := used.Window.Total(), used.Window.Amounts()
	require.Equal(t, window.Period{Uses: 18, Declined: 3, Remote: 6, Cash: 8, Spend: 84_300, Hours: total.Hours}, total)
	require.Equal(t, uint32(3), total.Hours[2])
	require.Equal(t, 15, amounts.N)
	require.Len(t, used.Window.Places(), 2)
	require.Equal(t, map[int]int{2: 5, 3: 21, 4: 21}[version], pastUses(&used.Window), "version 2 kept no log of the uses that are no longer single")
	require.Equal(t, map[int]int{2: 64, 3: 71, 4: 71}[version], pastUses(&busy.Window))

	uses, spend := busy.Window.Today()
	require.True(t, busy.Window.Approximate())
	require.Equal(t, 70, uses)
	require.Equal(t, int64(70*12_000), spend)
	stale, _ := window.UseOf(use("stale", "card2", 73*24*time.Hour), window.Clock{})
	require.Equal(t, window.Duplicate, busy.Window.Check(&stale))
}

func pastUses(w *window.Window) (n int) {
	for h := w.Since(0); h.Next(); {
		n++
	}
	return n
}

func requireGoldenAccount(t *testing.T, m *detectors.Monitor, s *detectors.State) {
	s.OpenAccounts()
	require.Len(t, s.Accounts, 1)
	a := &s.Accounts[0]
	require.Equal(t, "a1", a.ID)
	require.Equal(t, cny, a.Currency)
	require.Len(t, a.Bills, 3)
	require.Equal(t, noon.Add(60*24*time.Hour), a.Bills[2].At)
	require.Equal(t, noon.Add(80*24*time.Hour), a.Bills[2].DueAt)
	require.Equal(t, int64(300_002), a.Bills[2].BalanceMinor)
	require.Equal(t, int64(2_000_000), a.Bills[2].LimitMinor)
	require.True(t, a.Bills[2].Autopay)
	require.Len(t, a.Payments, 2)
	require.Equal(t, int64(310_000), a.Payments[0].AmountMinor)
	require.True(t, a.Payments[1].Failed)
	require.Equal(t, int64(28_600), a.Bills[1].Since.SpendMinor)

	require.Len(t, s.Incidents, 1)
	require.Equal(t, detectors.Name("late_night_high_frequency"), s.Incidents[0].Alert.Detector)
	require.Equal(t, []string{"night1", "night2"}, s.Incidents[0].Alert.EventIDs)
	require.Equal(t, "2026-05-16T18:02:00.000Z", m.NextWake(s).String())
}
