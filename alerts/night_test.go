package alerts_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// sleeper is a customer of a bank that sends no texts between 22:00 and 08:00, at 02:00.
func sleeper(t *testing.T) *customer {
	t.Helper()
	p := alerts.Defaults()
	p.FraudQuietFrom, p.FraudQuietUntil = 22, 8
	c := strangerAt(t, p)
	c.contact(func(contact *alerts.Contact) { contact.PushToken = "" })
	c.now = local(26, 0)
	return c
}

func TestATextThatWouldWakeACustomerWaitsAndAnAnalystLooks(t *testing.T) {
	c := sleeper(t)
	c.apply(alert("a1", smallAmount))
	require.Equal(t, alerts.CaseQueued, c.theCase().State, "an analyst may take it at once")
	require.Equal(t, alerts.ActQuietHours, c.theCase().History[1].Code)
	m := c.state.Messages[0]
	require.Equal(t, local(32, 0), m.DueAt)
	require.Equal(t, m.DueAt.Add(30*time.Minute), m.ExpiresAt, "asked in the morning, there is the whole time to answer")

	c.pass(6*time.Hour + 4*time.Minute)
	require.Equal(t, alerts.PromptOpen, c.prompt().State)
	require.Equal(t, alerts.Allow, c.desk.Policy().MayContact(&c.state, m, c.now).Outcome)
	c.apply(text("Y"))
	require.Equal(t, alerts.PromptYes, c.prompt().State)
	require.Equal(t, alerts.CaseClosed, c.theCase().State)
}

func TestTheAppAsksAtNightAllTheSame(t *testing.T) {
	c := sleeper(t)
	c.contact(func(contact *alerts.Contact) {})
	c.apply(alert("a1", smallAmount))
	require.Equal(t, c.now, c.state.Messages[0].DueAt)
	c.after(time.Minute)
	require.Equal(t, local(32, 0), c.state.Messages[1].DueAt, "its text waits")
	c.apply(tap(c.prompt().ID, alerts.No))
	require.Equal(t, alerts.Refused, c.state.Messages[1].Outcome, "and is not sent when the answer is known")
	require.Len(t, c.out.CardActions, 1, "a no protects at any hour")
}

func TestAServiceMessageNeverCrowdsOutAPrompt(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := alerts.Defaults()
		p.PromptsPerDay = rapid.IntRange(1, 6).Draw(rt, "prompts")
		p.ServicePerDay, p.MessagesPerDay = rapid.IntRange(1, 6).Draw(rt, "service"), rapid.IntRange(1, 12).Draw(rt, "budget")
		m := alerts.Message{ID: "new", Channel: alerts.App, Purpose: alerts.Service, ExpiresAt: start.Add(time.Hour)}
		s := &alerts.State{Contact: alerts.Contact{PushToken: "t", Consent: alerts.Consent{Push: true, Profiling: true}}}
		counts := map[alerts.Purpose]int{}
		purposes := []alerts.Purpose{alerts.FraudPrompt, alerts.FraudAnswer, alerts.Service}
		for i, purpose := range rapid.SliceOfN(rapid.SampledFrom(purposes), 0, 12).Draw(rt, "sent") {
			s.Messages = append(s.Messages, alerts.Message{
				ID: string(rune('a' + i)), Purpose: purpose, Outcome: alerts.Delivered, DueAt: start,
			})
			counts[purpose]++
		}
		service := p.MayContact(s, m, start)
		spent := counts[alerts.Service]+max(counts[alerts.FraudPrompt], p.PromptsPerDay)+1 > p.MessagesPerDay
		if spent {
			require.Contains(rt, service.Rules, alerts.RuleBudget)
		}
		if len(s.Messages) >= p.MessagesPerDay {
			require.NotEqual(rt, alerts.Allow, service.Outcome, "over all purposes")
		}
		s.Prompts = []alerts.Prompt{{ID: "p", State: alerts.PromptOpen}}
		m.Purpose, m.PromptID, m.CaseID = alerts.FraudPrompt, "p", "case-of-its-own"
		prompt := p.MayContact(s, m, start)
		require.Equal(rt, counts[alerts.FraudPrompt] < p.PromptsPerDay, prompt.Outcome == alerts.Allow, "only prompts use up prompts")
	})
}

