package detectors_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/bench/gen"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// encounter is a transaction and the encoded state that it meets.
type encounter struct {
	state []byte
	event card.Event
}

// quietEncounters lets a generated bank live for so many days and gives the next transaction of each of its customers that raises
// no alert. The states lie in one slab in an order that has nothing to do with that of the encounters, as in a cache.
func quietEncounters(tb testing.TB, customers, days int) []encounter {
	cfg := gen.Defaults()
	cfg.Customers, cfg.Days, cfg.History, cfg.Seed = customers, days+7, 0, 7
	bank, err := gen.New(cfg)
	require.NoError(tb, err)
	m, out := monitor(tb), &detectors.Effects{}
	states := make(map[string]*detectors.State, customers)
	until := cfg.Start.UnixMilli + int64(days)*24*60*60*1000
	var met []encounter
	seen := make(map[string]bool, customers)
	for rec, ok := bank.Next(); ok && len(seen) < customers; rec, ok = bank.Next() {
		customer := rec.Body.Meta().Customer
		s := states[customer]
		if s == nil {
			s = &detectors.State{}
			states[customer] = s
		}
		ev := card.Event{Arrived: rec.Arrived, Body: rec.Body}
		for wake := m.NextWake(s); !wake.IsZero() && !rec.Arrived.Before(wake); wake = m.NextWake(s) {
			out.Reset()
			m.Step(s, card.Event{Arrived: wake, Body: &card.Tick{Head: card.Head{Customer: customer, At: wake}}}, out)
		}
		out.Reset()
		if _, is := rec.Body.(*card.Transaction); !is || rec.Arrived.UnixMilli < until || seen[customer] {
			m.Step(s, ev, out)
			continue
		}
		before := s.AppendBinary(nil)
		m.Step(s, ev, out)
		seen[customer] = true
		if out.Admission == detectors.Admitted && len(out.Alerts) == 0 {
			met = append(met, encounter{before, ev})
		}
	}
	return scatter(met)
}

// scatter moves the states into one slab, in another order than that of the encounters.
func scatter(met []encounter) []encounter {
	order := rand.New(rand.NewPCG(1, 2)).Perm(len(met))
	var slab []byte
	for _, i := range order {
		slab = append(slab, met[i].state...)
	}
	slab = slices.Clip(slab)
	at := 0
	for _, i := range order {
		n := len(met[i].state)
		met[i].state = slab[at : at+n]
		at += n
	}
	return met
}

// BenchmarkBank measures a quiet transaction as the engine meets it, over many different customers with 90 days of history:
// decode, judge, ask for the next wake, encode.
func BenchmarkBank(b *testing.B) {
	met := quietEncounters(b, 20_000, 90)
	m, s, out := monitor(b), &detectors.State{}, &detectors.Effects{}
	buf := make([]byte, 0, 16<<10)
	bytes := 0
	for i := range met {
		bytes += len(met[i].state)
	}
	b.ReportAllocs()
	b.ResetTimer()
	i := 0
	for b.Loop() {
		v := &met[i]
		if i++; i == len(met) {
			i = 0
		}
		if err := s.UnmarshalBinary(v.state); err != nil {
			b.Fatal(err)
		}
		out.Reset()
		m.Step(s, v.event, out)
		m.NextWake(s)
		buf = s.AppendBinary(buf[:0])
	}
	b.ReportMetric(float64(bytes)/float64(len(met)), "bytes/state")
}
