package alerts

import "github.com/cardwatch/cardwatch/detectors/card"

// passTime does what is due by now: prompts climb or expire, receipts are given up, leases and snoozes end, promises break, records go.
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
	for i := range st.s.Plans {
		st.passPlanTime(&st.s.Plans[i])
	}
	for i := range st.s.Instalments {
		st.passInstalmentTime(&st.s.Instalments[i])
	}
	for i := range st.s.Queue {
		st.passEntryTime(&st.s.Queue[i])
	}
	st.passRetention()
}

func (st *step) passCaseTime(c *Case) {
	if c.State == CaseClaimed && st.due(c.LeaseUntil) {
		st.move(c, ActLeaseExpired, ActorClock, c.Owner)
	}
	if st.due(c.SnoozedUntil) {
		st.move(c, ActSnoozeEnded, ActorClock, "")
	}
	if st.due(st.policy.UnblockEnds(c)) {
		st.expireUnblock(c)
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
	st.judgePromise(e)
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
	for i := range s.Plans {
		consider(s.Plans[i].Wake())
	}
	for i := range s.Instalments {
		consider(s.Instalments[i].Until)
	}
	for i := range s.Queue {
		d.entryWakes(&s.Queue[i], consider)
	}
	d.policy.retentionWakes(s, consider)
	return next
}

// caseWakes are the moments at which time alone changes an open case.
func (d *Desk) caseWakes(c *Case, consider func(card.Moment)) {
	consider(c.LeaseUntil)
	consider(c.SnoozedUntil)
	consider(d.policy.UnblockEnds(c))
	if s := findSilence(d.silences, c.Silence); s != nil {
		consider(s.Ends())
	}
	d.policy.clockWakes(c, consider)
}

// entryWakes are the moments at which time alone changes an account in the queue.
func (d *Desk) entryWakes(e *QueueEntry, consider func(card.Moment)) {
	consider(e.LeaseUntil)
	consider(e.SnoozedUntil)
	consider(e.Promise.RemindAt)
	consider(e.rankUntil)
	if e.Promise.State == PromiseOpen {
		consider(e.Promise.ends(&d.policy))
	}
}
