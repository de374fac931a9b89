package alerts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// terminalTest silences the merchant of alert() for two hours.
func terminalTest() alerts.Silence {
	return alerts.Silence{
		ID: "sil-1", Owner: "wang.wei", Reason: "the acquirer tests its terminals", From: start, Until: start.Add(2 * time.Hour),
		Matchers: []alerts.Matcher{{Field: alerts.MatchMerchant, Op: alerts.MatchIs, Value: "m-7"}},
	}
}

func (c *customer) under(silences ...alerts.Silence) { c.desk = c.desk.WithSilences(silences) }

// silenced has a finding that a silence covers.
func silenced(t *testing.T, change func(*alerts.Silence)) *customer {
	c := newCustomer(t)
	s := terminalTest()
	change(&s)
	require.NoError(t, s.Validate())
	c.under(s)
	c.apply(alert("a1", smallAmount))
	require.Equal(t, "sil-1", c.theCase().Silence)
	return c
}

func asItIs(*alerts.Silence) {}

func TestASilencedFindingMakesACaseThatAsksNobody(t *testing.T) {
	c := silenced(t, asItIs)
	require.Equal(t, alerts.CaseNew, c.theCase().State)
	require.Empty(t, c.state.Prompts)
	require.Empty(t, c.state.Messages)
	require.Equal(t, []string{alerts.GroupSilenced}, c.groups(c.theCase().ID))
	require.Empty(t, c.theCase().Deadlines(c.now), "nobody is waited for")
	last := c.theCase().History[len(c.theCase().History)-1]
	require.Equal(t, []string{string(alerts.ActSilenced), "wang.wei", "sil-1"}, []string{string(last.Code), last.Actor, last.Note})
	c.apply(alert("a2", smallAmount))
	require.Empty(t, c.state.Prompts)
	require.Len(t, c.theCase().Alerts, 2)
}

func TestASilencedCaseComesBack(t *testing.T) {
	elsewhere := alert("a2", smallAmount)
	elsewhere.Use.Merchant = "m-8"
	for name, happens := range map[string]func(c *customer){
		"when the date has come":          func(c *customer) { c.pass(2 * time.Hour) },
		"when somebody has ended it":      func(c *customer) { c.under(); c.after(time.Minute) },
		"when staff want it":              func(c *customer) { c.do(staff(alerts.Wake, c.theCase().ID), "") },
		"when staff claim it":             func(c *customer) { c.do(staff(alerts.Claim, c.theCase().ID), "") },
		"when another finding joins":      func(c *customer) { c.apply(elsewhere) },
		"when staff call the second line": func(c *customer) { c.do(staff(alerts.Escalate, c.theCase().ID), "") },
	} {
		t.Run(name, func(t *testing.T) {
			c := silenced(t, asItIs)
			happens(c)
			require.Empty(t, c.theCase().Silence)
			require.NotEqual(t, []string{alerts.GroupSilenced}, c.groups(c.theCase().ID))
			require.NotEmpty(t, c.theCase().Deadlines(c.now))
			require.Contains(t, c.out.Changes, alerts.Change{Kind: alerts.SilenceMoved, ID: c.theCase().ID, From: "silenced", To: "lifted", At: c.now})
		})
	}
}

func TestTheDeskWakesForTheEndOfASilence(t *testing.T) {
	c := silenced(t, asItIs)
	require.Equal(t, start.Add(2*time.Hour), c.desk.NextWake(&c.state))
	c.pass(2 * time.Hour)
	require.Equal(t, []string{alerts.GroupFirst}, c.groups(c.theCase().ID))
	require.Empty(t, c.state.Prompts, "a question about uses of hours ago is an analyst's to put")
}

func TestACustomersNoIsNeverSilenced(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a0", smallAmount))
	c.apply(tap(c.prompt().ID, alerts.Yes))
	c.under(terminalTest())
	c.after(time.Minute)
	c.apply(func() *detectors.Alert { a := alert("a1", smallAmount); a.OccurredAt = c.now; return a }())
	require.Equal(t, "sil-1", c.state.Cases[1].Silence)
	c.apply(tap(c.prompt().ID, alerts.No))
	require.Empty(t, c.state.Cases[1].Silence)
	require.True(t, c.state.Cases[1].Urgent)
	require.Equal(t, 100, c.state.Cases[1].Priority)
	require.Len(t, c.out.CardActions, 1)
}

