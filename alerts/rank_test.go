package alerts_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
)

// points are the parts of the account's priority by name.
func (c *customer) points() map[detectors.ReasonCode]int64 {
	got := map[detectors.ReasonCode]int64{}
	for _, r := range c.entry().Why {
		got[r.Code] = r.Value
	}
	return got
}

func TestAnAccountNearTheNextTierComesFirstForAWhile(t *testing.T) {
	c := newCustomer(t)
	c.apply(overdue(detectors.Moderate, 20, 50)) // severe_a begins at 31
	require.Equal(t, map[detectors.ReasonCode]int64{alerts.RankExpected: 50}, c.points())
	c.pass(6*day - 15*time.Hour) // 23:00 on the fifth day after: 25 days past due
	require.Equal(t, 50, c.entry().Priority)
	c.pass(time.Hour + time.Minute) // 26
	require.Equal(t, map[detectors.ReasonCode]int64{alerts.RankExpected: 50, alerts.RankTierNear: 10}, c.points())
	require.Equal(t, 60, c.entry().Priority)
	require.Equal(t, "next tier in 5 day(s)", c.entry().Why[1].Baseline.En)
	c.pass(day)
	require.Equal(t, "next tier in 4 day(s)", c.entry().Why[1].Baseline.En)
	c.pass(30 * day)
	require.Equal(t, "next tier in 1 day(s)", c.entry().Why[1].Baseline.En, "the monitor has not said that it moved")
	c.apply(overdue(detectors.SevereA, 31, 70))
	require.Equal(t, alerts.LineFlexible, c.entry().Line)
}

func TestABrokenPromiseLiftsAnAccountForThreeDays(t *testing.T) {
	c := newCustomer(t)
	c.apply(overdue(detectors.SevereC, 200, 50))
	c.apply(overdue(detectors.Moderate, 16, 50))
	c.do(promise(c, 50_000, 2*day), "")
	breaks := c.now.Add(5 * day)
	c.pass(5*day - time.Minute)
	require.Equal(t, alerts.PromiseOpen, c.entry().Promise.State)
	c.pass(time.Minute)
	require.Equal(t, breaks, c.now)
	require.Equal(t, int64(10), c.points()[alerts.RankPromiseBroken])
	require.Equal(t, 60, c.entry().Priority)
	c.pass(3 * day)
	require.NotContains(t, c.points(), alerts.RankPromiseBroken)
}

func TestAnAccountThatPaysByItselfGetsDigitalRemindersOnly(t *testing.T) {
	for _, tc := range []struct {
		tier    detectors.Tier
		days    int
		risk    float64
		digital bool
	}{
		{detectors.Mild, 5, 0.2, true},
		{detectors.Mild, 5, 0.21, false},
		{detectors.Grace, 2, 0.1, true},
		{detectors.Moderate, 20, 0.1, false},
		{detectors.SevereA, 40, 0.1, false},
	} {
		c := newCustomer(t)
		word := overdue(tc.tier, tc.days, 50)
		word.MissProbability = tc.risk
		c.apply(word)
		require.Equal(t, tc.digital, leftToReminders(c.entry()), tc)
		if tc.digital {
			require.Equal(t, int64(-30), c.points()[alerts.RankSelfCure])
		}
	}
}

func TestPushesGoByRiskAlone(t *testing.T) {
	c := newCustomer(t)
	word := overdue(detectors.Mild, 5, 90)
	word.MissProbability = 0.37
	c.apply(word)
	priority, ok := c.entry().PushPriority()
	require.True(t, ok)
	require.Equal(t, 37, priority)
}

// lineRow is the account's place in a line.
func (c *customer) lineRow(account string) (order uint64) {
	c.state.Index(func(r alerts.IndexRow) {
		if r.Key == account && (len(r.Group) > 5 && r.Group[:5] == "line/") {
			order = r.Order
		}
	})
	return order
}

