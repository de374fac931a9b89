package e2e_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/figures"
	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/broker"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

const twoExperiments = `desk:
  experiments:
    - {name: by risk, share: 50, challenger: {rank: risk}, stop: {min_customers: 5}}
    - {name: early word, share: 50, challenger: {remind_days: [3, 1]}, stop: {min_customers: 5}}
`

// falls puts customers' accounts 20 days behind; risk × √balance makes 50 points of each, risk alone 40.
func (b *bank) falls(t *testing.T, customers ...string) {
	t.Helper()
	var messages []kafka.Message
	for _, customer := range customers {
		word := &detectors.Collection{
			Head: b.head(customer, time.Now()), Account: cardOf(customer), Tier: detectors.Moderate, DaysPastDue: 20, OverdueMinor: 50_000, BalanceMinor: 900_000,
			Currency: cny, MissProbability: 0.4, Priority: 50, Reasons: []detectors.Reason{{Code: "days_past_due", Value: 20, Unit: detectors.Days}},
		}
		messages = append(messages, kafka.Message{Topic: wire.CollectionTopic, Partition: -1, Key: []byte(customer), Value: wire.AppendCollection(nil, word)})
	}
	require.NoError(t, b.producer.Send(t.Context(), messages))
}

// did writes down what was done to customers in collecting.
func (b *bank) did(t *testing.T, what alerts.Conduct, customers ...string) {
	t.Helper()
	var messages []kafka.Message
	for _, customer := range customers {
		c := what
		c.Head, c.Account, c.Currency, c.Actor = b.head(customer, time.Now()), cardOf(customer), cny, "li.na"
		messages = append(messages, kafka.Message{Topic: wire.ConductTopic, Partition: -1, Key: []byte(customer), Value: wire.AppendConduct(nil, &c)})
	}
	require.NoError(t, b.producer.Send(t.Context(), messages))
}

// A challenger that does harm stops by itself, another one by hand; either way its accounts are the champion's at once, without anything
// having happened to them, and stay so in a process that starts on an empty disk.
func TestAStoppedExperimentStaysStopped(t *testing.T) {
	k, err := broker.Start(broker.Config{Dir: t.TempDir()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, k.Close()) })
	b, group := newBank(t, k.Addr()), newGroup()
	require.NoError(t, b.client.CreateTopics(t.Context(), app.Topics(partitions, 1, app.BrokerTime, group+".desk")))

	var all []string
	arms := map[string]map[alerts.Arm][]string{}
	for i := range 60 {
		who := fmt.Sprint("x-", i)
		all = append(all, who)
		b.send(t, wire.StatementTopic, &card.Statement{
			Head: b.head(who, time.Now()), Account: cardOf(who), DueAt: card.MomentOf(time.Now().AddDate(0, 0, 20)), BalanceMinor: 900_000, MinDueMinor: 50_000,
			CreditLimitMinor: 2_000_000, Currency: cny,
		})
		for _, name := range []string{"by risk", "early word"} {
			arm := (&alerts.Experiment{Name: name, Share: 50}).ArmOf(who)
			if arms[name] == nil {
				arms[name] = map[alerts.Arm][]string{}
			}
			arms[name][arm] = append(arms[name][arm], who)
		}
	}
	byRisk := arms["by risk"][alerts.Challenger]
	b.falls(t, all...)
	b.did(t, alerts.Conduct{Kind: alerts.ContactSent, Channel: "app", Party: "debtor", Tier: detectors.Moderate}, all...)
	b.did(t, alerts.Conduct{Kind: alerts.FlagSet, Flag: string(alerts.Complaint)}, arms["early word"][alerts.Challenger]...)

	start := func(t *testing.T) *app.App {
		s := newSettings(t, k.Addr(), group, "desk")
		s.extra += twoExperiments
		a := runApp(t, s.file(t))
		require.Eventually(t, func() bool { return s.site.running("desk") == partitions }, patience, glance)
		return a
	}
	ranked := func(t *testing.T, a *app.App, want int, customers ...string) {
		t.Helper()
		require.Eventually(t, func() bool {
			return !slices.ContainsFunc(customers, func(who string) bool {
				state, err := a.View.Desk(who)
				return err != nil || len(state.Queue) == 0 || state.Queue[0].Priority != want
			})
		}, patience, glance, "%d accounts have %d points", len(customers), want)
	}
	trial := func(a *app.App, name string) (found figures.Trial) {
		trials, _ := a.Experiments.Trials()
		for _, t := range trials {
			if t.Experiment.Name == name {
				found = t
			}
		}
		return found
	}
	t.Run("while it runs", func(t *testing.T) {
		a := start(t)
		ranked(t, a, 40, byRisk...)
		ranked(t, a, 50, arms["by risk"][alerts.Champion]...)

		require.Eventually(t, func() bool { return trial(a, "early word").Stopped != nil }, patience, glance, "the rule stops what does harm")
		stop := trial(a, "early word").Stopped
		require.Equal(t, alerts.ActorClock, stop.Actor)
		require.Equal(t, []alerts.StopReason{alerts.StopComplaints}, stop.Reasons)
		require.Nil(t, trial(a, "by risk").Stopped)
		ranked(t, a, 40, byRisk...)

		require.ErrorContains(t, a.Experiments.Stop(t.Context(), "s-0", "li.na", "by risk", ""), "a reason must have")
		require.NoError(t, a.Experiments.Stop(t.Context(), "s-1", "li.na", "by risk", "branches are called"))
		require.NoError(t, a.Experiments.Stop(t.Context(), "s-1", "li.na", "by risk", "branches are called"), "the same act again")
		require.ErrorContains(t, a.Experiments.Stop(t.Context(), "s-2", "wang.wei", "by risk", "me too"), "li.na has stopped it already")
		ranked(t, a, 50, all...)
	})
	t.Run("after a restart on an empty disk", func(t *testing.T) {
		a := start(t)
		require.Equal(t, "li.na", trial(a, "by risk").Stopped.Actor)
		require.Equal(t, alerts.ActorClock, trial(a, "early word").Stopped.Actor)
		b.falls(t, byRisk...)
		late := "x-late"
		for i := 0; (&alerts.Experiment{Name: "by risk", Share: 50}).ArmOf(late) != alerts.Challenger; i++ {
			late = fmt.Sprint("x-late-", i)
		}
		b.falls(t, late)
		ranked(t, a, 50, append(byRisk, late)...)
		require.Eventually(t, func() bool { return len(gauges(t, a, "cardwatch_experiment_share")) == 2*2*4 }, patience, glance, "arms and measures of either")
		require.Equal(t, []float64{1, 1}, gauges(t, a, "cardwatch_experiment_stop"))
	})
}

// gauges are the values of a metric of the process.
func gauges(t *testing.T, a *app.App, name string) (values []float64) {
	t.Helper()
	families, err := a.Metrics.Gather()
	require.NoError(t, err)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == name {
				values = append(values, m.GetGauge().GetValue())
			}
		}
	}
	return values
}
