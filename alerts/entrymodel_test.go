package alerts_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
)

// naiveEntry says again, as plainly as can be, where an overdue account is and for how long: hour by hour, every rule a sentence.
type naiveEntry struct {
	hour   int
	tier   detectors.Tier
	flags  map[alerts.Flag]bool
	owner  string
	leave  map[string]int // snooze, promise → the hour at which it ends
	broken int            // promises in a row that failed
	// amount is what was promised, paid what came towards it; due says that a promise runs.
	amount, paid int64
	due          bool
}

func (n *naiveEntry) line() alerts.Line {
	switch severe := n.tier == detectors.SevereA || n.tier == detectors.SevereB || n.tier == detectors.SevereC; {
	case n.flags[alerts.Disputed] || n.flags[alerts.Complaint]:
		return alerts.LineDisputes
	case n.flags[alerts.Hardship] || n.flags[alerts.Vulnerable] || n.flags[alerts.Crisis] || n.flags[alerts.Incapacity]:
		return alerts.LineHardship
	case severe || n.broken >= 2:
		return alerts.LineFlexible
	default:
		return alerts.LineStandard
	}
}

func (n *naiveEntry) rests() bool {
	for _, f := range []alerts.Flag{alerts.Cease, alerts.Lawyer, alerts.Bankruptcy, alerts.Deceased} {
		if n.flags[f] {
			return true
		}
	}
	return n.owner != "" || n.leave["snooze"] > n.hour || n.due
}

// passes lets an hour go by: a lease of fifteen minutes is over, and a promise not kept within three days of its hour is broken.
func (n *naiveEntry) passes() {
	n.hour++
	n.owner = ""
	if n.due && n.hour >= n.leave["promise"]+72 {
		n.due = false
		n.broken++
	}
}

func (n *naiveEntry) pays(amount int64) {
	n.paid += amount
	if n.due && n.paid*10 >= n.amount*9 {
		n.due, n.broken = false, 0
	}
}

// Whatever happens to an account in whatever order, the desk has it in the line, or at rest, where the sentences above say.
func TestAnAccountIsWhereTheSentencesSay(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := newCustomer(t)
		n := &naiveEntry{tier: detectors.Mild, flags: map[alerts.Flag]bool{}, leave: map[string]int{}}
		c.apply(overdue(n.tier, 5, 40))
		for range rapid.IntRange(1, 60).Draw(rt, "acts") {
			switch rapid.IntRange(0, 7).Draw(rt, "act") {
			case 0:
				for range rapid.IntRange(1, 80).Draw(rt, "hours") {
					n.passes()
					c.pass(time.Hour)
				}
			case 1:
				n.tier = rapid.SampledFrom(alerts.Tiers()).Draw(rt, "tier")
				c.apply(overdue(n.tier, 5, 40))
			case 2:
				f := rapid.SampledFrom(alerts.Flags()).Draw(rt, "flag")
				verb := alerts.SetFlag
				if n.flags[f] {
					verb = alerts.ClearFlag
				}
				c.do(flag(verb, f), "")
				n.flags[f] = !n.flags[f]
			case 3:
				c.do(onAccount(alerts.Claim), "")
				n.owner = "zhao.min"
			case 4:
				snooze := onAccount(alerts.Snooze)
				hours := rapid.IntRange(1, 100).Draw(rt, "snooze")
				snooze.Until = c.now.Add(time.Duration(hours) * time.Hour)
				c.do(snooze, "")
				n.leave["snooze"] = n.hour + hours
			case 5:
				hours, amount := rapid.IntRange(1, 100).Draw(rt, "promise"), rapid.Int64Range(1, 1000).Draw(rt, "amount")
				word := promise(c, amount, time.Duration(hours)*time.Hour)
				if n.due {
					c.do(word, alerts.RefusedWrongState)
					break
				}
				c.do(word, "")
				n.due, n.amount, n.paid, n.leave["promise"] = true, amount, 0, n.hour+hours
			case 6:
				amount := rapid.Int64Range(1, 500).Draw(rt, "pays")
				c.now = c.now.Add(time.Millisecond) // so that it is not of the moment of a promise made later
				c.pays(amount)
				n.pays(amount)
				c.now = c.now.Add(time.Millisecond)
			case 7:
				cancel := onAccount(alerts.CancelPromise)
				cancel.Note = "lost the job"
				if !n.due {
					c.do(cancel, alerts.RefusedWrongState)
					break
				}
				c.do(cancel, "")
				n.due = false
			}
			e := c.entry()
			require.Equal(rt, n.line(), e.Line)
			require.Equal(rt, n.broken, e.BrokenInARow())
			require.Equal(rt, n.rests(), e.Rest != "", "rests because of %q until %s", e.Rest, e.RestUntil)
			groups := map[string]bool{}
			for _, g := range c.queues() {
				groups[g] = true
			}
			require.True(rt, groups[string(n.tier)])
			require.Equal(rt, n.rests(), groups[alerts.GroupResting])
			require.Equal(rt, !n.rests(), groups[alerts.LineGroup(n.line())])
			require.Len(rt, c.queues(), len(groups), "each group lists it once")
		}
	})
}