// Neither money nor risk moves an account that is not in the standard line.
func TestHardshipIsNeverRankedByMoney(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := newCustomer(t)
		first := rapid.SampledFrom([]alerts.Flag{alerts.Hardship, alerts.Vulnerable, alerts.Crisis, alerts.Disputed}).Draw(rt, "flag")
		c.apply(overdue(detectors.Mild, 5, 40))
		c.do(flag(alerts.SetFlag, first), "")
		priority, order := c.entry().Priority, c.lineRow("acct-9876")
		word := overdue(detectors.Mild, 5, rapid.IntRange(0, 100).Draw(rt, "priority"))
		word.BalanceMinor = rapid.Int64Range(0, 1e12).Draw(rt, "balance")
		word.OverdueMinor = rapid.Int64Range(0, 1e12).Draw(rt, "overdue")
		word.MissProbability = rapid.Float64Range(0, 1).Draw(rt, "risk")
		c.apply(word)
		require.Equal(rt, priority, c.entry().Priority)
		require.Equal(rt, order, c.lineRow("acct-9876"))
	})
}

// Care decides, then the day since which an account waits, then the day on which it is 60 or 90 days late.
func TestTheOrderOfCare(t *testing.T) {
	type account struct {
		flag alerts.Flag
		late time.Duration
		days int
	}
	place := func(a account) uint64 {
		c := newCustomer(t)
		c.after(a.late)
		c.apply(overdue(detectors.SevereA, a.days, 40))
		if a.flag != "" {
			c.do(flag(alerts.SetFlag, a.flag), "")
		}
		return c.lineRow("acct-9876")
	}
	inOrder := []account{
		{alerts.Crisis, 9 * day, 31},
		{alerts.Vulnerable, 8 * day, 31},
		{alerts.Hardship, 0, 58},
		{alerts.Hardship, 0, 40},
		{alerts.Hardship, day, 58},
		{"", 0, 85},
		{"", 0, 40},
		{"", 2 * day, 89},
	}
	var places []uint64
	for _, a := range inOrder {
		places = append(places, place(a))
	}
	require.True(t, slices.IsSorted(places), "%v", places)
	require.Len(t, slices.Compact(places), len(inOrder), "no two stand at one place")
}

func TestWhyAnAccountStandsWhereItDoesAddsUp(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := newCustomer(t)
		for range rapid.IntRange(1, 20).Draw(rt, "events") {
			collectionsEvent(rt, c)
			for i := range c.state.Queue {
				e, sum := &c.state.Queue[i], int64(0)
				for _, r := range e.Why {
					require.Equal(rt, detectors.Points, r.Unit)
					sum += r.Value
				}
				require.Equal(rt, min(max(sum, 0), 100), int64(e.Priority))
			}
		}
	})
}

// collectionsEvent draws something that happens to an account in the queue, or lets time pass.
func collectionsEvent(rt *rapid.T, c *customer) {
	switch rapid.IntRange(0, 6).Draw(rt, "event") {
	case 0:
		tiers := detectors.Tiers()
		tier := rapid.SampledFrom(tiers).Draw(rt, "tier")
		word := overdue(tier.Tier, tier.From, rapid.IntRange(0, 100).Draw(rt, "priority"))
		word.MissProbability = rapid.Float64Range(0, 1).Draw(rt, "risk")
		c.apply(word)
	case 1:
		c.apply(flag(rapid.SampledFrom([]alerts.Verb{alerts.SetFlag, alerts.ClearFlag}).Draw(rt, "verb"), rapid.SampledFrom(alerts.Flags()).Draw(rt, "flag")))
	case 2:
		c.apply(promise(c, int64(rapid.IntRange(1, 100_000).Draw(rt, "amount")), time.Duration(rapid.IntRange(1, 240).Draw(rt, "hours"))*time.Hour))
	case 3:
		c.pays(int64(rapid.IntRange(1, 100_000).Draw(rt, "paid")))
	case 4:
		cmd := onAccount(rapid.SampledFrom([]alerts.Verb{alerts.Claim, alerts.Release, alerts.Snooze, alerts.CancelPromise, alerts.AddNote}).Draw(rt, "act"))
		cmd.Note, cmd.Until = "because", c.now.Add(time.Hour)
		c.apply(cmd)
	case 5:
		c.pass(time.Duration(rapid.IntRange(1, 100).Draw(rt, "hours")) * time.Hour)
	case 6:
		c.after(time.Duration(rapid.IntRange(1, 100).Draw(rt, "minutes")) * time.Minute)
	}
}

// leftToReminders reports whether an account's rank says that it gets digital reminders and no agent's time.
func leftToReminders(e *alerts.QueueEntry) bool {
	return slices.ContainsFunc(e.Why, func(r detectors.Reason) bool { return r.Code == alerts.RankSelfCure })
}
