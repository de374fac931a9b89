package alerts_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts"
)

// Newcombe's own examples (Statistics in Medicine 17, 1998, table II, method 10).
func TestTheIntervalOfADifferenceIsNewcombes(t *testing.T) {
	for _, tc := range []struct {
		a, n, b, m int64
		low, high  float64
	}{
		{56, 70, 48, 80, 0.0524, 0.3339},
		{9, 10, 3, 10, 0.1705, 0.8090},
		{6, 7, 2, 7, 0.0582, 0.8062},
		{5, 56, 0, 29, -0.0381, 0.1926},
		{0, 10, 0, 20, -0.1611, 0.2775},
		{0, 10, 0, 10, -0.2775, 0.2775},
		{10, 10, 0, 20, 0.6791, 1.0000},
		{10, 10, 0, 10, 0.6075, 1.0000},
	} {
		low, high := alerts.Difference(tc.a, tc.n, tc.b, tc.m)
		require.InDelta(t, tc.low, low, 0.00005, tc)
		require.InDelta(t, tc.high, high, 0.00005, tc)
	}
	low, high := alerts.Difference(3, 7, 0, 0)
	require.Equal(t, []float64{-1, 1}, []float64{low, high}, "nothing is known of nobody")
}

func TestTheIntervalHoldsTheDifferenceAndTurnsWithTheArms(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n, m := rapid.Int64Range(1, 1e7).Draw(rt, "n"), rapid.Int64Range(1, 1e7).Draw(rt, "m")
		a, b := rapid.Int64Range(0, n).Draw(rt, "a"), rapid.Int64Range(0, m).Draw(rt, "b")
		low, high := alerts.Difference(a, n, b, m)
		d := float64(a)/float64(n) - float64(b)/float64(m)
		require.LessOrEqual(rt, low, d)
		require.GreaterOrEqual(rt, high, d)
		require.GreaterOrEqual(rt, low, -1.0)
		require.LessOrEqual(rt, high, 1.0)
		back, forth := alerts.Difference(b, m, a, n)
		require.InDelta(rt, -high, back, 1e-12)
		require.InDelta(rt, -low, forth, 1e-12)
	})
}

func TestWhenAnExperimentStops(t *testing.T) {
	// The champion's nine thousand bring 9 complaints, 90 opt-outs, 9 people in distress and 90 refusals.
	champion := alerts.ArmConduct{Customers: 9000, Complaints: 9, OptOuts: 90, Distress: 9, Attempts: 9000, Refused: 90}
	alike := alerts.ArmConduct{Customers: 1000, Complaints: 1, OptOuts: 10, Distress: 1, Attempts: 1000, Refused: 10}
	but := func(change func(*alerts.ArmConduct)) alerts.ArmConduct {
		c := alike
		change(&c)
		return c
	}
	any := alerts.StopRule{MinCustomers: 1000}
	for _, tc := range []struct {
		name                 string
		rule                 alerts.StopRule
		champion, challenger alerts.ArmConduct
		want                 []alerts.StopReason
	}{
		{"alike", any, champion, alike, nil},
		{"two complaints more may be chance", any, champion, but(func(c *alerts.ArmConduct) { c.Complaints = 3 }), nil},
		{"nine more are not", any, champion, but(func(c *alerts.ArmConduct) { c.Complaints = 10 }), []alerts.StopReason{alerts.StopComplaints}},
		{"nine more in a thousand may be within what is allowed", alerts.StopRule{MinCustomers: 1, ComplaintsPerMille: 5}, champion,
			but(func(c *alerts.ArmConduct) { c.Complaints = 10 }), nil},
		{"thirty are beyond it", alerts.StopRule{MinCustomers: 1, ComplaintsPerMille: 5}, champion,
			but(func(c *alerts.ArmConduct) { c.Complaints = 30 }), []alerts.StopReason{alerts.StopComplaints}},
		{"more opt out", any, champion, but(func(c *alerts.ArmConduct) { c.OptOuts = 30 }), []alerts.StopReason{alerts.StopOptOuts}},
		{"more are in distress", any, champion, but(func(c *alerts.ArmConduct) { c.Distress = 10 }), []alerts.StopReason{alerts.StopDistress}},
		{"more attempts are refused", any, champion, but(func(c *alerts.ArmConduct) { c.Refused = 30 }), []alerts.StopReason{alerts.StopRefused}},
		{"everything is worse", any, champion, but(func(c *alerts.ArmConduct) { c.Complaints, c.OptOuts, c.Distress, c.Refused = 99, 99, 99, 99 }), alerts.StopReasons()},
		{"too few to tell", any, champion, but(func(c *alerts.ArmConduct) { c.Customers, c.Complaints = 999, 99 }), nil},
		{"too little control to tell", any, alerts.ArmConduct{Customers: 999}, but(func(c *alerts.ArmConduct) { c.Complaints = 99 }), nil},
		{"better than today", any, champion, alerts.ArmConduct{Customers: 1000, Attempts: 1000}, nil},
		{"a customer who complains often counts once", any, champion, but(func(c *alerts.ArmConduct) { c.Complaints = 5000 }), []alerts.StopReason{alerts.StopComplaints}},
	} {
		require.Equal(t, tc.want, tc.rule.Judge(tc.champion, tc.challenger), tc.name)
	}
}

func TestAStopIsForGood(t *testing.T) {
	x := []alerts.Experiment{{Name: "by age"}, {Name: "by risk"}}
	byRule := alerts.ExperimentStop{ID: "1", Experiment: "by risk", Actor: alerts.ActorClock, Reasons: []alerts.StopReason{alerts.StopComplaints}}
	byHand := alerts.ExperimentStop{ID: "2", Experiment: "by age", Actor: "li.na", Note: "customers call the branches"}
	for name, bad := range map[string]alerts.ExperimentStop{
		"nobody":               {Experiment: "by age", Note: "why"},
		"no reason":            {Experiment: "by age", Actor: "li.na"},
		"a rule without one":   {Experiment: "by age", Actor: alerts.ActorClock, Note: "why"},
		"more than a reason":   {Experiment: "by age", Actor: "li.na", Note: string(make([]rune, alerts.MaxStopNote+1))},
		"nobody and no reason": {Experiment: "by age"},
	} {
		require.Error(t, new(alerts.StopBook).Apply(&bad), name)
	}
	var b alerts.StopBook
	require.NoError(t, b.Apply(&byRule))
	require.Equal(t, []string{"by risk"}, b.Stopped(x))
	again := byHand
	again.Experiment = "by risk"
	require.ErrorContains(t, b.Apply(&again), "clock has stopped it already")
	require.NoError(t, b.Apply(&byHand))
	require.Equal(t, []string{"by age", "by risk"}, b.Stopped(x), "in the policy's order")
	require.Equal(t, &byRule, b.Of("by risk"), "the first stop is what is remembered")
	require.Empty(t, b.Stopped(x[:0]), "one that is no longer configured decides nothing")
}
