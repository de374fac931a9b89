package alerts_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// trying is a policy with one experiment, under a name that draws cust-1 into an arm.
func trying(arm alerts.Arm, challenger alerts.Treatment) alerts.Policy {
	p := alerts.Defaults()
	x := alerts.Experiment{Share: 50, Challenger: challenger, Stop: alerts.StopRule{MinCustomers: 100}}
	for i := 0; x.Name == "" || x.ArmOf("cust-1") != arm; i++ {
		x.Name = fmt.Sprint("try ", i)
	}
	p.Experiments = []alerts.Experiment{x}
	return p
}

// customerOf is cust-1 at a desk with this policy.
func customerOf(t *testing.T, p alerts.Policy) *customer {
	c := strangerAt(t, p)
	c.contact(func(*alerts.Contact) {})
	return c
}

func TestAChallengerRanksByWhatItNames(t *testing.T) {
	for _, tc := range []struct {
		name       string
		challenger alerts.Treatment
		want       map[detectors.ReasonCode]int64
	}{
		{"nothing: the bank's own systems make the difference", alerts.Treatment{}, map[detectors.ReasonCode]int64{alerts.RankExpected: 50, alerts.RankSelfCure: -30}},
		{"risk", alerts.Treatment{Rank: alerts.ByRisk}, map[detectors.ReasonCode]int64{alerts.RankRisk: 15, alerts.RankSelfCure: -30}},
		{"age", alerts.Treatment{Rank: alerts.ByAge}, map[detectors.ReasonCode]int64{alerts.RankAge: 5, alerts.RankSelfCure: -30}},
		{"a person sooner", alerts.Treatment{SelfCurePercent: 90}, map[detectors.ReasonCode]int64{alerts.RankExpected: 50}},
		{"both", alerts.Treatment{Rank: alerts.ByRisk, SelfCurePercent: 90}, map[detectors.ReasonCode]int64{alerts.RankRisk: 15}},
	} {
		word := func() *detectors.Collection {
			w := overdue(detectors.Mild, 5, 50)
			w.MissProbability = 0.15
			return w
		}
		c := customerOf(t, trying(alerts.Challenger, tc.challenger))
		c.apply(word())
		require.Equal(t, tc.want, c.points(), tc.name)
		require.Equal(t, tc.challenger.SelfCurePercent == 0, leftToReminders(c.entry()), tc.name)

		control := customerOf(t, trying(alerts.Champion, tc.challenger))
		control.apply(word())
		require.Equal(t, map[detectors.ReasonCode]int64{alerts.RankExpected: 50, alerts.RankSelfCure: -30}, control.points(), tc.name)
	}
}

func TestARankByAgeGrowsByTheDay(t *testing.T) {
	c := customerOf(t, trying(alerts.Challenger, alerts.Treatment{Rank: alerts.ByAge}))
	c.apply(overdue(detectors.Moderate, 16, 50)) // 14:00; severe_a begins at 31
	c.pass(10*time.Hour - time.Minute)
	require.Equal(t, int64(16), c.points()[alerts.RankAge])
	c.pass(time.Minute)
	require.Equal(t, int64(17), c.points()[alerts.RankAge])
	c.pass(60 * day)
	require.Equal(t, int64(30), c.points()[alerts.RankAge], "the monitor has not said that it moved")
}

func TestAnExperimentThatBeginsLaterRanksThen(t *testing.T) {
	p := trying(alerts.Challenger, alerts.Treatment{Rank: alerts.ByRisk})
	p.Experiments[0].From = "2026-03-03"
	c := customerOf(t, p)
	c.apply(overdue(detectors.Moderate, 16, 50)) // at 14:00 on the first
	c.pass(34*time.Hour - time.Minute)
	require.Equal(t, 50, c.entry().Priority)
	c.pass(time.Minute)
	require.Equal(t, 40, c.entry().Priority)
}

func TestPromisesAreRecalledOnTheDaysThatTheTreatmentNames(t *testing.T) {
	for _, tc := range []struct {
		days []int
		want []string
	}{
		{[]int{3, 1}, []string{"2026-03-08 10:00 promise_coming", "2026-03-10 10:00 promise_reminder"}},
		{[]int{1, 3, 7}, []string{"2026-03-04 10:00 promise_coming", "2026-03-08 10:00 promise_coming", "2026-03-10 10:00 promise_reminder"}},
		{[]int{7}, []string{"2026-03-04 10:00 promise_coming"}},
	} {
		c := customerOf(t, trying(alerts.Challenger, alerts.Treatment{RemindDays: tc.days}))
		c.apply(overdue(detectors.Mild, 5, 50))
		c.do(promise(c, 50_000, 10*day), "")
		var got []string
		c.eachWake(20*day, func() {
			for _, m := range c.state.Messages {
				line := m.DueAt.Time().Format("2006-01-02 15:04 ") + string(m.Template)
				if !slices.Contains(got, line) {
					got = append(got, line)
				}
			}
		})
		require.Equal(t, tc.want, got, tc.days)
	}
}

