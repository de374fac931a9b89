package alerts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/conduct"
	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// planOffer offers to pay 1,200.00 back in three months without interest, from the end of the month on.
func planOffer() *alerts.Command {
	cmd := onAccount(alerts.PlanOffer)
	cmd.Plan.Terms = plan.Terms{Kind: plan.Frozen, PrincipalMinor: 120_000, Rate: 18 * plan.Percent, Months: 3, FirstDue: endOfMonth}
	return cmd
}

// endOfMonth is noon on 31 March, thirty days after start.
var endOfMonth = card.Moment{UnixMilli: start.UnixMilli + 30*24*3_600_000 - 2*3_600_000, OffsetMinutes: 480}

// signature has everything that Art. 70 asks for.
func signature() *alerts.Command {
	cmd := onAccount(alerts.PlanSign)
	cmd.Plan.Contract = plan.Contract{
		Charges: plan.Charges{Stated: true}, NoNewCard: true, Rights: "terms-3", Breach: "terms-4", Other: "none",
		AbilityExceeded: true, Willing: true, Form: plan.Written,
	}
	return cmd
}

func signed(t *testing.T) *customer {
	c := newCustomer(t)
	c.apply(overdue(detectors.SevereA, 40, 50))
	c.do(planOffer(), "")
	c.do(signature(), "")
	require.Equal(t, plan.Signed, c.state.Plan("acct-9876").State)
	return c
}

func TestASignedPlanStopsCollecting(t *testing.T) {
	c := newCustomer(t)
	c.apply(overdue(detectors.SevereA, 40, 50))
	c.do(promise(c, 50_000, 7*day), "")
	c.now = local(22, 30)
	c.apply(reminder("a1"))
	require.True(t, c.state.Messages[0].Waiting(), "until the morning")
	c.do(planOffer(), "")
	require.Equal(t, plan.Offered, c.state.Plan("acct-9876").State)
	require.True(t, c.state.Messages[0].Waiting(), "an offer stops nothing")

	c.do(signature(), "")
	require.Equal(t, alerts.Refused, c.state.Messages[0].Outcome)
	require.Equal(t, string(conduct.CNPlanStop), c.state.Messages[0].Reason)
	require.Equal(t, alerts.PromiseCancelled, c.entry().Promise.State, "the plan takes the promise's place")
	require.Equal(t, alerts.RestPlanned, c.entry().Rest)
	require.Equal(t, []string{"severe_a", alerts.GroupResting}, c.queues())

	c.now = local(34, 0)
	stop := []alerts.RuleID{alerts.RuleID(conduct.CNPlanStop)}
	require.Equal(t, stop, c.calls(conduct.NoAnswer))
	agency := contactAct(alerts.ContactReserve, alerts.ContactAct{Channel: conduct.Call, Agency: "agency-2"})
	c.do(agency, alerts.RefusedContact)
	require.Equal(t, stop, c.out.Denials[0].Rules, "agencies stop as well")
	c.apply(reminder("a2"))
	require.Equal(t, stop, c.out.Denials[0].Rules)
}

func TestWhatASignatureNeeds(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*plan.Contract)
		lacks  plan.Missing
	}{
		"charges":              {func(p *plan.Contract) { p.Charges = plan.Charges{} }, plan.MissingCharges},
		"charges not in plan":  {func(p *plan.Contract) { p.Charges.Interest = true }, plan.ChargesContradict},
		"no new card":          {func(p *plan.Contract) { p.NoNewCard = false }, plan.MissingNoNewCard},
		"rights":               {func(p *plan.Contract) { p.Rights = "" }, plan.MissingRights},
		"breach":               {func(p *plan.Contract) { p.Breach = "" }, plan.MissingRights},
		"other matters":        {func(p *plan.Contract) { p.Other = "" }, plan.MissingOther},
		"more than they can":   {func(p *plan.Contract) { p.AbilityExceeded = false }, plan.MissingAbility},
		"willingness":          {func(p *plan.Contract) { p.Willing = false }, plan.MissingWillingness},
		"how it was agreed":    {func(p *plan.Contract) { p.Form = "" }, plan.MissingForm},
		"recording of a call":  {func(p *plan.Contract) { p.Form = plan.Oral }, plan.MissingRecording},
		"own schedule ignored": {func(p *plan.Contract) { p.Schedule.Terms.Months = 90 }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCustomer(t)
			c.apply(overdue(detectors.SevereA, 40, 50))
			c.do(planOffer(), "")
			sign := signature()
			tc.change(&sign.Plan.Contract)
			if tc.lacks == "" {
				c.do(sign, "")
				require.Equal(t, 3, c.state.Plan("acct-9876").Contract.Schedule.Terms.Months)
				return
			}
			c.do(sign, alerts.RefusedPlanIncomplete)
			require.Equal(t, []plan.Missing{tc.lacks}, c.out.Missing)
			require.Equal(t, plan.Offered, c.state.Plan("acct-9876").State)
		})
	}
}

func TestAPlanThatIsKeptEndsByItself(t *testing.T) {
	c := signed(t)
	for range 2 {
		c.pays(40_000)
		c.pass(30 * day)
		require.Equal(t, alerts.RestPlanned, c.entry().Rest)
	}
	c.apply(overdue(detectors.NoTier, 0, 0))
	require.Empty(t, c.state.Queue, "a plan goes on when the account is no longer late")
	last := c.pays(40_000)
	require.Equal(t, plan.Kept, c.state.Plan("acct-9876").State)

	back := &card.Payment{Account: "acct-9876", Amount: last.Amount, Status: card.Reversed, Original: last.ID}
	c.apply(back)
	require.Equal(t, plan.Continued, c.state.Plan("acct-9876").State, "a payment taken back opens it again")
}

