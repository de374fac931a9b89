package alerts

import (
	"slices"
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
	e.RateBps, e.InstalmentMinor = c.RateBps, c.InstalmentMinor
	e.basePriority = min(max(c.Priority, 0), 100)
}

// leaveQueue takes an account that is current out of the queue. A promise that ran has led to what it was for.
func (st *step) leaveQueue(e *QueueEntry) {
	if e == nil {
		return
	}
	if e.Promise.State == PromiseOpen {
		st.promiseTo(e, PromiseKept)
	}
	st.moved(LineMoved, e.Account, string(e.Line), "", "")
	st.moved(RestMoved, e.Account, string(e.Rest), "", "")
	st.moved(TierMoved, e.Account, string(e.Tier), "", "")
	account := e.Account
	st.s.Queue = slices.DeleteFunc(st.s.Queue, func(e QueueEntry) bool { return e.Account == account })
}

// settleEntry brings everything that hangs on an account's facts in line with them: who works it, whether it rests, and its rank.
func (st *step) settleEntry(e *QueueEntry) {
	flags := st.s.FlagsOf(e.Account)
	wanted := st.s.planNeedsReview(e.Account) || st.s.PersonWanted(e.Account)
	if line := lineOf(e, flags, st.policy.PromisesBroken, wanted); line != e.Line {
		st.moved(LineMoved, e.Account, string(e.Line), string(line), "")
		if e.LineSince = st.now; e.Line == "" {
			e.LineSince = e.TierSince
		} else {
			st.note(&e.History, ActLineMoved, ActorClock, string(line))
		}
		e.Line = line
	}
	planned := st.s.RunningPlan(e.Account) != nil && !st.s.planNeedsReview(e.Account)
	rest, until := restOf(e, flags, planned, &st.policy)
	st.moved(RestMoved, e.Account, string(e.Rest), string(rest), "")
	e.Rest, e.RestUntil = rest, until
	e.Priority, e.Why = rank(e, flags, st.now, &st.policy, &st.treatment)
	e.lineOrder = lineOrder(e, flags, st.now)
	e.rankUntil = card.Moment{}
	for _, at := range rankWakes(e, st.now, &st.policy, &st.treatment) {
		if st.now.Before(at) && (e.rankUntil.IsZero() || at.Before(e.rankUntil)) {
			e.rankUntil = at
		}
	}
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
	if e.Owner != "" && e.Owner != cmd.Actor {
		return RefusedNotOwner
	}
	do, known := queueVerbs[cmd.Verb]
	if !known {
		return RefusedUnknownVerb
	}
	if refusal := do(st, e, cmd); refusal != "" {
		return refusal
	}
	// An owner who is at work on an account has the whole lease again.
	e.LeaseUntil = card.Moment{}
	if e.Owner != "" {
		e.LeaseUntil = st.now.Add(st.policy.ClaimLease)
	}
	return ""
}

// queueVerbs says what staff can do to an account in the queue.
var queueVerbs = map[Verb]func(*step, *QueueEntry, *Command) Refusal{
	Claim:         (*step).claimEntry,
	Release:       (*step).releaseEntry,
	AddNote:       (*step).noteEntry,
	Snooze:        (*step).snoozeEntry,
	Promise:       (*step).promise,
	CancelPromise: (*step).cancelPromise,
	// A contact is claimed before it is made, and settled after.
	ContactReserve: (*step).reserveContact,
	ContactResult:  (*step).settleContact,
	ContactNote:    (*step).noteContact,
}

func (st *step) claimEntry(e *QueueEntry, cmd *Command) Refusal {
	e.Owner = clone(cmd.Actor)
	st.note(&e.History, ActClaimed, e.Owner, clone(cmd.Note))
	return ""
}

func (st *step) releaseEntry(e *QueueEntry, cmd *Command) Refusal {
	if e.Owner == "" {
		return RefusedNotOwner
	}
	st.note(&e.History, ActReleased, e.Owner, clone(cmd.Note))
	e.Owner = ""
	return ""
}

func (st *step) noteEntry(e *QueueEntry, cmd *Command) Refusal {
	if cmd.Note == "" {
		return RefusedBadArgument
	}
	st.note(&e.History, ActNoted, clone(cmd.Actor), clone(cmd.Note))
	return ""
}

func (st *step) snoozeEntry(e *QueueEntry, cmd *Command) Refusal {
	if !st.ahead(cmd, maxSnooze) {
		return RefusedBadArgument
	}
	e.SnoozedUntil = cmd.Until
	st.note(&e.History, ActSnoozed, clone(cmd.Actor), clone(cmd.Note))
	return ""
}

// ahead reports whether a command's date lies in the future, but not too far.
func (st *step) ahead(cmd *Command, limit time.Duration) bool {
	return st.now.Before(cmd.Until) && cmd.Until.Sub(st.now) <= limit
}
