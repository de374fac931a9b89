package alerts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// The record of what was done says who did what about which account in which tier, and why not.
func TestTheRecordTellsOfPromisesAndOfMessagesSentAndKeptBack(t *testing.T) {
	c := newCustomer(t)
	c.apply(overdue(detectors.Mild, 5, 50))
	promise := onAccount(alerts.Promise)
	promise.AmountMinor, promise.Until = 50_000, c.now.Add(24*time.Hour)
	c.do(promise, "")
	made := c.out.Conduct[0]
	require.Equal(t, alerts.PromiseMade, made.Kind)
	require.Equal(t, "zhao.min", made.Actor)
	require.Equal(t, detectors.Mild, made.Tier)
	require.EqualValues(t, 50_000, made.AmountMinor)
	require.Equal(t, card.Currency{'C', 'N', 'Y'}, made.Currency)

	c.apply(reminder("a-1"))
	require.Empty(t, c.out.Conduct, "it is only queued")
	m := c.state.Messages[0]
	var told []alerts.Conduct
	for _, outcome := range []alerts.SendOutcome{alerts.Sending, alerts.Accepted, alerts.Accepted, alerts.Delivered} {
		c.apply(&alerts.Receipt{MessageID: m.ID, Channel: alerts.App, Provider: "p", Outcome: outcome})
		told = append(told, c.out.Conduct...)
	}
	require.Len(t, told, 1, "one message is one contact")
	require.Equal(t, alerts.ContactSent, told[0].Kind)
	require.Equal(t, "app", told[0].Channel)

	c.apply(reminder("a-2"))
	require.Equal(t, alerts.ContactRefused, c.out.Conduct[0].Kind, "one service message a day")
	require.Equal(t, []alerts.RuleID{alerts.RuleDailyCap}, c.out.Conduct[0].Rules)
}
