package alerts

import (
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// passTime does what is due by now: prompts climb or expire, receipts are given up, leases and snoozes end, promises break.
func (st *step) passTime() {
	for i := range st.s.Prompts {
		p := &st.s.Prompts[i]
		switch {
		case p.State != PromptOpen:
		case st.due(p.ExpiresAt):
			st.expire(p)
		case st.due(p.ClimbAt):
			st.climb(p, ActNoAnswer, ActorClock)
		}
	}
	for i := range len(st.s.Messages) { // climbing adds messages, which are not due
		if m := &st.s.Messages[i]; st.due(m.receiptDue()) {
			st.unheard(m)
		}
	}
	for i := range st.s.Cases {
		if c := &st.s.Cases[i]; c.State != CaseClosed {
			st.passCaseTime(c)
		}
	}
	for i := range st.s.Queue {
		st.passEntryTime(&st.s.Queue[i])
	}
}

func (st *step) passCaseTime(c *Case) {
	if c.State == CaseClaimed && st.due(c.LeaseUntil) {
		st.move(c, ActLeaseExpired, ActorClock, c.Owner)
	}
	if st.due(c.SnoozedUntil) {
		st.move(c, ActSnoozeEnded, ActorClock, "")
	}
	if c.Silence != "" {
		st.passSilence(c)
	}
	st.passClocks(c)
}

func (st *step) passEntryTime(e *QueueEntry) {
	if st.due(e.LeaseUntil) {
		st.note(&e.History, ActLeaseExpired, ActorClock, e.Owner)
		e.Owner, e.LeaseUntil = "", card.Moment{}
	}
	if st.due(e.SnoozedUntil) {
		st.note(&e.History, ActSnoozeEnded, ActorClock, "")
		e.SnoozedUntil = card.Moment{}
	}
	if e.Promise.State == PromiseOpen && st.due(e.Promise.Until.Add(st.policy.PromiseGrace)) {
		e.Promise.State = PromiseBroken
		st.note(&e.History, ActPromiseBroken, ActorClock, "")
		st.conduct(Conduct{Account: e.Account, Kind: PromiseFailed, AmountMinor: e.Promise.AmountMinor, Actor: ActorClock})
	}
	e.Priority = entryPriority(e, st.now, st.policy.PromiseGrace)
}

func (st *step) due(at card.Moment) bool { return !at.IsZero() && !st.now.Before(at) }

// NextWake is the earliest moment at which time alone would change the state: the engine sends a *card.Tick then. It is
// unknown when nothing is pending.
func (d *Desk) NextWake(s *State) card.Moment {
	var next card.Moment
	consider := func(at card.Moment) {
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	for i := range s.Prompts {
		if p := &s.Prompts[i]; p.State == PromptOpen {
			consider(p.ClimbAt)
			consider(p.ExpiresAt)
		}
	}
	for i := range s.Messages {
		consider(s.Messages[i].receiptDue())
	}
	for i := range s.Cases {
		if c := &s.Cases[i]; c.State != CaseClosed {
			d.caseWakes(c, consider)
		}
	}
	for i := range s.Queue {
		e := &s.Queue[i]
		consider(e.LeaseUntil)
		consider(e.SnoozedUntil)
		consider(promiseWake(e, d.policy.PromiseGrace))
	}
	return next
}

// caseWakes are the moments at which time alone changes an open case.
func (d *Desk) caseWakes(c *Case, consider func(card.Moment)) {
	consider(c.LeaseUntil)
	consider(c.SnoozedUntil)
	if s := findSilence(d.silences, c.Silence); s != nil {
		consider(s.Ends())
	}
	d.policy.clockWakes(c, consider)
}

// promiseWake is when a promise breaks, and after that when its bonus on the priority ends.
func promiseWake(e *QueueEntry, grace time.Duration) card.Moment {
	breaks := e.Promise.Until.Add(grace)
	switch {
	case e.Promise.State == PromiseOpen:
		return breaks
	case e.Promise.State == PromiseBroken && e.Priority != e.basePriority:
		return breaks.Add(brokenBonusFor)
	default:
		return card.Moment{}
	}
}
