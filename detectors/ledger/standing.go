package ledger

import (
	"slices"
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Debt is a minimum payment that has not been made: how much is left of it, and when it was due.
type Debt struct {
	DueAt card.Moment
	Minor int64
	// Estimated says that DueAt is not a statement's own: it is from a count of cycles before our history, or it stands in for
	// a date that was before its statement. Told says that it is from the bank's own days past due.
	Estimated, Told bool
}

// Terms are what a bank forgives and in which order it books.
type Terms struct {
	// ToleranceMinor (容差) is by how much a minimum may fall short, in minor units, and still count as paid.
	ToleranceMinor int64
	// ToleranceDays (容时) is for how many days after its due date an unpaid minimum is not overdue. On the day after, its days past
	// due count from the due date, as the bank's do.
	ToleranceDays int
	// NewestFirst books payments to the newest minimum first, else to the oldest.
	NewestFirst bool
}

// Standing is where an account stands at a moment.
type Standing struct {
	// DaysPastDue counts local days, in the due date's own offset, since the oldest unpaid minimum was due; 0 when none is.
	DaysPastDue int
	// OverdueMinor is what is left of all minimums past their due dates.
	OverdueMinor int64
	// OldestDue is the due date that DaysPastDue counts from, zero when nothing is overdue; Estimated and Told as in Debt.
	OldestDue       card.Moment
	Estimated, Told bool
	// Next is the earliest unpaid minimum that is not overdue; its Minor is 0 when there is none.
	Next Debt
}

// Standing tells where the account stands. A payment goes to the unpaid minimums of the bills before it, in the order of the
// terms; what exceeds them has lowered the next bill's balance already and pays no later minimum.
func (a *Account) Standing(now card.Moment, terms Terms) Standing {
	var s Standing
	for _, d := range a.unpaid(len(a.Bills), terms) {
		days := daysBetween(d.DueAt, now)
		if !d.Told && days <= terms.ToleranceDays || days <= 0 {
			if s.Next.Minor == 0 {
				s.Next = d
			}
			continue
		}
		if s.DaysPastDue == 0 {
			s.DaysPastDue, s.OldestDue, s.Estimated, s.Told = days, d.DueAt, d.Estimated, d.Told
		}
		s.OverdueMinor += d.Minor
	}
	return s
}

// unpaid walks through the oldest n bills and the money that followed each, and gives what is left, oldest due date first.
func (a *Account) unpaid(n int, terms Terms) []Debt {
	open := make([]Debt, 0, MaxBills+2)
	if a.Carried.Minor > 0 {
		open = append(open, a.Carried)
		open = settle(open, a.paidOneByOne(-1), terms)
	}
	for i := range a.Bills[:n] {
		b := &a.Bills[i]
		own := b.ownMinimum()
		if b.Aged {
			open, own = b.age(open, own, terms.ToleranceMinor)
		} else {
			open = believe(open, b, terms.ToleranceMinor)
		}
		if own > 0 {
			open = append(open, Debt{DueAt: b.DueAt, Minor: own, Estimated: b.DueAssumed})
		}
		open = settle(open, b.Since.PaidMinor+a.paidOneByOne(i), terms)
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

// age takes over the bank's own days past due as of the statement. At 0 nothing is past due; else the oldest debt is as old as the bank
// says and none is older, and how much it is follows the rule of believe. own is what is left of the bill's own minimum: a bill that
// tells days but no amount past due and follows no debt that we know means its minimum.
func (b *Bill) age(open []Debt, own, tolerance int64) ([]Debt, int64) {
	passed := func(d Debt) bool { return daysBetween(d.DueAt, b.SaidAt) > 0 }
	if b.DaysPastDue == 0 {
		return slices.DeleteFunc(open, passed), own
	}
	oldest := b.SaidAt.Add(-time.Duration(b.DaysPastDue) * 24 * time.Hour)
	unseen, known := b.PastDueMinor, 0
	for known < len(open) && passed(open[known]) {
		d := &open[known]
		unseen -= d.Minor
		if known == 0 || d.DueAt.Before(oldest) {
			d.DueAt, d.Estimated, d.Told = oldest, false, true
		}
		known++
	}
	switch {
	case known > 0 && unseen > tolerance:
		open[0].Minor += unseen
	case known == 0 && unseen > tolerance:
		open = slices.Insert(open, 0, Debt{DueAt: oldest, Minor: unseen, Told: true})
	case known == 0 && own > 0:
		return slices.Insert(open, 0, Debt{DueAt: oldest, Minor: own, Told: true}), 0
	}
	return open, own
}

// settle pays the debts in the order of the terms and takes out those with no more than the tolerance left.
func settle(open []Debt, paid int64, terms Terms) []Debt {
	for i := range open {
		if terms.NewestFirst {
			i = len(open) - 1 - i
		}
		part := min(paid, open[i].Minor)
		open[i].Minor -= part
		paid -= part
	}
	return slices.DeleteFunc(open, func(d Debt) bool { return d.Minor <= terms.ToleranceMinor })
}

// paidOneByOne sums the settled payments that are still kept by themselves and follow a bill.
func (a *Account) paidOneByOne(bill int) (sum int64) {
	for _, p := range a.Payments {
		if p.stays() && a.follows(p.At) == bill {
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
