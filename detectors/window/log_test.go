package window_test

import (
	"cmp"
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

// since is everything the window gives from a time on.
func since(w *window.Window, from int64) []window.Past {
	var all []window.Past
	for h := w.Since(from); h.Next(); {
		all = append(all, h.Past)
	}
	return all
}

// pastOf is what a window should remember of a transaction.
func pastOf(r *card.Transaction) window.Past {
	u, _ := window.UseOf(r, onTime(r))
	return window.Past{At: u.At, Minor: u.Minor, Area: u.Spot.Area, Merchant: u.Merchant, MCC: u.MCC, Type: u.Type, Status: u.Status, Entry: u.Entry}
}

// lifelong draws a card's uses over months, with everything that an entry of the log can hold, in no order at all.
func lifelong(t *rapid.T) []*card.Transaction {
	var records []*card.Transaction
	at := time.Duration(0)
	for i := range rapid.IntRange(0, 150).Draw(t, "records") {
		at += rapid.SampledFrom([]time.Duration{0, time.Second, time.Minute, 90 * time.Minute, 11 * time.Hour, 3*24*time.Hour + 7*time.Millisecond}).Draw(t, "gap")
		p := purchase(fmt.Sprint("p", i), at)
		p.Amount.Minor = rapid.SampledFrom([]int64{0, 99, 12_345, 2_000_000, 1 << 40}).Draw(t, "minor")
		p.Type = rapid.SampledFrom([]card.Type{card.Purchase, card.Purchase, card.Cash, card.Refund}).Draw(t, "type")
		p.Status = rapid.SampledFrom([]card.Status{card.Approved, card.Declined}).Draw(t, "status")
		p.Entry = rapid.SampledFrom([]card.EntryMode{0, card.Chip, card.Ecommerce, card.CredentialOnFile}).Draw(t, "entry")
		p.MCC = rapid.SampledFrom([]card.MCC{0, 5411, 9999}).Draw(t, "mcc")
		p.Merchant = rapid.SampledFrom([]string{"", "m1", "m2"}).Draw(t, "merchant")
		p.At.OffsetMinutes = rapid.SampledFrom([]int16{480, 480, 540, -300}).Draw(t, "offset")
		p.Place = rapid.SampledFrom([]card.Place{{}, {City: "230100"}, {City: "440300"}, {City: "JPTYO"}, {HasPoint: true, Lat: 35.7, Lon: 139.7}}).Draw(t, "place")
		records = append(records, p)
	}
	return records
}

// Whatever order the records come in and however often the window is stored in between, it gives each use of the last 90 days once.
func TestTheLogRemembersAsTheNaiveModelDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := lifelong(t)
		swaps := rapid.IntRange(0, 10).Draw(t, "late records")
		order := slices.Clone(records)
		for range swaps {
			i := rapid.IntRange(0, len(order)).Draw(t, "from")
			j := rapid.IntRange(0, len(order)).Draw(t, "to")
			if i < len(order) && j < len(order) {
				r := order[i]
				order = slices.Insert(slices.Delete(order, i, i+1), j, r)
			}
		}
		w := &window.Window{}
		for _, r := range order {
			add(w, r)
			if rapid.IntRange(0, 20).Draw(t, "store") == 0 {
				back := &window.Window{}
				decode(t, back, w.AppendBinary(nil))
				w = back
			}
		}
		from := w.Newest() - window.LogSpan.Milliseconds()
		var want []window.Past
		for _, r := range records {
			if (r.Type == card.Purchase || r.Type == card.Cash) && r.At.UnixMilli > from {
				want = append(want, pastOf(r))
			}
		}
		got := since(w, from+1)
		require.True(t, slices.IsSortedFunc(got, func(a, b window.Past) int { return cmp.Compare(b.At.UnixMilli, a.At.UnixMilli) }), "the newest first")
		require.ElementsMatch(t, want, got)
		require.LessOrEqual(t, w.LogSince(), max(from+1, 0))
	})
}

func TestWhatWasReversedIsNotInTheLog(t *testing.T) {
	var w window.Window
	p := purchase("p", 0)
	add(&w, p)
	add(&w, reversalOf(p, "r", time.Minute))
	for i := range 20 {
		add(&w, purchase(fmt.Sprint("later", i), time.Duration(i+1)*25*time.Hour))
	}
	require.Len(t, since(&w, 0), 20)
	require.Zero(t, w.LogSince()-(w.Newest()-window.LogSpan.Milliseconds()))
}

// A card that is used every seven minutes has no room for 90 days: it keeps the newest uses, and says from when on.
func TestABusyCardSaysHowFarItsLogReaches(t *testing.T) {
	var w window.Window
	var all []window.Past
	for i := range 3_000 {
		p := purchase(fmt.Sprint("p", i), time.Duration(i)*7*time.Minute)
		p.Merchant = fmt.Sprint("m", i)
		add(&w, p)
		all = append(all, pastOf(p))
		got := since(&w, 0)
		slices.Reverse(got)
		require.Equal(t, all[len(all)-len(got):], got)
		complete := slices.DeleteFunc(slices.Clone(all), func(p window.Past) bool { return p.At.UnixMilli < w.LogSince() })
		require.GreaterOrEqual(t, len(got), len(complete))
	}
	require.Greater(t, len(since(&w, 0)), 250)
	require.Greater(t, w.LogSince(), base.UnixMilli)
}

func TestTheLogForgetsAfterNinetyDays(t *testing.T) {
	var w window.Window
	for i := range 400 {
		add(&w, purchase(fmt.Sprint("p", i), time.Duration(i)*24*time.Hour))
	}
	require.Len(t, since(&w, w.Newest()-window.LogSpan.Milliseconds()+1), 90)
	require.LessOrEqual(t, len(since(&w, 0)), 90+8+7, "what is single, and a week more at most")
	add(&w, purchase("back", 600*24*time.Hour))
	add(&w, purchase("again", 800*24*time.Hour))
	require.Len(t, since(&w, w.Newest()-window.LogSpan.Milliseconds()), 1)
}

func TestADamagedLogEndsEarly(t *testing.T) {
	w := typicalCard()
	encoded := w.AppendBinary(nil)
	for i := range encoded {
		damaged := slices.Clone(encoded)
		damaged[i] ^= 0xff
		r := pack.NewReader(damaged)
		var back window.Window
		if back.Read(r); r.Done() == nil {
			require.LessOrEqual(t, len(since(&back, 0)), len(encoded)/4)
		}
	}
}

func BenchmarkSinceOverATypicalCard(b *testing.B) {
	w := typicalCard()
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		h := w.Since(0)
		for h.Next() {
			n++
		}
	}
}
