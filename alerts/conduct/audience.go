package conduct

import (
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// unless is the answer of a rule that no passing of time changes: never, or now.
func unless(bad bool, at card.Moment) (card.Moment, bool) {
	if bad {
		return card.Moment{}, false
	}
	return at, true
}

// Staff is how many people at least make a visit.
type Staff struct{ Min int }

// Kind is StaffKind.
func (s Staff) Kind() Kind { return StaffKind }

func (s Staff) opens(q *inquiry, at card.Moment) (card.Moment, bool) {
	return unless(q.Channel == Visit && q.Staff < s.Min, at)
}

// Target keeps third parties out of it: they may be spoken to for these purposes alone, and never hear of the debt.
type Target struct{ Third []Purpose }

// Kind is TargetKind.
func (t Target) Kind() Kind { return TargetKind }

func (t Target) opens(q *inquiry, at card.Moment) (card.Moment, bool) {
	return unless(q.Party == Third && (q.DebtFacts || !slices.Contains(t.Third, q.Purpose)), at)
}

// Lost lets third parties be asked only once the debtor is lost: the number is invalid, so many calls or visits in a row have found
// nobody, or the debtor has died or lost capacity.
type Lost struct{ Failures int }

// Kind is LostKind.
func (l Lost) Kind() Kind { return LostKind }

func (l Lost) opens(q *inquiry, at card.Moment) (card.Moment, bool) {
	gone := q.flags.Has(Deceased) || q.flags.Has(Incapacity)
	return unless(q.Party == Third && !gone && !q.log.lost(l.Failures), at)
}

// Stop leaves alone for ever the third party who has refused, and any number or address that the debtor has asked not to be used, which
// may only be told that this was heard.
type Stop struct {
	// Third is about third parties, as the log has them; otherwise about Flags.Stopped.
	Third bool
}

// Kind is StopKind.
func (s Stop) Kind() Kind { return StopKind }

func (s Stop) opens(q *inquiry, at card.Moment) (card.Moment, bool) {
	if s.Third {
		stops := q.log.stops
		return unless(q.Party == Third && (len(stops) >= MaxStops || slices.Contains(stops, q.Number)), at)
	}
	return unless(q.Purpose != Confirm && slices.Contains(q.flags.Stopped, q.Number), at)
}

// Medium honours the refusal of a channel (Flags.OptOut), but for these purposes.
type Medium struct{ But []Purpose }

// Kind is MediumKind.
func (m Medium) Kind() Kind { return MediumKind }

func (m Medium) opens(q *inquiry, at card.Moment) (card.Moment, bool) {
	return unless(slices.Contains(q.flags.OptOut, q.Channel) && !slices.Contains(m.But, q.Purpose), at)
}

// Work keeps the debt out of the workplace: no contact where the employer forbids it, and no e-mail.
type Work struct{}

// Kind is WorkKind.
func (w Work) Kind() Kind { return WorkKind }

func (w Work) opens(q *inquiry, at card.Moment) (card.Moment, bool) {
	return unless(q.AtWork && (q.flags.EmployerForbids || q.Channel == Email), at)
}

// Duty is what whoever makes the contact has to do; it stops nothing. No channels, parties or purposes mean all.
type Duty struct {
	Channels []Channel
	Parties  []Party
}

// Kind is DutyKind.
func (d Duty) Kind() Kind { return DutyKind }

func (d Duty) opens(_ *inquiry, at card.Moment) (card.Moment, bool) { return at, true }

// falls reports whether the duty concerns a contact.
func (d Duty) falls(r *Request) bool {
	return among(d.Channels, r.Channel) && among(d.Parties, r.Party)
}
