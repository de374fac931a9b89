package plan_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors/card"
)

var cny = card.Currency{'C', 'N', 'Y'}

func at(t require.TestingT, s string) card.Moment {
	m, err := card.ParseMoment(s)
	require.NoError(t, err)
	return m
}

// thousand owes 1,000.00 of principal, 20.00 of interest and 5.00 of fees at 12 % a year, which is 1 % a month.
func thousand(t require.TestingT, kind plan.Kind, months int) plan.Terms {
	return plan.Terms{Kind: kind, Currency: cny, PrincipalMinor: 1000_00, InterestMinor: 20_00, FeesMinor: 5_00, Rate: 12 * plan.Percent,
		Months: months, FirstDue: at(t, "2026-03-31T18:00:00+08:00")}
}

func schedule(t require.TestingT, terms plan.Terms) plan.Schedule {
	s, err := terms.Schedule()
	require.NoError(t, err)
	return s
}

func TestSchedulesAsReckonedByHand(t *testing.T) {
	// A line is month, principal, interest, fees, charged since the line before, left.
	type line [6]int64
	with := func(terms plan.Terms, change func(*plan.Terms)) plan.Terms {
		change(&terms)
		return terms
	}
	for _, tt := range []struct {
		name  string
		terms plan.Terms
		want  []line
	}{
		{
			// Interest and fees first. With X a month the debt goes 1025 → 1035 − X → 1045.35 − 2.01 X, since from then on only principal
			// is left and bears 1 %; the third payment is 1055.8035 − 2.0301 X = X, so X = 348.4385 and 348.44 is the least that clears it.
			// Charged: 10.00; 1 % of 686.56 = 6.8656; 1 % of 344.99 = 3.4499.
			"equal", thousand(t, plan.Equal, 3),
			[]line{{1, 313_44, 30_00, 5_00, 10_00, 686_56}, {2, 341_57, 6_87, 0, 6_87, 344_99}, {3, 344_99, 3_45, 0, 3_45, 0}},
		},
		{
			// Principal first: 1000 − X, 1000 − 2 X, and the third payment is the rest of it with all interest and fees:
			// 1000 − 2 X + 20 + 10 + (10 − 0.01 X) + (10 − 0.02 X) + 5 = X, so X = 1055 ÷ 3.03 = 348.1848.
			// Charged: 10.00; 1 % of 651.81 = 6.5181; 1 % of 303.62 = 3.0362.
			"principal first, interest afterwards", thousand(t, plan.PrincipalFirst, 3),
			[]line{{1, 348_19, 0, 0, 10_00, 686_81}, {2, 348_19, 0, 0, 6_52, 345_14}, {3, 303_62, 39_56, 5_00, 3_04, 0}},
		},
		{
			// Two months without payments charge 10.00 each, as the third does: the pool of interest is 50.00 and bears nothing.
			// 1055 − X, times 1.01, is the last payment: 1065.55 = 2.01 X, so X = 530.1244. The last month charges 1 % of 524.87 = 5.2487.
			"deferral, then equal", with(thousand(t, plan.Deferral, 4), func(t *plan.Terms) { t.DeferMonths = 2 }),
			[]line{{3, 475_13, 50_00, 5_00, 30_00, 524_87}, {4, 524_87, 5_25, 0, 5_25, 0}},
		},
		{
			// The same where the contract says that interest bears interest: 1 % of 1020.00 = 10.20, of 1030.20 = 10.302, of 1040.50 =
			// 10.405, a half that goes to the even 10.40. The pool is 50.90; 2.01 X = 1.01 · 1055.90, so X = 530.5766, and 1 % of 525.32.
			"deferral with interest on interest", with(thousand(t, plan.Deferral, 4), func(t *plan.Terms) { t.DeferMonths, t.InterestOnInterest = 2, true }),
			[]line{{3, 474_68, 50_90, 5_00, 30_90, 525_32}, {4, 525_32, 5_25, 0, 5_25, 0}},
		},
		{
			// At 6 % instead of 12: 1025 + 5 − X = 1030 − X, times 1.005: 1035.15 = 2.005 X, so X = 516.2843. 0.5 % of 513.71 = 2.5686.
			"reduced interest", with(thousand(t, plan.Reduced, 2), func(t *plan.Terms) { t.PlanRate = 6 * plan.Percent }),
			[]line{{1, 486_29, 25_00, 5_00, 5_00, 513_71}, {2, 513_71, 2_57, 0, 2_57, 0}},
		},
		{
			// 1005 in three, the 20.00 of interest waived.
			"frozen interest", with(thousand(t, plan.Frozen, 3), func(t *plan.Terms) { t.WaivedInterestMinor = 20_00 }),
			[]line{{1, 330_00, 0, 5_00, 0, 670_00}, {2, 335_00, 0, 0, 0, 335_00}, {3, 335_00, 0, 0, 0, 0}},
		},
		{
			// 1025 ÷ 3 = 341.67 and a bit: the last line takes the 0.01 that is too much.
			"the last line absorbs the rounding", thousand(t, plan.Frozen, 3),
			[]line{{1, 316_67, 20_00, 5_00, 0, 683_33}, {2, 341_67, 0, 0, 0, 341_66}, {3, 341_66, 0, 0, 0, 0}},
		},
		{
			"lump sum with something waived", with(thousand(t, plan.LumpSum, 1), func(t *plan.Terms) { t.WaivedInterestMinor, t.WaivedFeesMinor = 15_00, 5_00 }),
			[]line{{1, 1000_00, 5_00, 0, 0, 0}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []line
			for _, l := range schedule(t, tt.terms).Lines {
				got = append(got, line{int64(l.Month), l.PrincipalMinor, l.InterestMinor, l.FeesMinor, l.ChargedMinor, l.LeftMinor})
			}
			require.Equal(t, tt.want, got)
		})
	}
}

