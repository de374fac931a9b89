package gen_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/bench/gen"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/wire"
)

const trafficEnd = 1_767_196_800_000 // 2026-01-01 in China

func newTraffic(t testing.TB, cards int, zipf bool) *gen.Traffic {
	traffic, err := gen.NewTraffic(gen.TrafficConfig{Seed: 7, Cards: cards, Zipf: zipf})
	require.NoError(t, err)
	return traffic
}

// Every record is one that the product's own writer could have written.
func TestTrafficKeepsTheContract(t *testing.T) {
	traffic, table := newTraffic(t, 300, false), gen.NewTimetable(20_000, 90, trafficEnd)
	var d wire.Decoder
	check := func(topic string, customer int, at int64, value []byte, write func(card.Body) []byte) card.Body {
		key := gen.AppendToken(nil, customer)
		body, meta, err := d.Decode(wire.Record{Topic: topic, Key: key, Value: value, Arrived: card.Moment{UnixMilli: at}})
		require.NoError(t, err, string(value))
		require.Zero(t, meta)
		require.Equal(t, string(write(body)), string(value))
		return body
	}
	for c := range 300 {
		at := table.At(0)
		check(wire.CustomerTopic, c, at, traffic.Profile(nil, c, at), func(b card.Body) []byte {
			return wire.AppendCustomer(nil, b.(*card.Customer))
		})
	}
	ids, types := map[string]bool{}, map[card.Type]int{}
	for i := range 20_000 {
		value, line := traffic.Next(nil, table.At(i))
		body := check(wire.TransactionTopic, line.Customer, line.At, value, func(b card.Body) []byte {
			return wire.AppendTransaction(nil, b.(*card.Transaction))
		})
		ids[body.Meta().ID] = true
		types[body.(*card.Transaction).Type]++
	}
	require.Len(t, ids, 20_000)
	require.Greater(t, types[card.Purchase], 19_000)
	require.Greater(t, types[card.Reversal], 40)
	require.Positive(t, types[card.Cash])
}

func TestTrafficIsTheSameForTheSameSeed(t *testing.T) {
	a, b := newTraffic(t, 50, true), newTraffic(t, 50, true)
	for i := range int64(2_000) {
		x, _ := a.Next(nil, trafficEnd+i)
		y, _ := b.Next(nil, trafficEnd+i)
		require.Equal(t, string(x), string(y))
	}
}

func TestTrafficIsMostlyQuietAndPlantsAreNot(t *testing.T) {
	const cards, uses = 500, 40_000
	traffic, table := newTraffic(t, cards, false), gen.NewTimetable(uses, 60, trafficEnd)
	core, err := detectors.NewMonitor(detectors.Defaults())
	require.NoError(t, err)
	states := make([]detectors.State, cards)
	var d wire.Decoder
	apply := func(topic string, customer int, at int64, value []byte) int {
		key, arrived := gen.AppendToken(nil, customer), card.Moment{UnixMilli: at, OffsetMinutes: 480}
		body, _, err := d.Decode(wire.Record{Topic: topic, Key: key, Value: value, Arrived: arrived})
		require.NoError(t, err)
		var out detectors.Effects
		core.Step(&states[customer], card.Event{Arrived: arrived, Body: body}, &out)
		return len(out.Alerts)
	}
	for c := range cards {
		apply(wire.CustomerTopic, c, table.At(0), traffic.Profile(nil, c, table.At(0)))
	}
	alerts := 0
	for i := range uses {
		value, line := traffic.Next(nil, table.At(i))
		alerts += apply(wire.TransactionTopic, line.Customer, line.At, value)
	}
	t.Logf("%d of %d records alerted: %.2f %%", alerts, uses, 100*float64(alerts)/uses)
	require.Greater(t, alerts, uses/1000)
	require.Less(t, alerts, uses*4/1000)

	for c := range cards {
		at := table.End() + 48*60*60*1000
		require.Positive(t, apply(wire.TransactionTopic, c, at, traffic.Plant(nil, c, at, "plant-1")), "card %d", c)
	}
}

func TestASeriesIsAnotherTraffic(t *testing.T) {
	other, err := gen.NewTraffic(gen.TrafficConfig{Seed: 7, Cards: 1000, Series: "b"})
	require.NoError(t, err)
	_, a := newTraffic(t, 1000, false).Next(nil, trafficEnd)
	value, b := other.Next(nil, trafficEnd)
	require.NotEqual(t, a.Customer, b.Customer)
	require.Contains(t, string(value), `"event_id":"bt1"`)
}

func TestZipfUsesFewCardsMost(t *testing.T) {
	traffic := newTraffic(t, 10_000, true)
	seen, top := map[int]int{}, 0
	for i := range int64(50_000) {
		_, line := traffic.Next(nil, trafficEnd+i)
		seen[line.Customer]++
		if line.Customer < 100 {
			top++
		}
	}
	require.Greater(t, top, 8_000)
	require.Greater(t, len(seen), 1_000)
}

func TestATimetableFillsItsDaysAndNeverGoesBack(t *testing.T) {
	const uses = 10_000
	table := gen.NewTimetable(uses, 7, trafficEnd)
	night, last := 0, int64(0)
	for i := range uses {
		at := table.At(i)
		require.GreaterOrEqual(t, at, last)
		if last = at; (at+8*3_600_000)%86_400_000 < 6*3_600_000 {
			night++
		}
	}
	require.Less(t, last, table.End())
	require.LessOrEqual(t, table.End(), int64(trafficEnd))
	require.InDelta(t, 0.045, float64(night)/uses, 0.005)
}

func BenchmarkTraffic(b *testing.B) {
	traffic, table := newTraffic(b, 1_000_000, false), gen.NewTimetable(1_000_000, 90, trafficEnd)
	var dst []byte
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		dst, _ = traffic.Next(dst[:0], table.At(i%1_000_000))
	}
	b.SetBytes(int64(len(dst)))
}
