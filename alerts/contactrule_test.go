package alerts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/conduct"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// reminder is a finding that the customer may miss the next minimum payment.
func reminder(id string) *detectors.Alert {
	return &detectors.Alert{
		AlertID: id, Revision: 1, State: detectors.Open, Detector: "repayment_stress", Mode: detectors.Live,
		Severity: detectors.Medium, Score: 55, Account: "acct-9876", Action: detectors.RemindMinPayment,
	}
}

func local(hour, minute int) card.Moment {
	return start.Add(time.Duration(hour-14)*time.Hour + time.Duration(minute)*time.Minute)
}

func TestServiceMessages(t *testing.T) {
	for _, tc := range []struct {
		name   string
		at     card.Moment
		change func(*alerts.Contact)
		due    card.Moment
		denied []alerts.RuleID
	}{
		{name: "by day", at: local(14, 0), due: local(14, 0)},
		{name: "last minute of the day", at: local(21, 59), due: local(21, 59)},
		{name: "at night it waits for the morning", at: local(22, 0), due: local(32, 0)},
		{name: "after midnight too", at: local(27, 30), due: local(32, 0)},
		{name: "the first minute of the morning", at: local(32, 0), due: local(32, 0)},
		{
			name: "night is the customer's, not the bank's", at: local(14, 0), due: local(15, 0),
			change: func(c *alerts.Contact) { c.OffsetMinutes = 60 },
		},
		{
			name: "no consent to profiling", at: local(14, 0), denied: []alerts.RuleID{alerts.RuleNoConsent},
			change: func(c *alerts.Contact) { c.Consent.Profiling = false },
		},
		{
			name: "no consent to push", at: local(14, 0), denied: []alerts.RuleID{alerts.RuleNoConsent},
			change: func(c *alerts.Contact) { c.Consent.Push = false },
		},
		{
			name: "refused channel, and every rule is named", at: local(23, 0),
			denied: []alerts.RuleID{
				alerts.RuleNoAddress, alerts.RuleOptOut, alerts.RuleQuietHours,
				alerts.RuleID(conduct.OwnComplete), alerts.RuleID(conduct.CNHours), alerts.RuleID(conduct.OwnMedium),
			},
			change: func(c *alerts.Contact) { c.OptOut, c.PushToken = []alerts.ChannelKind{alerts.App}, "" },
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newCustomer(t)
			if tc.change != nil {
				c.contact(tc.change)
			}
			c.now = tc.at
			c.apply(reminder("a1"))
			if tc.denied != nil {
				require.Equal(t, tc.denied, c.out.Denials[0].Rules)
				require.Empty(t, c.state.Messages)
				return
			}
			require.Len(t, c.state.Messages, 1)
			require.Equal(t, tc.due.UnixMilli, c.state.Messages[0].DueAt.UnixMilli)
			require.Equal(t, "9876", c.state.Messages[0].Args.Card)
		})
	}
}

func TestOneServiceMessageADay(t *testing.T) {
	c := newCustomer(t)
	c.apply(reminder("a1"))
	c.apply(reminder("a1"))
	require.Empty(t, c.out.Denials, "the same alert is the same message")
	c.apply(reminder("a2"))
	require.Equal(t, []alerts.RuleID{alerts.RuleDailyCap}, c.out.Denials[0].Rules)
	c.after(24 * time.Hour)
	c.apply(reminder("a3"))
	require.Len(t, c.state.Messages, 2)
}

func TestFraudPromptsGoOutAtNightAndWithoutConsent(t *testing.T) {
	c := newCustomer(t)
	c.contact(func(contact *alerts.Contact) { contact.Consent = alerts.Consent{} })
	c.now = local(27, 0)
	c.apply(alert("a1", smallAmount))
	require.Equal(t, c.now, c.state.Messages[0].DueAt)
}

// deliver brings everything in the outbox to the customer.
func (c *customer) deliver() {
	for _, m := range c.state.Messages {
		c.apply(&alerts.Receipt{MessageID: m.ID, Outcome: alerts.Delivered})
	}
}

