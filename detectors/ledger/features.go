package ledger

import "math"

// Unknown is the value of a feature that the account's history does not tell: no limit, no bill, nothing paid and nothing
// spent. It lies below all real values, so that the scorecard can give it a bin of its own.
const Unknown = -1

// Months is how far the features look back, in bills and in the cycles that they close.
const Months = 3

// MaxRatio caps ratios whose denominator is close to nothing.
const MaxRatio = 99

// Features are what the repayment-stress scorecard knows of an account at its newest bill: the last three bills and the
// billing cycles that they close. What came after the newest bill is not in them, so that a judgement a week before the
// due date rests on the same whole months as the judgements that the scorecard was fitted on.
type Features struct {
	// CyclesPastDue is the newest bill's, LateMonths counts the bills that have any and WorstLate is the most that one has:
	// the bank's own ageing.
	CyclesPastDue, LateMonths, WorstLate float64
	// Paid is what was paid in three cycles, in major units of the account's currency; from one or two cycles it is
	// projected. PaidLeast is the least of one cycle. Unknown before the first cycle is closed.
	Paid, PaidLeast float64
	// SpendMost is the most that was spent in one cycle, in major units, at least 0; Unknown before the first is closed.
	SpendMost float64
	// Balance is the newest bill's, in major units; below 0 when the bank owes the customer. BalanceBefore is that of the
	// bill before, or the same without one.
	Balance, BalanceBefore float64
	// Headroom is what the newest bill leaves of the limit, in major units, at least 0; Unknown without a limit.
	Headroom float64
	// Utilisation is the newest bill's balance ÷ limit, at least 0; Unknown without a limit.
	Utilisation float64
	// SpendToPaid is spending ÷ payments in the last two cycles, 0 … MaxRatio; Unknown when there was neither.
	SpendToPaid float64
	// PaidToBilled is the smallest share of a positive bill that was paid before the next one, 0 … 1; Unknown without such a bill.
	PaidToBilled float64
}

// Features tells them as of the newest bill, false before the first one. With fewer bills they cover what there is.
func (a *Account) Features() (Features, bool) {
	n := len(a.Bills)
	if n == 0 {
		return Features{}, false
	}
	newest := &a.Bills[n-1]
	f := Features{CyclesPastDue: float64(newest.CyclesPastDue), Balance: a.major(newest.BalanceMinor),
		BalanceBefore: a.major(a.Bills[max(n-2, 0)].BalanceMinor),
		Utilisation:   Unknown, Headroom: Unknown, PaidToBilled: Unknown, Paid: Unknown, PaidLeast: Unknown, SpendMost: Unknown}
	if newest.LimitMinor > 0 {
		f.Utilisation = max(float64(newest.BalanceMinor)/float64(newest.LimitMinor), 0)
		f.Headroom = max(a.major(newest.LimitMinor)-f.Balance, 0)
	}
	for i := max(n-Months, 0); i < n; i++ {
		if a.Bills[i].CyclesPastDue > 0 {
			f.LateMonths++
			f.WorstLate = max(f.WorstLate, float64(a.Bills[i].CyclesPastDue))
		}
		if i > 0 && a.Bills[i-1].BalanceMinor > 0 {
			part := min(float64(a.Flow(i-1).PaidMinor)/float64(a.Bills[i-1].BalanceMinor), 1)
			if f.PaidToBilled == Unknown || part < f.PaidToBilled {
				f.PaidToBilled = part
			}
		}
	}
	if whole, cycles := a.Closed(Months); cycles > 0 {
		f.Paid = a.major(whole.PaidMinor) * Months / float64(cycles)
	}
	for i := max(n-1-Months, 0); i < n-1; i++ {
		cycle := a.Flow(i)
		if paid := a.major(cycle.PaidMinor); f.PaidLeast == Unknown || paid < f.PaidLeast {
			f.PaidLeast = paid
		}
		f.SpendMost = max(f.SpendMost, a.major(max(cycle.SpendMinor, 0)))
	}
	last, _ := a.Closed(2)
	f.SpendToPaid = ratio(max(last.SpendMinor, 0), last.PaidMinor)
	return f, true
}

// Closed sums up the last whole billing cycles, from one bill to the next, at most n, and tells how many there were.
func (a *Account) Closed(n int) (sum Flow, cycles int) {
	last := len(a.Bills) - 1
	for i := max(last-n, 0); i < last; i++ {
		sum = sum.plus(a.Flow(i))
		cycles++
	}
	return sum, cycles
}

// LateButPaid counts the last n bills before the newest whose minimum was paid after its due date but before the next
// bill: the habit of a customer who forgets and can pay.
func (a *Account) LateButPaid(n int, tolerance int64) (months int) {
	last := len(a.Bills) - 1
	for i := max(last-n, 0); i < last; i++ {
		least := a.Bills[i].MinDueMinor - tolerance
		if f := a.Flow(i); f.PaidOnTimeMinor < least && f.PaidMinor >= least {
			months++
		}
	}
	return months
}

// MissedBefore reports whether the minimum of the bill before the newest, all that it asked for, was not paid by its due date but
// for the tolerance; told is false without such a bill, or when it asked for no more than the tolerance.
func (a *Account) MissedBefore(tolerance int64) (missed, told bool) {
	before := len(a.Bills) - 2
	if before < 0 || a.Bills[before].MinDueMinor <= tolerance {
		return false, false
	}
	return a.Flow(before).PaidOnTimeMinor < a.Bills[before].MinDueMinor-tolerance, true
}

func (f Flow) plus(g Flow) Flow {
	f.PaidMinor += g.PaidMinor
	f.PaidOnTimeMinor += g.PaidOnTimeMinor
	f.Settled += g.Settled
	f.Failed += g.Failed
	f.FailedAutopay += g.FailedAutopay
	f.SpendMinor += g.SpendMinor
	f.CashMinor += g.CashMinor
	f.Uses += g.Uses
	if f.LastPaidAt.Before(g.LastPaidAt) {
		f.LastPaidAt = g.LastPaidAt
	}
	return f
}

func ratio(part, whole int64) float64 {
	switch {
	case part == 0 && whole == 0:
		return Unknown
	case whole == 0:
		return MaxRatio
	default:
		return min(float64(part)/float64(whole), MaxRatio)
	}
}

func (a *Account) major(minor int64) float64 {
	return float64(minor) / math.Pow10(a.Currency.Places())
}
