package conduct

import (
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Scope is over what a cap counts. All are sums over the lender and its agencies.
type Scope string

// The scopes, the narrowest first.
const (
	PerNumber Scope = "number"
	PerDebt   Scope = "debt"
	PerDebtor Scope = "debtor"
)

// Counted is which contacts a cap counts.
type Counted string

// What can be counted. A reservation may become any of them and is counted as each until it is settled; one that has lapsed may have
// been made, and stays an unanswered attempt.
const (
	Attempts   Counted = "attempts"
	Unanswered Counted = "unanswered"
	// Reached are those in which a person was spoken to, the willing and the unwilling.
	Reached Counted = "reached"
)

// Cap is how many contacts there may be within so many local days, today being the last of them.
type Cap struct {
	Counts Counted
	Scope  Scope
	// Channels that are counted together, and that the cap stops; none meaning all.
	Channels []Channel
	// Parties that are counted together, and to whom the cap stops contact; none meaning all.
	Parties []Party
	// Purposes likewise.
	Purposes []Purpose
	// Days is 1 … MaxDays; Max is 1 or more; from Warn on there is a warning, 0 for none.
	Days, Max, Warn int
	// Agreed says that contacts which the debtor agreed to or began count as well.
	Agreed bool
}

// MaxDays is the longest window of a cap.
const MaxDays = 31

// Kind is CapKind.
func (c Cap) Kind() Kind { return CapKind }

// opens steps through the moments at which a count can change: a day begins, a reservation lapses.
func (c Cap) opens(q *inquiry, at card.Moment) (card.Moment, bool) {
	if !c.concerns(&q.Request) {
		return at, true
	}
	counted := c.counted(q.log, &q.Request)
	for t := q.local(at); t.Sub(at) <= maxWait; {
		n, lapse := c.used(counted, t)
		if n < c.Max {
			return t, true
		}
		next, ok := q.scan(t, func(local card.Moment) bool { return local.LocalDay() != t.LocalDay() })
		if !ok {
			break
		}
		if !lapse.IsZero() && lapse.Before(next) {
			next = q.local(lapse)
		}
		t = next
	}
	return card.Moment{}, false
}

func (c Cap) concerns(r *Request) bool {
	return among(c.Channels, r.Channel) && among(c.Parties, r.Party) && among(c.Purposes, r.Purpose)
}

// tally is a contact that a cap counts, with its day by the debtor's clock.
type tally struct {
	*Contact
	day int32
}

// counted are the contacts in the cap's scope, without the request's own reservation.
func (c Cap) counted(l *Log, r *Request) []tally {
	var list []tally
	own := KeyOf(r.ID)
	for i := range l.contacts {
		o := &l.contacts[i]
		if own != 0 && o.ID == own || o.Agreed && !c.Agreed || !c.Scope.holds(o, r) {
			continue
		}
		if among(c.Channels, o.Channel) && among(c.Parties, o.Party) && among(c.Purposes, o.Purpose) {
			list = append(list, tally{o, r.local(o.At).LocalDay()})
		}
	}
	return list
}

// used is how many of them count at a moment, and when the first reservation among them lapses, which may lower the count; unknown when
// none does. Those later than the moment count, too: then no window of Days holds more than Max, in whatever order contacts are judged.
func (c Cap) used(counted []tally, local card.Moment) (n int, lapse card.Moment) {
	first := local.LocalDay() - int32(c.Days) + 1
	for _, o := range counted {
		if o.day < first || !c.Counts.has(o.Contact, local) {
			continue
		}
		n++
		if ends := o.At.Add(Hold); o.Result == Reserved && local.Before(ends) && (lapse.IsZero() || ends.Before(lapse)) {
			lapse = ends
		}
	}
	return n, lapse
}

func (s Scope) holds(o *Contact, r *Request) bool {
	switch s {
	case PerNumber:
		return o.Number == r.Number
	case PerDebt:
		return o.Debt == r.Debt
	default:
		return true
	}
}

func (k Counted) has(o *Contact, at card.Moment) bool {
	pending := o.Result == Reserved && at.Before(o.At.Add(Hold))
	switch k {
	case Reached:
		return o.Result.reached() || pending
	case Unanswered:
		return o.Result.unanswered() || o.Result == Reserved
	default:
		return true
	}
}

// Counter is how far a cap is used, for a person to see: "2 of 3 conversations today".
type Counter struct {
	Rule RuleID
	Cap
	Used int
}

// Counters are the caps of a pack that a contact would fall under, as they stand at its moment, in the order of the pack.
func Counters(p Pack, l *Log, r Request) []Counter {
	var list []Counter
	for _, rule := range p.Rules {
		if limit, ok := rule.Check.(Cap); ok && limit.concerns(&r) {
			n, _ := limit.used(limit.counted(l, &r), r.local(r.At))
			list = append(list, Counter{rule.ID, limit, n})
		}
	}
	return list
}

// Tally counts the contacts of so many local days, today being the last, whatever the pack says: today, 7 or 30 days, per number, debt
// or debtor. Of the request only moment, clock, number, debt and id matter.
func (l *Log) Tally(what Counted, scope Scope, days int, r Request) int {
	all := Cap{Counts: what, Scope: scope, Days: days, Agreed: true}
	n, _ := all.used(all.counted(l, &r), r.local(r.At))
	return n
}

// nears reports whether a contact would bring the cap to its warning.
func (c Cap) nears(q *inquiry) bool {
	if c.Warn == 0 || !c.concerns(&q.Request) {
		return false
	}
	n, _ := c.used(c.counted(q.log, &q.Request), q.local(q.At))
	return n >= c.Warn
}

// clone shares no memory with c.
func (c Cap) clone() Cap {
	c.Channels, c.Parties, c.Purposes = slices.Clone(c.Channels), slices.Clone(c.Parties), slices.Clone(c.Purposes)
	return c
}
