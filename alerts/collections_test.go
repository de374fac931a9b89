package alerts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

func overdue(tier detectors.Tier, days, priority int) *detectors.Collection {
	return &detectors.Collection{
		Account: "acct-9876", Tier: tier, DaysPastDue: days, OverdueMinor: 50_000, BalanceMinor: 900_000,
		Currency: card.Currency{'C', 'N', 'Y'}, MissProbability: 0.4, Priority: priority,
		Reasons: []detectors.Reason{{Code: "days_past_due", Value: int64(days), Unit: detectors.Days}},
	}
}

func onAccount(verb alerts.Verb) *alerts.Command {
	return &alerts.Command{Actor: "zhao.min", Verb: verb, Account: "acct-9876"}
}

func TestAnAccountEntersMovesAndLeaves(t *testing.T) {
	c := newCustomer(t)
	c.apply(overdue(detectors.Grace, 1, 30))
	entered := c.now
	require.Equal(t, []alerts.Change{
		{Kind: alerts.TierMoved, ID: "acct-9876", To: "grace", At: c.now}, {Kind: alerts.LineMoved, ID: "acct-9876", To: "standard", At: c.now},
	}, c.out.Changes)

	c.after(3 * 24 * time.Hour)
	c.apply(overdue(detectors.Mild, 4, 45))
	e := c.state.Entry("acct-9876")
	require.Equal(t, detectors.Mild, e.Tier)
	require.Equal(t, entered, e.EnteredAt)
	require.Equal(t, c.now, e.TierSince)
	require.Equal(t, 45, e.Priority)

	c.apply(overdue(detectors.NoTier, 0, 0))
	require.Empty(t, c.state.Queue)
	require.Equal(t, []alerts.Change{
		{Kind: alerts.LineMoved, ID: "acct-9876", From: "standard", At: c.now}, {Kind: alerts.TierMoved, ID: "acct-9876", From: "mild", At: c.now},
	}, c.out.Changes)
}

func TestAnOlderWordAboutAnAccountIsIgnored(t *testing.T) {
	c := newCustomer(t)
	c.apply(overdue(detectors.Mild, 4, 45))
	c.now = c.now.Add(-time.Hour)
	c.apply(overdue(detectors.Grace, 3, 30))
	require.Equal(t, detectors.Mild, c.state.Entry("acct-9876").Tier)
}

func TestSnoozeAndLeaseEndByThemselves(t *testing.T) {
	c := newCustomer(t)
	c.apply(overdue(detectors.Mild, 5, 40))
	c.do(onAccount(alerts.Claim), "")
	snooze := onAccount(alerts.Snooze)
	snooze.Until = c.now.Add(2 * time.Hour)
	c.do(snooze, "")
	c.after(15 * time.Minute)
	require.Empty(t, c.state.Entry("acct-9876").Owner)
	c.after(2 * time.Hour)
	require.True(t, c.state.Entry("acct-9876").SnoozedUntil.IsZero())
}

func TestNextContactRespectsTheNight(t *testing.T) {
	c := newCustomer(t)
	c.apply(overdue(detectors.Mild, 5, 40))
	next := c.desk.Policy().NextContact(&c.state, c.state.Entry("acct-9876"), local(23, 30))
	require.Equal(t, local(32, 0).UnixMilli, next.UnixMilli)
}

func TestActsOnAnAccountThatAreRefused(t *testing.T) {
	c := newCustomer(t)
	c.do(onAccount(alerts.Claim), alerts.RefusedUnknownAccount)
	c.apply(overdue(detectors.Mild, 5, 40))
	c.do(onAccount(alerts.Release), alerts.RefusedNotOwner)
	c.do(onAccount(alerts.Close), alerts.RefusedUnknownVerb)
	c.do(onAccount(alerts.AddNote), alerts.RefusedBadArgument)
	promise := onAccount(alerts.Promise)
	promise.AmountMinor, promise.Until = 50_000, c.now
	c.do(promise, alerts.RefusedBadArgument)
	nothing := onAccount(alerts.Promise)
	nothing.Until = c.now.Add(time.Hour)
	c.do(nothing, alerts.RefusedBadArgument)
	forever := onAccount(alerts.Snooze)
	forever.Until = c.now.Add(90 * 24 * time.Hour)
	c.do(forever, alerts.RefusedBadArgument)
	c.do(onAccount(alerts.Claim), "")
	stranger := onAccount(alerts.AddNote)
	stranger.Actor, stranger.Note = "li.na", "mine"
	c.do(stranger, alerts.RefusedNotOwner)
}
