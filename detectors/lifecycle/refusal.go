package lifecycle

import (
	"fmt"
	"slices"
	"strings"
)

// Refusal says why an event has no effect; "" is none.
type Refusal string

// The refusals.
const (
	// Repeated is an event that was applied before.
	Repeated Refusal = "repeated"
	// Malformed is an event that lacks something or has too much of it.
	Malformed Refusal = "malformed"
	// NoActor is an event without a name, or with one that is the breaker's.
	NoActor Refusal = "no_actor"
	// OtherContent is a version that stands for another text already.
	OtherContent Refusal = "other_content"
	// UnknownSet is a set that nobody has submitted.
	UnknownSet Refusal = "unknown_set"
	// WrongState is an act that the set's state does not allow.
	WrongState Refusal = "wrong_state"
	// SamePerson is an approval by the set's own author.
	SamePerson Refusal = "same_person"
	// NotApproved is a set that was live from files, which nobody has approved.
	NotApproved Refusal = "not_approved"
	// NoEvidence is a back-test without its result.
	NoEvidence Refusal = "no_evidence"
	// NothingBefore is a rollback of the first set.
	NothingBefore Refusal = "nothing_before"
	// TooManyDrafts is one draft more than may run beside the live set.
	TooManyDrafts Refusal = "too_many_drafts"
	// NotStopped and StoppedAlready are a rule's.
	NotStopped     Refusal = "not_stopped"
	StoppedAlready Refusal = "stopped_already"
)

// The refusals that whoever takes in acts adds, since a Book knows neither what is in a set nor by what processes decide.
const (
	// NothingLive is a rule's stop before any set is live, UnknownRule that of a rule that the live set does not have.
	NothingLive Refusal = "nothing_live"
	UnknownRule Refusal = "unknown_rule"
	// DecidedByFiles is an act that would change what decides where every process decides by its own files.
	DecidedByFiles Refusal = "decided_by_files"
	// Unusable is a set that this release cannot decide by.
	Unusable Refusal = "unusable"
	// Unwritable is an act whose record nobody would read, such as one with a card number in its note.
	Unwritable Refusal = "unwritable"
)

// RefusedError is an act that was refused.
type RefusedError struct {
	Why Refusal
	// Text are the words of Explain, or better ones.
	Text string
}

// Error gives the text.
func (e *RefusedError) Error() string { return e.Text }

// Explain says in words what an operator should know and do.
func (b *Book) Explain(e *Event, r Refusal) string {
	switch r {
	case Repeated:
		return "this event was applied before"
	case Malformed:
		return fmt.Sprintf("an event needs an id, a set's version of at most %d bytes, a time and a known verb; submit needs the set's text, stop and resume a rule's name", MaxName)
	case NoActor:
		return "say who you are (--by NAME)"
	case OtherContent:
		return fmt.Sprintf("version %s stands for other content; change the version with every change of the rules", e.Set)
	case UnknownSet:
		return fmt.Sprintf("nobody has submitted set %s", e.Set)
	case WrongState:
		return b.explainState(e)
	case SamePerson:
		return fmt.Sprintf("%s has written set %s; a second person has to approve it", e.Actor, e.Set)
	case NotApproved:
		return fmt.Sprintf("set %s was live from files and nobody has approved it; submit it under a new version", e.Set)
	case NoEvidence:
		return "a back-test is recorded with its result"
	case NothingBefore:
		return fmt.Sprintf("no set was live before %s", e.Set)
	case TooManyDrafts:
		return fmt.Sprintf("%d drafts run already; withdraw one", MaxDrafts)
	case NotStopped:
		return fmt.Sprintf("rule %s is not stopped", e.Rule)
	case StoppedAlready:
		return fmt.Sprintf("rule %s is stopped already", e.Rule)
	}
	return ""
}

func (b *Book) explainState(e *Event) string {
	set := b.sets[e.Set]
	if set == nil {
		return fmt.Sprintf("nobody has submitted set %s", e.Set)
	}
	var from []string
	for state, verbs := range table {
		if _, ok := verbs[e.Verb]; ok && state != Unknown {
			from = append(from, string(state))
		}
	}
	slices.Sort(from)
	return fmt.Sprintf("set %s is %s; %s needs one of: %s", e.Set, set.State, e.Verb, strings.Join(from, ", "))
}