// eachWake is pass with a look after every tick.
func (c *customer) eachWake(d time.Duration, look func()) {
	c.t.Helper()
	end := c.now.Add(d)
	for wake := c.desk.NextWake(&c.state); !wake.IsZero() && !end.Before(wake); wake = c.desk.NextWake(&c.state) {
		c.now = wake
		c.apply(&card.Tick{})
		look()
	}
	c.now = end
}

func TestAnEarlyReminderSaysWhen(t *testing.T) {
	c := customerOf(t, trying(alerts.Challenger, alerts.Treatment{RemindDays: []int{3}}))
	c.apply(overdue(detectors.Mild, 5, 50))
	c.do(promise(c, 50_000, 10*day), "")
	c.pass(8 * day)
	require.Len(t, c.state.Messages, 1)
	m := c.state.Messages[0]
	require.Equal(t, "2026-03-09 00:00", m.ExpiresAt.Time().Format("2006-01-02 15:04"), "tomorrow it would be another reminder")
	text, err := c.desk.Policy().Render(m)
	require.NoError(t, err)
	require.Contains(t, text.Text, "account 9876 is 11 Mar 14:00")
}

// A stop takes effect with the next event: the rank, and the reminders that were to come, are the champion's again.
func TestAStoppedExperimentLeavesNothingBehind(t *testing.T) {
	c := customerOf(t, trying(alerts.Challenger, alerts.Treatment{Rank: alerts.ByRisk, RemindDays: []int{7, 3}}))
	c.apply(overdue(detectors.Mild, 5, 50))
	c.do(promise(c, 50_000, 10*day), "")
	require.Equal(t, 40, c.entry().Priority)
	require.False(t, c.desk.Unranked(&c.state, c.now))

	c.desk = c.desk.WithoutExperiments([]string{c.desk.Policy().Experiments[0].Name})
	require.Empty(t, c.desk.Policy().Experiments)
	require.True(t, c.desk.Unranked(&c.state, c.now), "nothing has happened to the account since")
	history := len(c.entry().History)
	c.apply(&alerts.Command{Actor: alerts.ActorClock, Verb: alerts.Rerank, Account: "acct-9876"})
	require.Empty(t, c.out.Refusal)
	require.Equal(t, 50, c.entry().Priority)
	require.False(t, c.desk.Unranked(&c.state, c.now))
	require.Len(t, c.entry().History, history, "nobody has done anything")

	c.pass(20 * day)
	require.Len(t, c.state.Messages, 1)
	require.Equal(t, alerts.PromiseReminder, c.state.Messages[0].Template)
}

// Even when the first thing that happens after the stop is that a reminder of the challenger's comes due.
func TestNoReminderOutlivesItsExperiment(t *testing.T) {
	c := customerOf(t, trying(alerts.Challenger, alerts.Treatment{RemindDays: []int{7, 3}}))
	c.apply(overdue(detectors.Mild, 5, 50))
	c.do(promise(c, 50_000, 10*day), "")
	c.desk = c.desk.WithoutExperiments([]string{c.desk.Policy().Experiments[0].Name})
	require.Equal(t, "2026-03-04 10:00", c.desk.NextWake(&c.state).Time().Format("2006-01-02 15:04"), "it is still in the state")
	c.pass(8 * day)
	require.Empty(t, c.state.Messages)
	c.pass(8 * day)
	require.Len(t, c.state.Messages, 1)
	require.Equal(t, alerts.PromiseReminder, c.state.Messages[0].Template)
}

func TestOnlyTheClockRanksAnew(t *testing.T) {
	c := customerOf(t, alerts.Defaults())
	c.apply(overdue(detectors.Mild, 5, 50))
	c.do(onAccount(alerts.Rerank), alerts.RefusedUnknownVerb)
}

func TestTreatmentsThatAreRefused(t *testing.T) {
	stop := alerts.StopRule{MinCustomers: 1}
	p := alerts.Defaults()
	p.Treatment = alerts.Treatment{Rank: "profit", SelfCurePercent: 49}
	p.Experiments = []alerts.Experiment{
		{Name: "a", Share: 1, Stop: stop, Challenger: alerts.Treatment{Rank: alerts.ByRisk, RemindDays: []int{2, 7, 7}}},
		{Name: "b", Share: 1, Stop: stop, Challenger: alerts.Treatment{Rank: alerts.ByAge, SelfCurePercent: 101}},
	}
	err := p.Validate()
	for _, want := range []string{
		`treatment.rank: "profit"`, "treatment.self_cure_percent: 49", "treatment.remind_days: is empty", "experiments[0].challenger.remind_days: 2 is none of 7 3 1",
		"experiments[0].challenger.remind_days: 7 is there twice", `experiments[1].challenger.rank: experiment "a" varies it already`,
		"experiments[1].challenger.self_cure_percent: 101",
	} {
		require.ErrorContains(t, err, want)
	}
	for _, same := range []alerts.Treatment{{Rank: alerts.ByExpectedLoss}, {SelfCurePercent: 80}, {RemindDays: []int{1}}} {
		p := alerts.Defaults()
		p.Experiments = []alerts.Experiment{{Name: "a", Share: 1, Stop: stop, Challenger: same}}
		require.ErrorContains(t, p.Validate(), "names what the champion does already", same)
	}
}

