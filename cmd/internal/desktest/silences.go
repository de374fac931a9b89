package desktest

import (
	"context"
	"sync"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Silences is the real book of silences without its topic.
type Silences struct {
	Now func() card.Moment

	mu   sync.Mutex
	book alerts.SilenceBook
}

// List gives all silences, oldest first.
func (s *Silences) List() []alerts.SilenceEntry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.book.Entries()
}

// Add begins a silence.
func (s *Silences) Add(_ context.Context, event, actor string, silence alerts.Silence) error {
	return s.act(alerts.SilenceAct{ID: event, Verb: alerts.AddSilence, Actor: actor, Silence: silence})
}

// End ends one before its time.
func (s *Silences) End(_ context.Context, event, actor, id, note string) error {
	return s.act(alerts.SilenceAct{ID: event, Verb: alerts.EndSilence, Actor: actor, Note: note, Silence: alerts.Silence{ID: id}})
}

func (s *Silences) act(a alerts.SilenceAct) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.book.Applied(a.ID) {
		return nil
	}
	a.At = s.Now()
	return s.book.Apply(&a)
}
