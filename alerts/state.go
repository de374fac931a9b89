package alerts

import (
	"slices"

	"github.com/cardwatch/cardwatch/alerts/conduct"
	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// State is one customer at the desk. Step alone changes it; others read. It may be used by one goroutine at a time.
type State struct {
	Customer string
	// Contact is the newest contact; its At is unknown while there is none.
	Contact Contact
	// OptOut names channels that the customer refused by answering STOP, beyond what Contact says.
	OptOut []ChannelKind
	// Cases, Prompts and Messages are oldest first and bounded; what is closed, ended or sent goes first.
	Cases    []Case
	Prompts  []Prompt
	Messages []Message
	// Queue holds the customer's overdue accounts.
	Queue []QueueEntry
	// Flags are the facts that staff have set about the customer and the debts.
	Flags []Flagged
	// Restrictions are what the customer has asked of contact about debts, oldest first.
	Restrictions []Restriction
	// Received are the payments that promises and plans are judged by, oldest first.
	Received []Received
	// Plans are the plans to pay back, oldest first, at most maxPlans; those that have ended go first.
	Plans []plan.Plan
	// Instalments are the ordinary instalments, from the offer on, oldest first, at most maxInstalments; those that are over go first.
	Instalments []plan.Instalment
	// Contacts are the contacts about debts, by lender and agencies, that the conduct rules count.
	Contacts conduct.Log

	seen []seenEvent
	// debts say since when records about each debt are needed no more.
	debts []debt
}

// The bounds of a state. A customer with more open cases or prompts than this is one whose every card is under attack: the
// oldest closed ones go first, and an open one is never dropped.
const (
	maxCases      = 16
	maxPrompts    = 24
	maxMessages   = 64
	maxQueue      = 32
	maxFlags      = 48
	maxCaseAlerts = 8
	maxHistory    = 40
	maxSeen       = 128
)

// seenEvent remembers an id, so that the same event has no effect twice before until: an event_id for 24 h, a provider's own id of
// a reply for 7 days.
type seenEvent struct {
	hash  uint64
	until card.Moment
}

// Case finds a case by its id; nil when there is none. The pointer is valid until the next Step.
func (s *State) Case(id string) *Case {
	return find(s.Cases, func(c *Case) bool { return c.ID == id })
}

// Prompt finds a prompt by its id; nil when there is none. The pointer is valid until the next Step.
func (s *State) Prompt(id string) *Prompt {
	return find(s.Prompts, func(p *Prompt) bool { return p.ID == id })
}

// Message finds a message by its id; nil when there is none. The pointer is valid until the next Step.
func (s *State) Message(id string) *Message {
	return find(s.Messages, func(m *Message) bool { return m.ID == id })
}

// Entry finds an account in the collections queue; nil when it is not there. The pointer is valid until the next Step.
func (s *State) Entry(account string) *QueueEntry {
	return find(s.Queue, func(e *QueueEntry) bool { return e.Account == account })
}

// OptedOut reports whether the customer has refused a channel, upstream or by answering STOP.
func (s *State) OptedOut(kind ChannelKind) bool {
	return slices.Contains(s.Contact.OptOut, kind) || slices.Contains(s.OptOut, kind)
}

func (s *State) openCase(cardID string) *Case {
	return find(s.Cases, func(c *Case) bool { return c.Card == cardID && c.State != CaseClosed })
}

func (s *State) openPrompt(cardID string) *Prompt {
	return find(s.Prompts, func(p *Prompt) bool { return p.Card == cardID && p.State == PromptOpen })
}

func find[T any](list []T, is func(*T) bool) *T {
	for i := range list {
		if is(&list[i]) {
			return &list[i]
		}
	}
	return nil
}

// trim drops the oldest elements that may go until at most limit are left.
func trim[T any](list []T, limit int, mayGo func(*T) bool) []T {
	excess := len(list) - limit
	if excess <= 0 {
		return list
	}
	return slices.DeleteFunc(list, func(v T) bool {
		if excess > 0 && mayGo(&v) {
			excess--
			return true
		}
		return false
	})
}
