package sms

import (
	"crypto/sha256"
	"slices"
	"sync"

	"github.com/cardwatch/cardwatch/alerts"
)

// remembered is how many messages a Ledger holds: those of several minutes at the highest load.
const remembered = 10_000

// Ledger holds what the centre has accepted of the last messages, and which receipts came for them.
type Ledger struct {
	mu        sync.Mutex
	reference uint8
	messages  map[string]*sent
	// parts finds a message by the centre's id of one of its parts.
	parts map[string]partOf
	// oldest is where in order the message stands that the next one replaces.
	order  []string
	oldest int
}

type partOf struct {
	message string
	part    int
}

// sent is one message. ids holds the centre's id of each part, "" for one that it has not accepted; it is nil before the first.
type sent struct {
	text      [sha256.Size]byte
	reference uint8
	ids       []string
	arrived   []bool
}

// Begin gives the reference that the parts of a message have. A text that has changed since it was accepted in part is another one.
func (l *Ledger) Begin(id, text string) (reference uint8) {
	l.mu.Lock()
	defer l.mu.Unlock()
	sum := sha256.Sum256([]byte(text))
	known := l.messages[id]
	if known != nil && (known.text == sum || known.complete()) {
		return known.reference
	}
	l.reference++
	if known == nil {
		l.add(id)
	} else {
		l.forgetParts(known.ids)
	}
	l.messages[id] = &sent{text: sum, reference: l.reference}
	return l.reference
}

func (l *Ledger) add(id string) {
	if l.messages == nil {
		l.messages, l.parts = map[string]*sent{}, map[string]partOf{}
	}
	if len(l.order) < remembered {
		l.order = append(l.order, id)
		return
	}
	old := l.order[l.oldest]
	l.forgetParts(l.messages[old].ids)
	delete(l.messages, old)
	l.order[l.oldest] = id
	l.oldest = (l.oldest + 1) % remembered
}

func (l *Ledger) forgetParts(ids []string) {
	for _, id := range ids {
		delete(l.parts, id)
	}
}

func (s *sent) complete() bool { return len(s.ids) > 0 && !slices.Contains(s.ids, "") }

// Accepted gives the centre's id of the last part, when it has accepted them all.
func (l *Ledger) Accepted(id string) (last string, all bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if m := l.messages[id]; m != nil && m.complete() {
		return m.ids[len(m.ids)-1], true
	}
	return "", false
}

// Has reports whether the centre has accepted one part out of so many.
func (l *Ledger) Has(id string, part, total int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	m := l.messages[id]
	return m != nil && len(m.ids) == total && m.ids[part] != ""
}

// Accept records that the centre has accepted one part out of so many, as which id. A word on a text that has been replaced meanwhile
// is none on this one.
func (l *Ledger) Accept(id string, reference uint8, part, total int, theirs string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	m := l.messages[id]
	if m == nil || m.reference != reference {
		return
	}
	if m.ids == nil {
		m.ids, m.arrived = make([]string, total), make([]bool, total)
	}
	m.ids[part] = theirs
	l.parts[theirs] = partOf{id, part}
}

// Fate applies what became of the part that the centre calls theirs. It gives our id of the message, "" when it is not known, and what
// that makes of the message as a whole; decided is false while parts that have not arrived leave that open.
func (l *Ledger) Fate(theirs string, outcome alerts.SendOutcome) (id string, decided bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	of, known := l.parts[theirs]
	if !known {
		return "", true
	}
	m := l.messages[of.message]
	if outcome == alerts.Delivered {
		m.arrived[of.part] = true
		return of.message, !slices.Contains(m.arrived, false)
	}
	return of.message, true
}
