package alerts_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

const (
	thePhone   alerts.Phone = "+8613800138000"
	otherPhone alerts.Phone = "+8613900139000"
	theCard                 = "tok-card-1234"
)

// start is 14:00 on a Sunday in China.
var start = card.Moment{UnixMilli: 1_772_344_800_000, OffsetMinutes: 480}

// customer is one customer at a desk, with a clock.
type customer struct {
	t     *testing.T
	desk  *alerts.Desk
	state alerts.State
	// out holds what followed from the last event.
	out alerts.Effects
	now card.Moment
	n   int
}

// newCustomer has a contact with a number and a push token, and has agreed to everything.
func newCustomer(t *testing.T) *customer {
	t.Helper()
	c := strangerAt(t, alerts.Defaults())
	c.contact(func(*alerts.Contact) {})
	return c
}

func strangerAt(t *testing.T, p alerts.Policy) *customer {
	t.Helper()
	desk, err := alerts.NewDesk(p)
	require.NoError(t, err)
	return &customer{t: t, desk: desk, now: start}
}

func (c *customer) apply(body card.Body) {
	c.t.Helper()
	c.n++
	head := body.Meta()
	head.Customer, head.At = "cust-1", c.now
	if head.ID == "" {
		head.ID = fmt.Sprint("event-", c.n)
	}
	c.out.Reset()
	c.desk.Step(&c.state, card.Event{Arrived: c.now, Body: body}, &c.out)
}

// after lets time pass and tells the desk so.
func (c *customer) after(d time.Duration) {
	c.t.Helper()
	c.now = c.now.Add(d)
	c.apply(&card.Tick{})
}

// pass lets time pass as the engine does: with a tick whenever the desk asks for one.
func (c *customer) pass(d time.Duration) {
	c.t.Helper()
	end := c.now.Add(d)
	for wake := c.desk.NextWake(&c.state); !wake.IsZero() && !end.Before(wake); wake = c.desk.NextWake(&c.state) {
		c.now = wake
		c.apply(&card.Tick{})
	}
	c.now = end
}

func (c *customer) contact(change func(*alerts.Contact)) {
	c.t.Helper()
	contact := &alerts.Contact{
		Phone: thePhone, PushToken: "push-token", Language: card.English, OffsetMinutes: 480,
		Consent: alerts.Consent{SMS: true, Push: true, Profiling: true},
	}
	change(contact)
	c.apply(contact)
}

// alert is a grave finding of an amount in minor units.
func alert(id string, amount int64) *detectors.Alert {
	return &detectors.Alert{
		AlertID: id, Revision: 1, State: detectors.Open, Detector: "large_out_of_town", Mode: detectors.Live,
		Severity: detectors.High, Score: 80, Card: theCard, EventIDs: []string{"tx-1"}, OccurredAt: start,
		Use: detectors.Use{
			Amount: card.Money{Minor: amount, Currency: card.Currency{'C', 'N', 'Y'}}, City: "440300", Country: "CN",
			Merchant: "m-7", MerchantName: "Corner Shop", CardPresent: true,
		},
		Action: detectors.ConfirmWithCustomer,
		Reasons: []detectors.Reason{
			{Code: "distance_from_home", Value: 1940, Unit: detectors.Kilometres, Limit: 100,
				Baseline: detectors.Text{Zh: "哈尔滨市，90天内62次中62次", En: "Harbin, 62 of 62 uses in 90 days"}},
			{Code: "amount_vs_usual", Value: amount, Unit: detectors.Minor, Limit: 200_000},
		},
	}
}

func graver(a *detectors.Alert) *detectors.Alert {
	a.Severity, a.Score = detectors.Critical, 95
	return a
}

// text is a text message from the customer's number.
func text(words string) *alerts.Reply {
	return &alerts.Reply{Channel: alerts.SMS, From: thePhone, Text: words}
}

// tap is an answer on the signed page.
func tap(prompt string, answer alerts.Answer) *alerts.Reply {
	return &alerts.Reply{Channel: alerts.Link, PromptID: prompt, Answer: answer, Verified: true}
}

func staff(verb alerts.Verb, caseID string) *alerts.Command {
	return &alerts.Command{Actor: "li.na", Verb: verb, CaseID: caseID}
}

func (c *customer) theCase() *alerts.Case {
	c.t.Helper()
	require.Len(c.t, c.state.Cases, 1)
	return &c.state.Cases[0]
}

func (c *customer) prompt() *alerts.Prompt {
	c.t.Helper()
	require.NotEmpty(c.t, c.state.Prompts)
	return &c.state.Prompts[0]
}

// queued lists the templates queued by the last event.
func (c *customer) queued() []alerts.TemplateID {
	var ids []alerts.TemplateID
	for _, change := range c.out.Changes {
		if change.Kind == alerts.MessageMoved && change.From == "" {
			ids = append(ids, c.state.Message(change.ID).Template)
		}
	}
	return ids
}
