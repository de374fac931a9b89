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
	CPUMicros    float64 `json:"cpu_us_per_record"`
	BrokerMicros float64 `json:"broker_cpu_us_per_record"`
}

func (b *bench) latency(ctx context.Context) error {
	for _, sc := range b.scenes() {
		if err := b.latencyOf(ctx, sc); err != nil {
			return err
		}
	}
	return nil
}

// latencyOf measures the rates one after the other, on one stage and one engine, which has applied every card's history before.
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
	engine, err := part.Start(ctx, b.PartCommand, s.order(part.EngineOrder{Before: int64(s.Cards + f.written)}))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Stop()) }()
	if err := engine.Answer(&part.Ready{}); err != nil {
		return err
	}
	opens, err := b.openLoops(ctx, s, beside{series: "open", alertTopic: wire.AlertTopic, pid: engine.PID()})
	b.result.Latency = append(b.result.Latency, opens...)
	return err
}

// beside is what an open loop runs beside.
type beside struct {
	// series is the traffic's; no other open loop on the same stage may have it, nor cards from firstCard on.
	series     string
	firstCard  int
	alertTopic string
	// pid is the process that alerts.
	pid int
}

// openLoops runs the sender at every rate.
func (b *bench) openLoops(ctx context.Context, s *stage, by beside) (opens []Open, err error) {
	card, traffic := by.firstCard, b.trafficOf(s.scene)
	for i, rate := range b.Rates {
		b.say("latency: %s, %d/s for %v s", s.scene, rate, b.WarmUp+b.Seconds)
		o := Open{scene: s.scene, Rate: rate}
		traffic.Series = by.series + string(rune('a'+i%26))
		engine, broker := part.TimeOf(by.pid), part.TimeOf(s.pid)
		o.SenderAnswer, err = part.Ask[part.SenderAnswer](ctx, b.PartCommand, part.Order{Sender: &part.SenderOrder{
			Broker: s.addr, Partitions: s.Partitions, AlertTopic: by.alertTopic, Traffic: traffic, Rate: rate,
			Plants: b.Plants, FirstCard: card, Cards: s.Cards, Seconds: b.Seconds, WarmUp: b.WarmUp,
		}})
		if err != nil {
			return opens, err
		}
		o.CPUMicros = float64((part.TimeOf(by.pid) - engine).Microseconds()) / float64(o.Sent)
		o.BrokerMicros = float64((part.TimeOf(s.pid) - broker).Microseconds()) / float64(o.Sent)
		card += int(o.Planted)
		opens = append(opens, o)
		l := o.FromIntended
		b.say("latency: %d/s: p50 %.1f, p99 %.1f, p99.9 %.1f, max %.1f ms of %d alerts", rate, l.P50, l.P99, l.P999, l.Max, l.Samples)
	}
	return opens, nil
}
