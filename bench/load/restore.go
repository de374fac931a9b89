package load

import (
	"context"
	"errors"

	"github.com/cardwatch/cardwatch/bench/load/part"
)

// Restore is how long an engine with an empty disk takes until it decides again.
type Restore struct {
	scene
	// Records is what had been applied to the topics before.
	Records int64 `json:"records"`
	// Seconds is from the start of the engine until it has caught up.
	Seconds float64     `json:"seconds"`
	Memory  part.Memory `json:"memory"`
}

// restore has one engine work and end, and another one, with nothing on its disk, take its place.
func (b *bench) restore(ctx context.Context) error {
	sc := b.first()
	for _, cards := range b.Cards {
		sc.Cards = cards
		b.say("restore: %d cards", cards)
		r, err := b.restoreOf(ctx, sc)
		if err != nil {
			return err
		}
		b.result.Restore = append(b.result.Restore, *r)
		b.say("restore: %d cards in %.1f s", cards, r.Seconds)
	}
	return nil
}

func (b *bench) restoreOf(ctx context.Context, sc scene) (r *Restore, err error) {
	s, err := b.setUp(ctx, sc)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.strike()) }()
	f, err := b.newFiller(s, b.History*s.Cards, trafficEnd)
	if err != nil {
		return nil, err
	}
	if _, err := b.history(ctx, f, b.History); err != nil {
		return nil, err
	}
	r = &Restore{scene: sc, Records: int64(s.Cards + f.written)}
	if _, err := b.engine(ctx, s, part.EngineOrder{Records: r.Records, Now: f.now()}); err != nil {
		return nil, err
	}
	if s.storeDir, err = s.dir(b.Dir, "empty"); err != nil {
		return nil, err
	}
	second, err := part.Start(ctx, b.PartCommand, s.order(part.EngineOrder{Now: f.now()}))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, second.Stop()) }()
	var ready part.Ready
	var end part.EngineAnswer
	if err := errors.Join(second.Answer(&ready), second.Tell(), second.Answer(&end)); err != nil {
		return nil, err
	}
	r.Seconds, r.Memory = ready.CaughtUpSeconds, end.Memory
	return r, nil
}
