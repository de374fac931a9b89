package alerts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/conduct"
	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// costOf12 is what 6,000 yuan in twelve parts cost at 0.6 % a month: 36 yuan a month of interest.
func costOf12() plan.Quote {
	offer := plan.OrdinaryOffer(plan.BillInstalment, card.Currency{'C', 'N', 'Y'}, 600_000, 12, 60*plan.BasisPoint)
	cost, _ := offer.Cost(plan.Monthly)
	return plan.Quote{Annual: cost.Annual, InterestMinor: 12 * 3_600, PayableMinor: 643_200}
}

// application is the customer's for 6,000 yuan of the bill in twelve parts.
func application() *alerts.Command {
	cmd := onAccount(alerts.ApplyInstalment)
	cmd.AmountMinor = 600_000
	cmd.Instalment = alerts.InstalmentAct{
		Kind: plan.BillInstalment, Months: 12, MonthlyFee: 60 * plan.BasisPoint, Way: plan.Monthly, Shown: costOf12(), Reference: "app-1", ByCustomer: true,
	}
	return cmd
}

func consent() *alerts.Command {
	cmd := onAccount(alerts.ConsentInstalment)
	cmd.Instalment = alerts.InstalmentAct{Shown: costOf12(), Reference: "yes-1", ByCustomer: true, Form: plan.Written}
	return cmd
}

func booked() *alerts.Command {
	cmd := onAccount(alerts.BookInstalment)
	cmd.Instalment.Reference = "con-1"
	return cmd
}

// stressed is a finding that offers an instalment on the account.
func stressed(id string) *detectors.Alert {
	a := alert(id, smallAmount)
	a.Detector, a.Card, a.Account, a.Action = "repayment_stress", "", "acct-9876", detectors.OfferInstalment
	return a
}

// watched is a customer whose account is watched before its due date.
func watched(t *testing.T) *customer {
	c := newCustomer(t)
	c.apply(overdue(detectors.Watch, 0, 20))
	return c
}

// offeredTo is the same after an offer.
func offeredTo(t *testing.T) *customer {
	c := watched(t)
	c.do(onAccount(alerts.OfferInstalment), "")
	return c
}

func (c *customer) instalment() plan.InstalmentState {
	if i := c.state.Instalment("acct-9876"); i != nil {
		return i.State
	}
	return ""
}

func TestAFindingsOfferLeadsToAnInstalment(t *testing.T) {
	c := watched(t)
	c.apply(stressed("s1"))
	require.Equal(t, []alerts.TemplateID{alerts.InstalmentOffer}, c.queued())
	require.Equal(t, plan.InstalmentOffered, c.instalment())
	require.Equal(t, []string{"distance_from_home", "amount_vs_usual"}, c.state.Instalment("acct-9876").Why, "the finding's")
	for _, act := range []struct {
		cmd  *alerts.Command
		to   plan.InstalmentState
		tell alerts.ConductKind
	}{
		{application(), plan.InstalmentApplied, alerts.InstalmentApplied},
		{consent(), plan.InstalmentConsented, alerts.InstalmentConsented},
		{booked(), plan.InstalmentActive, alerts.InstalmentBooked},
	} {
		c.do(act.cmd, "")
		require.Equal(t, act.to, c.instalment())
		require.Len(t, c.out.Conduct, 1)
		require.Equal(t, act.tell, c.out.Conduct[0].Kind)
		require.Equal(t, int64(600_000), c.out.Conduct[0].AmountMinor)
		last := c.entry().History[len(c.entry().History)-1]
		require.Equal(t, alerts.ActInstalmentMoved, last.Code)
		require.Equal(t, string(act.to), last.Note)
	}
	c.do(onAccount(alerts.OfferInstalment), alerts.Refusal(plan.AgainRefused))
	c.pass(366 * day)
	require.Equal(t, plan.InstalmentFinished, c.instalment())
	c.do(onAccount(alerts.OfferInstalment), "")
}

func TestAnOfferThatIsRefusedIsNotRepeatedByTheSameFinding(t *testing.T) {
	c := watched(t)
	c.apply(stressed("s1"))
	c.do(onAccount(alerts.Claim), "")
	refusal := onAccount(alerts.RefuseInstalment)
	refusal.Actor = "li.na"
	c.do(refusal, "") // the customer's word is taken by whoever hears it
	require.Equal(t, plan.InstalmentRefused, c.instalment())
	grown := stressed("s1")
	grown.Revision = 2
	c.apply(grown)
	require.Equal(t, plan.InstalmentRefused, c.instalment())
}

