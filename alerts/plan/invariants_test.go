package plan_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// anyTerms draws terms that can be calculated, from a debt of a few fen to one of millions.
func anyTerms(t *rapid.T) plan.Terms {
	amount := rapid.Custom(func(t *rapid.T) int64 {
		return rapid.Int64Range(0, rapid.SampledFrom([]int64{10, 1000, 5_000_00, 400_000_00, 1_000_000_000_000}).Draw(t, "up to")).Draw(t, "amount")
	})
	terms := plan.Terms{
		Kind: rapid.SampledFrom(plan.Kinds()).Draw(t, "kind"), Currency: cny, PrincipalMinor: 1 + amount.Draw(t, "principal")/2,
		InterestMinor: amount.Draw(t, "interest"), FeesMinor: amount.Draw(t, "fees"),
		Rate:   plan.Rate(rapid.Int64Range(1, int64(plan.Whole)).Draw(t, "rate")),
		Months: rapid.IntRange(2, plan.MaxMonths).Draw(t, "months"), InterestOnInterest: rapid.Bool().Draw(t, "on interest"),
		FirstDue: card.Moment{UnixMilli: rapid.Int64Range(1.7e12, 1.9e12).Draw(t, "due"), OffsetMinutes: int16(rapid.IntRange(-720, 840).Draw(t, "offset"))},
	}
	terms.WaivedInterestMinor = rapid.Int64Range(0, terms.InterestMinor).Draw(t, "waived interest")
	terms.WaivedFeesMinor = rapid.Int64Range(0, terms.FeesMinor).Draw(t, "waived fees")
	switch terms.Kind {
	case plan.LumpSum:
		terms.Months = 1
	case plan.Deferral:
		terms.DeferMonths = rapid.IntRange(1, terms.Months-1).Draw(t, "defer")
	case plan.Reduced:
		terms.PlanRate = plan.Rate(rapid.Int64Range(0, int64(terms.Rate)-1).Draw(t, "plan rate"))
	}
	return terms
}

// twelfth is a month's interest, as plainly as it can be said: an exact fraction, and a half goes to the even side.
func twelfth(base int64, rate plan.Rate) int64 {
	exact := new(big.Rat).Mul(big.NewRat(base, 12), big.NewRat(int64(rate), int64(plan.Whole)))
	floor := new(big.Int).Quo(exact.Num(), exact.Denom())
	rest := new(big.Rat).Sub(exact, new(big.Rat).SetInt(floor))
	if c := rest.Cmp(big.NewRat(1, 2)); c > 0 || c == 0 && floor.Bit(0) == 1 {
		floor.Add(floor, big.NewInt(1))
	}
	return floor.Int64()
}

func running(terms plan.Terms) plan.Rate {
	return map[plan.Kind]plan.Rate{plan.Equal: terms.Rate, plan.PrincipalFirst: terms.Rate, plan.Deferral: terms.Rate, plan.Reduced: terms.PlanRate}[terms.Kind]
}

// left is what a customer still owes who pays the same amount every month that asks for something: a model that knows no lines.
func left(terms plan.Terms, amount int64) int64 {
	principal, interest, fees := terms.PrincipalMinor, terms.InterestMinor-terms.WaivedInterestMinor, terms.FeesMinor-terms.WaivedFeesMinor
	for month := 1; month <= terms.Months; month++ {
		base := principal
		if terms.InterestOnInterest {
			base += interest
		}
		interest += twelfth(base, running(terms))
		pay := amount
		if month <= terms.DeferMonths {
			pay = 0
		}
		order := []*int64{&interest, &fees, &principal}
		if terms.Kind == plan.PrincipalFirst {
			order = []*int64{&principal, &interest, &fees}
		}
		for _, part := range order {
			paid := min(pay, *part)
			*part -= paid
			pay -= paid
		}
	}
	return principal + interest + fees
}

