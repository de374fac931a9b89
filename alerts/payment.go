package alerts

import (
	"slices"
	"strconv"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Received is money that came towards an account that was in the queue, or had a plan.
type Received struct {
	// ID is a hash of the payment's event_id, by which it can be taken back.
	ID      uint64
	Account string
	// At is when it was paid.
	At    card.Moment
	Minor int64
}

// maxReceived bounds the payments that a customer's state remembers one by one; the oldest go first. A promise runs for 48 days at most.
const maxReceived = 96

// payment takes in money towards an account (cards.payment.v1): promises and plans are judged by what was paid and when, not by how the
// account's tier moves. Money in another currency than the debt's pays nothing here: the bank books it under its own rate, and the monitor's
// next word has the result.
func (st *step) payment(p *card.Payment) {
	if p.Status == card.Reversed {
		st.takeBack(p)
		return
	}
	if p.Status != card.Settled || p.Amount.Minor <= 0 || !st.s.owes(p.Account, p.Amount.Currency) || st.received(p.ID) >= 0 {
		return
	}
	if st.seenBefore(eventMemory, "payment", p.ID) { // taken back since, and delivered again
		return
	}
	st.receive(Received{ID: hash64(p.ID), Account: clone(p.Account), At: p.At, Minor: p.Amount.Minor})
	st.payPlan(p.Account, p.At, p.Amount.Minor)
	if e := st.s.Entry(p.Account); e != nil {
		st.note(&e.History, ActPaid, ActorCustomer, strconv.FormatInt(p.Amount.Minor, 10)+" "+p.At.String())
		st.judgePromise(e)
	}
}

// takeBack undoes a payment: a draw that the customer's bank returned. One that the desk never counted changes nothing.
func (st *step) takeBack(p *card.Payment) {
	i := st.received(p.Original)
	if i < 0 || st.s.Received[i].Account != p.Account {
		return
	}
	back := st.s.Received[i]
	st.s.Received = slices.Delete(st.s.Received, i, i+1)
	st.unpayPlan(back.Account, back.At, back.Minor)
	if e := st.s.Entry(back.Account); e != nil {
		st.note(&e.History, ActPaidBack, ActorProvider, strconv.FormatInt(back.Minor, 10)+" "+back.At.String())
		st.judgePromise(e)
	}
}

// owes reports whether payments to an account in a currency count for anything: it is in the queue, or has a plan.
func (s *State) owes(account string, currency card.Currency) bool {
	if e := s.Entry(account); e != nil {
		return e.Currency == currency
	}
	p := s.RunningPlan(account)
	return p != nil && p.Contract.Schedule.Terms.Currency == currency
}

// received finds a payment by its event_id; −1 when it is not known.
func (st *step) received(id string) int {
	hash := hash64(id)
	return slices.IndexFunc(st.s.Received, func(r Received) bool { return r.ID == hash })
}

// receive keeps the payments in the order of their moments.
func (st *step) receive(r Received) {
	list := st.s.Received
	at := len(list)
	for at > 0 && r.At.Before(list[at-1].At) {
		at--
	}
	list = slices.Insert(list, at, r)
	st.s.Received = list[max(len(list)-maxReceived, 0):]
}

// paid sums what was received towards an account at the moments that count.
func (s *State) paid(account string, counts func(card.Moment) bool) (sum int64) {
	for _, r := range s.Received {
		if r.Account == account && counts(r.At) {
			sum = addMinor(sum, r.Minor)
		}
	}
	return sum
}
