package detectors

import (
	"slices"

	"github.com/cardwatch/cardwatch/detectors/ledger"
)

// StressAttribute is one thing that a repayment-stress table may give points for.
type StressAttribute struct {
	Code ReasonCode
	// Sign is 1 when more of it can only mean more stress, −1 when it can only mean less, 0 when the field does not know;
	// utilisation is J-shaped (notes/collections.md §4.3). A fitted table keeps to it.
	Sign int
	// Money says that it is an amount, in major units.
	Money bool
}

// StressAttributes lists what StressInputs tells, in its order: the attributes that cross-validation on the training part of
// the UCI data kept (bench/stress). Who the customer is (sex, age, family, education) is not in the list: it adds nothing to
// the forecast and must not count.
func StressAttributes() []StressAttribute {
	return []StressAttribute{
		{Code: "cycles_past_due", Sign: 1},
		{Code: "late_months_3", Sign: 1},
		{Code: "worst_late_3", Sign: 1},
		{Code: "paid_3", Sign: -1, Money: true},
		{Code: "paid_least_3", Sign: -1, Money: true},
		{Code: "spend_most_3", Money: true},
		{Code: "balance", Money: true},
		{Code: "balance_before", Money: true},
		{Code: "headroom", Sign: -1, Money: true},
		{Code: "utilisation"},
		{Code: "spend_to_paid_2"},
		{Code: "paid_to_billed_3", Sign: -1},
	}
}

// cyclesInput is where StressInputs has the cycles past due, which choose the segment.
const cyclesInput = 0

// StressInputs gives the values of StressAttributes for an account at its newest bill, false before the first one. Fitting
// and judging use this one function.
func StressInputs(a *ledger.Account) ([]float64, bool) {
	f, ok := a.Features()
	if !ok {
		return nil, false
	}
	return []float64{f.CyclesPastDue, f.LateMonths, f.WorstLate, f.Paid, f.PaidLeast, f.SpendMost, f.Balance, f.BalanceBefore,
		f.Headroom, f.Utilisation, f.SpendToPaid, f.PaidToBilled}, true
}

// attributeIndex is where StressInputs has an attribute, −1 when it has not, and whether it is an amount.
func attributeIndex(code ReasonCode) (at int, money bool) {
	attributes := StressAttributes()
	at = slices.IndexFunc(attributes, func(a StressAttribute) bool { return a.Code == code })
	return at, at >= 0 && attributes[at].Money
}
