package alerts_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

func TestAPersonEndsTheMachinesPart(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	c.apply(text("转人工"))
	require.Equal(t, []alerts.TemplateID{alerts.PersonComing}, c.queued())
	require.Equal(t, alerts.CaseQueued, c.theCase().State)
	require.True(t, slices.ContainsFunc(c.theCase().Why, func(r alerts.PriorityReason) bool { return r.Code == alerts.PriorityPerson }))

	c.pass(20 * time.Minute)
	c.apply(graver(alert("a2", smallAmount)))
	for _, m := range c.state.Messages {
		if m.Purpose == alerts.FraudPrompt {
			require.Equal(t, alerts.Refused, m.Outcome)
			require.Equal(t, string(alerts.RulePersonAsked), m.Reason)
		}
	}
	c.apply(text("N"))
	require.Len(t, c.out.CardActions, 1, "the customer's own no still protects")
}

func TestABlockCanBeTakenToAPerson(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	c.apply(tap(c.prompt().ID, alerts.No))
	c.do(staff(alerts.Claim, c.theCase().ID), "")
	done := staff(alerts.Close, c.theCase().ID)
	done.Disposition = alerts.ConfirmedFraud
	c.do(done, "")
	require.True(t, c.theCase().Blocked)

	c.apply(tap(c.prompt().ID, alerts.Person))
	require.Equal(t, alerts.CaseQueued, c.theCase().State)
	require.True(t, c.theCase().Person)
	require.True(t, c.theCase().Blocked, "asking opens no card")
	require.False(t, c.theCase().ClaimBy.IsZero(), "its clock runs anew")
	last := c.theCase().History[len(c.theCase().History)-1]
	require.Equal(t, alerts.ActPersonAsked, last.Code)
}

func TestWhoHasSeveralCardsAskedAboutAsksOnce(t *testing.T) {
	c := twoOpen(t)
	c.apply(text("agent please"))
	require.Equal(t, []alerts.TemplateID{alerts.PersonComing}, c.queued())
	for i := range c.state.Cases {
		require.True(t, c.state.Cases[i].Person)
	}
}

func TestHelpSaysWhyTheCustomerIsAsked(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	c.apply(text("HELP"))
	r, err := c.desk.Policy().Render(c.state.Messages[len(c.state.Messages)-1])
	require.NoError(t, err)
	require.Contains(t, r.Text, "as the place was not one of your usual ones")
	require.Equal(t, []alerts.WhyCode{alerts.WhyPlace, alerts.WhyAmount}, alerts.Why(c.theCase()))
}

// Whoever reads the answer may be the thief: signs of a thief's doing and figures are not told.
func TestWhySaysNothingThatAThiefCouldUse(t *testing.T) {
	c := &alerts.Case{Alerts: []detectors.Alert{{Reasons: []detectors.Reason{
		{Code: detectors.TestCharges, Value: 3, Limit: 3}, {Code: detectors.DeclinedAttempts, Value: 2}, {Code: "a_rule_of_tomorrow"},
	}}}}
	require.Equal(t, []alerts.WhyCode{alerts.WhyUnusual}, alerts.Why(c))
	require.Equal(t, []alerts.WhyCode{alerts.WhyUnusual}, alerts.Why(nil), "a case that is gone")
	for _, code := range []alerts.WhyCode{alerts.WhyPlace, alerts.WhyAmount, alerts.WhySeries, alerts.WhyNewKind, alerts.WhyUnusual} {
		for _, lang := range []card.Language{card.Chinese, card.English} {
			require.NotEmpty(t, code.Text(lang))
			require.NotRegexp(t, `[0-9]`, code.Text(lang))
		}
	}
}
