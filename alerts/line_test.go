package alerts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
)

const day = 24 * time.Hour

func (c *customer) entry() *alerts.QueueEntry {
	c.t.Helper()
	e := c.state.Entry("acct-9876")
	require.NotNil(c.t, e, "the account is in the queue")
	return e
}

// queues are the groups that list the account.
func (c *customer) queues() (groups []string) {
	c.state.Index(func(r alerts.IndexRow) {
		if r.Kind == alerts.IndexQueue {
			groups = append(groups, r.Group)
		}
	})
	return groups
}

func flag(verb alerts.Verb, f alerts.Flag) *alerts.Command {
	cmd := onAccount(verb)
	cmd.Flag, cmd.Note = f, "told by telephone"
	return cmd
}

func TestWhoWorksAnAccount(t *testing.T) {
	for _, tc := range []struct {
		name  string
		tier  detectors.Tier
		flags []alerts.Flag
		line  alerts.Line
		rest  alerts.RestReason
	}{
		{name: "few days late", tier: detectors.Mild, line: alerts.LineStandard},
		{name: "a month late", tier: detectors.Moderate, line: alerts.LineStandard},
		{name: "severe", tier: detectors.SevereA, line: alerts.LineFlexible},
		{name: "very severe", tier: detectors.SevereC, line: alerts.LineFlexible},
		{name: "hardship", tier: detectors.Mild, flags: []alerts.Flag{alerts.Hardship}, line: alerts.LineHardship},
		{name: "vulnerable and severe", tier: detectors.SevereB, flags: []alerts.Flag{alerts.Vulnerable}, line: alerts.LineHardship},
		{name: "cannot act", tier: detectors.Mild, flags: []alerts.Flag{alerts.Incapacity}, line: alerts.LineHardship},
		{name: "in crisis", tier: detectors.Mild, flags: []alerts.Flag{alerts.Crisis}, line: alerts.LineHardship},
		{name: "disputed", tier: detectors.SevereA, flags: []alerts.Flag{alerts.Disputed}, line: alerts.LineDisputes},
		{name: "a dispute comes before hardship", tier: detectors.Mild, flags: []alerts.Flag{alerts.Hardship, alerts.Disputed}, line: alerts.LineDisputes},
		{name: "complaint", tier: detectors.Mild, flags: []alerts.Flag{alerts.Complaint}, line: alerts.LineDisputes},
		{name: "wants no contact", tier: detectors.Mild, flags: []alerts.Flag{alerts.Cease}, line: alerts.LineStandard, rest: alerts.RestSuppressed},
		{name: "lawyer", tier: detectors.SevereA, flags: []alerts.Flag{alerts.Lawyer}, line: alerts.LineFlexible, rest: alerts.RestSuppressed},
		{name: "bankrupt", tier: detectors.Mild, flags: []alerts.Flag{alerts.Bankruptcy}, line: alerts.LineStandard, rest: alerts.RestSuppressed},
		{name: "deceased", tier: detectors.Mild, flags: []alerts.Flag{alerts.Deceased}, line: alerts.LineStandard, rest: alerts.RestSuppressed},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newCustomer(t)
			c.apply(overdue(tc.tier, 40, 50))
			for _, f := range tc.flags {
				c.do(flag(alerts.SetFlag, f), "")
			}
			require.Equal(t, tc.line, c.entry().Line)
			require.Equal(t, tc.rest, c.entry().Rest)
			want := alerts.LineGroup(tc.line)
			if tc.rest != "" {
				want = alerts.GroupResting
			}
			require.Equal(t, []string{string(tc.tier), want}, c.queues()[:2])
			for _, f := range tc.flags {
				c.do(flag(alerts.ClearFlag, f), "")
			}
			require.Empty(t, c.entry().Rest, "a flag that is taken back leaves nothing behind")
		})
	}
}

