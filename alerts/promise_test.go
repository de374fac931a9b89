package alerts_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

func promise(c *customer, amount int64, in time.Duration) *alerts.Command {
	cmd := onAccount(alerts.Promise)
	cmd.AmountMinor, cmd.Until = amount, c.now.Add(in)
	return cmd
}

func (c *customer) pays(minor int64) *card.Payment {
	c.t.Helper()
	p := &card.Payment{
		Account: "acct-9876", Amount: card.Money{Minor: minor, Currency: card.Currency{'C', 'N', 'Y'}},
		Method: card.ManualPayment, Status: card.Settled,
	}
	c.apply(p)
	return p
}

// promised is a customer three weeks late who has promised 500.00 in a week.
func promised(t *testing.T) *customer {
	c := newCustomer(t)
	c.apply(overdue(detectors.Moderate, 17, 50))
	c.do(promise(c, 50_000, 7*day), "")
	return c
}

// A promise of 500.00 is kept at 450.00, paid by its date and three days.
func TestWhenAPromiseIsKept(t *testing.T) {
	for _, tc := range []struct {
		name string
		pays map[time.Duration]int64
		want alerts.PromiseState
	}{
		{"in full on the day", map[time.Duration]int64{7 * day: 50_000}, alerts.PromiseKept},
		{"nine tenths", map[time.Duration]int64{7 * day: 45_000}, alerts.PromiseKept},
		{"a cent less", map[time.Duration]int64{7 * day: 44_999}, alerts.PromisePartial},
		{"in two parts", map[time.Duration]int64{day: 20_000, 9 * day: 25_000}, alerts.PromiseKept},
		{"in the last moment of grace", map[time.Duration]int64{10*day - time.Millisecond: 50_000}, alerts.PromiseKept},
		{"a moment too late", map[time.Duration]int64{10*day + time.Millisecond: 50_000}, alerts.PromiseBroken},
		{"a part in time, the rest too late", map[time.Duration]int64{7 * day: 10_000, 11 * day: 40_000}, alerts.PromisePartial},
		{"not at all", nil, alerts.PromiseBroken},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := promised(t)
			made := c.now
			for after := time.Duration(0); after <= 12*day; {
				next := 12 * day
				for when := range tc.pays {
					if when > after && when < next {
						next = when
					}
				}
				c.pass(made.Add(next).Sub(c.now))
				if amount := tc.pays[next]; amount > 0 {
					c.pays(amount)
				}
				if after = next; after == 12*day {
					break
				}
			}
			require.Equal(t, tc.want, c.entry().Promise.State)
			require.Empty(t, c.entry().Rest, "the account is back in its line, or was never out of it again")
		})
	}
}

func TestAPaymentThatArrivesLateButWasMadeInTimeStillKeepsThePromise(t *testing.T) {
	c := promised(t)
	inTime := c.now.Add(8 * day)
	c.pass(11 * day)
	require.Equal(t, alerts.PromiseBroken, c.entry().Promise.State)
	require.Equal(t, 1, c.entry().BrokenInARow())

	paid := c.now
	c.now = inTime // the event's own time; the desk's goes on
	p := &card.Payment{Account: "acct-9876", Amount: card.Money{Minor: 50_000, Currency: card.Currency{'C', 'N', 'Y'}}, Status: card.Settled}
	p.ID, p.Customer, p.At = "late", "cust-1", inTime
	c.out.Reset()
	c.now = paid
	c.desk.Step(&c.state, card.Event{Arrived: c.now, Body: p}, &c.out)
	require.Equal(t, alerts.PromiseKept, c.entry().Promise.State)
	require.Zero(t, c.entry().BrokenInARow())
}

func TestAPaymentCountsOnceAndOnlyInItsCurrency(t *testing.T) {
	c := promised(t)
	first := c.pays(20_000)
	c.apply(first)
	require.Equal(t, int64(20_000), c.state.PaidOfPromise(c.entry(), c.desk.Policy()), "the same event_id is the same payment")
	dollars := *first
	dollars.ID, dollars.Amount.Currency = "dollars", card.Currency{'U', 'S', 'D'}
	c.apply(&dollars)
	failed := *first
	failed.ID, failed.Status = "failed", card.Failed
	c.apply(&failed)
	other := *first
	other.ID, other.Account = "other", "acct-5555"
	c.apply(&other)
	require.Equal(t, int64(20_000), c.state.PaidOfPromise(c.entry(), c.desk.Policy()))
	require.Equal(t, alerts.PromiseOpen, c.entry().Promise.State)
}

