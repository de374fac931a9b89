package detectors_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors"
)

// firstOpened gives the first repayment-stress alert that a script opens.
func firstOpened(t *testing.T, name string) (found detectors.Alert) {
	script(t, name).play(t, monitor(t), func(_ *detectors.State, out *detectors.Effects) {
		for _, a := range out.Alerts {
			if a.Detector == "repayment_stress" && a.State == detectors.Open && found.AlertID == "" {
				found = a
			}
		}
	})
	require.NotEmpty(t, found.AlertID, "the script opens no alert")
	return found
}

func reason(t *testing.T, a detectors.Alert, code detectors.ReasonCode) detectors.Reason {
	for _, r := range a.Reasons {
		if r.Code == code {
			return r
		}
	}
	require.Fail(t, "no reason "+string(code), "%v", a.Reasons)
	return detectors.Reason{}
}

func TestOfferTellsRiskBillTimeAndAffordability(t *testing.T) {
	a := firstOpened(t, "stressed")
	require.Equal(t, detectors.OfferInstalment, a.Action)
	require.Equal(t, detectors.High, a.Severity, "cash alone is over its limit")
	require.Equal(t, "a1", a.Account)
	require.Empty(t, a.Card)
	require.Len(t, a.EventIDs, 1)
	require.Equal(t, int64(25), reason(t, a, "miss_probability").Limit)
	require.Equal(t, int64(a.Score), reason(t, a, "miss_probability").Value)
	require.Equal(t, int64(1900_00), reason(t, a, "min_due_open").Value)
	require.Equal(t, int64(20), reason(t, a, "days_to_due").Value)
	// 1,500 in cash of 1,500 spent in two whole cycles, by somebody with 5,000 a month.
	require.Equal(t, detectors.Reason{Code: "cash_share", Value: 100, Limit: 33, Unit: detectors.Percent}, reason(t, a, "cash_share"))
	require.Equal(t, int64(15), reason(t, a, "spend_to_income").Value)
	require.Equal(t, int64(38), reason(t, a, "min_due_to_income").Value)
	require.Equal(t, detectors.Points, reason(t, a, "utilisation").Unit, "the costliest lines of the scorecard stand in the alert")
}

func TestReminderTellsTheHabit(t *testing.T) {
	a := firstOpened(t, "forgetful")
	require.Equal(t, detectors.RemindMinPayment, a.Action)
	require.Equal(t, detectors.Low, a.Severity)
	require.Equal(t, int64(3), reason(t, a, "days_to_due").Value)
	require.Equal(t, detectors.Reason{Code: "late_but_paid_3", Value: 1, Limit: 1, Unit: detectors.Months}, reason(t, a, "late_but_paid_3"))
}

func TestOfferToTheStrainedTellsEveryStrain(t *testing.T) {
	a := firstOpened(t, "strained")
	require.Equal(t, int64(15), reason(t, a, "miss_probability").Limit, "the elevated band's")
	// No salary from 10 January to 1 April; 4,000 of 8,000 go to instalments and 1,950 are asked for, which is not a third.
	require.Equal(t, detectors.Reason{Code: "salary_gap", Value: 81, Limit: 45, Unit: detectors.Days}, reason(t, a, "salary_gap"))
	require.Equal(t, detectors.Reason{Code: "instalments_to_income", Value: 50, Limit: 33, Unit: detectors.Percent}, reason(t, a, "instalments_to_income"))
	require.Equal(t, int64(24), reason(t, a, "min_due_to_income").Value)
}

// What the bank does not tell cannot change the forecast: the two scripts differ in salary and instalments alone.
func TestAffordabilityNeverTouchesTheProbability(t *testing.T) {
	judged := func(name string) (points []int, probabilities []float64) {
		script(t, name).play(t, monitor(t), func(_ *detectors.State, out *detectors.Effects) {
			for _, a := range out.Assessments {
				points, probabilities = append(points, a.Points), append(probabilities, a.MissProbability)
			}
		})
		return points, probabilities
	}
	points, probabilities := judged("strained")
	untold, probabilitiesUntold := judged("strained_untold")
	require.NotEmpty(t, points)
	require.Equal(t, untold, points)
	require.Equal(t, probabilitiesUntold, probabilities)
}

