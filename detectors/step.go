package detectors

import (
	"fmt"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// Monitor judges events by one set of rules. It holds nothing that changes, so any number of goroutines may share it.
type Monitor struct {
	rules Rules
	cards []CardDetector
	about []About
}

// NewMonitor checks the rules and makes a monitor of a copy of them; the error names everything that is wrong.
func NewMonitor(rules Rules) (*Monitor, error) {
	if err := rules.Validate(); err != nil {
		return nil, fmt.Errorf("detectors: rules %q cannot be used:\n%w", rules.Version, err)
	}
	m := &Monitor{rules: rules}
	for _, d := range m.rules.Catalogue() {
		if d, ok := d.(CardDetector); ok {
			m.cards, m.about = append(m.cards, d), append(m.about, d.About())
		}
	}
	return m, nil
}

// Step applies one event to its customer's state and adds what follows from it to out. A repeated event_id has no effect.
// Strings of the event are not kept.
func (m *Monitor) Step(s *State, ev card.Event, out *Effects) {
	out.Admission = Admitted
	switch body := ev.Body.(type) {
	case *card.Transaction:
		s.seen.forget(ev.Arrived)
		m.stepTransaction(s, ev, body, out)
	case *card.Tick:
		s.closeDue(ev, body.At, out)
	default:
		m.stepNews(s, ev, out)
	}
	if out.Admission != Duplicate && out.Admission != Conflict {
		m.stepAccounts(s, ev, out)
	}
}

// NextWake is the earliest moment at which the state asks for a Tick, the zero Moment for none.
func (m *Monitor) NextWake(s *State) card.Moment {
	wake := s.accountWake()
	for i := range s.Incidents {
		due := card.Moment{UnixMilli: s.Incidents[i].due()}
		if wake.IsZero() || due.Before(wake) {
			wake = due
		}
	}
	return wake
}

// stepNews takes in what is neither a transaction nor the passing of time.
func (m *Monitor) stepNews(s *State, ev card.Event, out *Effects) {
	if !s.seen.note(ev.Body.Meta().ID, ev.Arrived) {
		out.Admission = Duplicate
		return
	}
	switch body := ev.Body.(type) {
	case *card.Customer:
		s.Profile.update(body)
	case *card.Feedback:
		s.learn(body)
		if body.Verdict == card.Genuine {
			s.settle(body.AlertID, ev, out)
		}
	}
}

// stepTransaction judges a transaction against the card's history and then makes it part of it.
func (m *Monitor) stepTransaction(s *State, ev card.Event, t *card.Transaction, out *Effects) {
	use := &s.work.use
	var skewed bool
	*use, skewed = window.UseOf(t, window.Clock{Arrived: ev.Arrived, Lateness: m.rules.Lateness, Ahead: m.rules.ClockAhead})
	c := s.openCard(t.Card)
	if c.Window.Check(use) == window.Applied && use.IsUse() && !use.Late && !c.exempted(t, use) {
		s.work.sighting = Sighting{Use: use, Window: &c.Window, Home: s.Profile.Home, Tight: use.At.UnixMilli < c.TightUntil, Currency: t.Amount.Currency}
		m.judge(s, ev, t, out)
	}
	out.Admission = admission(c.Window.Add(use), skewed, use.Late)
}

func (m *Monitor) judge(s *State, ev card.Event, t *card.Transaction, out *Effects) {
	for i, d := range m.cards {
		f := &s.work.finding
		d.Evaluate(&s.work.sighting, f)
		if f.Score == 0 {
			continue
		}
		f.Detector, f.Version, f.Severity = m.about[i].Name, m.about[i].Version, SeverityOf(f.Score)
		f.EventID, f.OccurredAt, f.Card, f.Account = t.ID, s.work.use.At, t.Card, t.Account
		f.Use, f.Approved = useOf(t, &s.work.use), t.Status == card.Approved
		m.raise(s, ev, f, out)
		*f = Finding{}
	}
}

func admission(outcome window.Outcome, skewed, late bool) Admission {
	switch {
	case outcome == window.Duplicate:
		return Duplicate
	case outcome == window.Conflict:
		return Conflict
	case outcome == window.Unmatched:
		return Unmatched
	case skewed:
		return ClockSkew
	case late:
		return Late
	}
	return Admitted
}
