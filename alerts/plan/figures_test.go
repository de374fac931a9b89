package plan_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts/plan"
)

func TestMinimumPathsAsReckonedElsewhere(t *testing.T) {
	for _, tt := range []struct {
		name    string
		minimum plan.Minimum
		balance int64
		rate    plan.Rate
		want    plan.Path
	}{
		// Two months by hand, 1 % a month, 50 % of the balance, at least 50: 100.00 + 1.00 − 50.00 = 51.00; 51.00 + 0.51 is above 50, so
		// 50 are paid; 1.51 + 0.02 (half to even of 0.0151) are left and paid.
		{"by hand", plan.Minimum{Share: 50 * plan.Percent, FloorMinor: 50_00}, 100_00, 12 * plan.Percent,
			plan.Path{Ends: true, Months: 3, PaidMinor: 101_53, InterestMinor: 1_53, FirstMinor: 50_00}},
		// The example of Reg Z appendix M2 ($1,000, the greater of 2 % and $20) at its one rate of 17 %, by a program in Python.
		{"$1,000 at 17 %", plan.Minimum{Share: 2 * plan.Percent, FloorMinor: 20_00}, 1000_00, 17 * plan.Percent,
			plan.Path{Ends: true, Months: 88, PaidMinor: 1751_83, InterestMinor: 751_83, FirstMinor: 20_00}},
		// A Chinese card: 5 % and the interest, at the 0.05 % a day that is 18.25 % a year; by the same program.
		{"20,000 yuan at 18.25 %", plan.Defaults().Minimum, 20_000_00, 182_500,
			plan.Path{Ends: true, Months: 68, PaidMinor: 25_842_86, InterestMinor: 5_842_86, FirstMinor: 1304_17}},
		{"nothing owed", plan.Defaults().Minimum, 0, 182_500, plan.Path{Ends: true}},
	} {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, tt.minimum.Path(tt.balance, tt.rate)) })
	}
	never := plan.Minimum{Share: plan.Percent}.Path(1000_00, 24*plan.Percent)
	require.False(t, never.Ends, "1 % a month is paid where 2 % are charged")
	dear := plan.Minimum{FloorMinor: 1}.Path(1_000_000_000_000, plan.Whole)
	require.False(t, dear.Ends)
	require.Positive(t, dear.InterestMinor, "and nothing overflows")
}

func TestThePaymentFor36Months(t *testing.T) {
	// Reg Z's sample form G-18(F): a balance of $1,784.53 at 14.99 % is cleared in three years with $62 a month, in whole dollars.
	// 1,784.53 · 0.0124917 ÷ (1 − 1.0124917⁻³⁶) = 61.8526.
	require.EqualValues(t, 61_86, plan.LevelMinor(1784_53, 14_99*plan.BasisPoint, 36))
	require.EqualValues(t, 100_00, plan.LevelMinor(3600_00, 0, 36))
	require.Zero(t, plan.LevelMinor(0, plan.Percent, 36))
	require.Zero(t, plan.LevelMinor(100, plan.Percent, 61))
}

func TestFiguresOfAPlan(t *testing.T) {
	// 1,000.00, 20.00 and 5.00 at 12 %, three times 348.44: see the schedule.
	f := schedule(t, thousand(t, plan.Equal, 3)).Figures(plan.Minimum{Share: 50 * plan.Percent, FloorMinor: 500_00})
	require.EqualValues(t, 348_44, f.InstalmentMinor)
	require.EqualValues(t, 348_44, f.LastMinor)
	require.EqualValues(t, 40_32, f.InterestMinor) // 20.00 + 10.00 + 6.87 + 3.45
	require.EqualValues(t, 5_00, f.FeesMinor)
	require.EqualValues(t, 1045_32, f.PayableMinor)
	// The card without a plan: 1025.00 pays 512.50 (half), 10.25 charged, 522.75 left; then 500.00, 5.23 charged, 27.98 left; then 28.26.
	require.Equal(t, plan.Path{Ends: true, Months: 3, PaidMinor: 1040_76, InterestMinor: 15_76, FirstMinor: 512_50}, f.Minimum)
	require.EqualValues(t, 1040_76-1045_32, f.SavingMinor, "these three months cost more than so high a minimum")
	// Interest and fees bear no interest in the plan, so it costs a little less than 12 %. 348.44 · (1/1.01 + 1/1.0201 + 1/1.030301) =
	// 1024.7560 of 1025: a loss of 0.0238 %.
	require.Equal(t, 2*plan.BasisPoint, f.NPVLoss)
	require.False(t, f.Distressed)
	require.Less(t, f.Nominal, 12*plan.Percent)
	require.Greater(t, f.Nominal, 11*plan.Percent)
	require.Greater(t, f.Annual, f.Nominal)
}

func TestAPlanThatChargesTheCardsRateOnPrincipalAloneLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := anyTerms(t)
		terms.Kind, terms.DeferMonths, terms.PlanRate = plan.Equal, 0, 0
		terms.PrincipalMinor += 100_000
		terms.InterestMinor, terms.FeesMinor, terms.WaivedInterestMinor, terms.WaivedFeesMinor = 0, 0, 0, 0
		f := schedule(t, terms).Figures(plan.Defaults().Minimum)
		// Half a unit a month on at least a thousand yuan is 0.6 basis points a year.
		require.InDelta(t, float64(terms.Rate), float64(f.Nominal), float64(2*plan.BasisPoint))
		require.LessOrEqual(t, max(f.NPVLoss, -f.NPVLoss), 2*plan.BasisPoint)
		require.False(t, f.Distressed)
	})
}
