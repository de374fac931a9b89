package detectors

import (
	"fmt"
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// Monitor judges events by one set of rules. It holds nothing that changes, so any number of goroutines may share it.
type Monitor struct {
	rules Rules
	cards []CardDetector
	about []About
	// segments are the cards of customers whose segment has sections of its own, in the same order.
	segments map[string][]CardDetector
	drafts   []*Monitor
	// noHelp says that repayment stress raises no alert; accounts are assessed all the same.
	noHelp bool
}

// NewMonitor checks the rules and makes a monitor of a copy of them and of detectors that are no built-in ones; the error
// names everything that is wrong.
func NewMonitor(rules Rules, custom ...CardDetector) (*Monitor, error) {
	if err := rules.Validate(); err != nil {
		return nil, fmt.Errorf("detectors: rules %q cannot be used:\n%w", rules.Version, err)
	}
	for i := range rules.Custom {
		r := &rules.Custom[i]
		if r.Mode == RuleLive && !slices.ContainsFunc(custom, func(d CardDetector) bool { return d.About().Name == r.ID }) {
			return nil, fmt.Errorf("detectors: rule %q has not been compiled; package rule makes a monitor of rules that users wrote", r.ID)
		}
	}
	m := &Monitor{rules: rules}
	for _, d := range m.rules.Catalogue() {
		if d, ok := d.(CardDetector); ok {
			m.cards = append(m.cards, d)
		}
	}
	m.use(append(m.cards, custom...))
	return m, nil
}

// NewDraft is a monitor of nothing but the given detectors, to be one of a monitor's drafts. The version tells its alerts apart.
func NewDraft(version string, custom ...CardDetector) *Monitor {
	m := &Monitor{rules: Rules{Version: version}}
	m.use(custom)
	return m
}

func (m *Monitor) use(cards []CardDetector) {
	m.cards = cards
	for _, d := range m.cards {
		m.about = append(m.about, d.About())
	}
	for name, own := range m.rules.Segments {
		if m.segments == nil {
			m.segments = map[string][]CardDetector{}
		}
		m.segments[name] = detectorsOf(m.cards, own)
	}
}

// cardsFor are the detectors that judge a segment's customers.
func (m *Monitor) cardsFor(segment string) []CardDetector {
	if cards, own := m.segments[segment]; own {
		return cards
	}
	return m.cards
}

// WithDrafts is the monitor with rules in draft beside it: they judge what the live ones judge, on the same history, and all that
// follows is Effects.Shadow. The drafts' versions tell them apart. Drafts that it has already stay.
func (m *Monitor) WithDrafts(drafts ...*Monitor) *Monitor {
	with := *m
	with.drafts = slices.Concat(m.drafts, drafts)
	return &with
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
		s.liveBook(out).closeDue(ev, body.At)
		s.shadowBook(out).closeDue(ev, body.At)
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
	for _, open := range [...][]Incident{s.Incidents, s.Shadows} {
		for i := range open {
			due := card.Moment{UnixMilli: open[i].due()}
			if wake.IsZero() || due.Before(wake) {
				wake = due
			}
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
			if settled, found := s.liveBook(out).settle(body.AlertID, ev); found {
				s.settleUses(settled)
			}
			s.shadowBook(out).settle(body.AlertID, ev)
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
		m.sight(s, c, ev, t, out)
	}
	out.Admission = admission(c.Window.Add(use), skewed, use.Late)
}

// sight lets the rules, and those in draft, judge the use.
func (m *Monitor) sight(s *State, c *CardState, ev card.Event, t *card.Transaction, out *Effects) {
	use, in := &s.work.use, &s.work.sighting
	*in = Sighting{Use: use, Window: &c.Window, Home: s.Profile.Home, Tight: use.At.UnixMilli < c.TightUntil, Settled: c.SettledAt, Currency: t.Amount.Currency,
		Transaction: t, Profile: &s.Profile, Cards: s.Cards}
	if c.Witness.known() {
		in.Earlier = &c.Witness
	}
	out.Judged = true
	found, told := m.judge(s, s.liveBook(out), ev, t, out)
	remember := in.Remember && !found
	for _, draft := range m.drafts {
		draft.judge(s, s.shadowBook(out), ev, t, out)
	}
	switch {
	case remember:
		c.Witness.keep(t, use)
	case told:
		c.Witness.forget()
	}
	*in = Sighting{}
}

// judge raises what the detectors find in the use. Found says that there was something, told that one spoke about an earlier use.
func (m *Monitor) judge(s *State, b book, ev card.Event, t *card.Transaction, out *Effects) (found, told bool) {
	f, in := &s.work.finding, &s.work.sighting
	hints, told := m.ask(s, b, ev, t, out)
	if f.Score == 0 && hints >= togetherAt {
		in.Together = true
		m.ask(s, b, ev, t, out)
		in.Together = false
		f.Score = min(hints, 100)
	}
	if f.Score == 0 {
		return false, told
	}
	f.EventID, f.OccurredAt = t.ID, in.Use.At
	f.Use, f.Approved = useOf(t, in.Use), t.Status == card.Approved
	f.Severity = severityOf(f)
	m.raise(b, ev, f)
	*f = Finding{}
	return true, told
}

// ask lets every detector look at the use; what they find together is one finding, and hints is what those have who find nothing by
// themselves, if they are several.
func (m *Monitor) ask(s *State, b book, ev card.Event, t *card.Transaction, out *Effects) (hints int, told bool) {
	f, other, in := &s.work.finding, &s.work.other, &s.work.sighting
	hinting := 0
	for i, d := range m.cardsFor(s.Profile.Segment) {
		d.Evaluate(in, other)
		if in.Fault != "" {
			out.RuleErrors = append(out.RuleErrors, RuleError{Rule: m.about[i].Name, Mode: b.mode, Cause: in.Fault})
			in.Fault = ""
		}
		if other.Score == 0 {
			if other.Hint >= leastHint {
				hints, hinting = hints+other.Hint, hinting+1
			}
			other.Hint = 0
			continue
		}
		other.Detector, other.Version = m.about[i].Name, m.about[i].Version
		other.Card, other.Account = t.Card, t.Account
		switch {
		case other.Earlier != nil && in.Together:
			// It has been told already.
		case other.Earlier != nil:
			other.Earlier.testify(other)
			other.Severity, told = severityOf(other), true
			m.raise(b, ev, other)
		default:
			f.absorb(other)
		}
		*other = Finding{}
	}
	if hinting < 2 {
		hints = 0
	}
	return hints, told
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