func TestACustomerIsRemindedTheDayBefore(t *testing.T) {
	c := promised(t) // 14:00, for 14:00 in a week
	c.pass(5*day + 20*time.Hour - time.Minute)
	require.Empty(t, c.state.Messages)
	c.pass(time.Minute)
	require.Len(t, c.state.Messages, 1)
	require.Equal(t, alerts.PromiseReminder, c.state.Messages[0].Template)
	require.Equal(t, 10, c.state.Messages[0].DueAt.Time().Hour())
	require.Equal(t, c.entry().Promise.Until, c.state.Messages[0].ExpiresAt)
	c.pass(10 * day)
	require.Len(t, c.state.Messages, 1, "once")
}

func TestAReminderNeedsConsentAndIsNotSentWhenThePromiseIsKept(t *testing.T) {
	c := promised(t)
	c.contact(func(contact *alerts.Contact) { contact.Consent.Push = false })
	c.pass(5*day + 20*time.Hour)
	require.Equal(t, []alerts.RuleID{alerts.RuleNoConsent}, c.out.Denials[0].Rules)

	paid := promised(t)
	paid.pays(50_000)
	require.Equal(t, alerts.PromiseKept, paid.entry().Promise.State)
	paid.pass(9 * day)
	require.Empty(t, paid.state.Messages)
}

func TestAPromiseForTomorrowMorningNeedsNoReminder(t *testing.T) {
	c := newCustomer(t)
	c.apply(overdue(detectors.Moderate, 17, 50))
	c.do(promise(c, 50_000, 20*time.Hour), "")
	c.pass(19 * time.Hour)
	require.Empty(t, c.state.Messages)
}

func TestTwoBrokenPromisesInARowGoToTheFlexibleTeam(t *testing.T) {
	c := promised(t)
	c.pass(10 * day)
	require.Equal(t, alerts.LineStandard, c.entry().Line)
	c.do(promise(c, 10_000, day), "")
	require.Equal(t, 1, c.entry().BrokenInARow())
	c.pass(4 * day)
	require.Equal(t, 2, c.entry().BrokenInARow())
	require.Equal(t, alerts.LineFlexible, c.entry().Line)

	c.do(promise(c, 10_000, day), "")
	c.pays(10_000)
	require.Zero(t, c.entry().BrokenInARow(), "a promise that is kept makes good")
	require.Equal(t, alerts.LineStandard, c.entry().Line)
}

func TestAPromiseThatRunsIsNotMadeAnew(t *testing.T) {
	c := promised(t)
	c.do(promise(c, 1, day), alerts.RefusedWrongState)
	cancel := func(note string) *alerts.Command {
		cmd := onAccount(alerts.CancelPromise)
		cmd.Note = note
		return cmd
	}
	c.do(cancel(""), alerts.RefusedBadArgument)
	c.do(cancel("lost the job"), "")
	require.Equal(t, alerts.PromiseCancelled, c.entry().Promise.State)
	require.Empty(t, c.entry().Rest)
	c.do(cancel("again"), alerts.RefusedWrongState)
	require.Zero(t, c.entry().BrokenInARow(), "taken back is not broken")
	c.do(promise(c, 1000, day), "")
}

func TestAnAccountThatIsCurrentHasKeptItsPromise(t *testing.T) {
	c := promised(t)
	c.apply(overdue(detectors.NoTier, 0, 0))
	require.Contains(t, c.out.Changes, alerts.Change{Kind: alerts.PromiseMoved, ID: "acct-9876", From: "open", To: "kept", At: c.now})
}

// Whatever is paid and whenever, a promise stands where a sum over the payments in its time says.
func TestAPromiseIsWhatWasPaid(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := promised(t)
		made, ends := c.now, c.now.Add(10*day)
		percent := 100
		sum := func(amounts map[card.Moment]int64) (inTime int64) {
			for at, amount := range amounts {
				if !at.Before(made) && !ends.Before(at) {
					inTime += amount
				}
			}
			return inTime
		}
		amounts := map[card.Moment]int64{}
		for i := range rapid.IntRange(0, 40).Draw(rt, "payments") {
			c.pass(time.Duration(rapid.IntRange(1, 12).Draw(rt, "hours")) * time.Hour)
			amount := int64(rapid.IntRange(1, 9000).Draw(rt, "amount"))
			p := c.pays(amount)
			require.Equal(rt, "event-"+strconv.Itoa(c.n), p.ID, i)
			amounts[c.now] = amount
			want := alerts.PromiseOpen
			switch paid := sum(amounts); {
			case paid*int64(percent) >= 50_000*90:
				want = alerts.PromiseKept
			case !c.now.Before(ends) && paid > 0:
				want = alerts.PromisePartial
			case !c.now.Before(ends):
				want = alerts.PromiseBroken
			}
			require.Equal(rt, want, c.entry().Promise.State)
		}
	})
}