func TestFlagsAreKeptWithWhoAndWhenAndWhy(t *testing.T) {
	c := newCustomer(t)
	c.do(flag(alerts.SetFlag, alerts.Hardship), "")
	require.Equal(t, []alerts.Flagged{{Flag: alerts.Hardship, By: "zhao.min", At: c.now, Note: "told by telephone"}}, c.state.Flags)
	c.do(flag(alerts.SetFlag, alerts.Hardship), alerts.RefusedWrongState)
	c.do(flag(alerts.ClearFlag, alerts.Disputed), alerts.RefusedWrongState)
	c.do(flag(alerts.SetFlag, "shy"), alerts.RefusedBadArgument)
	silent := flag(alerts.SetFlag, alerts.Crisis)
	silent.Note = ""
	c.do(silent, alerts.RefusedBadArgument)

	c.apply(overdue(detectors.Mild, 5, 40))
	require.Equal(t, alerts.LineHardship, c.entry().Line, "set before the account was late")
	c.do(flag(alerts.SetFlag, alerts.Disputed), "")
	require.Equal(t, []alerts.Flag{alerts.Hardship, alerts.Disputed}, c.state.FlagsOf("acct-9876"))
	require.Equal(t, []alerts.Flag{alerts.Hardship}, c.state.FlagsOf("acct-5555"), "a dispute is about one debt, hardship about the person")
	history := c.entry().History
	require.Equal(t, alerts.ActLineMoved, history[len(history)-1].Code)
	require.Equal(t, "dispute: told by telephone", history[len(history)-2].Note)
}

func TestAnybodyMayFlagAnAccountThatSomebodyHolds(t *testing.T) {
	c := newCustomer(t)
	c.apply(overdue(detectors.Mild, 5, 40))
	c.do(onAccount(alerts.Claim), "")
	complaint := flag(alerts.SetFlag, alerts.Complaint)
	complaint.Actor = "complaints.desk"
	c.do(complaint, "")
}

func TestAccountsRestAndComeBackByThemselves(t *testing.T) {
	c := newCustomer(t)
	c.apply(overdue(detectors.Moderate, 17, 50))
	inLine := []string{"moderate", "line/standard", "push"}
	require.Equal(t, inLine, c.queues())

	c.do(onAccount(alerts.Claim), "")
	require.Equal(t, alerts.RestClaimed, c.entry().Rest)
	require.Equal(t, c.now.Add(15*time.Minute), c.entry().RestUntil)
	require.Equal(t, []string{"moderate", alerts.GroupResting}, c.queues())

	snooze := onAccount(alerts.Snooze)
	snooze.Until = c.now.Add(2 * time.Hour)
	c.do(snooze, "")
	require.Equal(t, alerts.RestSnoozed, c.entry().Rest, "the reason that lasts longest")
	require.Equal(t, snooze.Until, c.entry().RestUntil)

	c.do(promise(c, 50_000, 2*day), "")
	require.Equal(t, alerts.RestPromised, c.entry().Rest)
	require.Equal(t, c.now.Add(5*day), c.entry().RestUntil, "date and grace")

	c.pass(5*day - time.Second)
	require.Equal(t, []string{"moderate", alerts.GroupResting}, c.queues())
	c.pass(time.Second)
	require.Equal(t, inLine, c.queues())
	require.Empty(t, c.entry().Rest)
}

func TestACustomerWhoPaysAnywayGetsNoPush(t *testing.T) {
	c := newCustomer(t)
	c.apply(overdue(detectors.SevereA, 35, 50))
	require.Equal(t, []string{"severe_a", "line/flexible"}, c.queues())
	_, ok := c.entry().PushPriority()
	require.False(t, ok)
}

// An account of version 3 has no line until the next event; then its rows differ, and the store writes them.
func TestAnOlderStateGetsItsLineWithTheNextEvent(t *testing.T) {
	c := strangerAt(t, alerts.Defaults())
	require.NoError(t, c.state.UnmarshalBinary(golden(t, 3)))
	require.Equal(t, []string{"mild"}, c.queues())
	c.after(time.Minute)
	require.Equal(t, []string{"mild", alerts.GroupResting}, c.queues())
	require.Equal(t, c.entry().TierSince, c.entry().LineSince)
}
