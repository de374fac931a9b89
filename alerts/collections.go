package alerts

import (
	"slices"
	"strconv"
	"time"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// collection moves an account into, within or out of the collections queue. An older word than the newest known is ignored.
func (st *step) collection(c *detectors.Collection) {
	e := st.s.Entry(c.Account)
	if e != nil && c.At.Before(e.UpdatedAt) {
		return
	}
	if c.Tier == detectors.NoTier {
		st.leaveQueue(e)
		return
	}
	if e == nil {
		if len(st.s.Queue) >= maxQueue {
			return
		}
		st.s.Queue = append(st.s.Queue, QueueEntry{Account: clone(c.Account), EnteredAt: st.now})
		e = &st.s.Queue[len(st.s.Queue)-1]
	}
	if e.Tier != c.Tier {
		act := ActTierMoved
		if e.Tier == detectors.NoTier {
			act = ActEntered
		}
		st.moved(TierMoved, e.Account, string(e.Tier), string(c.Tier), "")
		st.note(&e.History, act, ActorMonitor, string(clone(c.Tier)))
		e.TierSince = st.now
	}
	e.Tier, e.DaysPastDue, e.OverdueMinor, e.BalanceMinor = clone(c.Tier), c.DaysPastDue, c.OverdueMinor, c.BalanceMinor
	e.Currency, e.MissProbability, e.Reasons, e.UpdatedAt = c.Currency, c.MissProbability, cloneReasons(c.Reasons), c.At
	e.basePriority = min(max(c.Priority, 0), 100)
	e.Priority = entryPriority(e, st.now, st.policy.PromiseGrace)
}

func (st *step) leaveQueue(e *QueueEntry) {
	if e == nil {
		return
	}
	st.moved(TierMoved, e.Account, string(e.Tier), "", "")
	account := e.Account
	st.s.Queue = slices.DeleteFunc(st.s.Queue, func(e QueueEntry) bool { return e.Account == account })
}

const (
	// maxPromise and maxSnooze bound how far ahead staff can put an account off. Own choice: a billing cycle, and a month.
	maxPromise = 45 * 24 * time.Hour
	maxSnooze  = 30 * 24 * time.Hour
)

// queueCommand applies an act of staff to an account in the queue. Nobody acts on an account that somebody else holds.
func (st *step) queueCommand(cmd *Command) Refusal {
	e := st.s.Entry(cmd.Account)
	if e == nil {
		return RefusedUnknownAccount
	}
	actor, note := clone(cmd.Actor), clone(cmd.Note)
	if e.Owner != "" && e.Owner != actor {
		return RefusedNotOwner
	}
	switch cmd.Verb {
	case Claim:
		e.Owner = actor
		st.note(&e.History, ActClaimed, actor, note)
	case Release:
		if e.Owner == "" {
			return RefusedNotOwner
		}
		e.Owner = ""
		st.note(&e.History, ActReleased, actor, note)
	case AddNote:
		if note == "" {
			return RefusedBadArgument
		}
		st.note(&e.History, ActNoted, actor, note)
	case Promise:
		if cmd.AmountMinor <= 0 || !st.ahead(cmd, maxPromise) {
			return RefusedBadArgument
		}
		e.Promise = PromiseToPay{AmountMinor: cmd.AmountMinor, MadeAt: st.now, Until: cmd.Until, State: PromiseOpen}
		st.note(&e.History, ActPromised, actor, strconv.FormatInt(cmd.AmountMinor, 10))
		st.conduct(Conduct{Account: e.Account, Kind: PromiseMade, AmountMinor: cmd.AmountMinor, Actor: actor})
	case Snooze:
		if !st.ahead(cmd, maxSnooze) {
			return RefusedBadArgument
		}
		e.SnoozedUntil = cmd.Until
		st.note(&e.History, ActSnoozed, actor, note)
	default:
		return RefusedUnknownVerb
	}
	st.renewEntry(e)
	return ""
}

// ahead reports whether a command's date lies in the future, but not too far.
func (st *step) ahead(cmd *Command, limit time.Duration) bool {
	return st.now.Before(cmd.Until) && cmd.Until.Sub(st.now) <= limit
}

// renewEntry gives an owner who is at work on an account the whole lease again, and reckons the priority anew.
func (st *step) renewEntry(e *QueueEntry) {
	e.LeaseUntil = card.Moment{}
	if e.Owner != "" {
		e.LeaseUntil = st.now.Add(st.policy.ClaimLease)
	}
	e.Priority = entryPriority(e, st.now, st.policy.PromiseGrace)
}