func TestTheAnnuityOfTheTextbook(t *testing.T) {
	// 12,000 at 12 % over twelve months: 12,000 · 0.01 ÷ (1 − 1.01⁻¹²) = 1,066.1855. Reckoned month by month in Python with exact fractions, the
	// charges sum up to 794.23.
	s := schedule(t, plan.Terms{Kind: plan.Equal, Currency: cny, PrincipalMinor: 12_000_00, Rate: 12 * plan.Percent, Months: 12,
		FirstDue: at(t, "2026-03-01T00:00:00+08:00")})
	require.EqualValues(t, 1066_19, s.InstalmentMinor())
	require.EqualValues(t, 794_23, s.InterestMinor())
	require.EqualValues(t, 1066_14, s.Lines[11].TotalMinor())
}

func TestDueDaysKeepTheDayOrTakeTheLastOfTheMonth(t *testing.T) {
	for _, tt := range []struct {
		first string
		want  []string
	}{
		{"2027-10-31T18:00:00+08:00", []string{"2027-10-31", "2027-11-30", "2027-12-31", "2028-01-31", "2028-02-29", "2028-03-31"}},
		{"2026-12-15T00:00:00+08:00", []string{"2026-12-15", "2027-01-15", "2027-02-15", "2027-03-15", "2027-04-15", "2027-05-15"}},
		// Eight hours east it is the first of February already.
		{"2026-01-31T20:00:00-05:00", []string{"2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"}},
	} {
		terms := thousand(t, plan.Frozen, 6)
		terms.FirstDue = at(t, tt.first)
		var days []string
		for _, l := range schedule(t, terms).Lines {
			days = append(days, l.Due.Time().Format("2006-01-02"))
		}
		require.Equal(t, tt.want, days)
	}
}

func TestTermsThatCannotBeCalculatedSayWhy(t *testing.T) {
	for _, tt := range []struct {
		want   plan.ProblemCode
		change func(*plan.Terms)
	}{
		{plan.UnknownKind, func(t *plan.Terms) { t.Kind = "balloon" }},
		{plan.NoCurrency, func(t *plan.Terms) { t.Currency = card.Currency{} }},
		{plan.NoPrincipal, func(t *plan.Terms) { t.PrincipalMinor = 0 }},
		{plan.NegativeAmount, func(t *plan.Terms) { t.FeesMinor = -1 }},
		{plan.NegativeAmount, func(t *plan.Terms) { t.WaivedInterestMinor = -1 }},
		{plan.AmountTooLarge, func(t *plan.Terms) { t.InterestMinor = 1 << 50 }},
		{plan.WaivedTooMuch, func(t *plan.Terms) { t.WaivedInterestMinor = 20_01 }},
		{plan.RateOutOfRange, func(t *plan.Terms) { t.Rate = -1 }},
		{plan.RateOutOfRange, func(t *plan.Terms) { t.Rate = plan.Whole + 1 }},
		{plan.RateNotReduced, func(t *plan.Terms) { t.Kind, t.PlanRate = plan.Reduced, t.Rate }},
		{plan.PlanRateUnused, func(t *plan.Terms) { t.PlanRate = plan.Percent }},
		{plan.TermOutOfRange, func(t *plan.Terms) { t.Months = 0 }},
		{plan.TermOutOfRange, func(t *plan.Terms) { t.Months = 61 }},
		{plan.LumpSumHasNoTerm, func(t *plan.Terms) { t.Kind = plan.LumpSum }},
		{plan.DeferralOutOfRange, func(t *plan.Terms) { t.Kind = plan.Deferral }},
		{plan.DeferralOutOfRange, func(t *plan.Terms) { t.Kind, t.DeferMonths = plan.Deferral, t.Months }},
		{plan.DeferralOutOfRange, func(t *plan.Terms) { t.DeferMonths = 1 }},
		{plan.NoFirstDue, func(t *plan.Terms) { t.FirstDue = card.Moment{} }},
	} {
		terms := thousand(t, plan.Equal, 12)
		tt.change(&terms)
		require.Equal(t, []plan.ProblemCode{tt.want}, terms.Problems())
		_, err := terms.Schedule()
		var problem *plan.Problem
		require.ErrorAs(t, err, &problem)
		require.Equal(t, tt.want, problem.Code)
	}
	require.Empty(t, thousand(t, plan.Equal, plan.MaxMonths).Problems(), "sixty months are allowed")
}

func TestRatesAreReadAndWrittenExactly(t *testing.T) {
	for text, want := range map[string]plan.Rate{
		"18.25": 182_500, "18.25%": 182_500, " 0.05 % ": 500, "0": 0, "100": plan.Whole, "0.0001": 1, "7.": 70_000,
	} {
		got, err := plan.ParseRate(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "%", ".5", "-1", "+1", "1e3", "18,25", "0.00001", "1.2.3", "１８", "9999999999999", "NaN", "0x10"} {
		_, err := plan.ParseRate(text)
		require.Error(t, err, "%q", text)
	}
	for rate, want := range map[plan.Rate]string{182_500: "18.25%", 1: "0.0001%", -12_000: "−1.20%", 0: "0.00%", plan.Whole: "100.00%"} {
		require.Equal(t, want, rate.String())
	}
}
