package alerts_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// bank is one customer of the monitor and of the desk: what the monitor raises goes to the desk, and what the desk learns goes
// back to the monitor.
type bank struct {
	*customer
	monitor *detectors.Monitor
	watched detectors.State
	// raised are the open alerts of the last event.
	raised []detectors.Alert
	events int
}

// newBank's customer lives in Harbin, where the card was used twice a day for a month.
func newBank(t *testing.T) *bank {
	t.Helper()
	m, err := detectors.NewMonitor(detectors.Defaults())
	require.NoError(t, err)
	b := &bank{customer: newCustomer(t), monitor: m}
	b.watch(&card.Customer{Home: card.Place{City: "230100"}})
	for range 60 {
		b.now = b.now.Add(12 * time.Hour)
		b.watch(used("230100", "m-1", 12_000))
	}
	require.Empty(t, b.state.Cases)
	return b
}

// watch lets the monitor judge an event now, and hands its alerts to the desk.
func (b *bank) watch(body card.Body) {
	b.t.Helper()
	b.events++
	*body.Meta() = card.Head{ID: fmt.Sprint("seen-", b.events), Customer: "cust-1", At: b.now}
	var out detectors.Effects
	b.monitor.Step(&b.watched, card.Event{Arrived: b.now, Body: body}, &out)
	b.raised = nil
	for i := range out.Alerts {
		if out.Alerts[i].State == detectors.Open {
			b.raised = append(b.raised, out.Alerts[i])
		}
		b.apply(&out.Alerts[i])
	}
}

// confirm answers the newest prompt with a yes, and hands the desk's feedback to the monitor.
func (b *bank) confirm() {
	b.t.Helper()
	b.apply(tap(b.state.Prompts[len(b.state.Prompts)-1].ID, alerts.Yes))
	learnt := slices.Clone(b.out.Feedback)
	require.NotEmpty(b.t, learnt)
	for i := range learnt {
		b.watch(&learnt[i])
	}
}

// used is a purchase at a terminal, or online when no city is given.
func used(city, merchant string, minor int64) *card.Transaction {
	t := &card.Transaction{
		Card: theCard, Account: "acc-1", Type: card.Purchase, Status: card.Approved, Entry: card.Chip, Merchant: merchant,
		Amount: card.Money{Minor: minor, Currency: card.Currency{'C', 'N', 'Y'}}, Place: card.Place{City: city},
	}
	if city == "" {
		t.Entry = card.Ecommerce
	}
	return t
}

func TestAYesInACityCoversThatCityAloneAndEnds(t *testing.T) {
	b := newBank(t)
	b.now = b.now.Add(time.Hour)
	b.watch(used("440300", "m-2", largeAmount))
	require.Len(t, b.raised, 1)
	shenzhen := b.raised[0]
	b.confirm()

	b.now = b.now.Add(20 * time.Hour)
	b.watch(used("440300", "m-3", largeAmount))
	require.Empty(t, b.raised, "the same city again")

	b.now = b.now.Add(20 * time.Minute)
	b.watch(used("310100", "m-2", largeAmount))
	require.Len(t, b.raised, 1, "another city")
	require.NotEqual(t, shenzhen.AlertID, b.raised[0].AlertID)
	require.Len(t, b.state.Cases, 2)
	asked := b.state.Messages[len(b.state.Messages)-1].Args
	require.Equal(t, "310100", asked.City, "the customer is asked about the new use, not about the confirmed one")
	require.Equal(t, 1, asked.Uses)

	b.now = start.Add(60*12*time.Hour + time.Hour + alerts.Defaults().ExemptFor)
	b.watch(used("230100", "m-1", 12_000))
	b.now = b.now.Add(time.Hour)
	b.watch(used("440300", "m-2", 2*largeAmount))
	require.Len(t, b.raised, 1, "three days later")
}

// burst makes three small online purchases within three minutes at three in the morning, and counts the alerts.
func (b *bank) burst(merchant string) (raised int) {
	b.t.Helper()
	for range 3 {
		b.now = b.now.Add(time.Minute)
		b.watch(used("", merchant, 100))
		raised += len(b.raised)
	}
	return raised
}

func TestAYesOnlineCoversThatMerchantAlone(t *testing.T) {
	b := newBank(t)
	b.now = b.now.Add(13 * time.Hour)
	require.Equal(t, 3, b.now.LocalHour())
	require.Equal(t, 1, b.burst("m-7"))
	b.confirm()
	require.Zero(t, b.burst("m-7"), "the same merchant again")
	require.Positive(t, b.burst("m-8"), "another merchant")
}

func TestAYesAboutNothingKnownCoversTheCardForAnHour(t *testing.T) {
	b := newBank(t)
	b.now = b.now.Add(13 * time.Hour)
	require.Equal(t, 1, b.burst(""))
	b.confirm()
	require.Zero(t, b.burst("m-7"))
	b.now = b.now.Add(time.Hour)
	require.Positive(t, b.burst("m-7"))
}
