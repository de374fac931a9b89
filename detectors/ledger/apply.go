package ledger

import (
	"slices"
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
)

const (
	// sameCycle is how close two statements must be to be one cycle: billing cycles are 28 to 31 days, and a corrected bill
	// comes within days.
	sameCycle = 15 * 24 * time.Hour
	// usualTerm replaces a due date that is before its statement: Chinese card bills fall due 18 to 25 days after.
	usualTerm = 20 * 24 * time.Hour
)

// ApplyStatement files a bill by its statement_at and reports whether it is now the newest bill. A statement older than all
// bills of a full list is past keeping and changes nothing.
func (a *Account) ApplyStatement(s *card.Statement, terms Terms) (newest bool) {
	b := Bill{At: s.At, SaidAt: s.At, DueAt: s.DueAt, BalanceMinor: s.BalanceMinor, MinDueMinor: s.MinDueMinor, PastDueMinor: s.PastDueMinor,
		LimitMinor: s.CreditLimitMinor, CyclesPastDue: s.CyclesPastDue, InstalmentMinor: s.InstalmentMinor, Autopay: s.Autopay,
		Aged: s.Aged, DaysPastDue: s.DaysPastDue}
	if b.DueAt.Before(b.At) {
		b.DueAt, b.DueAssumed = b.At.Add(usualTerm), true
	}
	if i := slices.IndexFunc(a.Bills, func(o Bill) bool { return b.At.Sub(o.At).Abs() < sameCycle }); i >= 0 {
		newest = a.Bills[i].correct(&b) && i == len(a.Bills)-1
		if newest {
			a.RateBps = s.RateBps
		}
		return newest
	}
	i := a.follows(b.At) + 1
	if i == 0 && len(a.Bills) == MaxBills {
		return false
	}
	newest = i == len(a.Bills)
	a.Bills = slices.Insert(a.Bills, i, b)
	if len(a.Bills) > MaxBills {
		a.dropOldest(terms)
	}
	if newest {
		a.Marks.Done, a.RateBps = 0, s.RateBps
	}
	return newest
}

// correct takes over the figures of another statement for the same cycle when they are not the older ones, and tells whether it did.
func (b *Bill) correct(other *Bill) bool {
	begins := b.At
	if other.At.Before(begins) {
		begins = other.At
	}
	stands := !other.SaidAt.Before(b.SaidAt)
	if stands {
		since := b.Since
		*b = *other
		b.Since = since
	}
	b.At = begins
	return stands
}

// ApplySpend adds an approved purchase or cash withdrawal to the cycle that it happened in, and subtracts a refund or a
// reversal; a declined transaction changes nothing. A statement that arrives after later spending leaves that spending in
// the cycle before it: a few hours of one month in the next do not move a three-month figure.
func (a *Account) ApplySpend(t *card.Transaction) { a.flow(a.follows(t.At)).spend(t) }

func (f *Flow) spend(t *card.Transaction) {
	if t.Status != card.Approved {
		return
	}
	switch t.Type {
	case card.Purchase:
		f.SpendMinor += t.Amount.Minor
		f.Uses++
	case card.Cash:
		f.SpendMinor += t.Amount.Minor
		f.CashMinor += t.Amount.Minor
		f.Uses++
	case card.Refund, card.Reversal:
		f.SpendMinor -= t.Amount.Minor
	}
}

// follows gives the index of the newest bill at or before a moment, −1 when it is before all bills.
func (a *Account) follows(at card.Moment) int {
	i := len(a.Bills) - 1
	for i >= 0 && at.Before(a.Bills[i].At) {
		i--
	}
	return i
}

func (a *Account) flow(bill int) *Flow {
	if bill < 0 {
		return &a.Before
	}
	return &a.Bills[bill].Since
}

// dropOldest takes the oldest bill off the list and carries what is unpaid of it. Debts that have been carried together
// keep the oldest due date: they are half a year old, and their tier no longer depends on a month.
func (a *Account) dropOldest(terms Terms) {
	a.foldBefore(a.Bills[1].At)
	var unpaid Debt
	for _, d := range a.unpaid(1, terms) {
		if unpaid.Minor == 0 {
			unpaid = d
		} else {
			unpaid.Minor += d.Minor
		}
	}
	a.Carried, a.Before = unpaid, a.Bills[0].Since
	a.Bills = slices.Delete(a.Bills, 0, 1)
}

// foldBefore sums up the kept payments from before a moment.
func (a *Account) foldBefore(at card.Moment) {
	n := 0
	for n < len(a.Payments) && a.Payments[n].At.Before(at) {
		n++
	}
	a.fold(n)
}

// fold sums up the n oldest kept payments in the flows that they belong to.
func (a *Account) fold(n int) {
	for _, p := range a.Payments[:n] {
		i := a.follows(p.At)
		a.flow(i).pay(p, a.dueOf(i))
		if i < 0 && p.stays() {
			a.Carried.Minor = max(0, a.Carried.Minor-p.AmountMinor)
		}
	}
	a.Payments = slices.Delete(a.Payments, 0, n)
}

func (a *Account) dueOf(bill int) card.Moment {
	if bill < 0 {
		return card.Moment{}
	}
	return a.Bills[bill].DueAt
}

// Flow gives what happened since a bill (by index), or before the first one (−1), kept payments included.
func (a *Account) Flow(bill int) Flow {
	f := *a.flow(bill)
	for _, p := range a.Payments {
		if a.follows(p.At) == bill {
			f.pay(p, a.dueOf(bill))
		}
	}
	return f
}

// pay adds a payment. A payment on the due date's own local day is on time; the days of tolerance do not make it so: who needs them has
// forgotten, and a reminder helps.
func (f *Flow) pay(p Payment, due card.Moment) {
	if p.Failed {
		f.Failed++
		if p.Autopay {
			f.FailedAutopay++
		}
		return
	}
	if p.TakenBack {
		return
	}
	f.Settled++
	f.PaidMinor += p.AmountMinor
	if daysBetween(due, p.At) <= 0 {
		f.PaidOnTimeMinor += p.AmountMinor
	}
	if f.LastPaidAt.Before(p.At) {
		f.LastPaidAt = p.At
	}
}
