package lifecycle

import (
	"cmp"
	"maps"
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// MaxDrafts is how many sets may judge in shadow at a time; each costs as much as the live one.
const MaxDrafts = 8

// maxHistory bounds what a set remembers; the topic has everything.
const maxHistory = 200

// Set is one set of rules and how it got where it is.
type Set struct {
	Version string
	State   State
	// Author brought the set, at Since.
	Author string
	Since  card.Moment
	// Approver has given the approval that holds, "" for none.
	Approver string
	Text     []byte
	SHA256   string
	// Evidence is the newest back-test's.
	Evidence []byte
	History  []Entry
}

// Entry is one line of a set's history.
type Entry struct {
	At          card.Moment
	Actor, Note string
	Verb        Verb
	From, To    State
	// Rule is what a stop or a resumption was about.
	Rule string
}

// Stopped is a rule that was silenced.
type Stopped struct {
	Rule, Actor, Note string
	At                card.Moment
}

// Book is all sets, and what decides. The zero Book is empty.
type Book struct {
	sets map[string]*Set
	// order lists the versions as they came; live those that were live, the newest last.
	order, live []string
	stopped     map[string]Stopped
	seen        map[string]bool
	// governed says that a set went live by approval: what processes have in their files is then no longer what decides.
	governed bool
}

// Live is the set that decides, nil before there is one.
func (b *Book) Live() *Set {
	if len(b.live) == 0 {
		return nil
	}
	return b.sets[b.live[len(b.live)-1]]
}

// Drafts are the sets that judge in shadow, those that wait for going live among them.
func (b *Book) Drafts() (drafts []*Set) {
	for _, version := range b.order {
		if s := b.sets[version]; s.State == InShadow || s.State == Approved {
			drafts = append(drafts, s)
		}
	}
	return drafts
}

// Set is a set by its version, nil for one that nobody knows.
func (b *Book) Set(version string) *Set { return b.sets[version] }

// Sets lists all sets as they came.
func (b *Book) Sets() (sets []*Set) {
	for _, version := range b.order {
		sets = append(sets, b.sets[version])
	}
	return sets
}

// Applied reports whether the event with an id has had its effect.
func (b *Book) Applied(id string) bool { return b.seen[id] }

// Governed reports whether a set went live by approval, so that what processes have in their files no longer decides.
func (b *Book) Governed() bool { return b.governed }

// Stopped lists the rules that are silenced, by name.
func (b *Book) Stopped() []Stopped {
	return slices.SortedFunc(maps.Values(b.stopped), func(x, y Stopped) int { return cmp.Compare(x.Rule, y.Rule) })
}

// add makes a set known.
func (b *Book) add(e *Event) *Set {
	s := &Set{Version: e.Set}
	if b.sets == nil {
		b.sets = make(map[string]*Set)
	}
	b.sets[e.Set] = s
	b.order = append(b.order, e.Set)
	return s
}

// move takes a set to a state and writes it down.
func (s *Set) move(e *Event, to State) {
	if len(s.History) >= maxHistory {
		s.History = slices.Delete(s.History, 1, 2) // the first says how it began
	}
	s.History = append(s.History, Entry{At: e.At, Actor: e.Actor, Note: e.Note, Verb: e.Verb, From: s.State, To: to, Rule: e.Rule})
	s.State = to
}
