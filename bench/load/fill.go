package load

import (
	"context"

	"github.com/cardwatch/cardwatch/bench/gen"
	"github.com/cardwatch/cardwatch/bench/load/part"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// trafficEnd is when the traffic of throughput ends: 2026-01-01 in China. A fixed moment makes a fixed traffic.
const trafficEnd = 1_767_196_800_000

// filler writes a traffic's records to a stage's topics, in order.
type filler struct {
	*stage
	traffic *gen.Traffic
	table   *gen.Timetable
	// written counts the uses so far: where the timetable stands.
	written    int
	key, value []byte
}

// newFiller prepares for so many uses in all, over days that end at a moment.
func (b *bench) newFiller(s *stage, uses int, end int64) (*filler, error) {
	traffic, err := gen.NewTraffic(b.trafficOf(s.scene))
	if err != nil {
		return nil, err
	}
	return &filler{stage: s, traffic: traffic, table: gen.NewTimetable(max(uses, 1), b.Days, end)}, nil
}

func (b *bench) trafficOf(s scene) gen.TrafficConfig {
	return gen.TrafficConfig{Seed: b.Seed, Cards: s.Cards, Zipf: s.Distribution == Zipf}
}

// now is the traffic's time: when the next use is due.
func (f *filler) now() int64 { return f.table.At(f.written) }

// profiles writes every customer's record.
func (f *filler) profiles(ctx context.Context) (part.Stretch, error) {
	at := f.table.At(0)
	return f.write(ctx, wire.CustomerTopic, f.Cards, func(lanes *part.Lanes, i int) error {
		f.key, f.value = gen.AppendToken(f.key[:0], i), f.traffic.Profile(f.value[:0], i, at)
		return lanes.Add(f.key, f.value, at, 0)
	})
}

// visits writes one use of every card, in an order that is none: neighbours in time are no neighbours in the store.
func (f *filler) visits(ctx context.Context) (part.Stretch, error) {
	stride := coprime(f.Cards)
	return f.write(ctx, wire.TransactionTopic, f.Cards, func(lanes *part.Lanes, i int) error {
		value, line := f.traffic.Use(f.value[:0], int(int64(i)*stride%int64(f.Cards)), f.now())
		return f.add(lanes, value, line)
	})
}

// uses writes the next so many uses.
func (f *filler) uses(ctx context.Context, n int) (part.Stretch, error) {
	return f.write(ctx, wire.TransactionTopic, n, func(lanes *part.Lanes, _ int) error {
		value, line := f.traffic.Next(f.value[:0], f.now())
		return f.add(lanes, value, line)
	})
}

func (f *filler) add(lanes *part.Lanes, value []byte, line gen.Line) error {
	f.value = value
	f.written++
	f.key = gen.AppendToken(f.key[:0], line.Customer)
	return lanes.Add(f.key, f.value, line.At, 0)
}

// write has n records added and tells which stretch of the topic they are.
func (f *filler) write(ctx context.Context, topic string, n int, add func(*part.Lanes, int) error) (part.Stretch, error) {
	s := part.Stretch{Topic: topic}
	from, err := f.ends(ctx, topic)
	if err != nil {
		return s, err
	}
	lanes, err := part.NewLanes(ctx, f.client, topic, f.Partitions, true)
	if err != nil {
		return s, err
	}
	for i := 0; i < n && err == nil; i++ {
		err = add(lanes, i)
	}
	if closeErr := lanes.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return s, err
	}
	s.From = from
	s.Until, err = f.ends(ctx, topic)
	return s, err
}

// ends are the offsets after the last record of each partition.
func (s *stage) ends(ctx context.Context, topic string) ([]int64, error) {
	offsets, err := s.client.Offsets(ctx, topic)
	if err != nil {
		return nil, err
	}
	ends := make([]int64, len(offsets))
	for p := range offsets {
		ends[p] = offsets[p].Latest
	}
	return ends, nil
}

// alerts counts the records of the alert topic.
func (s *stage) alerts(ctx context.Context) (n int64, err error) {
	ends, err := s.ends(ctx, wire.AlertTopic)
	for _, end := range ends {
		n += end
	}
	return n, err
}

// coprime is a number beside n that visits all of 0 … n−1 in steps.
func coprime(n int) int64 {
	for k := int64(n)*618/1000 + 1; ; k++ {
		a, b := k, int64(n)
		for b != 0 {
			a, b = b, a%b
		}
		if a == 1 {
			return k
		}
	}
}
