package conduct

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Contact is one contact with a debtor, or with somebody else about them, as the log keeps it.
type Contact struct {
	// ID is the key of the reservation's id.
	ID Key
	// At is when it was made, or for which moment it is reserved.
	At           card.Moment
	Channel      Channel
	Party        Party
	Purpose      Purpose
	Number, Debt Key
	Result       Result
	// Agency is who made it, "" for the lender.
	Agency string
	// Agreed says that the debtor had agreed to it, or began it.
	Agreed bool
}

const (
	// Hold is how long a reservation counts in full, from its moment on: no call about a debt is two hours long. It then lapses, as nobody
	// knows whether the contact was made. It is no leave to call later than asked: that moment is judged again, under the same id. Own choice.
	Hold = 2 * time.Hour
	// Memory is how long the log keeps a contact: the longest window in local days, and two for those days' lengths and offsets.
	Memory = (MaxDays + 2) * 24 * time.Hour
	// MaxContacts is how many it keeps: sixteen a day, which no pack allows.
	MaxContacts = 512
	// MaxStops is how many third parties who refuse are kept, for ever.
	MaxStops = 64
	// maxAgency bounds an agency's name.
	maxAgency = 64
)

// Log is what a debtor's caps are counted from: the contacts of Memory, the oldest first, and the third parties who have refused. A log
// that is full denies every contact rather than forgetting one: a forgotten contact would open a place that the law has closed, and only
// somebody who goes far past every cap fills it. The zero Log is empty.
type Log struct {
	contacts []Contact
	stops    []Key
	// missed is the latest contact for which there was no room: the log stays full until it would have been dropped.
	missed card.Moment
}

// ErrNotReserved says that an id has no reservation in the log, or that it was settled otherwise before.
var ErrNotReserved = errors.New("conduct: no such reservation")

// Reserve judges a request and, if the contact may be made now, claims it in the log, where it counts until it is settled or lapses. A
// reservation of the same id is judged again as it stands and never doubled, so that a command may be repeated. A claim without an id is
// denied: nobody could settle it.
func (l *Log) Reserve(p Pack, f Flags, r Request) Decision {
	if r.ID == "" {
		return Decision{Outcome: Deny, Rules: []RuleID{OwnComplete}}
	}
	d := Decide(p, f, l, r)
	if d.Outcome != Allow || l.find(KeyOf(r.ID)) != nil {
		return d
	}
	l.prune(r.At)
	l.insert(Contact{
		ID: KeyOf(r.ID), At: r.local(r.At), Channel: r.Channel, Party: r.Party, Purpose: r.Purpose, Number: r.Number, Debt: r.Debt,
		Result: Reserved, Agency: agency(r.Agency), Agreed: r.Agreement != "",
	})
	return d
}

// Settle says what became of a reservation, lapsed or not. The same word twice is one; another word than the first is ErrNotReserved.
func (l *Log) Settle(id string, result Result) error {
	c := l.find(KeyOf(id))
	switch {
	case result != Cancelled && (result == Reserved || !slices.Contains(results, result)):
		return fmt.Errorf("conduct: %q is no result that a contact can have", result)
	case c == nil || c.Result != Reserved && c.Result != result:
		return fmt.Errorf("settling %q: %w", id, ErrNotReserved)
	case result == Cancelled:
		l.contacts = slices.DeleteFunc(l.contacts, func(o Contact) bool { return o.ID == c.ID })
		return nil
	}
	c.Result = result
	l.heed(c)
	return nil
}

