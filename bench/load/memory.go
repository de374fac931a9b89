package load

import (
	"context"
	"errors"

	"github.com/cardwatch/cardwatch/bench/load/part"
)

// Footprint is what the engine's process holds once it knows so many cards.
type Footprint struct {
	scene
	part.Memory
	DiskBytesPerCard float64 `json:"disk_bytes_per_card"`
}

// memory runs through profiles and uses of every card, for each number of cards in a process of its own.
func (b *bench) memory(ctx context.Context) error {
	sc := b.first()
	for _, cards := range b.Cards {
		sc.Cards = cards
		b.say("memory: %d cards", cards)
		m, err := b.memoryOf(ctx, sc)
		if err != nil {
			return err
		}
		b.result.Memory = append(b.result.Memory, *m)
		b.say("memory: %d cards: heap %d MiB, resident %d MiB", cards, m.HeapInUse>>20, m.Resident>>20)
	}
	return nil
}

func (b *bench) memoryOf(ctx context.Context, sc scene) (m *Footprint, err error) {
	s, err := b.setUp(ctx, sc)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.strike()) }()
	times := max(b.History, 1)
	f, err := b.newFiller(s, times*s.Cards, trafficEnd)
	if err != nil {
		return nil, err
	}
	if _, err := b.history(ctx, f, times); err != nil {
		return nil, err
	}
	e, err := b.engine(ctx, s, part.EngineOrder{Records: int64(s.Cards + f.written), Now: f.now()})
	if err != nil {
		return nil, err
	}
	return &Footprint{scene: sc, Memory: e.Memory, DiskBytesPerCard: float64(e.StoreBytes) / float64(s.Cards)}, nil
}