func TestRemindersThatWaitForOneMorningDoNotKeepEachOtherBack(t *testing.T) {
	c := newCustomer(t)
	c.now = local(23, 0)
	c.apply(reminder("a1"))
	c.apply(reminder("a2"))
	require.Len(t, c.state.Messages, 1, "the cap counts on the day on which it would go out")
	require.Contains(t, c.out.Denials[0].Rules, alerts.RuleDailyCap)

	twin := c.state.Messages[0]
	twin.ID = "msg-twin"
	c.state.Messages = append(c.state.Messages, twin)
	morning := local(32, 0)
	require.Equal(t, alerts.Allow, c.desk.Policy().MayContact(&c.state, c.state.Messages[0], morning).Outcome)
	require.Equal(t, alerts.Deny, c.desk.Policy().MayContact(&c.state, twin, morning).Outcome, "one of two that wait goes")
}

// zoned gives a contact a zone as the decoder does.
func zoned(t require.TestingT, contact *alerts.Contact, zone string, at time.Time) *time.Location {
	location, err := time.LoadLocation(zone)
	require.NoError(t, err)
	moment := at.In(location)
	offset := func(m time.Time) int16 {
		_, seconds := m.Zone()
		return int16(seconds / 60)
	}
	contact.At, contact.OffsetMinutes = card.MomentOf(moment), offset(moment)
	for range alerts.MaxShifts {
		if _, moment = moment.ZoneBounds(); moment.IsZero() {
			break
		}
		contact.Shifts = append(contact.Shifts, alerts.Shift{At: card.Moment{UnixMilli: moment.UnixMilli()}, OffsetMinutes: offset(moment)})
	}
	return location
}

// Whatever the season in which the contact was last touched, quiet hours are those of the customer's own clock, on the days on which
// the clocks change too: a message that waits goes out at the first quarter hour that is none of them.
func TestQuietHoursFollowTheCustomersClockThroughSummerTime(t *testing.T) {
	updated := time.Date(2026, 1, 15, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(rt *rapid.T) {
		zone := rapid.SampledFrom([]string{
			"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia", "Asia/Shanghai",
		}).Draw(rt, "zone")
		s := &alerts.State{Contact: alerts.Contact{PushToken: "t", Consent: alerts.Consent{Push: true, Profiling: true}}}
		location := zoned(rt, &s.Contact, zone, updated)
		p := alerts.Defaults()
		p.QuietFrom, p.QuietUntil = rapid.IntRange(0, 23).Draw(rt, "from"), rapid.IntRange(0, 23).Draw(rt, "until")
		near := updated.Add(time.Duration(rapid.IntRange(0, 3*365*24).Draw(rt, "hours")) * time.Hour)
		if _, change := near.In(location).ZoneBounds(); !change.IsZero() && rapid.Bool().Draw(rt, "on the day of a change") {
			near = change.Add(time.Duration(rapid.IntRange(-24*60, 60).Draw(rt, "minutes")) * time.Minute)
		}
		at := card.Moment{UnixMilli: near.UnixMilli()}
		closed := closedHours(p)
		isQuiet := func(m time.Time) bool { return closed[m.In(location).Hour()] }
		message := alerts.Message{ID: "m", Purpose: alerts.Service, Channel: alerts.App, Account: "acct", ExpiresAt: at.Add(time.Hour)}
		v := p.MayContact(s, message, at)
		if !slices.Contains(closed[:], false) {
			require.Equal(rt, alerts.Deny, v.Outcome)
			return
		}
		require.Equal(rt, isQuiet(near), v.Outcome == alerts.Defer)
		if v.Outcome == alerts.Defer {
			end := v.Until.Time()
			require.False(rt, isQuiet(end), "%s is quiet", end.In(location))
			for m := near; m.Before(end); m = m.Add(5 * time.Minute) {
				require.True(rt, isQuiet(m), "%s is not quiet, but the message waits until %s", m.In(location), end.In(location))
			}
		}
	})
}
