package alerts

import (
	"time"

	"github.com/cardwatch/cardwatch/alerts/conduct"
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
	// RuleNoOffer: the customer wants no unasked offers of instalments or has refused one not long ago, or there is nothing that may be put into
	// instalments.
	RuleNoOffer RuleID = "no_offer"
	// RuleExpired: the message means nothing any more.
	RuleExpired RuleID = "expired"
	// RulePromptEnded: the question has been answered or withdrawn.
	RulePromptEnded RuleID = "prompt_ended"
	// RulePersonAsked: the customer wants a person; nothing more about the case is asked by machine.
	RulePersonAsked RuleID = "person_asked"
	// RuleCaseCap and RuleDailyCap: the customer has had enough messages about this event, or today.
	RuleCaseCap  RuleID = "case_cap"
	RuleDailyCap RuleID = "daily_cap"
	// RuleBudget: the day's messages of all kinds leave no room for a service message.
	RuleBudget RuleID = "budget"
	// RuleQuietHours: nothing but fraud messages at night, and no fraud texts in the fraud quiet hours where a bank sets some.
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
	until, opens, rules := p.window(s, &m, at)
	// The caps count on the day on which it would go out.
	day := at
	if !until.IsZero() {
		day = until
	}
	deny(!s.reachable(m), RuleNoAddress)
	deny(s.OptedOut(m.Channel) && m.Template != OptedOutConfirmation, RuleOptOut)
	deny(m.Purpose == Service && !s.consents(m.Channel), RuleNoConsent)
	deny(m.Template == InstalmentOffer && s.wantsNoOffer(m.Account, at), RuleNoOffer)
	deny(!at.Before(m.ExpiresAt), RuleExpired)
	deny(m.Purpose == FraudPrompt && s.promptEnded(m.PromptID), RulePromptEnded)
	deny(m.Purpose == FraudPrompt && s.personAsked(m.CaseID), RulePersonAsked)
	deny(m.Purpose == FraudPrompt && s.casePrompts(m, at, p.PromptsWindow) >= p.PromptsPerCase, RuleCaseCap)
	deny(s.sameDay(m, day, m.Purpose) >= p.perDay(m.Purpose), RuleDailyCap)
	deny(m.Purpose == Service && p.budgetSpent(s, m, day), RuleBudget)

	v.Rules = append(v.Rules, rules...)
	switch {
	case !opens:
		v.Outcome = Deny
	case !until.IsZero() && v.Outcome == Allow:
		v.Outcome, v.Until = Defer, until
	}
	return v
}

// maxOpenings bounds how often quiet hours and conduct rules may move a message on before it is given up: a day each, and some to spare.
const maxOpenings = 32

// window is when a message may go out by the hours and by the conduct rules, which are asked about service messages alone: fraud is no
// matter of debt. until is unknown when that is at once; opens is false when it never is; rules are those that speak against now.
func (p Policy) window(s *State, m *Message, at card.Moment) (until card.Moment, opens bool, rules []RuleID) {
	if !p.waitsUntil(s, *m, at).IsZero() {
		rules = append(rules, RuleQuietHours)
	}
	decide := func(card.Moment) conduct.Decision { return conduct.Decision{Outcome: conduct.Allow} }
	if m.Purpose == Service {
		pack, flags := p.PackOf(s), s.ConductFlags(m.Account)
		decide = func(t card.Moment) conduct.Decision { return conduct.Decide(pack, flags, &s.Contacts, s.asked(m, t)) }
	}
	rules = append(rules, ruleIDs(decide(at).Rules)...)
	t := at
	for range maxOpenings {
		next := t
		if quiet := p.waitsUntil(s, *m, t); !quiet.IsZero() {
			next = quiet
		}
		switch d := decide(next); d.Outcome {
		case conduct.Deny:
			return card.Moment{}, false, rules
		case conduct.Defer:
			next = d.Until
		}
		switch {
		case t.Before(next):
			t = next
		case at.Before(t):
			return t, true, rules
		default:
			return card.Moment{}, true, rules
		}
	}
	return card.Moment{}, false, rules
}