// The first instalment is due on 31 March with three days of grace; on 4 April it is missed.
func TestABreachIsLookedAtByAPersonAndNothingEndsByItself(t *testing.T) {
	c := signed(t)
	breach := card.Moment{UnixMilli: start.UnixMilli - 14*3_600_000 + 34*24*3_600_000, OffsetMinutes: 480}
	require.Equal(t, breach.UnixMilli, c.state.Plan("acct-9876").Wake().UnixMilli)
	c.pass(breach.Sub(c.now))
	require.Equal(t, plan.Breached, c.state.Plan("acct-9876").State)
	require.Equal(t, alerts.LineFlexible, c.entry().Line)
	require.Empty(t, c.entry().Rest)
	c.pass(60 * day)
	require.Equal(t, plan.Breached, c.state.Plan("acct-9876").State)
	c.now = endOfMonth.Add(60 * day)
	require.Equal(t, []alerts.RuleID{alerts.RuleID(conduct.CNPlanStop)}, c.calls(conduct.NoAnswer), "nobody collects before a person has decided")
	c.do(onAccount(alerts.PlanTerminate), alerts.RefusedWrongState)
	c.do(onAccount(alerts.PlanReview), "")
	c.do(onAccount(alerts.PlanTerminate), alerts.RefusedBadArgument)
	end := onAccount(alerts.PlanTerminate)
	end.Note = "moved abroad, nothing paid"
	c.do(end, "")
	require.Equal(t, plan.Terminated, c.state.Plan("acct-9876").State)
	require.Empty(t, c.calls(conduct.NoAnswer))
	c.do(onAccount(alerts.PlanSign), alerts.RefusedWrongState)
}

func TestAReviewMayLetAPlanGoOn(t *testing.T) {
	c := signed(t)
	c.pass(35 * day)
	c.do(onAccount(alerts.PlanReview), "")
	c.do(onAccount(alerts.PlanContinue), "")
	require.Equal(t, plan.Continued, c.state.Plan("acct-9876").State)
	require.Equal(t, alerts.RestPlanned, c.entry().Rest)
	require.Equal(t, "0/3", alerts.PlanProgress(c.state.Plan("acct-9876")))
}

func TestOffersOfPlans(t *testing.T) {
	c := newCustomer(t)
	c.do(planOffer(), alerts.RefusedUnknownAccount)
	c.do(onAccount(alerts.PlanSign), alerts.RefusedNoPlan)
	c.apply(overdue(detectors.SevereA, 40, 50))
	bad := planOffer()
	bad.Plan.Terms.Months = 61
	c.do(bad, alerts.RefusedBadArgument)
	c.do(planOffer(), "")
	c.do(planOffer(), alerts.RefusedWrongState)
	c.do(onAccount(alerts.PlanDecline), "")
	c.do(planOffer(), "")
	require.Len(t, c.state.Plans, 2)
	c.pass(31 * day)
	require.Equal(t, plan.Declined, c.state.Plan("acct-9876").State, "nobody took it before its first month was over")
	c.do(signature(), alerts.RefusedWrongState)
	require.Empty(t, c.entry().Rest)

	c.do(onAccount(alerts.Claim), "")
	stranger := planOffer()
	stranger.Actor = "li.na"
	c.do(stranger, alerts.RefusedNotOwner)
}

func TestAPaymentTakenBackBreaksThePromiseThatItKept(t *testing.T) {
	c := promised(t)
	paid := c.pays(50_000)
	require.Equal(t, alerts.PromiseKept, c.entry().Promise.State)
	back := &card.Payment{Account: "acct-9876", Amount: paid.Amount, Status: card.Reversed, Original: paid.ID}
	c.apply(back)
	require.Equal(t, alerts.PromiseOpen, c.entry().Promise.State, "its time is not over")
	again := *paid
	c.apply(&again)
	require.Equal(t, alerts.PromiseOpen, c.entry().Promise.State, "the same payment delivered again")
	c.pass(10 * day)
	require.Equal(t, alerts.PromiseBroken, c.entry().Promise.State)
}

// An account's own rate is what plans are reckoned of; one that the bank does not tell is the card contract's usual 18.25 %. It survives the store, and
// a state without one is what it was.
func TestPlansAreReckonedAtTheAccountsOwnRate(t *testing.T) {
	c := late(t)
	rateOf := func() plan.Rate {
		proposals := c.entry().ProposePlans(plan.Means{IncomeMinor: 5_000_000, EssentialsMinor: 100_000, Job: plan.Employed}, c.now)
		require.NotEmpty(t, proposals)
		return proposals[0].Schedule.Terms.Rate
	}
	require.Equal(t, 1825*plan.BasisPoint, rateOf())
	before := c.state.AppendBinary(nil)
	own := overdue(detectors.Moderate, 17, 50)
	own.RateBps, own.InstalmentMinor = 1460, 250_000
	c.apply(own)
	require.Equal(t, 1460*plan.BasisPoint, rateOf())

	var back alerts.State
	whole := c.state.AppendBinary(nil)
	require.NoError(t, back.UnmarshalBinary(whole))
	require.Equal(t, c.state, back)
	require.Equal(t, int64(900_000-250_000), back.Queue[0].UndividedMinor())
	var old alerts.State
	require.NoError(t, old.UnmarshalBinary(before))
	require.Equal(t, before, old.AppendBinary(nil))
	damaged := append(whole[:len(before)+1:len(before)+1], 2, 0, 0, 0, 0)
	require.ErrorContains(t, back.UnmarshalBinary(damaged), "2 statements for 1 accounts")
}
