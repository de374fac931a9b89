package alerts_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// accepted is the word of a provider that will tell what became of a message.
func accepted(message string) *alerts.Receipt {
	return &alerts.Receipt{
		MessageID: message, Outcome: alerts.Accepted, Provider: "sms-a", ProviderMessageID: "p-" + message, ReceiptExpected: true,
	}
}

// askedByText is a customer without the app, whose text message a provider has just accepted.
func askedByText(t *testing.T) (*customer, *alerts.Message) {
	t.Helper()
	c := newCustomer(t)
	c.contact(func(contact *alerts.Contact) { contact.PushToken = "" })
	c.apply(alert("a1", smallAmount))
	id := c.state.Messages[0].ID
	c.apply(accepted(id))
	return c, c.state.Message(id)
}

func TestAReceiptThatNeverComesSendsTheQuestionOn(t *testing.T) {
	c, m := askedByText(t)
	require.Equal(t, c.now.Add(time.Minute), m.ReceiptBy)
	require.Equal(t, m.ReceiptBy, c.desk.NextWake(&c.state), "before the five minutes that an answer is given")

	c.after(time.Minute)
	require.Equal(t, alerts.OutcomeUnknown, m.Outcome)
	require.Equal(t, alerts.FailureNoReceipt, m.Reason)
	require.Equal(t, alerts.Analyst, c.prompt().Rung)
	require.Equal(t, alerts.CaseQueued, c.theCase().State)
	require.Equal(t, alerts.PromptOpen, c.prompt().State, "the text may have arrived: its yes counts")

	acts := len(c.theCase().History)
	c.apply(accepted(m.ID))
	require.Equal(t, alerts.OutcomeUnknown, m.Outcome, "that it was accepted is no news")
	c.apply(&alerts.Receipt{MessageID: m.ID, Outcome: alerts.Delivered, Provider: "sms-a"})
	require.Equal(t, alerts.Delivered, m.Outcome, "a late receipt is recorded")
	require.Len(t, c.theCase().History, acts, "and nothing follows from it any more")
}

func TestAReceiptInTimeLeavesTheQuestionWithTheCustomer(t *testing.T) {
	c, m := askedByText(t)
	c.apply(&alerts.Receipt{MessageID: m.ID, Outcome: alerts.Delivered})
	c.after(4 * time.Minute)
	require.Equal(t, alerts.Delivered, m.Outcome)
	require.Equal(t, alerts.SMS, c.prompt().Rung)
}

func TestAProviderThatPromisesNoReceiptIsNotWaitedFor(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	silent := accepted(c.state.Messages[0].ID)
	silent.ReceiptExpected = false
	c.apply(silent)
	c.pass(20 * time.Minute)
	require.Equal(t, alerts.Accepted, c.state.Messages[0].Outcome)
}

// Receipts come repeated, in any order, and not at all: where the message ends depends on which came, and the question climbs once.
func TestReceiptsInAnyOrderEndInTheSameState(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c, m := askedByText(t)
		c.state.Messages[0].Outcome, c.state.Messages[0].ReceiptBy = alerts.Queued, card.Moment{}
		final := rapid.SampledFrom([]alerts.SendOutcome{"", alerts.Delivered, alerts.Undelivered}).Draw(rt, "final")
		told := []alerts.SendOutcome{alerts.Sending, alerts.Accepted, alerts.OutcomeUnknown}
		if final != "" {
			told = append(told, final)
		}
		told = append(told, rapid.SliceOfN(rapid.SampledFrom(told), 0, 4).Draw(rt, "again")...)
		for i, outcome := range rapid.Permutation(told).Draw(rt, "order") {
			receipt := accepted(m.ID)
			receipt.ID, receipt.Outcome, receipt.ReceiptExpected = fmt.Sprint("r-", i), outcome, outcome == alerts.Accepted
			c.apply(receipt)
		}
		c.pass(2 * time.Minute)

		want := final
		if final == "" {
			want = alerts.OutcomeUnknown
		}
		require.Equal(rt, want, m.Outcome)
		climbs := 0
		for _, act := range c.theCase().History {
			if act.Code == alerts.ActUnreachable {
				climbs++
			}
		}
		require.LessOrEqual(rt, climbs, 1)
		if want != alerts.Delivered {
			require.Equal(rt, 1, climbs)
		}
		require.Equal(rt, 1, len(c.state.Messages), "nobody is texted twice")
	})
}
