package desktest

import (
	"context"
	"sync"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/figures"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Experiments is the real book of stops without its topic, over the figures of a book.
type Experiments struct {
	Now        func() card.Moment
	Figures    *figures.Book
	Configured []alerts.Experiment

	mu   sync.Mutex
	book alerts.StopBook
}

// Trials tells how the experiments go.
func (e *Experiments) Trials() ([]figures.Trial, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.Figures.Trials(e.Configured, e.book.Of), true
}

// Stop stops one.
func (e *Experiments) Stop(_ context.Context, event, actor, name, note string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.book.Apply(&alerts.ExperimentStop{ID: event, Experiment: name, At: e.Now(), Actor: actor, Note: note})
}
