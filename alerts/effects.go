package alerts

import (
	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Effects is what one Step asks of the world, and what it tells. The engine hands in an empty one and reuses it. Messages are
// not among them: they are in the state, and the outbox is an index of it.
type Effects struct {
	// Feedback and CardActions are records for cardwatch.feedback.v1 and cardwatch.card_action.v1.
	Feedback    []card.Feedback
	CardActions []CardAction
	// Conduct are records for cardwatch.conduct.v1.
	Conduct []Conduct
	// Changes lists what moved, for metrics, the live view and tests.
	Changes []Change
	// Denials lists messages and contacts that a contact rule forbade.
	Denials []Denial
	// Missing is what a plan's contract lacks of what Art. 70 asks for, after a PlanSign that was refused for it.
	Missing []plan.Missing
	// Refusal says why a command or a reply had no effect; empty when it had one.
	Refusal Refusal
}

// Reset empties the effects for the next event and keeps their memory.
func (e *Effects) Reset() {
	e.Feedback, e.CardActions = e.Feedback[:0], e.CardActions[:0]
	e.Conduct = e.Conduct[:0]
	e.Changes, e.Denials = e.Changes[:0], e.Denials[:0]
	e.Missing, e.Refusal = nil, ""
}

// Change is one move of one thing: a case, a prompt, a queue entry's tier, or a message. From is empty when it came into
// being, To when it went.
type Change struct {
	Kind     ChangeKind
	ID       string
	From, To string
	// Label is a message's channel, a missed clock's severity, or empty.
	Label string
	At    card.Moment
}

// ChangeKind is what moved.
type ChangeKind string

// The kinds of change.
const (
	CaseMoved   ChangeKind = "case"
	PromptMoved ChangeKind = "prompt"
	TierMoved   ChangeKind = "tier"
	// LineMoved is an account that goes to another line, RestMoved one that leaves its line for a while (To is the RestReason) or comes back.
	LineMoved ChangeKind = "line"
	RestMoved ChangeKind = "rest"
	// PromiseMoved is a promise to pay: its states, "" before it is made.
	PromiseMoved ChangeKind = "promise"
	// FlagMoved is a flag that is set (To) or taken back (From).
	FlagMoved ChangeKind = "flag"
	// RestrictionMoved is a restriction of contact, by its id: written down (To is the RestrictionKind) or lifted (From). Label is the channel.
	RestrictionMoved ChangeKind = "restriction"
	// PlanMoved is a plan to pay back, by its id: its states.
	PlanMoved ChangeKind = "plan"
	// InstalmentMoved is an ordinary instalment, by its id: its states, "" before it is offered.
	InstalmentMoved ChangeKind = "instalment"
	// ContactMoved is a contact, by its id: reserved, then its result. Label is the channel.
	ContactMoved ChangeKind = "contact"
	MessageMoved ChangeKind = "message"
	// SilenceMoved is a case that a silence covers ("silenced"), or no longer does ("lifted").
	SilenceMoved ChangeKind = "silence"
	// ClockMissed is a case that nobody took or closed in time: To is the ClockKind, Label the severity.
	ClockMissed ChangeKind = "clock"
)

// Denial is a message that was not queued, or a contact that was not reserved, and every rule that forbids it.
type Denial struct {
	// Template is empty for a contact.
	Template TemplateID
	Channel  ChannelKind
	Rules    []RuleID
	// Until is when a contact may be asked for again; unknown when no time is known.
	Until card.Moment
}

// Refusal names why a command or a reply had no effect; each is a metric label and has a text in the glossary. Those of
// plan.InstalmentRefusal are among them.
type Refusal string

// The refusals.
const (
	RefusedUnknownCase    Refusal = "unknown_case"
	RefusedUnknownAccount Refusal = "unknown_account"
	RefusedUnknownVerb    Refusal = "unknown_verb"
	// RefusedWrongState is an act that the case's state does not allow.
	RefusedWrongState Refusal = "wrong_state"
	// RefusedNotOwner is an act on a case that somebody else holds, or that the actor has not claimed.
	RefusedNotOwner Refusal = "not_owner"
	// RefusedNoActor is a command that does not say who acts.
	RefusedNoActor Refusal = "no_actor"
	// RefusedBadArgument is a missing or unknown disposition, an empty or overlong note, an amount or a date that cannot be meant.
	RefusedBadArgument Refusal = "bad_argument"
	// RefusedCardNumber is a text with a card number in the clear, which must not be written anywhere (PCI DSS 3.5.1).
	RefusedCardNumber Refusal = "card_number"
	// RefusedNotBound is a reply from a number that was never asked.
	RefusedNotBound Refusal = "not_bound"
	// RefusedNoPrompt is a reply to a prompt that the desk does not know.
	RefusedNoPrompt Refusal = "no_prompt"
	// RefusedAmbiguous is a text that could mean several open prompts; the customer has been asked which.
	RefusedAmbiguous Refusal = "ambiguous"
	// RefusedLate is a yes after the prompt has ended: it releases nothing.
	RefusedLate Refusal = "late"
	// RefusedNotBlocked is a request to unblock a card that is not blocked.
	RefusedNotBlocked Refusal = "not_blocked"
	// RefusedNoRequest is an answer to a request to unblock that nobody has made.
	RefusedNoRequest Refusal = "no_unblock_request"
	// RefusedPending is an act that has to wait for the second person's word on a request to unblock.
	RefusedPending Refusal = "unblock_pending"
	// RefusedSamePerson is an approval by whoever asked.
	RefusedSamePerson Refusal = "same_person"
	// RefusedContact is a contact that the conduct rules forbid now; the Denial beside it names them.
	RefusedContact Refusal = "contact_rules"
	// RefusedNoPlan is an act on the plan of an account that has none.
	RefusedNoPlan Refusal = "no_plan"
	// RefusedPlanIncomplete is a signature under a contract that lacks what Art. 70 asks for (Effects.Missing).
	RefusedPlanIncomplete Refusal = "plan_incomplete"
	// RefusedPlanLapsed is an offer whose first month is over, RefusedPlanOver a plan whose last line is due: nothing can be carried to it.
	RefusedPlanLapsed Refusal = "plan_lapsed"
	RefusedPlanOver   Refusal = "plan_over"
	// RefusedNoInstalment is an act on the instalment of an account that has none.
	RefusedNoInstalment Refusal = "no_instalment"
	// RefusedTooMany is an act that would make a customer's state grow beyond its bounds.
	RefusedTooMany Refusal = "too_many"
	// RefusedDuplicate is an event_id that was seen before.
	RefusedDuplicate Refusal = "duplicate"
)
