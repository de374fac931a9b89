package gen

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// everything runs a bank to its end.
func everything(t require.TestingT, config Config) []Record {
	b, err := New(config)
	require.NoError(t, err)
	var all []Record
	for r, ok := b.Next(); ok; r, ok = b.Next() {
		all = append(all, r)
	}
	return all
}

func head(body card.Body) card.Head { return *body.Meta() }

// number is an event's running number, which follows true time: "c0000012t345" is 345.
func number(t require.TestingT, id string) int {
	n, err := strconv.Atoi(id[len("c0000000t"):])
	if err != nil {
		require.NoError(t, err, "event_id %q", id)
	}
	return n
}

// lives are the records of each customer in the order in which they truly happened, each once, without profiles and contact.
func lives(t require.TestingT, all []Record) map[string][]Record {
	seen, out := map[string]bool{}, map[string][]Record{}
	for _, r := range all {
		h := head(r.Body)
		if _, profile := r.Body.(*card.Customer); profile {
			continue
		}
		if n := number(t, h.ID); n > 0 && !seen[h.ID] {
			seen[h.ID] = true
			out[h.Customer] = append(out[h.Customer], r)
		}
	}
	for _, life := range out {
		slices.SortFunc(life, func(a, b Record) int { return number(t, head(a.Body).ID) - number(t, head(b.Body).ID) })
	}
	return out
}

// clockIsRight reports whether the terminal's clock was: slow ones are 8 h behind or more, fast ones ahead of the arrival.
func clockIsRight(r Record) bool {
	behind := r.Arrived.Sub(head(r.Body).At)
	return behind >= 0 && behind < 8*time.Hour
}

func transactionOf(r Record) *card.Transaction {
	t, _ := r.Body.(*card.Transaction)
	return t
}

func BenchmarkNext(b *testing.B) {
	config := Defaults()
	config.Customers, config.Days = 5000, 0
	bank, err := New(config)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := bank.Next(); !ok {
			b.Fatal("an endless bank ended")
		}
	}
}
