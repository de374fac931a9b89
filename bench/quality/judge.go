package quality

import (
	"context"

	"github.com/cardwatch/cardwatch/bench/gen"
	"github.com/cardwatch/cardwatch/bench/score"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Source gives labelled records in the order in which they arrive, and false after the last one.
type Source interface{ Next() (gen.Record, bool) }

// Judge lets a source live through a monitor and scores its alerts from a moment on.
func Judge(ctx context.Context, m *detectors.Monitor, source Source, from card.Moment) (score.Result, error) {
	scorer, out := score.New(from), &detectors.Effects{}
	states := map[string]*detectors.State{}
	for n := 0; ; n++ {
		rec, more := source.Next()
		if !more {
			return scorer.Result(), nil
		}
		if n%10_000 == 0 && ctx.Err() != nil {
			return score.Result{}, ctx.Err()
		}
		if !concernsCards(rec.Body) {
			continue
		}
		customer := rec.Body.Meta().Customer
		s := states[customer]
		if s == nil {
			s = &detectors.State{}
			states[customer] = s
		}
		if t, ok := rec.Body.(*card.Transaction); ok {
			scorer.Transaction(rec.Arrived, t, score.Label{
				EventID: t.ID, Fraud: rec.Label.Attack != "", Kind: string(rec.Label.Attack), Episode: rec.Label.Episode, Group: string(rec.Label.Group),
			})
		}
		for wake := m.NextWake(s); !wake.IsZero() && !rec.Arrived.Before(wake); wake = m.NextWake(s) {
			m.Step(s, card.Event{Arrived: wake, Body: &card.Tick{Head: card.Head{Customer: customer, At: wake}}}, out)
		}
		m.Step(s, card.Event{Arrived: rec.Arrived, Body: rec.Body}, out)
		for i := range out.Alerts {
			scorer.Alert(&out.Alerts[i])
		}
		out.Reset()
	}
}

// concernsCards reports whether card detectors know the record: bills and payments would only cost time.
func concernsCards(b card.Body) bool {
	switch b.(type) {
	case *card.Transaction, *card.Customer:
		return true
	}
	return false
}
