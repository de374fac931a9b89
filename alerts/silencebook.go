package alerts

import (
	"fmt"
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// SilenceAct is one act of people on silences (cardwatch.silence.v1).
type SilenceAct struct {
	// ID is the event's; a second one with the same has no effect.
	ID    string
	Verb  SilenceVerb
	At    card.Moment
	Actor string
	Note  string
	// Silence is all of it with AddSilence, and its ID alone with EndSilence.
	Silence Silence
}

// SilenceVerb is what can be done about a silence.
type SilenceVerb string

// The acts on silences. None is changed: who wants another one ends the first.
const (
	AddSilence SilenceVerb = "add"
	EndSilence SilenceVerb = "end"
)

// SilenceState is where a silence stands.
type SilenceState string

// The states of a silence.
const (
	SilencePending SilenceState = "pending"
	SilenceActive  SilenceState = "active"
	// SilenceLapsed has come to its date, SilenceEnded was ended before, by people or because it was resolved.
	SilenceLapsed SilenceState = "lapsed"
	SilenceEnded  SilenceState = "ended"
)

// SilenceEntry is a silence with what became of it.
type SilenceEntry struct {
	Silence
	AddedAt card.Moment
	// EndedAt, EndedBy and EndNote are set once somebody has ended it.
	EndedAt          card.Moment
	EndedBy, EndNote string
}

// State is where the silence stands at a moment.
func (e *SilenceEntry) State(now card.Moment) SilenceState {
	switch {
	case !e.EndedAt.IsZero():
		return SilenceEnded
	case now.Before(e.From):
		return SilencePending
	case now.Before(e.Ends()):
		return SilenceActive
	default:
		return SilenceLapsed
	}
}

// SilenceBook is all silences, as the acts so far have left them. The zero book is empty; it belongs to one goroutine at a time.
type SilenceBook struct {
	entries []SilenceEntry
	seen    map[string]bool
}

// maxPastSilences is how many silences the book remembers that are over.
const maxPastSilences = 200

// Refuses says why an act would have no effect; nil when it would have one.
func (b *SilenceBook) Refuses(a *SilenceAct) error {
	known := find(b.entries, func(e *SilenceEntry) bool { return e.ID == a.Silence.ID })
	switch {
	case a.Actor == "":
		return fmt.Errorf("silence %s: nobody is named who acts", a.Silence.ID)
	case b.seen[a.ID]:
		return fmt.Errorf("silence %s: the act %s was seen before", a.Silence.ID, a.ID)
	case a.Verb == EndSilence && known == nil:
		return fmt.Errorf("silence %s: there is none of this id", a.Silence.ID)
	case a.Verb == EndSilence && (known.State(a.At) == SilenceEnded || known.State(a.At) == SilenceLapsed):
		return fmt.Errorf("silence %s: it is over already", a.Silence.ID)
	case a.Verb == EndSilence:
		return nil
	case a.Verb != AddSilence:
		return fmt.Errorf("silence %s: unknown act %q; there are %s and %s", a.Silence.ID, a.Verb, AddSilence, EndSilence)
	case known != nil:
		return fmt.Errorf("silence %s: there is one of this id", a.Silence.ID)
	case len(b.Deciding(a.At)) >= MaxSilences:
		return fmt.Errorf("silence %s: there are %d already; end some first", a.Silence.ID, MaxSilences)
	case !a.At.Before(a.Silence.Ends()):
		return fmt.Errorf("silence %s: it would be over already", a.Silence.ID)
	}
	if err := a.Silence.Validate(); err != nil {
		return fmt.Errorf("silence %s: %w", a.Silence.ID, err)
	}
	return nil
}

// Apply takes in an act, or says why it has no effect.
func (b *SilenceBook) Apply(a *SilenceAct) error {
	if err := b.Refuses(a); err != nil {
		return err
	}
	if b.seen == nil {
		b.seen = map[string]bool{}
	}
	b.seen[a.ID] = true
	if a.Verb == AddSilence {
		b.entries = append(b.entries, SilenceEntry{Silence: a.Silence, AddedAt: a.At})
		b.entries = trim(b.entries, MaxSilences+maxPastSilences, func(e *SilenceEntry) bool {
			state := e.State(a.At)
			return state == SilenceEnded || state == SilenceLapsed
		})
		return nil
	}
	e := find(b.entries, func(e *SilenceEntry) bool { return e.ID == a.Silence.ID })
	e.EndedAt, e.EndedBy, e.EndNote = a.At, a.Actor, a.Note
	return nil
}

// Applied reports whether the act of this id took effect.
func (b *SilenceBook) Applied(id string) bool { return b.seen[id] }

// Acts counts the acts that took effect.
func (b *SilenceBook) Acts() int { return len(b.seen) }

// Entries are all silences, oldest first, those that are over included.
func (b *SilenceBook) Entries() []SilenceEntry { return slices.Clone(b.entries) }

// Deciding are the silences that a desk has to know: those that hold or will.
func (b *SilenceBook) Deciding(now card.Moment) (silences []Silence) {
	for i := range b.entries {
		if state := b.entries[i].State(now); state == SilenceActive || state == SilencePending {
			silences = append(silences, b.entries[i].Silence)
		}
	}
	return silences
}
