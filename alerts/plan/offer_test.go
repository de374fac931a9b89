package plan_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts/plan"
)

// bill is an offer as the 2022 notice wants it: 12,000 yuan of a bill in twelve parts at 0.6 % each.
func bill() plan.Offer {
	return plan.Offer{
		Kind: plan.BillInstalment, Currency: cny, AmountMinor: 12_000_00, Months: 12, MonthlyFee: 60 * plan.BasisPoint,
		Collect: []plan.Collection{plan.Monthly, plan.UpFront},
		Shown:   []plan.Shown{plan.ShownAnnual, plan.ShownInterest, plan.ShownPayable, plan.ShownSchedule},
	}
}

func cash() plan.Offer {
	o := bill()
	o.Kind, o.AmountMinor, o.Months, o.ToOwnAccount = plan.CashInstalment, 50_000_00, 24, true
	return o
}

func TestOffersAreHeldToTheNoticeOf2022(t *testing.T) {
	own := plan.Consent{Application: "app-1", Contract: "con-1", Separate: "yes-1"}
	for _, o := range []plan.Offer{bill(), cash()} {
		require.Empty(t, o.Validate())
		require.Empty(t, o.Agree(own))
	}
	for _, tt := range []struct {
		of     func() plan.Offer
		change func(*plan.Offer)
		want   []plan.Violation
	}{
		{bill, func(o *plan.Offer) { o.Accepted = true }, []plan.Violation{{plan.RuleApplication, plan.AcceptedByDefault}}},
		{bill, func(o *plan.Offer) { o.OfInstalment = true }, []plan.Violation{{plan.RuleRepeated, plan.InstalmentAgain}}},
		{bill, func(o *plan.Offer) { o.OfInstalment, o.Personalised = true, true }, nil},
		{bill, func(o *plan.Offer) { o.MinimumPayment = true }, []plan.Violation{{plan.RuleRepeated, plan.MinimumOnInstalment}}},
		{bill, func(o *plan.Offer) { o.Collect = []plan.Collection{plan.UpFront} }, []plan.Violation{{plan.RuleUpFront, plan.OnlyUpFront}}},
		{bill, func(o *plan.Offer) { o.Ticked = plan.UpFront }, []plan.Violation{{plan.RuleUpFront, plan.UpFrontTicked}}},
		{bill, func(o *plan.Offer) { o.Ticked = plan.Monthly }, nil},
		{bill, func(o *plan.Offer) { o.Collect = nil }, []plan.Violation{{plan.RuleUpFront, plan.NoWayToPay}}},
		{bill, func(o *plan.Offer) { o.Kind = "loan" }, []plan.Violation{{plan.RuleLimits, plan.UnknownOffer}}},
		{bill, func(o *plan.Offer) { o.Months = 60 }, nil},
		{bill, func(o *plan.Offer) { o.Months = 61 }, []plan.Violation{{plan.RuleLimits, plan.TermTooLong}}},
		{bill, func(o *plan.Offer) { o.Months = 0 }, []plan.Violation{{plan.RuleLimits, plan.NoTerm}}},
		{cash, func(o *plan.Offer) { o.AmountMinor++ }, []plan.Violation{{plan.RuleLimits, plan.CashTooMuch}}},
		{cash, func(o *plan.Offer) { o.Months = 25 }, []plan.Violation{{plan.RuleLimits, plan.CashTooLong}}},
		{cash, func(o *plan.Offer) { o.ToOwnAccount = false }, []plan.Violation{{plan.RuleLimits, plan.CashElsewhere}}},
		{cash, func(o *plan.Offer) { o.Currency = [3]byte{'U', 'S', 'D'} }, []plan.Violation{{plan.RuleLimits, plan.CashOtherCurrency}}},
		{bill, func(o *plan.Offer) { slices.Reverse(o.Shown) }, []plan.Violation{{plan.RuleCost, plan.AnnualNotFirst}}},
		{bill, func(o *plan.Offer) { o.Shown = nil }, []plan.Violation{{plan.RuleCost, plan.AnnualNotFirst}, {plan.RuleCost, plan.CostIncomplete}}},
		{bill, func(o *plan.Offer) { o.Shown = o.Shown[:3] }, []plan.Violation{{plan.RuleCost, plan.CostIncomplete}}},
		{bill, func(o *plan.Offer) { o.AmountMinor = -1 }, []plan.Violation{{plan.RuleCost, plan.AmountOrFeeOutOfBounds}}},
	} {
		o := tt.of()
		tt.change(&o)
		require.Equal(t, tt.want, o.Validate())
	}
	o := bill()
	require.Equal(t, []plan.Violation{
		{plan.RuleApplication, plan.NoApplication}, {plan.RuleApplication, plan.NoOwnContract},
		{plan.RuleApplication, plan.NoSeparateConsent}, {plan.RuleApplication, plan.BundledWithOther},
	}, o.Agree(plan.Consent{Bundled: true}))
}

func TestWhatAnInstalmentCosts(t *testing.T) {
	// 12,000 in twelve: 1,000 and 72 of fee a month, 864 in all. 7.2 % of the whole amount a year sounds like little; since half of it is lent on
	// average, it is 13.03 % a year, 13.84 % compounded: the press's standard example.
	o := bill()
	c, ok := o.Cost(plan.Monthly)
	require.True(t, ok)
	require.Equal(t, 13_03*plan.BasisPoint, c.Nominal)
	require.Equal(t, 13_84*plan.BasisPoint, c.Annual)
	require.EqualValues(t, 864_00, c.InterestMinor)
	require.EqualValues(t, 12_864_00, c.PayableMinor)
	require.Equal(t, slices.Repeat([]int64{1072_00}, 12), c.PartsMinor)

	// The same 864 at once: only 11,136 are lent, so it is dearer: 14.02 %, by bisection in Python.
	c, ok = o.Cost(plan.UpFront)
	require.True(t, ok)
	require.EqualValues(t, 864_00, c.AtOnceMinor)
	require.Equal(t, 14_02*plan.BasisPoint, c.Nominal)
	require.Equal(t, 14_96*plan.BasisPoint, c.Annual)

	o.AmountMinor, o.Months, o.MonthlyFee = 100_00, 3, 0
	c, ok = o.Cost(plan.Monthly)
	require.True(t, ok)
	require.Equal(t, []int64{33_33, 33_33, 33_34}, c.PartsMinor, "the last takes what does not divide")
	require.Zero(t, c.Annual)

	o.MonthlyFee = 50 * plan.Percent
	_, ok = o.Cost(plan.UpFront)
	require.False(t, ok, "nothing would be lent")
	o.Months = 0
	_, ok = o.Cost(plan.Monthly)
	require.False(t, ok)
}
