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
