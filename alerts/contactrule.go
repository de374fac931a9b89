package alerts

import (
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// RuleID names a contact rule; every refusal carries one, as a metric label and in the case's history.
type RuleID string

// The contact rules.
const (
	// RuleNoAddress: the channel has no number or token to send to.
	RuleNoAddress RuleID = "no_address"
	// RuleOptOut: the customer has refused the channel; honoured for fraud prompts too.
	RuleOptOut RuleID = "opt_out"
	// RuleNoConsent: service messages need consent to the channel and to profiling (PIPL art. 24). Fraud messages need none:
	// they perform the card contract.
	RuleNoConsent RuleID = "no_consent"
	// RuleExpired: the message means nothing any more.
	RuleExpired RuleID = "expired"
	// RulePromptEnded: the question has been answered or withdrawn.
	RulePromptEnded RuleID = "prompt_ended"
	// RuleCaseCap and RuleDailyCap: the customer has had enough messages about this event, or today.
	RuleCaseCap  RuleID = "case_cap"
	RuleDailyCap RuleID = "daily_cap"
	// RuleQuietHours: nothing but fraud messages at night.
	RuleQuietHours RuleID = "quiet_hours"
)

// Outcome is whether a customer may be contacted.
type Outcome string

// The outcomes, mildest first; the strictest rule wins.
const (
	Allow Outcome = "allow"
	Defer Outcome = "defer"
	Deny  Outcome = "deny"
)

// Verdict is what the contact rules say about one message at one moment.
type Verdict struct {
	Outcome Outcome
	// Until is when a deferred message may be tried; unknown otherwise.
	Until card.Moment
	// Rules are those that speak against sending now, empty when allowed.
	Rules []RuleID
}

// MayContact judges a message against every contact rule at a moment. Step asks before queuing, and the dispatcher asks again
// with the fresh state before sending: there is no other way to a customer.
func (p Policy) MayContact(s *State, m Message, at card.Moment) Verdict {
	v := Verdict{Outcome: Allow}
	deny := func(bad bool, rule RuleID) {
		if bad {
			v.Outcome, v.Rules = Deny, append(v.Rules, rule)
		}
	}
	deny(!s.reachable(m), RuleNoAddress)
	deny(s.OptedOut(m.Channel) && m.Template != OptedOutConfirmation, RuleOptOut)
	deny(m.Purpose == Service && !s.consents(m.Channel), RuleNoConsent)
	deny(!at.Before(m.ExpiresAt), RuleExpired)
	deny(m.Purpose == FraudPrompt && s.promptEnded(m.PromptID), RulePromptEnded)
	deny(m.Purpose == FraudPrompt && s.casePrompts(m, at, p.PromptsWindow) >= p.PromptsPerCase, RuleCaseCap)
	deny(s.sameDay(m, at) >= p.perDay(m.Purpose), RuleDailyCap)

	if until := p.quietUntil(s.local(at)); m.Purpose == Service && !until.IsZero() {
		v.Rules = append(v.Rules, RuleQuietHours)
		if v.Outcome == Allow {
			v.Outcome, v.Until = Defer, until
		}
	}
	return v
}

// NextContact is the earliest moment from at on when collections may contact the customer about an account: not in quiet
// hours, and not while it is snoozed or a promise runs.
func (p Policy) NextContact(s *State, e *QueueEntry, at card.Moment) card.Moment {
	next := at
	if next.Before(e.SnoozedUntil) {
		next = e.SnoozedUntil
	}
	if e.Promise.State == PromiseOpen && next.Before(e.Promise.Until) {
		next = e.Promise.Until
	}
	if until := p.quietUntil(s.local(next)); !until.IsZero() {
		next = until
	}
	return next
}

// quietUntil is the end of the quiet hours that a local moment lies in, unknown when it lies in none.
func (p Policy) quietUntil(local card.Moment) card.Moment {
	hour := local.LocalHour()
	quiet := p.QuietFrom <= hour && hour < p.QuietUntil
	if p.QuietFrom > p.QuietUntil {
		quiet = hour >= p.QuietFrom || hour < p.QuietUntil
	}
	if !quiet {
		return card.Moment{}
	}
	hours := (p.QuietUntil - hour + 24) % 24
	end := local.Add(time.Duration(hours) * time.Hour)
	end.UnixMilli -= (end.UnixMilli + int64(end.OffsetMinutes)*60_000) % time.Hour.Milliseconds()
	return end
}

func (p Policy) perDay(purpose Purpose) int {
	switch purpose {
	case FraudPrompt:
		return p.PromptsPerDay
	case FraudAnswer:
		return p.AnswersPerDay
	default:
		return p.ServicePerDay
	}
}

// local gives a moment the customer's own offset.
func (s *State) local(at card.Moment) card.Moment {
	at.OffsetMinutes = s.Contact.OffsetMinutes
	return at
}

func (s *State) reachable(m Message) bool {
	if m.Channel == SMS {
		return m.To != ""
	}
	return m.Channel == App && s.Contact.PushToken != ""
}

func (s *State) consents(kind ChannelKind) bool {
	c := s.Contact.Consent
	return c.Profiling && (kind == App && c.Push || kind == SMS && c.SMS)
}

func (s *State) promptEnded(id string) bool {
	p := s.Prompt(id)
	return p == nil || p.State != PromptOpen
}

// casePrompts counts the other prompts of the message's case that have reached, or may still reach, the customer.
func (s *State) casePrompts(m Message, at card.Moment, window time.Duration) int {
	return s.count(m, func(o *Message) bool { return o.CaseID == m.CaseID && at.Sub(o.DueAt) < window })
}

// sameDay counts the other messages of the same purpose on the local day of at.
func (s *State) sameDay(m Message, at card.Moment) int {
	day := s.local(at).LocalDay()
	return s.count(m, func(o *Message) bool { return s.local(o.DueAt).LocalDay() == day })
}

func (s *State) count(m Message, is func(*Message) bool) int {
	n := 0
	for i := range s.Messages {
		o := &s.Messages[i]
		if o.ID != m.ID && o.Purpose == m.Purpose && o.Outcome != Refused && o.Outcome != Undelivered && is(o) {
			n++
		}
	}
	return n
}
