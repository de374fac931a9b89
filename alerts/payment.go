package alerts

import (
	"slices"
	"strconv"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// payment takes in money towards an account in the queue (cards.payment.v1): promises and plans are judged by what was paid and when, not
// by how the account's tier moves. Money in another currency than the debt's pays nothing here: the bank books it under its own rate, and
// the monitor's next word has the result.
func (st *step) payment(p *card.Payment) {
	e := st.s.Entry(p.Account)
	if e == nil || p.Status != card.Settled || p.Amount.Currency != e.Currency || p.Amount.Minor <= 0 {
		return
	}
	if p.ID != "" && st.seenBefore(eventMemory, "payment", p.ID) {
		return
	}
	e.receive(Received{ID: hash64(p.ID), At: p.At, Minor: p.Amount.Minor})
	st.note(&e.History, ActPaid, ActorCustomer, strconv.FormatInt(p.Amount.Minor, 10)+" "+p.At.String())
	st.judgePromise(e)
}

// receive keeps the payments in the order of their moments. Beyond the bound the two oldest count as one, at the newer's moment: both are
// far older than any promise that runs.
func (e *QueueEntry) receive(r Received) {
	at := len(e.Received)
	for at > 0 && r.At.Before(e.Received[at-1].At) {
		at--
	}
	e.Received = slices.Insert(e.Received, at, r)
	if len(e.Received) > maxReceived {
		e.Received[1].Minor = addMinor(e.Received[0].Minor, e.Received[1].Minor)
		e.Received = slices.Delete(e.Received, 0, 1)
	}
}
