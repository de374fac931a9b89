// Package window is one card's rolling history: what it did, when and where, over the last 60 to 90 days.
//
// It holds the newest uses one by one, sums of the older ones by period, place and amount, and a compact log of them from which a new
// rule's window is warm on its first day.
//
// A Window belongs to the card's state and is used by one goroutine at a time; it has no lock, no clock and does no I/O. Records
// may come late, twice and out of order: what they leave behind depends on their event times only, a second copy has no
// effect, and a reversal is taken back out of every number that its original entered. Its size is bounded whatever the card
// does: what no longer fits is folded into counts, and the window says so (Approximate). Reading never fails; decoding a
// damaged value is an error and leaves the window unusable until it is decoded again.
package window

import (
	"slices"
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Bounds and spans of a window.
const (
	// Day is the span in which single uses are kept exactly and a repeated event_id is recognised.
	Day = 24 * time.Hour
	// maxRecent bounds the single uses; a card used more often within a Day keeps the older ones as counts per hour.
	maxRecent = 64
	// keepRecent uses stay whatever their age, so that a reversal days later and a slow pattern still find them.
	keepRecent = 8
	// maxStale bounds the ids of records that came too late to be kept singly, maxSpill the hours of a Day.
	maxStale = 16
	maxSpill = 26
)

// Window is one card's history. The zero Window is a card never seen.
type Window struct {
	// recent is ordered by event time, then by id.
	recent []Use
	// spill counts, per hour, the uses of the last Day that recent had no room for.
	spill []hourCount
	// stale remembers records older than everything in recent, so that their second copies have no effect either.
	stale []seenID
	// months are the calendar-aligned 30-day periods, the newest first; period is the index of the newest.
	months [Periods]month
	period int32
	places []Place
	// travelDay is the local day of the newest travel purchase, 0 when there was none.
	travelDay int32
	// log holds the uses that left recent, the reversed ones apart.
	log usage
}

type hourCount struct {
	hour  int32
	uses  uint32
	spend int64
}

type seenID struct {
	id      uint64
	content uint32
}

// Outcome says what became of a record when it met the window.
type Outcome uint8

// The outcomes.
const (
	// Applied is a record that counts from now on.
	Applied Outcome = iota
	// Annulled is a use whose reversal came before it: it is kept, and counts for nothing.
	Annulled
	// Duplicate is a record seen before with the same content.
	Duplicate
	// Conflict is a record seen before with other content; the first one stands.
	Conflict
	// Unmatched is a reversal whose original is not in the window, or has been taken back already.
	Unmatched
)

// Reset empties the window and keeps its memory.
func (w *Window) Reset() {
	w.recent, w.spill, w.stale, w.places = w.recent[:0], w.spill[:0], w.stale[:0], w.places[:0]
	w.period, w.travelDay = 0, 0
	w.log.reset()
	for i := range w.months {
		w.months[i].reset()
	}
}

// Check tells, without changing anything, whether the window has seen the record: Duplicate, Conflict, or Annulled when a
// reversal already waits for it. Anything else is Applied.
func (w *Window) Check(u *Use) Outcome {
	outcome := Applied
	for i := range w.recent {
		r := &w.recent[i]
		if r.ID == u.ID {
			return sameContent(r.content, u.content)
		}
		if r.original == u.ID && r.Status == card.Approved && r.Type == card.Reversal && u.Type != card.Reversal {
			outcome = Annulled
		}
	}
	for _, s := range w.stale {
		if s.id == u.ID {
			return sameContent(s.content, u.content)
		}
	}
	return outcome
}

// sameContent compares fingerprints; one that was dropped with age (0) is taken on trust.
func sameContent(kept, now uint32) Outcome {
	if kept == now || kept == 0 {
		return Duplicate
	}
	return Conflict
}

// Add applies a record, unless the window has seen it.
func (w *Window) Add(u *Use) Outcome {
	outcome := w.Check(u)
	switch {
	case outcome == Duplicate || outcome == Conflict:
		return outcome
	case u.Type == card.Reversal:
		outcome = w.reverse(u)
	case outcome == Annulled:
		u.Reversed = true
		w.sight(u)
	default:
		w.sight(u)
		w.count(u, 1)
	}
	w.keep(u)
	return outcome
}

// reverse takes the original of an approved reversal back out of every number it entered.
func (w *Window) reverse(reversal *Use) Outcome {
	if reversal.Status != card.Approved {
		return Applied
	}
	for i := range w.recent {
		r := &w.recent[i]
		if r.ID == reversal.original && r.Type != card.Reversal && !r.Reversed {
			w.count(r, -1)
			r.Reversed = true
			return Applied
		}
	}
	return Unmatched
}

// keep inserts the record in its place by event time and lets go of what is too old or too much.
func (w *Window) keep(u *Use) {
	at := len(w.recent)
	for at > 0 && u.before(&w.recent[at-1]) {
		at--
	}
	w.recent = slices.Insert(w.recent, at, *u)
	dayAgo := w.Newest() - Day.Milliseconds()
	w.spill = slices.DeleteFunc(w.spill, func(h hourCount) bool { return h.hour < hourOf(dayAgo) })
	drop := 0
	for n := len(w.recent); n-drop > keepRecent; drop++ {
		oldest := &w.recent[drop]
		recently := oldest.At.UnixMilli > dayAgo
		if recently && n-drop <= maxRecent {
			break
		}
		if recently {
			w.spillOver(oldest)
		}
		w.log.add(oldest)
		if oldest.ID == u.ID {
			w.remember(u)
		}
	}
	w.recent = slices.Delete(w.recent, 0, drop)
	for i := range w.recent {
		if w.recent[i].At.UnixMilli > dayAgo {
			break
		}
		w.recent[i].content = 0
	}
}

func (w *Window) remember(u *Use) {
	if len(w.stale) == maxStale {
		w.stale = slices.Delete(w.stale, 0, 1)
	}
	w.stale = append(w.stale, seenID{u.ID, u.content})
}

func (w *Window) spillOver(u *Use) {
	if u.Reversed || !u.IsUse() {
		return
	}
	hour := hourOf(u.At.UnixMilli)
	i, found := slices.BinarySearchFunc(w.spill, hour, func(h hourCount, hour int32) int { return int(h.hour - hour) })
	if !found {
		w.spill = slices.Insert(w.spill, i, hourCount{hour: hour})
	}
	w.spill[i].uses++
	if u.Status == card.Approved {
		w.spill[i].spend += u.Minor
	}
}

// Newest is the event time of the newest record in Unix milliseconds, 0 when there is none.
func (w *Window) Newest() int64 {
	if len(w.recent) == 0 {
		return 0
	}
	return w.recent[len(w.recent)-1].At.UnixMilli
}

func hourOf(milli int64) int32 { return int32(milli / time.Hour.Milliseconds()) }