func TestCashGrowthIsTheLastCycleAgainstTheMeanBefore(t *testing.T) {
	var last detectors.Assessment
	s := accountScript{name: "cash grows", rules: detectors.Defaults()}
	for _, line := range []string{
		"2026-01-01 bill 1000 min 100 due 2026-01-21", "2026-01-05 spent 100 cash", "2026-01-10 paid 1000",
		"2026-02-01 bill 1000 min 100 due 2026-02-21", "2026-02-05 spent 300 cash", "2026-02-10 paid 1000",
		"2026-03-01 bill 1000 min 100 due 2026-03-21", "2026-03-05 spent 500 cash", "2026-03-06 spent 500", "2026-03-10 paid 1000",
		"2026-04-01 bill 1000 min 100 due 2026-04-21",
	} {
		require.NoError(t, s.parse(line))
	}
	s.play(t, monitor(t), func(_ *detectors.State, out *detectors.Effects) {
		for _, a := range out.Assessments {
			last = a
		}
	})
	require.Contains(t, last.Reasons, detectors.PointsReason{Code: "cash_growth", Value: 250}, "500 to a mean of 200")
	require.Contains(t, last.Reasons, detectors.PointsReason{Code: "cash_share", Value: 64}, "900 of 1,400")
}

func TestAssessmentCarriesAffordabilityWithoutPoints(t *testing.T) {
	var last detectors.Assessment
	script(t, "stressed").play(t, monitor(t), func(_ *detectors.State, out *detectors.Effects) {
		for _, a := range out.Assessments {
			last = a
		}
	})
	require.Contains(t, last.Reasons, detectors.PointsReason{Code: "cash_share", Value: 100})
}

func TestRepaymentStressRefusesAnUnusableConfiguration(t *testing.T) {
	for _, tc := range []struct {
		path   string
		change func(*detectors.Rules)
	}{
		{"repayment_stress.elevated_at", func(r *detectors.Rules) { r.RepaymentStress.ElevatedAt = 0.9 }},
		{"repayment_stress.high_at", func(r *detectors.Rules) { r.RepaymentStress.HighAt = 1 }},
		{"repayment_stress.forgetful_months", func(r *detectors.Rules) { r.RepaymentStress.ForgetfulMonths = 4 }},
		{"repayment_stress.cash_share_percent", func(r *detectors.Rules) { r.RepaymentStress.CashSharePercent = 0 }},
		{"repayment_stress.instalments_to_income_percent", func(r *detectors.Rules) { r.RepaymentStress.InstalmentsToIncomePercent = 0 }},
		{"repayment_stress.cash_growth_percent", func(r *detectors.Rules) { r.RepaymentStress.CashGrowthPercent = 100 }},
		{"repayment_stress.salary_gap_days", func(r *detectors.Rules) { r.RepaymentStress.SalaryGapDays = 0 }},
		{"repayment_stress.salary_short_percent", func(r *detectors.Rules) { r.RepaymentStress.SalaryShortPercent = 101 }},
		{"repayment_stress.strains_for_offer", func(r *detectors.Rules) { r.RepaymentStress.StrainsForOffer = 0 }},
		{"repayment_stress.scorecard", func(r *detectors.Rules) { r.RepaymentStress.Scorecard = detectors.Scorecard{} }},
		{"delinquency.tolerance", func(r *detectors.Rules) { r.Delinquency.Tolerance = -1 }},
		{"delinquency.tolerance_days", func(r *detectors.Rules) { r.Delinquency.ToleranceDays = 11 }},
		{"delinquency.allocation", func(r *detectors.Rules) { r.Delinquency.Allocation = "principal_first" }},
		{"delinquency.half_priority", func(r *detectors.Rules) { r.Delinquency.HalfPriority = 0 }},
	} {
		rules := detectors.Defaults()
		tc.change(&rules)
		_, err := detectors.NewMonitor(rules)
		require.ErrorContains(t, err, tc.path)
	}
}
