package load

import (
	"context"
	"errors"
	"time"

	"github.com/cardwatch/cardwatch/bench/load/part"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// Open is an open loop: how long alerts take at a fixed rate.
type Open struct {
	scene
	Rate int `json:"rate"`
	part.SenderAnswer
	// CPUMicros is the engine's processor time per record, while it waits for most of its time; BrokerMicros is the broker's.
	CPUMicros    float64     `json:"cpu_us_per_record"`
	BrokerMicros float64     `json:"broker_cpu_us_per_record"`
	Memory       part.Memory `json:"memory"`
}

func (b *bench) latency(ctx context.Context) error {
	for _, sc := range b.scenes() {
		if err := b.latencyOf(ctx, sc); err != nil {
			return err
		}
	}
	return nil
}

// latencyOf measures the rates one after the other, on one stage: the cards' states grow older, as they do.
func (b *bench) latencyOf(ctx context.Context, sc scene) (err error) {
	s, err := b.setUp(ctx, sc)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.strike()) }()
	f, err := b.newFiller(s, b.History*s.Cards, time.Now().UnixMilli())
	if err != nil {
		return err
	}
	if _, err := b.history(ctx, f, b.History); err != nil {
		return err
	}
	if _, err := b.engine(ctx, s, f, int64(s.Cards+f.written), false); err != nil {
		return err
	}
	card := 0
	for _, rate := range b.Rates {
		b.say("latency: %s, %d/s for %v s", sc, rate, b.WarmUp+b.Seconds)
		o, err := b.openLoop(ctx, s, rate, card)
		if err != nil {
			return err
		}
		card += int(o.Planted)
		b.result.Latency = append(b.result.Latency, *o)
		b.say("latency: %d/s: p50 %.1f, p99 %.1f, p99.9 %.1f, max %.1f ms of %d alerts", rate, o.FromIntended.P50,
			o.FromIntended.P99, o.FromIntended.P999, o.FromIntended.Max, o.FromIntended.Samples)
	}
	return nil
}

// openLoop runs the engine beside the sender.
func (b *bench) openLoop(ctx context.Context, s *stage, rate, card int) (o *Open, err error) {
	engine, err := part.Start(ctx, b.PartCommand, part.Order{Engine: &part.EngineOrder{
		Broker: s.addr, BrokerPID: s.pid, Group: group, Dir: s.storeDir, Partitions: s.Partitions,
	}})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, engine.Stop()) }()
	if err := engine.Answer(&part.Ready{}); err != nil {
		return nil, err
	}
	o = &Open{scene: s.scene, Rate: rate}
	o.SenderAnswer, err = part.Ask[part.SenderAnswer](ctx, b.PartCommand, part.Order{Sender: b.sender(s, wire.AlertTopic, rate, card)})
	if err != nil {
		return nil, err
	}
	var end part.EngineAnswer
	if err := errors.Join(engine.Tell(), engine.Answer(&end)); err != nil {
		return nil, err
	}
	o.CPUMicros, o.BrokerMicros, o.Memory = end.Whole.CPUMicros, end.Whole.BrokerMicros, end.Memory
	return o, nil
}

func (b *bench) sender(s *stage, alertTopic string, rate, card int) *part.SenderOrder {
	return &part.SenderOrder{
		Broker: s.addr, Partitions: s.Partitions, AlertTopic: alertTopic, Traffic: b.trafficOf(s.scene), Rate: rate,
		Plants: b.Plants, FirstCard: card, Seconds: b.Seconds, WarmUp: b.WarmUp,
	}
}