// budgetSpent reports whether a day has no room for a service message, with the room for prompts kept free.
func (p Policy) budgetSpent(s *State, m Message, day card.Moment) bool {
	service := s.sameDay(m, day, Service)
	prompts, answers := s.sameDay(m, day, FraudPrompt), s.sameDay(m, day, FraudAnswer)
	return service+max(prompts, p.PromptsPerDay) >= p.MessagesPerDay || service+prompts+answers >= p.MessagesPerDay
}

// waitsUntil is when the quiet hours that keep a message back end, unknown when none do.
func (p Policy) waitsUntil(s *State, m Message, at card.Moment) card.Moment {
	switch {
	case m.Purpose == Service:
		return quietUntil(s, at, p.QuietFrom, p.QuietUntil)
	case m.Purpose == FraudPrompt && m.Channel == SMS:
		return quietUntil(s, at, p.FraudQuietFrom, p.FraudQuietUntil)
	}
	return card.Moment{}
}

// NextContact is the earliest moment from at on when collections may call the customer about an account: not in the bank's quiet hours nor
// in what the conduct rules close, and not while it is snoozed or a promise runs. What a flag or a plan forbids has no such moment: see
// MayReach, which tells that.
func (p Policy) NextContact(s *State, e *QueueEntry, at card.Moment) card.Moment {
	next := at
	if next.Before(e.SnoozedUntil) {
		next = e.SnoozedUntil
	}
	if e.Promise.State == PromiseOpen && next.Before(e.Promise.Until) {
		next = e.Promise.Until
	}
	for range maxOpenings {
		t := next
		if until := quietUntil(s, t, p.QuietFrom, p.QuietUntil); !until.IsZero() {
			t = until
		}
		if d := p.MayReach(s, e.Account, ContactAct{Channel: conduct.Call}, t); d.Outcome == conduct.Defer {
			t = d.Until
		}
		if !next.Before(t) {
			break
		}
		next = t
	}
	return next
}

// quietUntil is the end of the customer's quiet hours that a moment lies in, unknown when it lies in none: the first moment at which
// the customer's clock is outside them. On a day of 23 or 25 hours that clock jumps at a quarter hour at the finest, so the look goes
// by quarters.
func quietUntil(s *State, at card.Moment, from, until int) card.Moment {
	if !quiet(s.local(at).LocalHour(), from, until) {
		return card.Moment{}
	}
	const quarter = 15 * 60_000
	end := s.local(at)
	end.UnixMilli -= (end.UnixMilli + int64(end.OffsetMinutes)*60_000) % quarter
	for end = s.local(end); quiet(end.LocalHour(), from, until); {
		end = s.local(end.Add(quarter * time.Millisecond))
	}
	return end
}

// quiet reports whether an hour lies in hours that may go over midnight; equal bounds are none.
func quiet(hour, from, until int) bool {
	if from > until {
		return hour >= from || hour < until
	}
	return from <= hour && hour < until
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

// local gives a moment the customer's own offset then.
func (s *State) local(at card.Moment) card.Moment {
	at.OffsetMinutes = s.Contact.OffsetAt(at)
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

func (s *State) personAsked(caseID string) bool {
	c := s.Case(caseID)
	return c != nil && c.Person
}

// casePrompts counts the other prompts of the message's case that have reached, or may still reach, the customer.
func (s *State) casePrompts(m Message, at card.Moment, window time.Duration) int {
	return s.count(m, FraudPrompt, func(o *Message) bool { return o.CaseID == m.CaseID && at.Sub(o.DueAt) < window })
}

// sameDay counts the other messages of a purpose on the local day of at.
func (s *State) sameDay(m Message, at card.Moment, purpose Purpose) int {
	day := s.local(at).LocalDay()
	return s.count(m, purpose, func(o *Message) bool { return s.local(o.DueAt).LocalDay() == day })
}

// count leaves out what waits behind the message itself: two that wait for one place must not keep each other from it.
func (s *State) count(m Message, purpose Purpose, is func(*Message) bool) int {
	n, behind := 0, false
	for i := range s.Messages {
		o := &s.Messages[i]
		switch {
		case o.ID == m.ID:
			behind = true
		case o.Purpose != purpose, o.Outcome == Refused, o.Outcome == Undelivered, behind && o.Waiting():
		case is(o):
			n++
		}
	}
	return n
}