func TestNoOfferWithoutItsMessage(t *testing.T) {
	c := watched(t)
	c.contact(func(contact *alerts.Contact) { contact.OptOut = []alerts.ChannelKind{alerts.App} })
	c.apply(stressed("s1"))
	require.Empty(t, c.instalment(), "who refuses such messages is offered nothing by them")
}

func TestAnOfferLapsesByTheClock(t *testing.T) {
	for name, cmds := range map[string][]*alerts.Command{"offered": nil, "applied": {application()}} {
		c := offeredTo(t)
		for _, cmd := range cmds {
			c.do(cmd, "")
		}
		c.pass(20*day - time.Millisecond)
		require.False(t, c.state.Instalment("acct-9876").State.Over(), name)
		c.pass(time.Millisecond)
		c.apply(&card.Tick{})
		require.Equal(t, plan.InstalmentLapsed, c.instalment(), name)
		c.do(application(), alerts.RefusedWrongState)
	}
}

func TestInstalmentsThatTheDeskDoesNotAgree(t *testing.T) {
	refused := func(r plan.InstalmentRefusal) alerts.Refusal { return alerts.Refusal(r) }
	change := func(cmd *alerts.Command, f func(*alerts.Command)) *alerts.Command {
		f(cmd)
		return cmd
	}
	for name, tt := range map[string]struct {
		before func(*customer)
		cmd    *alerts.Command
		want   alerts.Refusal
	}{
		"cost of another price": {nil, change(application(), func(c *alerts.Command) { c.Instalment.Shown.Annual = 6 * plan.Percent }), refused(plan.CostChanged)},
		"cost not shown":        {nil, change(application(), func(c *alerts.Command) { c.Instalment.Shown = plan.Quote{} }), refused(plan.CostNotShown)},
		"cash above the limit": {nil, change(application(), func(c *alerts.Command) {
			c.AmountMinor, c.Instalment.Kind, c.Instalment.ToOwnAccount = 5_000_001, plan.CashInstalment, true
		}), refused(plan.CashTooMuchRefused)},
		"cash for 25 months": {nil, change(application(), func(c *alerts.Command) {
			c.Instalment.Kind, c.Instalment.ToOwnAccount, c.Instalment.Months = plan.CashInstalment, true, 25
		}), refused(plan.CashTooLongRefused)},
		"of an instalment": {nil, change(application(), func(c *alerts.Command) { c.Instalment.OfInstalment = true }), refused(plan.AgainRefused)},
		"in a plan": {func(c *customer) {
			c.do(planOffer(), "")
			c.do(signature(), "")
		}, application(), refused(plan.AgainRefused)},
		"disputed":       {func(c *customer) { c.do(flag(alerts.SetFlag, alerts.Disputed), "") }, application(), refused(plan.AccountSuppressed)},
		"lawyer":         {func(c *customer) { c.do(flag(alerts.SetFlag, alerts.Lawyer), "") }, application(), refused(plan.AccountSuppressed)},
		"cannot consent": {func(c *customer) { c.do(flag(alerts.SetFlag, alerts.Incapacity), "") }, application(), refused(plan.AccountSuppressed)},
		"hardship":       {func(c *customer) { c.do(flag(alerts.SetFlag, alerts.Hardship), "") }, application(), ""},
		"consent first":  {nil, consent(), alerts.RefusedWrongState},
		"consent by another": {func(c *customer) { c.do(application(), "") },
			change(consent(), func(c *alerts.Command) { c.Instalment.ByCustomer = false }), refused(plan.NotTheCustomer)},
		"oral without a recording": {func(c *customer) { c.do(application(), "") },
			change(consent(), func(c *alerts.Command) { c.Instalment.Form = plan.Oral }), refused(plan.NoRecording)},
		"disputed since": {func(c *customer) {
			c.do(application(), "")
			c.do(flag(alerts.SetFlag, alerts.Disputed), "")
		}, consent(), refused(plan.AccountSuppressed)},
		"offered twice":       {nil, onAccount(alerts.OfferInstalment), alerts.RefusedWrongState},
		"somebody else's":     {func(c *customer) { c.do(onAccount(alerts.Claim), "") }, change(application(), func(c *alerts.Command) { c.Actor = "li.na" }), alerts.RefusedNotOwner},
		"no such account":     {nil, change(application(), func(c *alerts.Command) { c.Account = "acct-0" }), alerts.RefusedNoInstalment},
		"nothing to offer on": {nil, change(onAccount(alerts.OfferInstalment), func(c *alerts.Command) { c.Account = "acct-0" }), alerts.RefusedUnknownAccount},
	} {
		t.Run(name, func(t *testing.T) {
			c := offeredTo(t)
			if tt.before != nil {
				tt.before(c)
			}
			before := c.instalment()
			c.do(tt.cmd, tt.want)
			if tt.want != "" {
				require.Equal(t, before, c.instalment())
				require.Empty(t, c.out.Conduct)
			}
		})
	}
}

