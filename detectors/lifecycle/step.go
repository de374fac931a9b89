package lifecycle

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// Step applies an event, or says why it has no effect. What it keeps of the event is not changed by others.
func (b *Book) Step(e Event) Refusal {
	if r := b.Refuses(&e); r != "" {
		return r
	}
	if b.seen == nil {
		b.seen = make(map[string]bool)
	}
	b.seen[e.ID] = true
	if e.Verb == Stop || e.Verb == Resume {
		b.silence(&e)
		return ""
	}
	set := b.sets[e.Set]
	if set == nil {
		set = b.add(&e)
	}
	to := table[set.State][e.Verb]
	switch e.Verb {
	case Submit:
		set.Author, set.Since = e.Actor, e.At
		set.Text, set.SHA256 = bytes.Clone(e.Text), e.SHA256
	case Adopt:
		set.Text, set.SHA256 = bytes.Clone(e.Text), e.SHA256
		if set.Author == "" {
			set.Author, set.Since = e.Actor, e.At
		}
		if b.governed {
			if to = set.State; to == Unknown {
				to = Filed
			}
		}
	case Backtest:
		set.Evidence = bytes.Clone(e.Evidence)
	case Approve:
		set.Approver = e.Actor
	case GoLive:
		b.governed = true
	case Rollback:
		set.Approver = ""
	}
	before := b.Live()
	set.move(&e, to)
	b.follow(&e, set, before)
	return ""
}

// follow lets another set decide, when that is what an event comes to.
func (b *Book) follow(e *Event, set, before *Set) {
	switch {
	case e.Verb == Rollback:
		b.live = b.live[:len(b.live)-1]
		b.Live().move(e, Live)
	case set.State == Live && set != before:
		if before != nil {
			before.move(e, Retired)
		}
		b.live = append(slices.DeleteFunc(b.live, func(v string) bool { return v == set.Version }), set.Version)
	default:
		return
	}
	clear(b.stopped)
}

// silence stops or resumes a rule.
func (b *Book) silence(e *Event) {
	if b.stopped == nil {
		b.stopped = make(map[string]Stopped)
	}
	if e.Verb == Stop {
		b.stopped[e.Rule] = Stopped{Rule: e.Rule, Actor: e.Actor, Note: e.Note, At: e.At}
	} else {
		delete(b.stopped, e.Rule)
	}
	if live := b.Live(); live != nil {
		live.move(e, live.State)
	}
}

// Refuses says why an event would have no effect, "" when it would.
func (b *Book) Refuses(e *Event) Refusal {
	switch {
	case b.seen[e.ID]:
		return Repeated
	case strings.TrimSpace(e.Actor) == "" || len(e.Actor) > MaxName || same(e.Actor, Breaker) && e.Verb != Stop:
		return NoActor
	case e.ID == "" || e.Set == "" || len(e.Set) > MaxName || e.At.IsZero() || utf8.RuneCountInString(e.Note) > MaxNote || len(e.Evidence) > MaxProof:
		return Malformed
	case e.Verb == Stop || e.Verb == Resume:
		return b.refusesSilence(e)
	}
	return b.refusesMove(e)
}

func (b *Book) refusesSilence(e *Event) Refusal {
	_, stopped := b.stopped[e.Rule]
	switch {
	case e.Rule == "" || len(e.Rule) > MaxName:
		return Malformed
	case e.Verb == Stop && stopped:
		return StoppedAlready
	case e.Verb == Resume && !stopped:
		return NotStopped
	}
	return ""
}

func (b *Book) refusesMove(e *Event) Refusal {
	set, state := b.sets[e.Set], Unknown
	if set != nil {
		state = set.State
	}
	brings := e.Verb == Submit || e.Verb == Adopt
	_, allowed := table[state][e.Verb]
	switch {
	case brings && (len(e.Text) == 0 || len(e.Text) > MaxText || e.SHA256 == ""):
		return Malformed
	case brings && set != nil && set.SHA256 != e.SHA256 && !(e.Verb == Adopt && set.adopted()):
		return OtherContent
	case !brings && set == nil:
		return UnknownSet
	case !allowed:
		return WrongState
	case e.Verb == Approve && same(e.Actor, set.Author):
		return SamePerson
	case e.Verb == GoLive && set.Approver == "":
		return NotApproved
	case e.Verb == Backtest && len(e.Evidence) == 0:
		return NoEvidence
	case e.Verb == Shadow && len(b.Drafts()) >= MaxDrafts:
		return TooManyDrafts
	case e.Verb == Rollback && len(b.live) < 2:
		return NothingBefore
	}
	return ""
}

// adopted reports whether the set never was but in files: a new release may read another text out of the same file.
func (s *Set) adopted() bool {
	return !slices.ContainsFunc(s.History, func(h Entry) bool { return h.Verb == Submit })
}

// same compares names as people write them.
func same(a, b string) bool { return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b)) }
