package plan

import (
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Plan is an agreement and what became of it.
type Plan struct {
	// ID and Account are opaque.
	ID, Account string
	Contract    Contract
	State       State
	// Since is when it came into its state, SignedAt when it was signed.
	Since, SignedAt card.Moment
	// PaidMinor is all that was paid and not taken back.
	PaidMinor int64
	// CarriedMinor is what a reviewer let move to the end: missed, still owed, due with the last line.
	CarriedMinor int64
	// Breaches counts how often it was breached.
	Breaches int
	// Reason is what a reviewer wrote for the last decision.
	Reason string
}

// Event is an act with what belongs to it.
type Event struct {
	Act Act
	// AmountMinor is what was paid or taken back: > 0 there.
	AmountMinor int64
	// Reason is a reviewer's, needed to terminate or renegotiate.
	Reason string
}

// New drafts a plan at a moment.
func New(id, account string, c Contract, now card.Moment) Plan {
	return Plan{ID: id, Account: account, Contract: c, State: Drafted, Since: now}
}

// Step applies an event at a moment and lists what others must do. A refused event changes nothing. It is a pure function; the plan that it
// returns shares the lines of the schedule, which nobody writes to.
func Step(p Plan, e Event, now card.Moment) (Plan, []Effect, Refusal) {
	to, listed := table[p.State][e.Act]
	if !listed || derived[e.Act] {
		return p, nil, RefusedState
	}
	if refusal := p.refuses(e, now); refusal != "" {
		return p, nil, refusal
	}
	before := p.State
	switch e.Act {
	case ActSign:
		p.SignedAt = now
	case ActPay:
		p.PaidMinor += e.AmountMinor
	case ActTakeBack:
		p.PaidMinor = max(0, p.PaidMinor-e.AmountMinor)
	case ActContinue:
		p.CarriedMinor = max(0, p.dueBy(now)-p.PaidMinor)
	}
	if e.Act == ActContinue || e.Act == ActTerminate || e.Act == ActRenegotiate {
		p.Reason = e.Reason
	}
	p.move(to, now)
	p.follow(now)
	return p, p.effects(before), ""
}

// derived are the acts that nobody sends: they follow. Never written to.
var derived = map[Act]bool{ActLapse: true, ActMiss: true, ActCatchUp: true, ActComplete: true, ActUncovered: true}

func (p *Plan) refuses(e Event, now card.Moment) Refusal {
	switch {
	case e.Act == ActSign && len(p.Contract.Complete()) > 0:
		return RefusedIncomplete
	case e.Act == ActSign && p.lapsed(now):
		return RefusedLapsed
	case (e.Act == ActPay || e.Act == ActTakeBack) && (e.AmountMinor <= 0 || e.AmountMinor > maxMinor || p.PaidMinor > maxPaid):
		return RefusedAmount
	case e.Act == ActContinue && p.over(now):
		return RefusedOver
	case (e.Act == ActTerminate || e.Act == ActRenegotiate) && e.Reason == "":
		return RefusedNoReason
	default:
		return ""
	}
}

// maxPaid keeps the sum of payments far from overflow; no plan asks for as much.
const maxPaid = 1000 * maxMinor

func (p *Plan) move(to State, now card.Moment) {
	if p.State != to {
		p.State, p.Since = to, now
	}
}

// follow does what follows from time and payments: at most one act, as no two of them can hold at once.
func (p *Plan) follow(now card.Moment) {
	for _, f := range []struct {
		act   Act
		holds bool
	}{
		{ActLapse, p.lapsed(now)},
		{ActComplete, p.settled(now)},
		{ActUncovered, !p.settled(now)},
		{ActMiss, p.OverdueMinor(now) > 0},
		{ActCatchUp, p.OverdueMinor(now) == 0},
	} {
		if to, listed := table[p.State][f.act]; listed && f.holds {
			if f.act == ActMiss {
				p.Breaches++
			}
			p.move(to, now)
			return
		}
	}
}

// effects tells what a change of state means for others.
func (p *Plan) effects(before State) (effects []Effect) {
	if before == p.State {
		return nil
	}
	stopped, stops := before.StopsCollections(), p.State.StopsCollections()
	switch {
	case !stopped && stops:
		effects = append(effects, CollectionsStopped)
	case stopped && !stops && p.State != Kept: // nobody collects what is paid
		effects = append(effects, CollectionsMayResume)
	}
	if p.Contract.Recording != "" && p.State == Signed {
		effects = append(effects, KeepRecording)
	}
	switch p.State {
	case Breached:
		effects = append(effects, ReviewNeeded)
	case Kept:
		effects = append(effects, DebtSettled)
		if p.Contract.Recording != "" {
			effects = append(effects, ReleaseRecording)
		}
	}
	return effects
}

// Wake is the earliest moment at which time alone changes the plan; zero for never.
func (p *Plan) Wake() card.Moment {
	lines := p.Contract.Schedule.Lines
	switch {
	case len(lines) == 0:
	case p.State == Offered:
		return dayAfter(p.Contract.Schedule.Terms.FirstDue, 0)
	case p.State == Signed || p.State == Continued:
		for i := p.PaidLines(); i < len(lines); i++ {
			if at := p.late(i); p.OverdueMinor(at) > 0 || i == len(lines)-1 {
				return at
			}
		}
		return p.late(len(lines) - 1)
	case p.State == UnderReview:
		// What is short by no more than the tolerance is kept when the last grace is over, whoever still looks at it.
		if at := p.late(len(lines) - 1); p.OverdueMinor(at) == 0 {
			return at
		}
	}
	return card.Moment{}
}

// lapsed reports whether an offer's first month was over before anybody signed: its interest is no longer right.
func (p *Plan) lapsed(now card.Moment) bool {
	return !now.Before(dayAfter(p.Contract.Schedule.Terms.FirstDue, 0))
}

// over reports whether the last line's grace is over.
func (p *Plan) over(now card.Moment) bool {
	n := len(p.Contract.Schedule.Lines)
	return n > 0 && !now.Before(p.late(n-1))
}

// late is when a line's grace is over.
func (p *Plan) late(line int) card.Moment {
	return dayAfter(p.Contract.Schedule.Lines[line].Due, p.Contract.GraceDays)
}

// dayAfter is the first moment after a number of whole days past a due day, by the due day's own offset: who pays on the last day, at
// any hour, pays in time.
func dayAfter(due card.Moment, days int) card.Moment {
	const day = 24 * time.Hour
	start := int64(due.LocalDay()+int32(days)+1)*day.Milliseconds() - int64(due.OffsetMinutes)*time.Minute.Milliseconds()
	return card.Moment{UnixMilli: start, OffsetMinutes: due.OffsetMinutes}
}
