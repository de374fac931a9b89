package conduct

import (
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// RecordKind is a sort of record that collections leave behind.
type RecordKind string

// The records.
const (
	// Recording is the recording of a call or visit.
	Recording RecordKind = "recording"
	// ProcessData is who was contacted when, how and with what result, with notes and decisions.
	ProcessData RecordKind = "process_data"
	// PlanRecording is the recording that an oral agreement on a plan consists of.
	PlanRecording RecordKind = "plan_recording"
)

// Since is what a term runs from.
type Since string

// What terms run from.
const (
	SinceMade         Since = "made"
	SinceLastActivity Since = "last_activity"
	// SinceDone is when nothing needs the record any more: the debt is settled, and so are complaints and disputes about it.
	SinceDone Since = "done"
)

// Keep is how long at least a record is kept.
type Keep struct {
	// What it is about, none meaning every record.
	What []RecordKind
	// Years are whole calendar years after From, 0 for until then.
	Years int
	From  Since
}

// Kind is KeepKind.
func (k Keep) Kind() Kind { return KeepKind }

func (k Keep) opens(_ *inquiry, at card.Moment) (card.Moment, bool) { return at, true }

// Record is one record and the moments that terms run from; one that has not come yet is unknown.
type Record struct {
	Kind                     RecordKind
	Made, LastActivity, Done card.Moment
}

// Custody is how a record has to be held.
type Custody string

// The ways to hold a record.
const (
	// InUse: its purpose is not met yet.
	InUse Custody = "in_use"
	// Locked: its purpose is met, and a term still runs. It is stored, and nothing else is done with it (PI-DEL, PIPL art. 47).
	Locked Custody = "locked"
	// Erase: nothing keeps it any more, and it has to go.
	Erase Custody = "erase"
)

// Custody says how a record has to be held at a moment, until when at least it is kept (unknown while something that a term runs from has
// not come), and the rules that keep it still; PI-DEL alone once it has to be erased.
func (p *Pack) Custody(r Record, now card.Moment) (held Custody, until card.Moment, rules []RuleID) {
	known := true
	for _, rule := range p.Rules {
		keep, ok := rule.Check.(Keep)
		if !ok || !among(keep.What, r.Kind) {
			continue
		}
		ends := keep.ends(r)
		known = known && !ends.IsZero()
		if ends.IsZero() || now.Before(ends) {
			rules = append(rules, rule.ID)
		}
		if until.Before(ends) {
			until = ends
		}
	}
	switch {
	case !known:
		return p.inUseOr(Locked, r, now), card.Moment{}, rules
	case now.Before(until):
		return p.inUseOr(Locked, r, now), until, rules
	default:
		return p.inUseOr(Erase, r, now), until, append(rules, PIDel)
	}
}

func (p *Pack) inUseOr(held Custody, r Record, now card.Moment) Custody {
	if r.Done.IsZero() || now.Before(r.Done) {
		return InUse
	}
	return held
}

// ends is when a term ends, by the calendar of the moment it runs from; unknown while that has not come.
func (k Keep) ends(r Record) card.Moment {
	from := map[Since]card.Moment{SinceMade: r.Made, SinceLastActivity: r.LastActivity, SinceDone: r.Done}[k.From]
	if from.IsZero() {
		return card.Moment{}
	}
	return card.MomentOf(from.Time().AddDate(k.Years, 0, 0))
}

// clone shares no memory with k.
func (k Keep) clone() Keep {
	k.What = slices.Clone(k.What)
	return k
}
