package window_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// drawRecords draws a card's records within a few days: purchases, cash, refunds, declines, and reversals of some of them,
// in the order of their times. They stay within what a window keeps singly, so that it must be exact.
func drawRecords(t *rapid.T) []*card.Transaction {
	cities := []string{"230100", "440300", "110100", ""}
	n := rapid.IntRange(0, 30).Draw(t, "records")
	var records []*card.Transaction
	at := time.Duration(0)
	for i := range n {
		at += time.Duration(rapid.IntRange(0, 90).Draw(t, "gap")) * time.Minute
		p := purchase(fmt.Sprint("p", i), at)
		p.Amount.Minor = rapid.Int64Range(0, 1_000_000).Draw(t, "minor")
		p.Type = rapid.SampledFrom([]card.Type{card.Purchase, card.Purchase, card.Cash, card.Refund}).Draw(t, "type")
		p.Status = rapid.SampledFrom([]card.Status{card.Approved, card.Approved, card.Declined}).Draw(t, "status")
		p.Entry = rapid.SampledFrom([]card.EntryMode{0, card.Chip, card.Contactless, card.Ecommerce}).Draw(t, "entry")
		p.Place.City = rapid.SampledFrom(cities).Draw(t, "city")
		records = append(records, p)
		if rapid.IntRange(0, 4).Draw(t, "reverse") == 0 {
			r := reversalOf(p, fmt.Sprint("r", i), time.Duration(rapid.IntRange(0, 4).Draw(t, "after"))*time.Minute)
			r.Status = card.Approved
			records = append(records, r)
		}
	}
	return records
}

// deliver arranges the records as a slow network would: each up to five minutes late, and some twice.
func deliver(t *rapid.T, records []*card.Transaction) []*card.Transaction {
	type delivery struct {
		record  *card.Transaction
		arrives int64
	}
	var all []delivery
	for _, r := range records {
		for range rapid.IntRange(1, 2).Draw(t, "copies") {
			delay := rapid.Int64Range(0, 300_000).Draw(t, "delay")
			all = append(all, delivery{r, r.At.UnixMilli + delay})
		}
	}
	slices.SortStableFunc(all, func(a, b delivery) int { return int(a.arrives - b.arrives) })
	var order []*card.Transaction
	for _, d := range all {
		order = append(order, d.record)
	}
	return order
}

func TestArrivalOrderAndCopiesDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := drawRecords(t)
		var straight, shuffled window.Window
		for _, r := range records {
			add(&straight, r)
		}
		for _, r := range deliver(t, records) {
			add(&shuffled, r)
		}
		require.Equal(t, straight.Recent(), shuffled.Recent())
		require.ElementsMatch(t, straight.Places(), shuffled.Places())
		require.Equal(t, straight.Total(), shuffled.Total())
		require.Equal(t, straight.Amounts(), shuffled.Amounts())
	})
}

// model keeps every record and counts anew.
type model struct {
	uses, declined, remote, cash uint32
	spend                        int64
	hours                        [24]uint32
	amounts                      int
	present                      map[string]int
}

func count(records []*card.Transaction) model {
	reversed := map[string]bool{}
	for _, r := range records {
		if r.Type == card.Reversal {
			reversed[r.Original] = true
		}
	}
	m := model{present: map[string]int{}}
	for _, r := range records {
		approved := r.Status == card.Approved
		if reversed[r.ID] || r.Type == card.Reversal {
			continue
		}
		if r.Type == card.Refund {
			if approved {
				m.spend -= r.Amount.Minor
			}
			continue
		}
		m.uses++
		m.hours[r.At.Time().Hour()]++
		atTerminal := r.Entry == card.Chip || r.Entry == card.Contactless || r.Type == card.Cash && r.Entry == 0
		if !atTerminal {
			m.remote++
		}
		if r.Type == card.Cash {
			m.cash++
		}
		if !approved {
			m.declined++
			continue
		}
		m.spend += r.Amount.Minor
		m.amounts++
		if atTerminal && r.Place.City != "" {
			m.present[r.Place.City]++
		}
	}
	return m
}

func TestWindowCountsAsTheNaiveModelDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := drawRecords(t)
		var w window.Window
		for _, r := range deliver(t, records) {
			add(&w, r)
		}
		want, total, amounts := count(records), w.Total(), w.Amounts()
		require.Equal(t, want.uses, total.Uses)
		require.Equal(t, want.declined, total.Declined)
		require.Equal(t, want.remote, total.Remote)
		require.Equal(t, want.cash, total.Cash)
		require.Equal(t, want.spend, total.Spend)
		require.Equal(t, want.hours, total.Hours)
		require.Equal(t, want.amounts, amounts.N)
		for _, city := range []string{"230100", "440300", "110100"} {
			uses := 0
			if p := w.PlaceOf(window.AreaOfCity(city)); p != nil {
				uses = p.Uses()
			}
			require.Equal(t, want.present[city], uses, city)
		}
	})
}
