package load

import (
	"context"
	"errors"
	"time"

	"github.com/cardwatch/cardwatch/bench/load/part"
)

// Throughput is how fast a backlog of transactions is worked off.
type Throughput struct {
	scene
	// Warm says that every card had History uses before.
	Warm bool `json:"warm"`
	// Floor is the topic read and decoded with nothing done, Engine the monitor with everything on.
	Floor        part.Figure `json:"floor"`
	Engine       part.Figure `json:"engine"`
	ShareOfFloor float64     `json:"share_of_floor"`
	// First is the engine's figure of the history before: cards' profiles and first uses.
	First *part.Figure `json:"engine_history,omitempty"`
	// JoinSeconds and DrainSeconds are what starting and ending took, outside of Engine's.
	JoinSeconds  float64 `json:"join_seconds"`
	DrainSeconds float64 `json:"drain_seconds"`
	// Alerts counts records of the alert topic, of everything applied.
	Alerts int64 `json:"alerts"`
	// DiskBytesPerCard is what the store takes, StateBytesPerCard the encoded state alone.
	DiskBytesPerCard  float64     `json:"disk_bytes_per_card"`
	StateBytesPerCard float64     `json:"state_bytes_per_card"`
	Memory            part.Memory `json:"memory"`
	FillPerSecond     float64     `json:"fill_records_per_second"`
}

func (b *bench) throughput(ctx context.Context) error {
	for _, sc := range b.scenes() {
		b.say("throughput: %s", sc)
		t, err := b.throughputOf(ctx, sc)
		if err != nil {
			return err
		}
		b.result.Throughput = append(b.result.Throughput, *t)
		b.say("throughput: %s: floor %.0f/s, engine %.0f/s (%.2f), %.2f µs CPU, %.0f B a card on disk", sc,
			t.Floor.PerSecond, t.Engine.PerSecond, t.ShareOfFloor, t.Engine.CPUMicros, t.DiskBytesPerCard)
	}
	return nil
}

func (b *bench) throughputOf(ctx context.Context, sc scene) (t *Throughput, err error) {
	s, err := b.setUp(ctx, sc)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.strike()) }()
	t = &Throughput{scene: sc, Warm: !b.Cold}
	f, skip, stretches, err := b.fillThroughput(ctx, s, t)
	if err != nil {
		return nil, err
	}
	b.say("throughput: floor")
	floor := part.Order{Floor: &part.FloorOrder{Broker: s.addr, BrokerPID: s.pid, Stretches: stretches}}
	if t.Floor, err = part.Ask[part.Figure](ctx, b.PartCommand, floor); err != nil {
		return nil, err
	}
	b.say("throughput: engine, %d records after %d", t.Floor.Records, skip)
	e, err := b.engine(ctx, s, part.EngineOrder{Records: skip + t.Floor.Records, Skip: skip, Now: f.now(), CountStates: true})
	if err != nil {
		return nil, err
	}
	t.Engine, t.First, t.ShareOfFloor = e.Measured, e.First, e.Measured.PerSecond/t.Floor.PerSecond
	t.JoinSeconds, t.DrainSeconds, t.Memory = e.JoinSeconds, e.DrainSeconds, e.Memory
	t.DiskBytesPerCard = float64(e.StoreBytes) / float64(e.Cards)
	t.StateBytesPerCard = float64(e.StateBytes) / float64(e.Cards)
	t.Alerts, err = s.alerts(ctx)
	return t, err
}

// fillThroughput writes the topics and tells what of it is to be measured, after how many records that are not.
func (b *bench) fillThroughput(ctx context.Context, s *stage, t *Throughput) (f *filler, skip int64, measured []part.Stretch, err error) {
	history := b.History
	if b.Cold {
		history = 0
	}
	if f, err = b.newFiller(s, history*s.Cards+b.Transactions, trafficEnd); err != nil {
		return nil, 0, nil, err
	}
	profiles, err := b.history(ctx, f, history)
	if err != nil {
		return nil, 0, nil, err
	}
	skip = int64(s.Cards + f.written)
	b.say("fill %d uses", b.Transactions)
	began := time.Now()
	uses, err := f.uses(ctx, b.Transactions)
	if err != nil {
		return nil, 0, nil, err
	}
	t.FillPerSecond = float64(b.Transactions) / time.Since(began).Seconds()
	if b.Cold {
		return f, 0, []part.Stretch{profiles, uses}, nil
	}
	return f, skip, []part.Stretch{uses}, nil
}

// history writes the profiles and so many uses of every card.
func (b *bench) history(ctx context.Context, f *filler, times int) (profiles part.Stretch, err error) {
	b.say("fill %d profiles and %d × %d uses", f.Cards, times, f.Cards)
	if profiles, err = f.profiles(ctx); err != nil {
		return profiles, err
	}
	for range times {
		if _, err = f.visits(ctx); err != nil {
			return profiles, err
		}
	}
	return profiles, nil
}

// engine runs the engine on a stage until its order is done; what the order leaves open is the stage's.
func (b *bench) engine(ctx context.Context, s *stage, o part.EngineOrder) (part.EngineAnswer, error) {
	return part.Ask[part.EngineAnswer](ctx, b.PartCommand, s.order(o))
}

func (s *stage) order(o part.EngineOrder) part.Order {
	o.Broker, o.BrokerPID, o.Group, o.Dir, o.Partitions = s.addr, s.pid, or(o.Group, group), or(o.Dir, s.storeDir), s.Partitions
	o.CacheMiB = s.cacheMiB
	return part.Order{Engine: &o}
}