func anyTreatment(rt *rapid.T) (t alerts.Treatment) {
	t.Rank = rapid.SampledFrom([]alerts.RankBy{"", alerts.ByRisk, alerts.ByAge}).Draw(rt, "rank")
	t.SelfCurePercent = rapid.SampledFrom([]int{0, 50, 65, 99, 100}).Draw(rt, "self-cure")
	t.RemindDays = rapid.SampledFrom([][]int{nil, {7}, {3, 1}, {7, 3, 1}}).Draw(rt, "days")
	return t
}

// Whatever a challenger tries, care is not sold: an account that money may not order has the same place in every arm, whatever it owes.
func TestNoArmRanksHardshipByMoney(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		treatment := anyTreatment(rt)
		flags := []alerts.Flag{alerts.Hardship, alerts.Vulnerable, alerts.Crisis, alerts.Incapacity}
		flag := rapid.SampledFrom(flags).Draw(rt, "flag")
		days, waits := rapid.IntRange(1, 30).Draw(rt, "days late"), rapid.IntRange(0, 40).Draw(rt, "days of waiting")
		place := func(arm alerts.Arm) (order uint64, priority int, why map[detectors.ReasonCode]int64) {
			c := customerOf(t, trying(arm, treatment))
			word := overdue(detectors.Mild, days, rapid.IntRange(0, 100).Draw(rt, "priority"))
			word.BalanceMinor, word.MissProbability = rapid.Int64Range(1, 1e12).Draw(rt, "balance"), rapid.Float64Range(0, 1).Draw(rt, "risk")
			c.apply(word)
			set := onAccount(alerts.SetFlag)
			set.Flag, set.Note = flag, "told us"
			c.do(set, "")
			c.pass(time.Duration(waits) * day)
			return c.lineRow("acct-9876"), c.entry().Priority, c.points()
		}
		order, priority, why := place(alerts.Champion)
		otherOrder, otherPriority, otherWhy := place(alerts.Challenger)
		require.Equal(rt, order, otherOrder)
		require.Equal(rt, priority, otherPriority)
		require.Equal(rt, why, otherWhy)
		for _, money := range []detectors.ReasonCode{alerts.RankExpected, alerts.RankRisk, alerts.RankAge, alerts.RankSelfCure} {
			require.NotContains(rt, why, money)
		}
	})
}

// The contact rules bind every arm alike: whenever one may be contacted, so may the other, and what a challenger adds goes out under the
// same refusals as everything else.
func TestTheContactRulesBindEveryArmAlike(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		treatment := anyTreatment(rt)
		consent, quiet := rapid.Bool().Draw(rt, "consent"), rapid.IntRange(0, 23).Draw(rt, "quiet from")
		steps := rapid.SliceOfN(rapid.IntRange(0, 4), 1, 12).Draw(rt, "steps")
		live := func(arm alerts.Arm) (next []card.Moment, refused []alerts.Refusal, c *customer) {
			p := trying(arm, treatment)
			p.QuietFrom = quiet
			c = strangerAt(t, p)
			c.contact(func(contact *alerts.Contact) { contact.Consent.Push = consent })
			c.apply(overdue(detectors.Mild, 5, 50))
			for i, step := range steps {
				cmd := onAccount(alerts.AddNote)
				switch cmd.Note = "note"; step {
				case 0:
					cmd.Verb, cmd.Contact = alerts.ContactNote, alerts.ContactAct{Channel: "call", Party: "debtor", Result: "conversation", Purpose: "collect"}
				case 1:
					cmd.Verb, cmd.Flag = alerts.SetFlag, alerts.Flags()[i%len(alerts.Flags())]
				case 2:
					cmd.Verb, cmd.Flag = alerts.ClearFlag, alerts.Flags()[i%len(alerts.Flags())]
				case 3:
					c.pass(7 * time.Hour)
				case 4:
					cmd.Verb, cmd.Contact = alerts.ContactReserve, alerts.ContactAct{Channel: "call", Party: "debtor", Purpose: "collect"}
				}
				c.apply(cmd)
				refused = append(refused, c.out.Refusal)
				next = append(next, c.desk.Policy().NextContact(&c.state, c.entry(), c.now))
			}
			return next, refused, c
		}
		next, refused, _ := live(alerts.Champion)
		otherNext, otherRefused, c := live(alerts.Challenger)
		require.Equal(rt, next, otherNext)
		require.Equal(rt, refused, otherRefused)

		// What a challenger adds is no way around a customer's no.
		c.apply(promise(c, 50_000, 10*day))
		c.eachWake(12*day, func() {
			for _, m := range c.state.Messages {
				if m.DueAt == c.now {
					require.True(rt, consent, "without consent nothing is queued")
				}
			}
		})
	})
}
