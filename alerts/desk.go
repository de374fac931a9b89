package alerts

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/cardwatch/cardwatch/alerts/conduct"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Desk applies events to customers' states. It is immutable after NewDesk and may be used by many goroutines at once, each
// with its own State.
type Desk struct {
	policy   Policy
	silences []Silence
}

// NewDesk makes a desk that follows a policy, or says everything that is wrong with it.
func NewDesk(policy Policy) (*Desk, error) {
	if err := policy.Validate(); err != nil {
		return nil, fmt.Errorf("desk policy: %w", err)
	}
	book, err := conduct.NewBook(policy.ContactRules)
	if err != nil {
		return nil, fmt.Errorf("desk policy: %w", err)
	}
	policy.book = &book
	return &Desk{policy: policy}, nil
}

// Policy is the policy the desk follows.
func (d *Desk) Policy() Policy { return d.policy }

// Step applies one event to a customer's state and appends what follows from it to out. The event's strings are copied.
// Bodies that are not the desk's have no effect beyond that of time.
func (d *Desk) Step(s *State, ev card.Event, out *Effects) {
	head := ev.Body.Meta()
	st := &step{policy: d.policy, silences: d.silences, s: s, out: out, now: ev.Arrived}
	if st.now.IsZero() {
		st.now = head.At
	}
	if s.Customer == "" {
		s.Customer = clone(head.Customer)
	}
	st.treatment = st.policy.TreatmentOf(s.Customer, st.now)
	// Time goes first, so that an answer finds its prompt expired even when the tick that says so comes after it.
	st.passTime()
	switch body := ev.Body.(type) {
	case *detectors.Alert:
		st.alert(body)
	case *detectors.Collection:
		st.collection(body)
	case *card.Payment:
		st.payment(body)
	case *Contact:
		st.contact(body)
	case *Reply:
		st.reply(body)
	case *Command:
		st.command(body)
	case *Receipt:
		st.receipt(body)
	}
	for i := range s.Queue {
		st.settleEntry(&s.Queue[i])
	}
	st.trackDebts()
	st.forget()
}

// step is one application of an event: the state, where effects go, and the time it is.
type step struct {
	policy   Policy
	silences []Silence
	// treatment is the customer's, by the arms that they are in.
	treatment Treatment
	s         *State
	out       *Effects
	now       card.Moment
}

func (st *step) contact(c *Contact) {
	if c.At.Before(st.s.Contact.At) {
		return
	}
	kept := *c
	kept.ID, kept.Customer, kept.Phone = clone(c.ID), clone(c.Customer), clone(c.Phone)
	kept.PushToken, kept.Timezone, kept.Region = clone(c.PushToken), clone(c.Timezone), clone(c.Region)
	kept.PushPlatform = clone(c.PushPlatform)
	kept.OptOut, kept.Shifts = cloneAll(c.OptOut), slices.Clone(c.Shifts[:min(len(c.Shifts), MaxShifts)])
	st.s.Contact = kept
}

func (st *step) moved(kind ChangeKind, id, from, to, label string) {
	if from != to {
		st.out.Changes = append(st.out.Changes, Change{Kind: kind, ID: id, From: from, To: to, Label: label, At: st.now})
	}
}

const (
	// eventMemory is how long an event_id is known again (DESIGN.md, "Once"), providerMemory how long a provider's id of a reply is:
	// providers repeat a call for days (notes/reliability-security.md §4.10).
	eventMemory    = 24 * time.Hour
	providerMemory = 7 * 24 * time.Hour
)

// seenBefore remembers an id for a while and reports whether it is known already.
func (st *step) seenBefore(memory time.Duration, parts ...string) bool {
	hash := hash64(parts...)
	if slices.ContainsFunc(st.s.seen, func(e seenEvent) bool { return e.hash == hash }) {
		return true
	}
	st.s.seen = append(st.s.seen, seenEvent{hash: hash, until: st.now.Add(memory)})
	return false
}

// forget keeps the state bounded.
func (st *step) forget() {
	s := st.s
	s.seen = slices.DeleteFunc(s.seen, func(e seenEvent) bool { return st.due(e.until) })
	s.seen = trim(s.seen, maxSeen, func(*seenEvent) bool { return true })
	s.Cases = trim(s.Cases, maxCases, func(c *Case) bool { return c.State == CaseClosed })
	s.Prompts = trim(s.Prompts, maxPrompts, func(p *Prompt) bool { return p.State != PromptOpen })
	s.Plans = trim(s.Plans, maxPlans, planOver)
	s.Instalments = trim(s.Instalments, maxInstalments, instalmentOver)
	s.Messages = trim(s.Messages, maxMessages, func(m *Message) bool { return !m.Waiting() })
}

// newID derives an id from what it stands for, so that a replay gives the same: a prefix and 96 bits.
func newID(prefix string, parts ...string) string {
	sum := digest(parts)
	return prefix + "-" + hex.EncodeToString(sum[:12])
}

func hash64(parts ...string) uint64 {
	sum := digest(parts)
	return binary.LittleEndian.Uint64(sum[:8])
}

// digest hashes parts with their lengths, so that no two lists of parts give the same bytes.
func digest(parts []string) [sha256.Size]byte {
	var b []byte
	for _, p := range parts {
		b = append(binary.AppendUvarint(b, uint64(len(p))), p...)
	}
	return sha256.Sum256(b)
}