// Note keeps a contact that was made without a reservation: one that an agency reports, or that the debtor began (Agreed). It is a
// fact, and the rules are not asked; one whose id is known is the known one. now bounds what is remembered. A contact that lacks what
// the caps count by is an error.
func (l *Log) Note(id string, c Contact, now card.Moment) error {
	r := Request{At: c.At, Channel: c.Channel, Party: c.Party, Purpose: c.Purpose, Number: c.Number, Debt: c.Debt}
	if !r.complete() || c.Result == Reserved || !slices.Contains(results, c.Result) {
		return fmt.Errorf("conduct: noting %q: a contact needs its time, channel, party, purpose, number, debt and result", id)
	}
	c.ID, c.Agency = KeyOf(id), agency(c.Agency)
	if l.find(c.ID) != nil || now.Sub(c.At) >= Memory {
		return nil
	}
	l.prune(now)
	l.heed(&c)
	if len(l.contacts) < MaxContacts {
		l.insert(c)
	} else if l.missed.Before(c.At) {
		l.missed = c.At
	}
	return nil
}

// Contact is the one that an id stands for; false when the log has none of it.
func (l *Log) Contact(id string) (Contact, bool) {
	c := l.find(KeyOf(id))
	if c == nil {
		return Contact{}, false
	}
	return *c, true
}

// Contacts are those that the log holds, the oldest first.
func (l *Log) Contacts() []Contact { return slices.Clone(l.contacts) }

// Debts are those that contacts were about, each once.
func (l *Log) Debts() (keys []Key) {
	for i := range l.contacts {
		if key := l.contacts[i].Debt; !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// Erase forgets the contacts about a debt, and reports whether there were any. Third parties who have refused stay.
func (l *Log) Erase(debt Key) bool {
	before := len(l.contacts)
	l.contacts = slices.DeleteFunc(l.contacts, func(c Contact) bool { return c.Debt == debt })
	if len(l.contacts) == 0 {
		l.contacts = nil
	}
	return len(l.contacts) < before
}

// Clone shares no memory with l.
func (l *Log) Clone() Log {
	return Log{contacts: slices.Clone(l.contacts), stops: slices.Clone(l.stops), missed: l.missed}
}

// heed remembers a third party who refuses. Where there is no room for another, Stop denies all of them.
func (l *Log) heed(c *Contact) {
	if c.Party == Third && c.Result == Refused && len(l.stops) < MaxStops && !slices.Contains(l.stops, c.Number) {
		l.stops = append(l.stops, c.Number)
	}
}

func (l *Log) find(id Key) *Contact {
	for i := range l.contacts {
		if id != 0 && l.contacts[i].ID == id {
			return &l.contacts[i]
		}
	}
	return nil
}

func (l *Log) insert(c Contact) {
	i := len(l.contacts)
	for i > 0 && c.At.Before(l.contacts[i-1].At) {
		i--
	}
	l.contacts = slices.Insert(l.contacts, i, c)
}

func (l *Log) prune(now card.Moment) {
	l.contacts = slices.DeleteFunc(l.contacts, func(c Contact) bool { return now.Sub(c.At) >= Memory })
}

// full reports whether the log has no room for a contact at a moment.
func (l *Log) full(at card.Moment) bool {
	kept := 0
	for i := range l.contacts {
		if at.Sub(l.contacts[i].At) < Memory {
			kept++
		}
	}
	return kept >= MaxContacts || !l.missed.IsZero() && at.Sub(l.missed) < Memory
}

// lost reports whether the debtor cannot be reached: the last call or visit found the number invalid, or so many in a row found nobody.
// One that reached somebody, or a call of the debtor's own, ends the row. What has lapsed is no failure that anybody has seen.
func (l *Log) lost(failures int) bool {
	row := 0
	for i := len(l.contacts) - 1; i >= 0; i-- {
		c := &l.contacts[i]
		if !c.Party.owes() || c.Channel != Call && c.Channel != Visit {
			continue
		}
		switch c.Result {
		case Invalid:
			return true
		case NoAnswer:
			if row++; row >= failures {
				return true
			}
		case Connected, Conversation, Refused:
			return false
		}
	}
	return false
}

// agency copies a name out of its caller's memory, cut to what is kept.
func agency(name string) string { return strings.Clone(name[:min(len(name), maxAgency)]) }
