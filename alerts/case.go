package alerts

import (
	"regexp"
	"slices"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Case is one suspected fraud on one card. A card has at most one case that is not closed; further alerts join it.
type Case struct {
	ID, Card string
	State    CaseState
	// Urgent is set when the customer has said, or may have said, that it was not them.
	Urgent bool
	// Conflict says that the customer has said both yes and no.
	Conflict bool
	// Person says that the customer wants a person to decide (PIPL art. 24): nothing more about it is sent by machine until it is closed.
	Person bool
	// Blocked says that a block of the card has been requested, and not been taken back since.
	Blocked bool
	// Actions counts the requests to the bank's authorisation system: each has its own id.
	Actions int
	// Priority orders the analysts' queue, 0 … 100, higher first; Why lists what it is made of.
	Priority int
	Why      []PriorityReason
	// Alerts are the findings that joined, in order of arrival, at most maxCaseAlerts; MoreAlerts counts those beyond.
	Alerts     []detectors.Alert
	MoreAlerts int
	// ClaimBy and CloseBy are when somebody should have taken it, and have closed it: Policy.SLA after it opened or was reopened.
	// ClaimBy is unknown once an analyst has taken it, both while it is silenced or closed.
	ClaimBy, CloseBy card.Moment
	// ClaimClock and CloseClock are how far these have come.
	ClaimClock, CloseClock ClockState
	// Escalated is a case for the second line: experienced analysts.
	Escalated bool
	// SnoozedUntil keeps it out of the queue until then; unknown when it is not put off.
	SnoozedUntil card.Moment
	// Silence is the id of the silence that keeps it out of the queue and its customer unasked; empty when there is none.
	Silence string
	// Unblock is a request to take the block back that waits for a second person.
	Unblock UnblockRequest
	// Owner is the staff member at work on it, until LeaseUntil; empty unless State is CaseClaimed.
	Owner      string
	LeaseUntil card.Moment
	// Disposition is the outcome; empty unless State is CaseClosed.
	Disposition Disposition
	OpenedAt    card.Moment
	// MovedAt is when State last changed.
	MovedAt card.Moment
	// History is what happened to it, oldest first, at most maxHistory; the first entry is always kept.
	History []Act
}

// UnblockRequest is who wants a block taken back, and why; the zero value is "nobody".
type UnblockRequest struct {
	By   string
	At   card.Moment
	Note string
}

// CaseState is where a case stands.
type CaseState string

// The case states.
const (
	// CaseNew is a case that nobody has been asked about: neither the customer nor an analyst.
	CaseNew CaseState = "new"
	// CaseWaiting is a case whose customer has been asked.
	CaseWaiting CaseState = "waiting_for_customer"
	// CaseQueued is a case that needs an analyst, because the customer denied, did not answer or could not be understood, or
	// because an analyst gave it back.
	CaseQueued  CaseState = "queued"
	CaseClaimed CaseState = "claimed"
	CaseClosed  CaseState = "closed"
)

// Act is one line of a history: who did what, and what moved.
type Act struct {
	At    card.Moment
	Actor string
	Code  ActCode
	// From and To are equal when nothing moved.
	From, To CaseState
	// Note is free text of staff, or the rule, reason or id that the act turned on.
	Note string
}

// The actors that are not staff.
const (
	ActorMonitor  = "monitor"
	ActorCustomer = "customer"
	ActorClock    = "clock"
	ActorProvider = "provider"
)

var staffName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// StaffName reports whether a member of staff, or a system, may act under a name: 1 to 64 of A-Z a-z 0-9 . _ -, and none of the actors
// that are not staff, so that a history never takes the one for the other.
func StaffName(name string) bool {
	switch name {
	case ActorMonitor, ActorCustomer, ActorClock, ActorProvider:
		return false
	}
	return staffName.MatchString(name)
}

// PriorityReason is one named part of a priority.
type PriorityReason struct {
	Code   PriorityCode
	Points int
}

// Strongest is the alert with the highest score; the zero Alert when there is none.
func (c *Case) Strongest() detectors.Alert {
	if len(c.Alerts) == 0 {
		return detectors.Alert{}
	}
	return slices.MaxFunc(c.Alerts, func(a, b detectors.Alert) int { return a.Score - b.Score })
}

func (c *Case) alert(id string) *detectors.Alert {
	i := slices.IndexFunc(c.Alerts, func(a detectors.Alert) bool { return a.AlertID == id })
	if i < 0 {
		return nil
	}
	return &c.Alerts[i]
}
