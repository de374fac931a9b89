package alerts

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"

	"github.com/cardwatch/cardwatch/detectors"
)

// IndexRow is one line of a secondary index that a state implies. The store writes the difference between the rows before
// and after a Step in the batch that writes the state, so an index cannot disagree with it.
type IndexRow struct {
	Kind IndexKind
	// Group parts an index: those of IndexCases and IndexQueue, the channel of IndexOutbox; empty elsewhere.
	Group string
	// Order sorts inside a group, ascending.
	Order uint64
	// Key is the id that is looked up or listed: a case, an account, a prompt, a message, a hashed number or provider's id.
	Key string
}

// IndexKind names an index.
type IndexKind string

// The indexes. Each leads from its row to the customer.
const (
	// IndexCases lists the open cases by falling priority, then by age, by the groups below; and in GroupClosed those that are closed, for as
	// long as the state remembers them (at most maxCases a customer), the last closed first.
	IndexCases IndexKind = "cases"
	// IndexQueue lists every overdue account within its tier, by falling priority; within its line (LineGroup), or else within those that
	// rest (GroupResting, by when they come back); and, where pushes are allowed by rank, within GroupPush by falling risk.
	IndexQueue IndexKind = "queue"
	// IndexOutbox lists messages still to be sent over a channel, by urgency, then by due time.
	IndexOutbox IndexKind = "outbox"
	// IndexCase, IndexPrompt and IndexPhone find the customer of an id or a number (see PhoneKey).
	IndexCase   IndexKind = "case"
	IndexPrompt IndexKind = "prompt"
	IndexPhone  IndexKind = "phone"
	// IndexInstalment finds the customer of an ordinary instalment.
	IndexInstalment IndexKind = "instalment"
	// IndexProvider finds the customer of a message that a provider has taken, by the provider's id of it or ours (see ProviderKey and
	// MessageKey).
	IndexProvider IndexKind = "provider"
)

// The groups of IndexCases. An open case is in one of the first four; one whose request to unblock waits for a second person is in
// GroupUnblock too.
const (
	GroupFirst     = ""
	GroupEscalated = "escalated"
	GroupSnoozed   = "snoozed"
	GroupSilenced  = "silenced"
	GroupUnblock   = "unblock"
	GroupClosed    = "closed"
)

// Group is where IndexCases lists an open case: in one of the two lines' queues, or out of them.
func (c *Case) Group() string {
	switch {
	case c.Silence != "":
		return GroupSilenced
	case !c.SnoozedUntil.IsZero():
		return GroupSnoozed
	case c.Escalated:
		return GroupEscalated
	default:
		return GroupFirst
	}
}

// Index emits every row that the state implies, in no particular order, each once.
func (s *State) Index(emit func(IndexRow)) {
	for i := range s.Cases {
		c := &s.Cases[i]
		emit(IndexRow{Kind: IndexCase, Key: c.ID})
		if c.State == CaseClosed {
			emit(IndexRow{Kind: IndexCases, Group: GroupClosed, Order: uint64(math.MaxInt64 - max(c.MovedAt.UnixMilli, 0)), Key: c.ID})
		} else {
			emit(IndexRow{Kind: IndexCases, Group: c.Group(), Order: priorityOrder(c.Priority, c.OpenedAt.UnixMilli), Key: c.ID})
			if c.Unblock.By != "" {
				emit(IndexRow{Kind: IndexCases, Group: GroupUnblock, Order: priorityOrder(c.Priority, c.Unblock.At.UnixMilli), Key: c.ID})
			}
		}
	}
	for i := range s.Prompts {
		emit(IndexRow{Kind: IndexPrompt, Key: s.Prompts[i].ID})
	}
	for i := range s.Instalments {
		emit(IndexRow{Kind: IndexInstalment, Key: s.Instalments[i].ID})
	}
	for i := range s.Queue {
		s.Queue[i].index(emit)
	}
	for i := range s.Messages {
		if m := &s.Messages[i]; m.Waiting() {
			emit(IndexRow{Kind: IndexOutbox, Group: string(m.Channel), Order: OutboxOrder(m.Purpose.Urgency(), m.DueAt.UnixMilli), Key: m.ID})
		}
	}
	for i := range s.Messages {
		if m := &s.Messages[i]; m.ProviderID != "" {
			emit(IndexRow{Kind: IndexProvider, Key: ProviderKey(m.Provider, m.ProviderID)})
			emit(IndexRow{Kind: IndexProvider, Key: MessageKey(m.ID)})
		}
	}
	for _, phone := range s.phones() {
		emit(IndexRow{Kind: IndexPhone, Key: PhoneKey(phone)})
	}
}

// GroupPush is the group of IndexQueue for cheap pushes.
const GroupPush = "push"

// index emits the rows of an account. One that an older release wrote has no line before its next event.
func (e *QueueEntry) index(emit func(IndexRow)) {
	row := func(group string, order uint64) {
		emit(IndexRow{Kind: IndexQueue, Group: group, Order: order, Key: e.Account})
	}
	row(string(e.Tier), priorityOrder(e.Priority, e.TierSince.UnixMilli))
	switch {
	case e.Line == "":
		return
	case e.Rest != RestNone:
		back := e.RestUntil.UnixMilli
		if e.RestUntil.IsZero() {
			back = math.MaxInt64
		}
		row(GroupResting, uint64(back))
		return
	}
	row(LineGroup(e.Line), e.lineOrder)
	if priority, ok := e.PushPriority(); ok {
		row(GroupPush, priorityOrder(priority, e.TierSince.UnixMilli))
	}
}

// phones are the numbers by which a reply can be the customer's: today's, and those bound to a prompt.
func (s *State) phones() []Phone {
	phones := make([]Phone, 0, 2)
	if s.Contact.Phone != "" {
		phones = append(phones, s.Contact.Phone)
	}
	for i := range s.Prompts {
		if to := s.Prompts[i].To; to != "" && !slices.Contains(phones, to) {
			phones = append(phones, to)
		}
	}
	return phones
}

// PhoneKey is the key of a number in IndexPhone. It keeps numbers out of key listings and file names; it is no secret, since
// all numbers can be tried, and the store that holds it holds the numbers too.
func PhoneKey(p Phone) string {
	sum := sha256.Sum256([]byte("cardwatch phone " + p.Reveal()))
	return hex.EncodeToString(sum[:16])
}

// ProviderKey is the key of a provider's own id of a message in IndexProvider.
func ProviderKey(provider, id string) string { return newID("provider", provider, id) }

// MessageKey is the key of our own id of a message in IndexProvider.
func MessageKey(id string) string { return newID("message", id) }

// OutboxOrder is the Order of an outbox row: all of a more urgent class come before any of the next. A scan for what is due
// at time t visits, per class, the orders below OutboxOrder(urgency, t+1).
func OutboxOrder(urgency int, dueMilli int64) uint64 {
	return uint64(urgency)<<56 | uint64(max(dueMilli, 0))&(1<<56-1)
}

// priorityOrder puts high priorities first and, among equals, the one that waits longest.
func priorityOrder(priority int, sinceMilli int64) uint64 {
	return uint64(100-min(max(priority, 0), 100))<<56 | uint64(max(sinceMilli, 0))&(1<<56-1)
}

// Tiers lists the collections tiers, mildest first: the groups of IndexQueue.
func Tiers() []detectors.Tier {
	return []detectors.Tier{
		detectors.Watch, detectors.Grace, detectors.Mild, detectors.Moderate, detectors.SevereA, detectors.SevereB, detectors.SevereC,
	}
}
