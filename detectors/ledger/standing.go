package ledger

import (
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Debt is a minimum payment that has not been made: how much is left of it, and when it was due.
type Debt struct {
	DueAt card.Moment
	Minor int64
	// Estimated says that DueAt is not a statement's own: it is from a count of cycles before our history, or it stands in for
	// a date that was before its statement.
	Estimated bool
}

// Standing is where an account stands at a moment.
type Standing struct {
	// DaysPastDue counts local days, in the due date's own offset, since the oldest unpaid minimum was due; 0 when none is.
	DaysPastDue int
	// OverdueMinor is what is left of all minimums past their due dates.
	OverdueMinor int64
	// OldestDue is the due date that DaysPastDue counts from, zero when nothing is overdue; Estimated as in Debt.
	OldestDue card.Moment
	Estimated bool
	// Next is the earliest unpaid minimum that is not past its due date; its Minor is 0 when there is none.
	Next Debt
}

// Standing tells where the account stands. A payment goes to the oldest unpaid minimum of the bills before it; what exceeds
// them has lowered the next bill's balance already and pays no later minimum. A minimum that is short by at most tolerance
// (minor units, 容差) counts as paid.
func (a *Account) Standing(now card.Moment, tolerance int64) Standing {
	var s Standing
	for _, d := range a.unpaid(len(a.Bills), tolerance) {
		days := daysBetween(d.DueAt, now)
		if days <= 0 {
			if s.Next.Minor == 0 {
				s.Next = d
			}
			continue
		}
		if s.DaysPastDue == 0 {
			s.DaysPastDue, s.OldestDue, s.Estimated = days, d.DueAt, d.Estimated
		}
		s.OverdueMinor += d.Minor
	}
	return s
}

// unpaid walks through the oldest n bills and the money that followed each, and gives what is left, oldest due date first.
func (a *Account) unpaid(n int, tolerance int64) []Debt {
	open := make([]Debt, 0, MaxBills+2)
	if a.Carried.Minor > 0 {
		open = append(open, a.Carried)
		open = settle(open, a.paidOneByOne(-1), tolerance)
	}
	for i := range a.Bills[:n] {
		b := &a.Bills[i]
		open = believe(open, b, tolerance)
		if own := b.ownMinimum(); own > 0 {
			open = append(open, Debt{DueAt: b.DueAt, Minor: own, Estimated: b.DueAssumed})
		}
		open = settle(open, b.Since.PaidMinor+a.paidOneByOne(i), tolerance)
	}
	return open
}

// ownMinimum is what the bill asks for beyond what earlier ones did. A minimum below what is past due cannot include it.
func (b *Bill) ownMinimum() int64 {
	if b.PastDueMinor > b.MinDueMinor {
		return b.MinDueMinor
	}
	return b.MinDueMinor - b.PastDueMinor
}

// believe adds what a statement says is past due and we did not see. The oldest due date then lies the statement's own
// number of cycles before its due date.
func believe(open []Debt, b *Bill, tolerance int64) []Debt {
	if b.PastDueMinor <= tolerance {
		return open
	}
	unseen := b.PastDueMinor
	for _, d := range open {
		unseen -= d.Minor
	}
	oldest := Debt{DueAt: monthsBefore(b.DueAt, max(b.CyclesPastDue, 1)), Minor: max(unseen, 0), Estimated: true}
	if len(open) == 0 {
		return append(open, oldest)
	}
	older := b.CyclesPastDue > len(open) && oldest.DueAt.Before(open[0].DueAt)
	switch {
	case older && unseen > tolerance:
		return slices.Insert(open, 0, oldest)
	case older:
		open[0].DueAt, open[0].Estimated = oldest.DueAt, true
	case unseen > tolerance:
		open[0].Minor += unseen
	}
	return open
}

// settle pays the oldest debts first and takes out those with no more than tolerance left.
func settle(open []Debt, paid, tolerance int64) []Debt {
	for i := range open {
		part := min(paid, open[i].Minor)
		open[i].Minor -= part
		paid -= part
	}
	return slices.DeleteFunc(open, func(d Debt) bool { return d.Minor <= tolerance })
}

// paidOneByOne sums the settled payments that are still kept by themselves and follow a bill.
func (a *Account) paidOneByOne(bill int) (sum int64) {
	for _, p := range a.Payments {
		if !p.Failed && a.follows(p.At) == bill {
			sum += p.AmountMinor
		}
	}
	return sum
}

// AtRiskMinor is the newest bill's balance less what was paid since, and never less than what is overdue.
func (a *Account) AtRiskMinor(overdueMinor int64) int64 {
	b := a.Newest()
	if b == nil {
		return overdueMinor
	}
	return max(overdueMinor, b.BalanceMinor-a.Flow(len(a.Bills)-1).PaidMinor)
}

// daysBetween counts local midnights from a due date to a moment, both read in the due date's offset.
func daysBetween(due, at card.Moment) int {
	at.OffsetMinutes = due.OffsetMinutes
	return int(at.LocalDay() - due.LocalDay())
}

// monthsBefore goes back n calendar months; a day that the month lacks becomes its last.
func monthsBefore(m card.Moment, n int) card.Moment {
	t := m.Time()
	back := t.AddDate(0, -n, 0)
	if back.Day() != t.Day() {
		back = back.AddDate(0, 0, -back.Day())
	}
	return card.MomentOf(back)
}