func TestThreePromptsPerCase(t *testing.T) {
	c := newCustomer(t)
	low := alert("a1", smallAmount)
	low.Severity = detectors.Medium
	c.apply(low)
	c.deliver()
	c.after(time.Minute)
	c.deliver()
	c.apply(alert("a2", smallAmount))
	c.deliver()
	require.Len(t, c.state.Messages, 3)
	c.after(time.Minute)
	require.Equal(t, []alerts.RuleID{alerts.RuleCaseCap}, c.out.Denials[0].Rules)
	require.Equal(t, alerts.CaseQueued, c.theCase().State)
}

func TestAFloodOfRepliesIsNotAFloodOfTexts(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	for range 50 {
		c.apply(text("help"))
	}
	answers := 0
	for _, m := range c.state.Messages {
		if m.Purpose == alerts.FraudAnswer {
			answers++
		}
	}
	require.Equal(t, 10, answers)
}

func TestTheSendingMomentIsJudgedByTheFreshState(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	m := c.state.Messages[0]
	policy := c.desk.Policy()
	require.Equal(t, alerts.Allow, policy.MayContact(&c.state, m, c.now).Outcome)
	require.Equal(t, []alerts.RuleID{alerts.RuleExpired}, policy.MayContact(&c.state, m, c.now.Add(time.Hour)).Rules)
	c.apply(tap(c.prompt().ID, alerts.Yes))
	require.Equal(t, []alerts.RuleID{alerts.RulePromptEnded}, policy.MayContact(&c.state, m, c.now).Rules)
}

// closedHours are the hours in which no service message goes out: the bank's quiet hours, and those of China's rules, 22 to 8.
func closedHours(p alerts.Policy) (closed [24]bool) {
	for h := range 24 {
		closed[h] = h >= 22 || h < 8
	}
	for h := p.QuietFrom; h != p.QuietUntil; h = (h + 1) % 24 {
		closed[h] = true
	}
	return closed
}

func TestNoServiceMessageIsEverAllowedInQuietHours(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := alerts.Defaults()
		p.QuietFrom, p.QuietUntil = rapid.IntRange(0, 23).Draw(rt, "from"), rapid.IntRange(0, 23).Draw(rt, "until")
		offset := int16(rapid.IntRange(-720, 840).Draw(rt, "offset"))
		at := start.Add(time.Duration(rapid.Int64Range(0, int64(48*time.Hour)).Draw(rt, "at")))
		s := &alerts.State{Contact: alerts.Contact{
			Head: card.Head{At: start}, PushToken: "token", OffsetMinutes: offset, Consent: alerts.Consent{Push: true, Profiling: true},
		}}
		m := alerts.Message{ID: "m", Purpose: alerts.Service, Channel: alerts.App, Account: "acct", ExpiresAt: at.Add(time.Hour)}

		quiet, open := closedHours(p), 0
		for open < 24 && quiet[open] {
			open++
		}
		zone := time.FixedZone("", int(offset)*60)
		v := p.MayContact(s, m, at)
		switch {
		case open == 24:
			require.Equal(rt, alerts.Deny, v.Outcome, "no hour of any day is open")
		case !quiet[at.Time().In(zone).Hour()]:
			require.Equal(rt, alerts.Allow, v.Outcome)
		default:
			require.Equal(rt, alerts.Defer, v.Outcome)
			end := v.Until.Time().In(zone)
			require.False(rt, quiet[end.Hour()])
			require.True(rt, quiet[(end.Hour()+23)%24])
			require.Zero(rt, end.Minute())
			require.True(rt, at.Before(v.Until) && v.Until.Sub(at) <= 24*time.Hour)
		}
	})
}

func TestPolicyNamesEveryProblem(t *testing.T) {
	require.NoError(t, alerts.Defaults().Validate())
	p := alerts.Defaults()
	p.BankName.En, p.AppWait, p.QuietFrom, p.PromptsPerDay, p.SMSYesLimitMinor = "银行", 0, 24, 0, -1
	err := p.Validate()
	for _, key := range []string{"bank_name.en", "app_wait", "quiet_from", "prompts_per_day", "sms_yes_limit_minor"} {
		require.ErrorContains(t, err, key)
	}
	p = alerts.Defaults()
	p.PromptLife = 2 * time.Minute
	require.ErrorContains(t, p.Validate(), "prompt_life")
	_, err = alerts.NewDesk(alerts.Policy{})
	require.Error(t, err)
}
