package e2e_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/broker"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// deskSite is a desk without a monitor on an embedded broker: the tests say what was found.
type deskSite struct {
	*testing.T
	*app.App
	bank *bank
}

func newDeskSite(t *testing.T) *deskSite {
	t.Helper()
	k, err := broker.Start(broker.Config{Dir: t.TempDir()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, k.Close()) })
	b := newBank(t, k.Addr())
	group := newGroup()
	require.NoError(t, b.client.CreateTopics(t.Context(), app.Topics(partitions, 1, app.BrokerTime, group+".desk")))
	s := newSettings(t, k.Addr(), group, "desk")
	d := &deskSite{T: t, App: runApp(t, s.file(t)), bank: b}
	require.Eventually(t, func() bool { return s.site.running("desk") == partitions }, patience, glance)
	return d
}

// finds lets the monitor find something about a customer's card at a merchant.
func (d *deskSite) finds(customer, merchant string, action detectors.Action) {
	d.Helper()
	now := time.Now()
	a := &detectors.Alert{
		Head: d.bank.head(customer, now), AlertID: "alert-" + customer, Revision: 1, State: detectors.Open, Detector: detectors.Name("large_out_of_town"),
		DetectorVersion: 1, RuleSet: "e2e", Mode: detectors.Live, Severity: detectors.High, Score: 80, Card: cardOf(customer),
		EventIDs: []string{"tx-" + customer}, OccurredAt: card.MomentOf(now), Action: action,
		Use: detectors.Use{Amount: card.Money{Minor: 90_000, Currency: cny}, City: shenzhen, Country: "CN", Merchant: merchant},
	}
	require.NoError(d, d.bank.producer.Send(d.Context(), []kafka.Message{{
		Topic: wire.AlertTopic, Partition: -1, Key: []byte(customer), Value: wire.AppendAlert(nil, a),
	}}))
}

// does publishes an act of staff on the customer's only case.
func (d *deskSite) does(customer, actor string, verb alerts.Verb, note string) {
	d.Helper()
	c := d.fraud(customer)
	require.NotNil(d, c)
	cmd := alerts.Command{
		Head: card.Head{ID: string(verb) + "-" + customer + "-" + actor + "-" + note, Customer: customer, At: card.MomentOf(time.Now())}, Actor: actor,
		Verb: verb, CaseID: c.ID, Note: note,
	}
	if verb == alerts.Close {
		cmd.Disposition = alerts.Inconclusive
	}
	require.NoError(d, d.Publish(d.Context(), wire.CommandTopic, customer, wire.AppendCommand(nil, &cmd)))
}

// fraud is the customer's only case as it stands; nil when there is none yet.
func (d *deskSite) fraud(customer string) *alerts.Case {
	state, err := d.View.Desk(customer)
	if err != nil || len(state.Cases) == 0 {
		return nil
	}
	return &state.Cases[0]
}

func (d *deskSite) becomes(customer, what string, is func(*alerts.Case) bool) {
	d.Helper()
	require.Eventually(d, func() bool { c := d.fraud(customer); return c != nil && is(c) }, patience, glance, "%s: %s", customer, what)
}

func (d *deskSite) listed(group, customer string) bool {
	entries, err := d.View.List(alerts.IndexCases, group, 100)
	require.NoError(d, err)
	return slices.ContainsFunc(entries, func(e stream.Entry) bool { return e.Customer == customer })
}

// silences a merchant for some time; without one, until it is resolved.
func (d *deskSite) silences(merchant string, lasts time.Duration) {
	d.Helper()
	now := card.MomentOf(time.Now())
	s := alerts.Silence{
		ID: "sil-" + merchant, Owner: "wang.wei", Reason: "the acquirer tests its terminals", From: now,
		Matchers: []alerts.Matcher{{Field: alerts.MatchMerchant, Op: alerts.MatchIs, Value: merchant}},
	}
	if s.UntilResolved = lasts == 0; lasts > 0 {
		s.Until = now.Add(lasts)
	}
	require.NoError(d, d.Silences.Add(d.Context(), "add-"+merchant, "li.na", s))
}

func (d *deskSite) silence(merchant string) alerts.SilenceEntry {
	d.Helper()
	list := d.Silences.List()
	i := slices.IndexFunc(list, func(e alerts.SilenceEntry) bool { return e.ID == "sil-"+merchant })
	require.GreaterOrEqual(d, i, 0)
	return list[i]
}

// A silence that people make while the desk runs holds from then on; each way of its end brings the case back.
func TestSilences(t *testing.T) {
	d := newDeskSite(t)
	for _, customer := range []string{"c-lapse", "c-end", "c-resolved", "c-loud"} {
		d.bank.send(t, wire.ContactTopic, d.bank.reachable(customer))
	}
	d.silences("m-lapse", 4*time.Second)
	d.silences("m-end", time.Hour)
	d.silences("m-resolved", 0)
	for _, what := range []string{"lapse", "end", "resolved"} {
		d.finds("c-"+what, "m-"+what, detectors.ConfirmWithCustomer)
		d.becomes("c-"+what, "is silenced", func(c *alerts.Case) bool { return len(c.History) > 1 && c.History[1].Code == alerts.ActSilenced })
		state, err := d.View.Desk("c-" + what)
		require.NoError(t, err)
		require.Empty(t, state.Messages, "nobody is asked")
	}
	require.True(t, d.listed(alerts.GroupSilenced, "c-end"))
	require.False(t, d.listed(alerts.GroupFirst, "c-end"))
	d.finds("c-loud", "m-other", detectors.ConfirmWithCustomer)
	d.becomes("c-loud", "is asked about", func(c *alerts.Case) bool { return c.State == alerts.CaseWaiting })

	awake := func(c *alerts.Case) bool { return c.Silence == "" }
	d.becomes("c-lapse", "comes back at the date", awake)
	require.True(t, d.listed(alerts.GroupFirst, "c-lapse"))
	lapsed := d.silence("m-lapse")
	require.Equal(t, alerts.SilenceLapsed, lapsed.State(card.MomentOf(time.Now())))

	require.NotEmpty(t, d.fraud("c-end").Silence)
	require.NoError(t, d.Silences.End(t.Context(), "end-1", "wang.wei", "sil-m-end", "the test is over"))
	require.NoError(t, d.Silences.End(t.Context(), "end-1", "wang.wei", "sil-m-end", "the test is over"), "the same act again")
	require.ErrorContains(t, d.Silences.End(t.Context(), "end-2", "li.na", "sil-m-end", ""), "over already")
	d.becomes("c-end", "comes back when somebody ends the silence", awake)

	require.NotEmpty(t, d.fraud("c-resolved").Silence)
	d.does("c-resolved", "li.na", alerts.Claim, "1")
	d.does("c-resolved", "li.na", alerts.Close, "2")
	require.Eventually(t, func() bool {
		e := d.silence("m-resolved")
		return e.EndedBy == alerts.ActorClock
	}, patience, glance, "a silence whose last case is closed is resolved")
	d.finds("c-loud-2", "m-resolved", detectors.Review)
	d.becomes("c-loud-2", "is seen", func(c *alerts.Case) bool { return c.Silence == "" })
}
