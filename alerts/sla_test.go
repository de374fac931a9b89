package alerts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
)

// review opens a case that only an analyst can settle.
func (c *customer) review(id string, severity detectors.Severity) {
	c.t.Helper()
	a := alert(id, smallAmount)
	a.Action, a.Severity = detectors.Review, severity
	c.apply(a)
}

func TestClocksGoBySeverity(t *testing.T) {
	for severity, want := range map[detectors.Severity]alerts.Clocks{
		detectors.Critical: {Claim: 10 * time.Minute, Close: time.Hour},
		detectors.High:     {Claim: 30 * time.Minute, Close: 4 * time.Hour},
		detectors.Medium:   {Claim: 2 * time.Hour, Close: 24 * time.Hour},
		detectors.Low:      {Claim: 8 * time.Hour, Close: 72 * time.Hour},
	} {
		c := newCustomer(t)
		c.review("a1", severity)
		require.Equal(t, []alerts.Deadline{
			{Kind: alerts.ClaimClock, By: c.now.Add(want.Claim), Left: want.Claim},
			{Kind: alerts.CloseClock, By: c.now.Add(want.Close), Left: want.Close},
		}, c.theCase().Deadlines(c.now))
	}
}

// waits are the wakes that the desk asks for until a moment, from now on, and what they did to the only case.
func (c *customer) waits(until time.Duration) (acts map[time.Duration]alerts.ActCode) {
	from := c.now
	acts = map[time.Duration]alerts.ActCode{}
	for {
		wake := c.desk.NextWake(&c.state)
		if wake.IsZero() || from.Add(until).Before(wake) {
			return acts
		}
		lines := len(c.theCase().History)
		c.after(wake.Sub(c.now))
		acts[c.now.Sub(from)] = ""
		for _, act := range c.theCase().History[lines:] {
			acts[c.now.Sub(from)] = act.Code
		}
	}
}

func TestTheDeskWakesWhenAClockIsNearAndWhenItIsMissed(t *testing.T) {
	c := newCustomer(t)
	c.review("a1", detectors.Medium)
	plain := c.theCase().Priority
	require.Equal(t, map[time.Duration]alerts.ActCode{90 * time.Minute: ""}, c.waits(90*time.Minute))
	require.Equal(t, plain+5, c.theCase().Priority)
	require.Contains(t, c.theCase().Why, alerts.PriorityReason{Code: alerts.PrioritySLANear, Points: 5})

	require.Equal(t, map[time.Duration]alerts.ActCode{30 * time.Minute: alerts.ActClaimLate}, c.waits(30*time.Minute))
	require.Equal(t, []alerts.Change{{Kind: alerts.ClockMissed, ID: c.theCase().ID, To: "claim", Label: "medium", At: c.now}}, c.out.Changes)
	require.Equal(t, plain+10, c.theCase().Priority)
	require.Contains(t, c.theCase().Why, alerts.PriorityReason{Code: alerts.PrioritySLALate, Points: 10})
	require.True(t, c.theCase().Deadlines(c.now)[0].Late)

	require.Equal(t, map[time.Duration]alerts.ActCode{16 * time.Hour: "", 22 * time.Hour: alerts.ActCloseLate}, c.waits(1000*time.Hour))
	require.True(t, c.desk.NextWake(&c.state).IsZero(), "a clock is missed once")
}

func TestAClaimStopsTheClaimClockAndAReturnStartsItAnew(t *testing.T) {
	c := newCustomer(t)
	c.review("a1", detectors.High)
	by := c.theCase().CloseBy
	c.after(40 * time.Minute)
	require.Equal(t, alerts.ClockLate, c.theCase().ClaimClock)
	c.do(staff(alerts.Claim, c.theCase().ID), "")
	require.Len(t, c.theCase().Deadlines(c.now), 1)
	require.Equal(t, alerts.ClockRunning, c.theCase().ClaimClock)

	c.after(15 * time.Minute)
	require.Equal(t, alerts.CaseQueued, c.theCase().State)
	require.Equal(t, c.now.Add(30*time.Minute), c.theCase().ClaimBy)
	require.Equal(t, by, c.theCase().CloseBy, "giving it back wins no time for the whole")
}

func TestAGraverFindingTightensTheClocks(t *testing.T) {
	c := newCustomer(t)
	c.review("a1", detectors.Low)
	opened := c.now
	c.after(time.Minute)
	c.review("a2", detectors.Medium)
	require.Equal(t, c.now.Add(2*time.Hour), c.theCase().ClaimBy)
	c.after(time.Minute)
	c.review("a3", detectors.Low)
	require.Equal(t, opened.Add(time.Minute+2*time.Hour), c.theCase().ClaimBy, "a milder one gives no time back")
	c.after(115 * time.Minute)
	c.review("a4", detectors.Critical)
	require.Equal(t, opened.Add(time.Minute+2*time.Hour), c.theCase().ClaimBy, "a point that is sooner already stays")
	require.Equal(t, c.now.Add(time.Hour), c.theCase().CloseBy)
}

func TestADeniedCaseIsDueAsACriticalOne(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	c.apply(text("N"))
	require.Equal(t, c.now.Add(10*time.Minute), c.theCase().ClaimBy)
	require.Equal(t, c.now.Add(time.Hour), c.theCase().CloseBy)
}

func TestAClosedCaseHasNoClockAndAReopenedOneNewOnes(t *testing.T) {
	c := newCustomer(t)
	c.apply(alert("a1", smallAmount))
	c.apply(tap(c.prompt().ID, alerts.Yes))
	require.Empty(t, c.theCase().Deadlines(c.now))
	require.True(t, c.desk.NextWake(&c.state).IsZero())
	c.after(10 * time.Hour)
	c.do(staff(alerts.Reopen, c.theCase().ID), "")
	require.Equal(t, c.now.Add(30*time.Minute), c.theCase().ClaimBy)
	require.Equal(t, c.now.Add(4*time.Hour), c.theCase().CloseBy)
}

func TestNothingButADenialReachesTheTop(t *testing.T) {
	c := newCustomer(t)
	for _, id := range []string{"a1", "a2", "a3", "a4"} {
		a := graver(alert(id, largeAmount))
		a.Score = 100
		c.apply(a)
	}
	c.do(staff(alerts.Escalate, c.theCase().ID), "")
	c.pass(24 * time.Hour)
	require.Equal(t, 99, c.theCase().Priority)
	c.apply(tap(c.prompt().ID, alerts.No))
	require.Equal(t, 100, c.theCase().Priority)
}

func TestClocksThatContradictEachOtherAreRefused(t *testing.T) {
	p := alerts.Defaults()
	p.SLA.High.Claim = 5 * time.Minute
	p.SLA.Low.Close = p.SLA.Low.Claim
	p.SLA.Medium.Claim = time.Second
	err := p.Validate()
	require.ErrorContains(t, err, "sla.high: a high case would be due before a critical one")
	require.ErrorContains(t, err, "sla.low.close")
	require.ErrorContains(t, err, "sla.medium.claim")
}
