package plan_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts/plan"
)

func TestWhatSpeaksAgainstAPlan(t *testing.T) {
	// 4,000 are left of 9,000 when living is paid, 3,100 with a buffer of 900, and 80 % of these, 2,480, are comfortable.
	worker := plan.Means{IncomeMinor: 9000_00, EssentialsMinor: 5000_00, Job: plan.Employed}
	between := plan.Means{Job: plan.Unemployed, EssentialsMinor: 3000_00, LaterIncomeMinor: 9000_00, RecoveryMonths: 3}
	ten := func(instalment int64, change ...func(*plan.Terms)) plan.Terms {
		terms := plan.Terms{Kind: plan.Equal, Currency: cny, PrincipalMinor: 10 * instalment, Months: 10, FirstDue: at(t, "2026-03-31T00:00:00+08:00")}
		for _, f := range change {
			f(&terms)
		}
		return terms
	}
	deferred := func(months int) func(*plan.Terms) {
		return func(t *plan.Terms) { t.Kind, t.DeferMonths, t.Months = plan.Deferral, months, 10+months }
	}
	for _, tt := range []struct {
		name  string
		means plan.Means
		terms plan.Terms
		want  []plan.Finding
	}{
		{"comfortable", worker, ten(2480_00), nil},
		{"a fen above comfort", worker, ten(2480_01), []plan.Finding{{Code: plan.Tight, Value: 2480_01, Limit: 2480_00}}},
		{"just affordable", worker, ten(3100_00), []plan.Finding{{Code: plan.Tight, Value: 3100_00, Limit: 2480_00}}},
		{"into the buffer", worker, ten(3100_01), []plan.Finding{{Code: plan.Unaffordable, Value: 3100_01, Limit: 3100_00}}},
		{"all that is left", worker, ten(4000_00), []plan.Finding{{Code: plan.Unaffordable, Value: 4000_00, Limit: 3100_00}}},
		{"more than is left", worker, ten(4000_01), []plan.Finding{{Code: plan.NeedsBorrowing, Value: 4000_01, Limit: 4000_00}}},
		{"nothing to pay with", between, ten(1_00), []plan.Finding{{Code: plan.NothingAffordable, Value: 1_00}}},
		{"put off until there is a wage", between, ten(1000_00, deferred(3)), nil},
		{"put off, but not long enough", between, ten(1000_00, deferred(2)), []plan.Finding{{Code: plan.NothingAffordable, Value: 1000_00}}},
		{"interest on interest", worker, ten(100_00, func(t *plan.Terms) { t.InterestOnInterest = true }), []plan.Finding{{Code: plan.InterestBearsInterest}}},
		{"no plan at all", worker, ten(0), []plan.Finding{{Code: plan.TermsProblem, Problem: plan.NoPrincipal}}},
		{"another currency", worker, ten(100_00, func(t *plan.Terms) { t.Currency = [3]byte{'U', 'S', 'D'} }), []plan.Finding{{Code: plan.OtherCurrency}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := tt.terms.Schedule()
			if err != nil {
				s = plan.Schedule{Terms: tt.terms}
			}
			got := plan.Check(plan.Defaults(), tt.means, s)
			require.Equal(t, tt.want, got)
			require.Equal(t, len(tt.want) > 0 && tt.want[0].Code != plan.Tight && tt.want[0].Code != plan.InterestBearsInterest, plan.Blocked(got))
		})
	}
}

func TestALumpSumLeavesTheReserve(t *testing.T) {
	// Three months of 5,000 stay: of 16,025.00 the 1,025.00 that are asked for are free, of a fen less they are not.
	terms := thousand(t, plan.LumpSum, 1)
	m := plan.Means{EssentialsMinor: 5000_00, Job: plan.Employed, SavingsMinor: 16_025_00}
	require.Empty(t, plan.Check(plan.Defaults(), m, schedule(t, terms)), "an income is not asked for")
	m.SavingsMinor--
	require.Equal(t, []plan.Finding{{Code: plan.SavingsTooSmall, Value: 1025_00, Limit: 1024_99}}, plan.Check(plan.Defaults(), m, schedule(t, terms)))
}

func TestAPlanThatCostsMoreThanTheMinimumSaysSo(t *testing.T) {
	// With so high a minimum the card is paid in three months for 1,040.76, the plan costs 1,045.32: see TestFiguresOfAPlan.
	p := plan.Defaults()
	p.Minimum = plan.Minimum{Share: 50 * plan.Percent, FloorMinor: 500_00}
	m := plan.Means{IncomeMinor: 9000_00, EssentialsMinor: 5000_00, Job: plan.Employed}
	got := plan.Check(p, m, schedule(t, thousand(t, plan.Equal, 3)))
	require.Equal(t, []plan.Finding{{Code: plan.DearerThanMinimum, Value: 1045_32, Limit: 1040_76}}, got)
	require.False(t, plan.Blocked(got))
}
