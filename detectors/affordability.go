package detectors

import (
	"math"

	"github.com/cardwatch/cardwatch/detectors/ledger"
)

// The affordability view is what the scorecard, fitted on bills and payments alone, does not know: income, instalments, cash
// and draws that fail. Each strain is a reason without points, present only when the bank's data tells it, so that the miss
// probability is the same with and without. A strain at its limit weighs:
//
//	strains at their limit   band high       band elevated                 band low
//	none                     offer           remind who forgets            remind who forgets
//	some                     offer, urgent   remind who forgets            remind who forgets
//	StrainsForOffer or more  offer, urgent   offer, urgent                 remind who forgets
type affordability struct {
	strains []Reason
	// atLimit counts the strains at or above their limits, draws that failed among them.
	atLimit int64
	// drawFailed says that the bank tried to draw a payment lately and could not.
	drawFailed bool
}

// affordability looks at the whole cycles of the last three months, and at the newest bill.
func (v *visit) affordability() affordability {
	var a affordability
	a.strains = append(a.strains, v.incomeStrains()...)
	a.strains = append(a.strains, v.salaryStrains()...)
	a.strains = append(a.strains, v.cashStrains()...)
	flow, _ := v.account.Closed(ledger.Months)
	if failed := flow.FailedAutopay + v.account.Flow(len(v.account.Bills)-1).FailedAutopay; failed > 0 {
		a.drawFailed = true
		a.strains = append(a.strains, Reason{Code: "failed_autopay", Value: int64(failed), Limit: v.m.rules.RepaymentStress.FailedAutopay, Unit: Uses})
	}
	for _, r := range a.strains {
		if r.Value >= r.Limit {
			a.atLimit++
		}
	}
	return a
}

// stressed reports that a plan would help: the offers of the table above, and the accounts to watch.
func (d *RepaymentStress) stressed(band string, means *affordability) bool {
	return band == bandHigh || band == bandElevated && means.atLimit >= d.StrainsForOffer
}

// canPay reports that nothing told strains the customer but a draw that failed: the money was in another place.
func (a *affordability) canPay() bool {
	return a.atLimit == 0 || a.atLimit == 1 && a.drawFailed
}

func (v *visit) incomeStrains() []Reason {
	rules, p := &v.m.rules.RepaymentStress, &v.state.Profile
	flow, cycles := v.account.Closed(ledger.Months)
	if p.MonthlyIncomeMinor <= 0 || p.Currency != v.account.Currency || cycles == 0 {
		return nil
	}
	bill := v.account.Newest()
	found := []Reason{
		{Code: "spend_to_income", Value: percentOf(flow.SpendMinor/int64(cycles), p.MonthlyIncomeMinor), Limit: rules.SpendToIncomePercent, Unit: Percent},
		{Code: "min_due_to_income", Value: percentOf(bill.MinDueMinor, p.MonthlyIncomeMinor), Limit: rules.MinDueToIncomePercent, Unit: Percent},
	}
	if bill.InstalmentMinor > 0 {
		found = append(found, Reason{Code: "instalments_to_income", Value: percentOf(bill.InstalmentMinor, p.MonthlyIncomeMinor),
			Limit: rules.InstalmentsToIncomePercent, Unit: Percent})
	}
	return found
}

// salaryStrains are told only where the bank has seen a salary come in: not every customer is paid through it. A salary from
// after the moment of judging, as a replay may have it, tells nothing.
func (v *visit) salaryStrains() (found []Reason) {
	rules, p := &v.m.rules.RepaymentStress, &v.state.Profile
	if p.SalaryMinor <= 0 || p.SalaryAt.IsZero() || v.now.Before(p.SalaryAt) {
		return nil
	}
	days := int64(v.now.LocalDay() - p.SalaryAt.LocalDay())
	found = append(found, Reason{Code: "salary_gap", Value: days, Limit: rules.SalaryGapDays, Unit: Days})
	if short := p.MonthlyIncomeMinor - p.SalaryMinor; short > 0 {
		found = append(found, Reason{Code: "salary_short", Value: percentOf(short, p.MonthlyIncomeMinor), Limit: rules.SalaryShortPercent, Unit: Percent})
	}
	return found
}

// mostGrowth stands in for growth from nothing.
const mostGrowth = 999

// cashStrains tell cash's share of spending, and the last cycle's cash against the mean of the cycles before.
func (v *visit) cashStrains() (found []Reason) {
	rules := &v.m.rules.RepaymentStress
	flow, cycles := v.account.Closed(ledger.Months)
	if flow.SpendMinor <= 0 || flow.CashMinor <= 0 {
		return nil
	}
	found = append(found, Reason{Code: "cash_share", Value: percentOf(min(flow.CashMinor, flow.SpendMinor), flow.SpendMinor),
		Limit: rules.CashSharePercent, Unit: Percent})
	last, _ := v.account.Closed(1)
	if cycles < 2 || last.CashMinor <= 0 {
		return found
	}
	growth := int64(mostGrowth)
	if before := (flow.CashMinor - last.CashMinor) / int64(cycles-1); before > 0 {
		growth = min(percentOf(last.CashMinor, before), mostGrowth)
	}
	return append(found, Reason{Code: "cash_growth", Value: growth, Limit: rules.CashGrowthPercent, Unit: Percent})
}

// percentOf is part ÷ whole in whole percent, rounded down, at least 0; whole is above 0.
func percentOf(part, whole int64) int64 {
	return 100 * min(max(part, 0), math.MaxInt64/100) / whole
}