// One instalment at most binds an account, and what the desk wrote it reads back, whatever staff do in whatever order.
func TestNoAccountIsInInstalmentsTwice(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := watched(t)
		for range rapid.IntRange(1, 40).Draw(rt, "acts") {
			cmd := rapid.SampledFrom([]func() *alerts.Command{
				func() *alerts.Command { return onAccount(alerts.OfferInstalment) }, application, consent, booked,
				func() *alerts.Command { return onAccount(alerts.RefuseInstalment) },
				func() *alerts.Command { return onAccount(alerts.WithdrawInstalment) }, planOffer, signature,
				func() *alerts.Command { return flag(alerts.SetFlag, alerts.Disputed) },
				func() *alerts.Command { return flag(alerts.ClearFlag, alerts.Disputed) },
			}).Draw(rt, "act")()
			c.apply(cmd)
			c.pass(time.Duration(rapid.IntRange(0, 40).Draw(rt, "days")) * day)
			binding := 0
			for _, i := range c.state.Instalments {
				if i.State.Binds() {
					binding++
				}
			}
			require.LessOrEqual(rt, binding, 1)
			var back alerts.State
			encoded := c.state.AppendBinary(nil)
			require.NoError(rt, back.UnmarshalBinary(encoded))
			require.Equal(rt, encoded, back.AppendBinary(nil))
		}
	})
}

// A refusal is a rest from offers, of three bills; who wants none at all says so once. Neither keeps anybody from asking for one.
func TestWhoDoesNotWantOffersGetsNone(t *testing.T) {
	noOffers := func() *alerts.Command {
		cmd := onAccount(alerts.Restrict)
		cmd.Actor, cmd.Restriction.Kind = alerts.ActorCustomer, alerts.NoOffers
		return cmd
	}
	for name, tt := range map[string]struct {
		said  []*alerts.Command
		later time.Duration
		again bool
	}{
		"lapsed":                         {nil, 30 * day, true},
		"refused a month ago":            {[]*alerts.Command{onAccount(alerts.RefuseInstalment)}, 30 * day, false},
		"refused, a moment before":       {[]*alerts.Command{onAccount(alerts.RefuseInstalment)}, 90*day - time.Millisecond, false},
		"refused three months ago":       {[]*alerts.Command{onAccount(alerts.RefuseInstalment)}, 90 * day, true},
		"no more offers, half a year on": {[]*alerts.Command{onAccount(alerts.RefuseInstalment), noOffers()}, 180 * day, false},
		"in instalments":                 {[]*alerts.Command{application(), consent(), booked()}, 30 * day, false},
	} {
		t.Run(name, func(t *testing.T) {
			c := watched(t)
			c.apply(stressed("s1"))
			for _, cmd := range tt.said {
				c.do(cmd, "")
			}
			c.pass(tt.later)
			before := len(c.state.Instalments)
			c.apply(stressed("s2"))
			require.Equal(t, tt.again, len(c.state.Instalments) > before)
			if !tt.again {
				require.Equal(t, []alerts.RuleID{alerts.RuleNoOffer}, c.out.Denials[0].Rules)
			}
		})
	}
	c := watched(t)
	c.do(noOffers(), "")
	require.True(t, c.state.OffersStopped())
	c.do(onAccount(alerts.OfferInstalment), "") // they ask for one
	c.do(application(), "")
	c.do(lift(c.state.Restrictions[0].ID), "")
	require.False(t, c.state.OffersStopped())
}

// What staff offer reaches the customer by the same message, by the same rules; what customers ask for themselves needs none.
func TestAnOfferByStaffIsSentToItsCustomer(t *testing.T) {
	for name, tt := range map[string]struct {
		actor  string
		before func(*customer)
		sent   []alerts.TemplateID
	}{
		"by staff":         {"zhao.min", func(*customer) {}, []alerts.TemplateID{alerts.InstalmentOffer}},
		"by the customer":  {alerts.ActorCustomer, func(*customer) {}, nil},
		"messages refused": {"zhao.min", func(c *customer) { c.contact(func(o *alerts.Contact) { o.Consent.Push = false }) }, nil},
		"refused a day before": {"zhao.min", func(c *customer) {
			c.do(onAccount(alerts.OfferInstalment), "")
			c.do(onAccount(alerts.RefuseInstalment), "")
			c.deliver()
			c.after(day)
		}, []alerts.TemplateID{alerts.InstalmentOffer}},
	} {
		c := watched(t)
		tt.before(c)
		offer := onAccount(alerts.OfferInstalment)
		offer.Actor = tt.actor
		before := len(c.state.Messages)
		c.do(offer, "")
		require.Equal(t, plan.InstalmentOffered, c.instalment(), name)
		var sent []alerts.TemplateID
		for _, m := range c.state.Messages[before:] {
			sent = append(sent, m.Template)
		}
		require.Equal(t, tt.sent, sent, name)
	}
}

