package plan_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts/plan"
)

// contract may be signed: three instalments of 348.44 on the last days of March, April and May 2026, with three days of grace and a
// tolerance of ten yuan.
func contract(t require.TestingT) plan.Contract {
	return plan.Contract{
		Schedule: schedule(t, thousand(t, plan.Equal, 3)), Charges: plan.Charges{Stated: true, Interest: true}, NoNewCard: true,
		Rights: "rights-2026-1", Breach: "breach-2026-1", Other: "none", AbilityExceeded: true, Willing: true, Form: plan.Written,
		GraceDays: 3, ToleranceMinor: 10_00,
	}
}

func TestAContractNeedsTheSixItemsOfArticle70(t *testing.T) {
	whole := contract(t)
	require.Empty(t, whole.Complete())
	for _, tt := range []struct {
		want   plan.Missing
		change func(*plan.Contract)
	}{
		{plan.MissingBalance, func(c *plan.Contract) { c.Schedule.Terms.Currency = [3]byte{} }},
		{plan.MissingPayments, func(c *plan.Contract) { c.Schedule.Lines = nil }},
		{plan.MissingPayments, func(c *plan.Contract) { c.Schedule.Terms.Months = 61 }},
		{plan.PaymentsDoNotAddUp, func(c *plan.Contract) { c.Schedule.Terms.PrincipalMinor++ }},
		{plan.PaymentsDoNotAddUp, func(c *plan.Contract) { c.Schedule.Lines = c.Schedule.Lines[:2] }},
		{plan.MissingCharges, func(c *plan.Contract) { c.Charges = plan.Charges{} }},
		{plan.ChargesContradict, func(c *plan.Contract) { c.Charges.Interest = false }},
		{plan.MissingNoNewCard, func(c *plan.Contract) { c.NoNewCard = false }},
		{plan.MissingRights, func(c *plan.Contract) { c.Breach = "" }},
		{plan.MissingRights, func(c *plan.Contract) { c.Rights = "" }},
		{plan.MissingOther, func(c *plan.Contract) { c.Other = "" }},
		{plan.MissingAbility, func(c *plan.Contract) { c.AbilityExceeded = false }},
		{plan.MissingWillingness, func(c *plan.Contract) { c.Willing = false }},
		{plan.MissingForm, func(c *plan.Contract) { c.Form = "" }},
		{plan.MissingRecording, func(c *plan.Contract) { c.Form = plan.Oral }},
	} {
		c := contract(t)
		tt.change(&c)
		require.Contains(t, c.Complete(), tt.want)
	}
	oral := contract(t)
	oral.Form, oral.Recording = plan.Oral, "rec-77"
	require.Empty(t, oral.Complete())
	frozen := contract(t)
	frozen.Schedule = schedule(t, thousand(t, plan.Frozen, 3))
	require.Equal(t, []plan.Missing{plan.ChargesContradict}, frozen.Complete(), "it says that interest is charged, and none is")
}