func TestInvariantsOfSchedules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := anyTerms(t)
		s := schedule(t, terms)
		require.NotEmpty(t, s.Lines)
		require.LessOrEqual(t, s.Lines[len(s.Lines)-1].Month, terms.Months, "the term holds")
		require.LessOrEqual(t, terms.Months, 60, "Art. 70")

		var principal, interest, fees, charged int64
		for i, l := range s.Lines {
			require.Positive(t, l.TotalMinor(), "no empty instalment")
			require.GreaterOrEqual(t, min(l.PrincipalMinor, l.InterestMinor, l.FeesMinor, l.ChargedMinor), int64(0))
			require.Greater(t, l.Month, terms.DeferMonths, "nothing falls due while deferred")
			if i > 0 {
				require.Equal(t, s.Lines[i-1].Month+1, l.Month)
				require.True(t, s.Lines[i-1].Due.Before(l.Due))
			}
			if i < len(s.Lines)-1 {
				require.Equal(t, s.InstalmentMinor(), l.TotalMinor(), "all but the last are equal")
			} else {
				require.LessOrEqual(t, l.TotalMinor(), s.InstalmentMinor(), "the last absorbs the rounding, and never asks for more")
			}
			principal, interest, fees, charged = principal+l.PrincipalMinor, interest+l.InterestMinor, fees+l.FeesMinor, charged+l.ChargedMinor
		}
		require.Equal(t, terms.PrincipalMinor, principal, "the principal parts are the principal")
		require.Equal(t, terms.InterestMinor-terms.WaivedInterestMinor+charged, interest, "the interest parts are the agreed interest")
		require.Equal(t, terms.FeesMinor-terms.WaivedFeesMinor, fees)
		require.Zero(t, s.Lines[len(s.Lines)-1].LeftMinor)
		require.Equal(t, interest, s.InterestMinor())
		require.Equal(t, principal+interest+fees, s.PayableMinor())
		if terms.Kind == plan.Frozen || terms.Kind == plan.LumpSum {
			require.Zero(t, charged, "nothing is charged")
		}
	})
}

func TestTheInstalmentIsTheLeastThatClearsTheDebt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := anyTerms(t)
		amount := schedule(t, terms).InstalmentMinor()
		require.Zero(t, left(terms, amount))
		require.Positive(t, left(terms, amount-1))
	})
}

func TestWithoutAWordInTheContractInterestBearsNone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := anyTerms(t)
		terms.InterestOnInterest = false
		more := terms
		more.InterestMinor += rapid.Int64Range(0, 5_000_00).Draw(t, "more interest")
		if terms.Kind == plan.Equal || terms.Kind == plan.Reduced || more.InterestMinor > 1_000_000_000_000 {
			return // there, more interest delays principal, which bears more
		}
		deferred := schedule(t, more).Lines[0].ChargedMinor
		require.Equal(t, schedule(t, terms).Lines[0].ChargedMinor, deferred, "accrued and deferred interest changes no charge")
	})
}

func TestWhatIsKinderNeverCostsMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := anyTerms(t)
		terms.Kind, terms.DeferMonths, terms.InterestOnInterest, terms.PlanRate = plan.Equal, 0, false, 0
		terms.Months = max(terms.Months, 2)
		equal := schedule(t, terms)
		pays := func(change func(*plan.Terms)) int64 {
			other := terms
			change(&other)
			return schedule(t, other).PayableMinor()
		}
		// Each charge is rounded by half a unit at most, so two ways of the same length can differ by as many units as they have months.
		slack := int64(terms.Months)
		frozen, reduced := pays(func(t *plan.Terms) { t.Kind = plan.Frozen }), pays(func(t *plan.Terms) { t.Kind, t.PlanRate = plan.Reduced, terms.Rate/2 })
		require.LessOrEqual(t, frozen, reduced)
		require.LessOrEqual(t, reduced, equal.PayableMinor()+slack)
		require.LessOrEqual(t, pays(func(t *plan.Terms) { t.Kind = plan.PrincipalFirst }), equal.PayableMinor()+slack)
		deferred := pays(func(t *plan.Terms) { t.Kind, t.DeferMonths = plan.Deferral, 1 })
		require.GreaterOrEqual(t, deferred+slack, equal.PayableMinor(), "putting off costs interest")
		if terms.Months < plan.MaxMonths {
			longer := terms
			longer.Months++
			require.LessOrEqual(t, schedule(t, longer).InstalmentMinor(), equal.InstalmentMinor(), "a longer term asks for no more a month")
		}
	})
}
