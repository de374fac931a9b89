package alerts

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Silence keeps what its matchers all match from the customer and from the queue, for a while and for a reason: a terminal under test, a
// data fault that is known. Nothing is lost: findings make cases, which come back when it ends; a customer's no is heard at once.
type Silence struct {
	ID string
	// Owner answers for it; Reason is free text.
	Owner, Reason string
	Matchers      []Matcher
	// From is when it begins, Until when it ends; Until may be unknown with UntilResolved, and it then lasts MaxSilence at most.
	From, Until card.Moment
	// UntilResolved ends it for a case as soon as the monitor has closed all its findings, and altogether when no open case carries it.
	UntilResolved bool
}

// Matcher compares one field of a finding.
type Matcher struct {
	Field MatchField
	Op    MatchOp
	// Value is what is compared with; with MatchIn a list with commas.
	Value string
}

// MatchField names a field of a finding.
type MatchField string

// The fields that a silence may look at.
const (
	MatchDetector MatchField = "detector"
	MatchSeverity MatchField = "severity"
	MatchRuleSet  MatchField = "rule_set"
	MatchCard     MatchField = "card"
	MatchCustomer MatchField = "customer"
	MatchMerchant MatchField = "merchant"
	MatchCity     MatchField = "city"
	MatchCountry  MatchField = "country"
)

// MatchOp is how a matcher compares.
type MatchOp string

// The operators.
const (
	MatchIs  MatchOp = "="
	MatchNot MatchOp = "!="
	MatchIn  MatchOp = "in"
)

// The bounds of silences. A month is as long as anything may stay hidden without somebody saying so again. Own choice.
const (
	MaxSilence     = 30 * 24 * time.Hour
	MaxMatchers    = 8
	MaxSilences    = 200
	maxMatchValue  = 500
	maxSilenceText = 500
)

// matchFields gives a field's value in a finding.
var matchFields = map[MatchField]func(customer string, a *detectors.Alert) string{
	MatchDetector: func(_ string, a *detectors.Alert) string { return string(a.Detector) },
	MatchSeverity: func(_ string, a *detectors.Alert) string { return string(a.Severity) },
	MatchRuleSet:  func(_ string, a *detectors.Alert) string { return a.RuleSet },
	MatchCard:     func(_ string, a *detectors.Alert) string { return a.Card },
	MatchCustomer: func(customer string, _ *detectors.Alert) string { return customer },
	MatchMerchant: func(_ string, a *detectors.Alert) string { return a.Use.Merchant },
	MatchCity:     func(_ string, a *detectors.Alert) string { return a.Use.City },
	MatchCountry:  func(_ string, a *detectors.Alert) string { return a.Use.Country },
}

// Validate joins everything that is wrong with the silence; nil when nothing is. A silence has to name something: one that only excludes
// would hide whatever nobody thought of.
func (s *Silence) Validate() error {
	var problems []error
	add := func(bad bool, format string, args ...any) {
		if bad {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	add(s.ID == "", "id: is missing")
	add(s.Owner == "", "owner: is missing")
	add(s.Reason == "" || len([]rune(s.Reason)) > maxSilenceText, "reason: must have 1 … %d characters", maxSilenceText)
	add(s.From.IsZero(), "from: is missing")
	add(s.Until.IsZero() && !s.UntilResolved, "until: a silence needs an end, or until_resolved")
	add(!s.Until.IsZero() && !s.From.Before(s.Until), "until: is not after from")
	add(!s.Until.IsZero() && s.Until.Sub(s.From) > MaxSilence, "until: a silence lasts %v at most", MaxSilence)
	add(len(s.Matchers) > MaxMatchers, "matchers: %d are more than %d", len(s.Matchers), MaxMatchers)
	add(!slices.ContainsFunc(s.Matchers, func(m Matcher) bool { return m.Op != MatchNot }), "matchers: at least one must name what is silenced, by = or in")
	for i, m := range s.Matchers {
		_, known := matchFields[m.Field]
		add(!known, "matchers[%d].field: %q is unknown", i, m.Field)
		add(m.Op != MatchIs && m.Op != MatchNot && m.Op != MatchIn, "matchers[%d].op: %q is none of =, !=, in", i, m.Op)
		add(m.Value == "" || len(m.Value) > maxMatchValue, "matchers[%d].value: must have 1 … %d bytes", i, maxMatchValue)
	}
	return errors.Join(problems...)
}

// Ends is when the silence ends at the latest.
func (s *Silence) Ends() card.Moment {
	if s.Until.IsZero() {
		return s.From.Add(MaxSilence)
	}
	return s.Until
}

// Active reports whether the silence holds at a moment.
func (s *Silence) Active(now card.Moment) bool { return !now.Before(s.From) && now.Before(s.Ends()) }

// Matches reports whether all matchers match a finding about a customer.
func (s *Silence) Matches(customer string, a *detectors.Alert) bool {
	for _, m := range s.Matchers {
		value, known := matchFields[m.Field]
		if !known || !m.matches(value(customer, a)) {
			return false
		}
	}
	return len(s.Matchers) > 0
}

func (m Matcher) matches(value string) bool {
	switch m.Op {
	case MatchIs:
		return value == m.Value
	case MatchNot:
		return value != m.Value
	case MatchIn:
		for item := range strings.SplitSeq(m.Value, ",") {
			if strings.TrimSpace(item) == value && value != "" {
				return true
			}
		}
	}
	return false
}

// WithSilences is the same desk under these silences.
func (d *Desk) WithSilences(silences []Silence) *Desk {
	return &Desk{policy: d.policy, silences: slices.Clone(silences)}
}

// Silences are those the desk is under.
func (d *Desk) Silences() []Silence { return slices.Clone(d.silences) }

// silenceOf is the silence that covers a finding now; nil when none does.
func (st *step) silenceOf(a *detectors.Alert) *Silence {
	return find(st.silences, func(s *Silence) bool { return s.Active(st.now) && s.Matches(st.s.Customer, a) })
}

func findSilence(silences []Silence, id string) *Silence {
	return find(silences, func(s *Silence) bool { return s.ID == id })
}

// passSilence brings a case back whose silence is over: its date has come, somebody has ended it, or the monitor has closed every finding.
func (st *step) passSilence(c *Case) {
	s := findSilence(st.silences, c.Silence)
	if s == nil || !s.Active(st.now) || s.UntilResolved && c.resolved() {
		st.move(c, ActSilenceEnded, ActorClock, c.Silence)
	}
}

// resolved reports whether the monitor has closed all findings of the case.
func (c *Case) resolved() bool {
	return c.MoreAlerts == 0 && !slices.ContainsFunc(c.Alerts, func(a detectors.Alert) bool { return a.State != detectors.Closed })
}
