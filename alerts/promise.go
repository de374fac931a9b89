package alerts

import (
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// PromiseToPay is what a customer has promised; the zero value is "none".
type PromiseToPay struct {
	// AmountMinor is in minor units of the entry's currency.
	AmountMinor int64
	MadeAt      card.Moment
	// Until is the moment promised. What is paid up to Policy.PromiseGrace later counts.
	Until card.Moment
	State PromiseState
	// RemindAt is when the customer is reminded, unknown when they have been or need not be.
	RemindAt card.Moment
	// BrokenBefore counts the promises in a row that were not kept before this one.
	BrokenBefore int
}

// PromiseState is the life of a promise to pay.
type PromiseState string

// The promise states. A promise is kept when Policy.PromiseKeptPercent of it is paid in time; Partial is one of which less was. A payment
// that comes late to the desk but was made in time still keeps it, and one that is taken back makes it open or broken again.
const (
	NoPromise        PromiseState = ""
	PromiseOpen      PromiseState = "open"
	PromiseKept      PromiseState = "kept"
	PromisePartial   PromiseState = "partial"
	PromiseBroken    PromiseState = "broken"
	PromiseCancelled PromiseState = "cancelled"
)

// promiseActs is what a promise that moves writes into the entry's history.
var promiseActs = map[PromiseState]ActCode{
	PromiseOpen: ActPromiseReopened, PromiseKept: ActPromiseKept, PromisePartial: ActPromisePartial, PromiseBroken: ActPromiseBroken,
}

// promiseConduct is what the record says of a promise that comes due.
var promiseConduct = map[PromiseState]ConductKind{PromiseKept: PromiseKeptInTime, PromisePartial: PromiseKeptInPart, PromiseBroken: PromiseFailed}

// ends is when a promise that is not kept by then is broken.
func (p *PromiseToPay) ends(policy *Policy) card.Moment { return p.Until.Add(policy.PromiseGrace) }

// failed reports whether the promise's time went by without its being kept.
func (p *PromiseToPay) failed() bool { return p.State == PromiseBroken || p.State == PromisePartial }

// BrokenInARow counts the promises, the newest backwards, that were not kept.
func (e *QueueEntry) BrokenInARow() int {
	switch {
	case e.Promise.State == PromiseKept:
		return 0
	case e.Promise.failed():
		return e.Promise.BrokenBefore + 1
	default:
		return e.Promise.BrokenBefore
	}
}

// PaidOfPromise is how much was paid towards the promise in time, in minor units.
func (s *State) PaidOfPromise(e *QueueEntry, policy Policy) int64 {
	ends := e.Promise.ends(&policy)
	return s.paid(e.Account, func(at card.Moment) bool { return !at.Before(e.Promise.MadeAt) && !ends.Before(at) })
}

// keptAt is the least sum, rounded up to a minor unit, that keeps a promise of amount: percent of it.
func keptAt(amount int64, percent int) int64 {
	p := int64(percent)
	return amount/100*p + (amount%100*p+99)/100
}

// promise takes a customer's word down. One that runs has to be cancelled first: the figures of promises kept would else be made by
// promising anew.
func (st *step) promise(e *QueueEntry, cmd *Command) Refusal {
	switch {
	case cmd.AmountMinor <= 0 || !st.ahead(cmd, maxPromise):
		return RefusedBadArgument
	case e.Promise.State == PromiseOpen:
		return RefusedWrongState
	}
	e.Promise = PromiseToPay{
		AmountMinor: cmd.AmountMinor, MadeAt: st.now, Until: cmd.Until, State: PromiseOpen, BrokenBefore: e.BrokenInARow(),
		RemindAt: st.remindAt(cmd.Until),
	}
	st.moved(PromiseMoved, e.Account, "", string(PromiseOpen), "")
	st.note(&e.History, ActPromised, clone(cmd.Actor), strconv.FormatInt(cmd.AmountMinor, 10))
	st.conduct(Conduct{Account: e.Account, Kind: PromiseMade, AmountMinor: cmd.AmountMinor, Actor: clone(cmd.Actor)})
	return ""
}

// cancelPromise takes a promise back that the customer no longer means, which counts neither as kept nor as broken.
func (st *step) cancelPromise(e *QueueEntry, cmd *Command) Refusal {
	switch {
	case cmd.Note == "":
		return RefusedBadArgument
	case e.Promise.State != PromiseOpen:
		return RefusedWrongState
	}
	st.promiseTo(e, PromiseCancelled)
	st.note(&e.History, ActPromiseCancelled, clone(cmd.Actor), clone(cmd.Note))
	return ""
}

// remindHour is when, on its day, a customer is reminded of a promise: late enough for everybody, early enough to act. Own choice.
const remindHour = 10

// remindAt is the customer's remindHour on the next of the treatment's days before a promise falls due; unknown when the last has passed.
func (st *step) remindAt(until card.Moment) (next card.Moment) {
	for _, days := range st.treatment.RemindDays {
		at := midnight(st.s.local(until), -days).Add(remindHour * time.Hour)
		if st.now.Before(at) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

// judgePromise brings a promise in line with what was paid and what time it is.
func (st *step) judgePromise(e *QueueEntry) {
	p := &e.Promise
	if p.State == NoPromise || p.State == PromiseCancelled {
		return
	}
	to, paid := PromiseBroken, st.s.PaidOfPromise(e, st.policy)
	switch {
	case paid >= keptAt(p.AmountMinor, st.policy.PromiseKeptPercent):
		to = PromiseKept
	case !st.due(p.ends(&st.policy)):
		to = PromiseOpen
	case paid > 0:
		to = PromisePartial
	}
	if to != p.State {
		st.promiseTo(e, to)
		st.note(&e.History, promiseActs[to], ActorClock, strconv.FormatInt(paid, 10))
	}
	if p.State != PromiseOpen {
		p.RemindAt = card.Moment{}
		return
	}
	if st.due(p.RemindAt) {
		// An experiment that has stopped meanwhile leaves none of its reminders behind.
		if days := daysBetween(st.s.local(p.RemindAt), p.Until); slices.Contains(st.treatment.RemindDays, days) {
			st.remindOfPromise(e, days)
		}
	}
	p.RemindAt = st.remindAt(p.Until)
}

func (st *step) promiseTo(e *QueueEntry, to PromiseState) {
	st.moved(PromiseMoved, e.Account, string(e.Promise.State), string(to), "")
	// What became of a promise counts once: a payment that is taken back later does not make it come due again.
	if kind, judged := promiseConduct[to]; judged && e.Promise.State == PromiseOpen {
		st.conduct(Conduct{
			Account: e.Account, Kind: kind, AmountMinor: e.Promise.AmountMinor, PaidMinor: st.s.PaidOfPromise(e, st.policy), Actor: ActorClock,
		})
	}
	e.Promise.State = to
	if to != PromiseOpen {
		e.Promise.RemindAt = card.Moment{}
	}
}

// remindOfPromise tells the customer some days before, under the same rules as any other message.
func (st *step) remindOfPromise(e *QueueEntry, days int) {
	m := Message{
		ID: newID("msg", e.Account, string(PromiseReminder), e.Promise.MadeAt.String()), Purpose: Service, Channel: App, Template: PromiseReminder,
		Args: Args{Card: lastFour(e.Account)}, Account: e.Account, DueAt: st.now, ExpiresAt: e.Promise.Until,
	}
	if days > 1 {
		m.ID = newID("msg", e.Account, string(PromiseComing), e.Promise.MadeAt.String(), strconv.Itoa(days))
		m.Template, m.Args.When = PromiseComing, st.s.local(e.Promise.Until)
		m.ExpiresAt = midnight(st.now, 1)
	}
	st.queue(m)
}

// addMinor adds amounts that are not negative and stays at the largest there is.
func addMinor(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