func TestASilenceHidesNoCaseThatIsSeenAlready(t *testing.T) {
	c := newCustomer(t)
	c.review("a1", detectors.High)
	c.under(terminalTest())
	c.apply(alert("a2", smallAmount))
	require.Empty(t, c.theCase().Silence)
	require.Len(t, c.theCase().Alerts, 2)
	require.Empty(t, c.state.Prompts, "but it asks nobody")
}

func TestASilenceUntilResolvedEndsWithTheFindings(t *testing.T) {
	c := silenced(t, func(s *alerts.Silence) { s.Until, s.UntilResolved = card.Moment{}, true })
	c.apply(alert("a2", smallAmount))
	settle := func(id string) {
		a := alert(id, smallAmount)
		a.Revision, a.State = 2, detectors.Closed
		c.apply(a)
	}
	settle("a1")
	require.Equal(t, "sil-1", c.theCase().Silence)
	require.Equal(t, start.Add(alerts.MaxSilence), c.desk.NextWake(&c.state), "nothing is hidden for ever")
	settle("a2")
	require.Empty(t, c.theCase().Silence)
	require.Equal(t, []string{alerts.GroupFirst}, c.groups(c.theCase().ID))
}

func TestWhatASilenceMatches(t *testing.T) {
	is, not, in := alerts.MatchIs, alerts.MatchNot, alerts.MatchIn
	for _, tt := range []struct {
		matchers []alerts.Matcher
		want     bool
	}{
		{[]alerts.Matcher{{Field: "merchant", Op: is, Value: "m-7"}}, true},
		{[]alerts.Matcher{{Field: "merchant", Op: is, Value: "m-70"}}, false},
		{[]alerts.Matcher{{Field: "city", Op: in, Value: "310100, 440300"}}, true},
		{[]alerts.Matcher{{Field: "city", Op: in, Value: "310100"}}, false},
		{[]alerts.Matcher{{Field: "detector", Op: is, Value: "large_out_of_town"}, {Field: "severity", Op: not, Value: "critical"}}, true},
		{[]alerts.Matcher{{Field: "detector", Op: is, Value: "large_out_of_town"}, {Field: "severity", Op: not, Value: "high"}}, false},
		{[]alerts.Matcher{{Field: "customer", Op: is, Value: "cust-1"}}, true},
		{[]alerts.Matcher{{Field: "card", Op: is, Value: theCard}, {Field: "country", Op: is, Value: "CN"}}, true},
		{[]alerts.Matcher{{Field: "rule_set", Op: is, Value: "v2"}}, false},
		{[]alerts.Matcher{{Field: "rule_set", Op: in, Value: ",v2"}}, false},
		{nil, false},
	} {
		s := alerts.Silence{Matchers: tt.matchers}
		require.Equal(t, tt.want, s.Matches("cust-1", alert("a1", smallAmount)), "%v", tt.matchers)
	}
}

func TestSilencesThatCannotBeMeant(t *testing.T) {
	for want, change := range map[string]func(*alerts.Silence){
		"id:":                   func(s *alerts.Silence) { s.ID = "" },
		"owner:":                func(s *alerts.Silence) { s.Owner = "" },
		"reason:":               func(s *alerts.Silence) { s.Reason = "" },
		"needs an end":          func(s *alerts.Silence) { s.Until = card.Moment{} },
		"not after from":        func(s *alerts.Silence) { s.Until = s.From },
		"at most":               func(s *alerts.Silence) { s.Until = s.From.Add(alerts.MaxSilence + time.Second) },
		"at least one":          func(s *alerts.Silence) { s.Matchers[0].Op = alerts.MatchNot },
		"matchers[0].field":     func(s *alerts.Silence) { s.Matchers[0].Field = "phone" },
		"matchers[0].op":        func(s *alerts.Silence) { s.Matchers[0].Op = "~" },
		"matchers[0].value":     func(s *alerts.Silence) { s.Matchers[0].Value = "" },
		"must name what is sil": func(s *alerts.Silence) { s.Matchers = nil },
	} {
		s := terminalTest()
		change(&s)
		require.ErrorContains(t, s.Validate(), want)
	}
}