func TestAnOfferIsWithdrawnWhenTheBillIsPaid(t *testing.T) {
	for name, tt := range map[string]struct {
		said []*alerts.Command
		want plan.InstalmentState
	}{
		"nothing said":       {nil, plan.InstalmentWithdrawn},
		"applied for":        {[]*alerts.Command{application()}, plan.InstalmentApplied},
		"refused beforehand": {[]*alerts.Command{onAccount(alerts.RefuseInstalment)}, plan.InstalmentRefused},
	} {
		c := watched(t)
		c.apply(stressed("s1"))
		for _, cmd := range tt.said {
			c.do(cmd, "")
		}
		paid := stressed("s1")
		paid.Revision, paid.State = 2, detectors.Closed
		c.apply(paid)
		require.Equal(t, tt.want, c.instalment(), name)
	}
}

// An offer that the night has kept back is not sent in the morning when it is over by then.
func TestAnOfferThatIsOverIsNotSent(t *testing.T) {
	c := watched(t)
	c.apply(stressed("s1"))
	require.True(t, c.state.Messages[0].Waiting())
	paid := stressed("s1")
	paid.Revision, paid.State = 2, detectors.Closed
	c.apply(paid)
	require.Equal(t, alerts.Refused, c.state.Messages[0].Outcome)
	require.Equal(t, string(alerts.RuleNoOffer), c.state.Messages[0].Reason)
}

// Who asks for a person is in the line of the flexible team until one has spoken with them or seen to the instalment.
func TestWhoAsksForAPersonIsInAPersonsLine(t *testing.T) {
	spoken := contactAct(alerts.ContactNote, alerts.ContactAct{Channel: conduct.Call, Result: conduct.Conversation})
	missed := contactAct(alerts.ContactNote, alerts.ContactAct{Channel: conduct.Call, Result: conduct.NoAnswer})
	for name, tt := range map[string]struct {
		after *alerts.Command
		line  alerts.Line
	}{
		"not called yet":      {nil, alerts.LineFlexible},
		"called in vain":      {missed, alerts.LineFlexible},
		"spoken with":         {spoken, alerts.LineStandard},
		"application by hand": {application(), alerts.LineStandard},
	} {
		t.Run(name, func(t *testing.T) {
			c := offeredTo(t)
			require.Equal(t, alerts.LineStandard, c.entry().Line)
			person := onAccount(alerts.AskInstalmentPerson)
			person.Actor = alerts.ActorCustomer
			c.do(person, "")
			require.Equal(t, alerts.ActPersonAsked, c.entry().History[len(c.entry().History)-2].Code)
			require.Equal(t, alerts.LineFlexible, c.entry().Line)
			if tt.after != nil {
				tt.after.At = c.now
				c.do(tt.after, "")
			}
			require.Equal(t, tt.line, c.entry().Line)
		})
	}
}

func TestABillIsNotPutIntoInstalmentsBeyondWhatIsOwed(t *testing.T) {
	c := offeredTo(t)
	less := overdue(detectors.Watch, 0, 20)
	less.BalanceMinor = 599_999
	c.apply(less)
	c.do(application(), alerts.Refusal(plan.MoreThanOwed))
	less.BalanceMinor, less.InstalmentMinor = 600_000, 1
	c.apply(less)
	c.do(application(), alerts.Refusal(plan.AgainRefused))
	less.InstalmentMinor = 0
	c.apply(less)
	c.do(application(), "")
}

// An instalment that is not over keeps the records about its debt; one that is goes with them, and the word that no offers are wanted stays.
func TestInstalmentsAreKeptAsLongAsTheRecordsOfTheirDebt(t *testing.T) {
	const year = 366 * day
	c := inInstalments(t)
	c.do(booked(), "")
	c.apply(overdue(detectors.NoTier, 0, 0))
	c.pass(370 * day)
	require.Equal(t, plan.InstalmentFinished, c.instalment())
	c.pass(4 * year)
	require.Equal(t, plan.InstalmentFinished, c.instalment())
	c.pass(year)
	require.Empty(t, c.state.Instalments)
}
