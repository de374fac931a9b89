package plan_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// story is a plan and the moments at which things happen to it.
type story struct {
	t require.TestingT
	plan.Plan
	effects []plan.Effect
	refusal plan.Refusal
}

func newStory(t require.TestingT, change ...func(*plan.Contract)) *story {
	c := contract(t)
	for _, f := range change {
		f(&c)
	}
	return &story{t: t, Plan: plan.New("plan-1", "acct-0815", c, at(t, "2026-03-01T09:00:00+08:00"))}
}

func (s *story) do(when string, e plan.Event) *story {
	s.Plan, s.effects, s.refusal = plan.Step(s.Plan, e, at(s.t, when))
	return s
}

func (s *story) signed() *story {
	s.do("2026-03-02T09:00:00+08:00", plan.Event{Act: plan.ActOffer}).do("2026-03-03T09:00:00+08:00", plan.Event{Act: plan.ActSign})
	require.Equal(s.t, plan.Signed, s.State)
	return s
}

func paid(minor int64) plan.Event { return plan.Event{Act: plan.ActPay, AmountMinor: minor} }

var pass = plan.Event{Act: plan.ActPass}

func TestAPlanThatIsKept(t *testing.T) {
	s := newStory(t).signed()
	require.Equal(t, []plan.Effect{plan.CollectionsStopped}, s.effects, "Art. 70: signing stops collections")
	require.True(t, s.State.StopsCollections())
	for i, day := range []string{"2026-03-31T23:59:59+08:00", "2026-04-29T08:00:00+08:00"} {
		s.do(day, paid(348_44))
		require.Equal(t, i+1, s.PaidLines())
		require.Equal(t, plan.Signed, s.State)
	}
	s.do("2026-05-31T08:00:00+08:00", paid(348_44))
	require.Equal(t, plan.Kept, s.State)
	require.Equal(t, []plan.Effect{plan.DebtSettled}, s.effects)
	require.True(t, s.Wake().IsZero())
	require.False(t, s.State.StopsCollections(), "there is nothing to collect")
}

func TestNobodySignsWhatIsIncompleteOrOld(t *testing.T) {
	s := newStory(t, func(c *plan.Contract) { c.Form = plan.Oral }).do("2026-03-02T09:00:00+08:00", plan.Event{Act: plan.ActOffer})
	s.do("2026-03-03T09:00:00+08:00", plan.Event{Act: plan.ActSign})
	require.Equal(t, plan.RefusedIncomplete, s.refusal)
	require.Equal(t, plan.Offered, s.State)

	s = newStory(t).do("2026-03-02T09:00:00+08:00", plan.Event{Act: plan.ActOffer})
	s.do("2026-03-31T23:59:59+08:00", pass)
	require.Equal(t, plan.Offered, s.State)
	require.Equal(t, at(t, "2026-04-01T00:00:00+08:00"), s.Wake())
	late := *s
	late.do("2026-04-01T00:00:00+08:00", plan.Event{Act: plan.ActSign})
	require.Equal(t, plan.RefusedLapsed, late.refusal)
	s.do("2026-04-01T00:00:00+08:00", pass)
	require.Equal(t, plan.Declined, s.State)
	require.Empty(t, s.effects, "nothing had been stopped")
}

func TestTheRecordingOfAnOralPlanOutlivesTheDebt(t *testing.T) {
	s := newStory(t, func(c *plan.Contract) { c.Form, c.Recording = plan.Oral, "rec-77" }).signed()
	require.Equal(t, []plan.Effect{plan.CollectionsStopped, plan.KeepRecording}, s.effects)
	s.do("2026-03-20T09:00:00+08:00", paid(2000_00))
	require.Equal(t, []plan.Effect{plan.DebtSettled, plan.ReleaseRecording}, s.effects)
}

func TestABreachIsReviewedAndEndsNothing(t *testing.T) {
	s := newStory(t).signed()
	require.Equal(t, at(t, "2026-04-04T00:00:00+08:00"), s.Wake(), "due on 31 March, three days of grace")
	s.do("2026-04-03T23:59:59.999+08:00", pass)
	require.Equal(t, plan.Signed, s.State)
	s.do("2026-04-04T00:00:00+08:00", pass)
	require.Equal(t, plan.Breached, s.State)
	require.Equal(t, []plan.Effect{plan.ReviewNeeded}, s.effects, "and collections stay stopped")
	require.EqualValues(t, 348_44, s.OverdueMinor(at(t, "2026-04-04T00:00:00+08:00")))
	s.do("2027-04-04T00:00:00+08:00", pass)
	require.Equal(t, plan.Breached, s.State, "a year later a person still has to look")
	require.True(t, s.State.StopsCollections())
	s.do("2027-04-04T00:00:00+08:00", plan.Event{Act: plan.ActTerminate, Reason: "no contact"})
	require.Equal(t, plan.RefusedState, s.refusal, "not without a review")
}

func TestWhoPaysAfterABreachIsBackByThemselves(t *testing.T) {
	s := newStory(t).signed().do("2026-04-04T00:00:00+08:00", pass).do("2026-04-10T09:00:00+08:00", paid(300_00))
	require.Equal(t, plan.Breached, s.State)
	s.do("2026-04-11T09:00:00+08:00", paid(40_00))
	require.Equal(t, plan.Continued, s.State, "8.44 short is within the tolerance")
	require.Equal(t, 1, s.Breaches)
	s.do("2026-05-04T00:00:00+08:00", pass)
	require.Equal(t, plan.Breached, s.State)
	require.EqualValues(t, 356_88, s.OverdueMinor(at(t, "2026-05-04T00:00:00+08:00")), "what was short stays owed")
}

func TestWhatAReviewDecides(t *testing.T) {
	reviewed := func() *story {
		s := newStory(t).signed().do("2026-04-04T00:00:00+08:00", pass)
		return s.do("2026-04-06T10:00:00+08:00", plan.Event{Act: plan.ActReview})
	}
	t.Run("continued: what was missed is due with the last line", func(t *testing.T) {
		s := reviewed().do("2026-04-06T11:00:00+08:00", plan.Event{Act: plan.ActContinue, Reason: "was in hospital"})
		require.Equal(t, plan.Continued, s.State)
		require.EqualValues(t, 348_44, s.CarriedMinor)
		require.Equal(t, at(t, "2026-05-04T00:00:00+08:00"), s.Wake())
		s.do("2026-04-30T10:00:00+08:00", paid(348_44)).do("2026-05-31T10:00:00+08:00", paid(348_44))
		require.Equal(t, plan.Continued, s.State)
		require.Equal(t, at(t, "2026-06-04T00:00:00+08:00"), s.Wake())
		paidUp := *s
		paidUp.do("2026-06-01T10:00:00+08:00", paid(348_44))
		require.Equal(t, plan.Kept, paidUp.State)
		s.do("2026-06-04T00:00:00+08:00", pass)
		require.Equal(t, plan.Breached, s.State)
		s.do("2026-06-05T10:00:00+08:00", plan.Event{Act: plan.ActReview}).do("2026-06-05T10:00:00+08:00", plan.Event{Act: plan.ActContinue})
		require.Equal(t, plan.RefusedOver, s.refusal, "there is no last line left to carry it to")
	})
	t.Run("terminated, with a reason", func(t *testing.T) {
		s := reviewed().do("2026-04-06T11:00:00+08:00", plan.Event{Act: plan.ActTerminate})
		require.Equal(t, plan.RefusedNoReason, s.refusal)
		s.do("2026-04-06T11:00:00+08:00", plan.Event{Act: plan.ActTerminate, Reason: "refuses to pay"})
		require.Equal(t, plan.Terminated, s.State)
		require.Equal(t, []plan.Effect{plan.CollectionsMayResume}, s.effects)
		s.do("2026-04-07T11:00:00+08:00", paid(100))
		require.Equal(t, plan.RefusedState, s.refusal)
	})
	t.Run("renegotiated", func(t *testing.T) {
		s := reviewed().do("2026-04-06T11:00:00+08:00", plan.Event{Act: plan.ActRenegotiate, Reason: "lower wage"})
		require.Equal(t, plan.Renegotiated, s.State)
		require.Equal(t, []plan.Effect{plan.CollectionsMayResume}, s.effects)
	})
}

func TestWhoPaysAllEarlyOwesNoInterestOfMonthsToCome(t *testing.T) {
	// 1,045.32 in all; April charges 6.87 and May 3.45. In March 1,035.00 settle it; April begins with March's due day, at its hour.
	s := newStory(t).signed()
	for when, want := range map[string]int64{
		"2026-03-10T09:00:00+08:00": 1035_00, "2026-03-31T17:59:59+08:00": 1035_00, "2026-03-31T18:00:00+08:00": 1041_87, "2026-05-30T00:00:00+08:00": 1045_32,
	} {
		require.Equal(t, want, s.PayoffMinor(at(t, when)), when)
	}
	s.do("2026-03-10T09:00:00+08:00", paid(1034_99))
	require.Equal(t, plan.Signed, s.State)
	s.do("2026-03-11T09:00:00+08:00", paid(1))
	require.Equal(t, plan.Kept, s.State)
	require.Zero(t, s.PayoffMinor(at(t, "2026-12-31T00:00:00+08:00")), "and stays so")
}

func TestADeferredMonthThatHasNotBegunCostsNothing(t *testing.T) {
	s := newStory(t, func(c *plan.Contract) {
		terms := thousand(t, plan.Deferral, 4)
		terms.DeferMonths = 2
		c.Schedule = schedule(t, terms)
	}).signed()
	// Three months charge 10.00 each up to the first line, the fourth 5.25.
	require.EqualValues(t, 1035_00, s.PayoffMinor(at(t, "2026-03-10T09:00:00+08:00")))
	require.EqualValues(t, 1045_00, s.PayoffMinor(at(t, "2026-04-10T09:00:00+08:00")))
	require.EqualValues(t, 1060_25, s.PayoffMinor(at(t, "2026-06-10T09:00:00+08:00")))
	require.Equal(t, at(t, "2026-06-04T00:00:00+08:00"), s.Wake(), "the first line is due on 31 May")
}

func TestALastLineThatIsShortWithinTheToleranceIsKept(t *testing.T) {
	s := newStory(t).signed().do("2026-03-20T09:00:00+08:00", paid(348_44)).do("2026-04-20T09:00:00+08:00", paid(348_44)).do("2026-05-20T09:00:00+08:00", paid(338_44))
	require.Equal(t, plan.Signed, s.State)
	require.Equal(t, 3, s.PaidLines())
	s.do("2026-06-03T00:00:00+08:00", pass)
	require.Equal(t, plan.Signed, s.State)
	require.Equal(t, at(t, "2026-06-04T00:00:00+08:00"), s.Wake())
	s.do("2026-06-04T00:00:00+08:00", pass)
	require.Equal(t, plan.Kept, s.State)
}

func TestAReviewDoesNotHoldUpWhatIsAsGoodAsPaid(t *testing.T) {
	s := newStory(t).signed().do("2026-04-04T00:00:00+08:00", pass).do("2026-04-06T10:00:00+08:00", plan.Event{Act: plan.ActReview})
	require.True(t, s.Wake().IsZero(), "time alone changes nothing while a person looks")
	s.do("2026-04-07T10:00:00+08:00", paid(1040_00))
	require.Equal(t, plan.UnderReview, s.State, "5.32 are missing")
	require.Equal(t, at(t, "2026-06-04T00:00:00+08:00"), s.Wake())
	s.do("2026-06-04T00:00:00+08:00", pass)
	require.Equal(t, plan.Kept, s.State)
}

func TestAPaymentThatIsTakenBackOpensThePlanAgain(t *testing.T) {
	s := newStory(t).signed().do("2026-03-20T09:00:00+08:00", paid(1035_00))
	require.Equal(t, plan.Kept, s.State)
	s.do("2026-03-25T09:00:00+08:00", plan.Event{Act: plan.ActTakeBack, AmountMinor: 1035_00})
	require.Equal(t, plan.Continued, s.State)
	require.Equal(t, []plan.Effect{plan.CollectionsStopped}, s.effects)
	s.do("2026-04-04T00:00:00+08:00", pass)
	require.Equal(t, plan.Breached, s.State)
}

func TestAmountsThatAreNoneAreRefused(t *testing.T) {
	s := newStory(t).signed()
	for _, amount := range []int64{0, -1, 1 << 60} {
		for _, act := range []plan.Act{plan.ActPay, plan.ActTakeBack} {
			s.do("2026-03-20T09:00:00+08:00", plan.Event{Act: act, AmountMinor: amount})
			require.Equal(t, plan.RefusedAmount, s.refusal)
		}
	}
	for _, act := range []plan.Act{plan.ActMiss, plan.ActComplete, plan.ActLapse, plan.ActCatchUp, plan.ActUncovered, "nonsense"} {
		s.do("2026-03-20T09:00:00+08:00", plan.Event{Act: act})
		require.Equal(t, plan.RefusedState, s.refusal, "what follows from time and money is nobody's to send: %s", act)
	}
	require.Zero(t, s.PaidMinor)
}

// naivePlan says again what happens to a plan, day by day and in whole yuan; it knows nothing of tables.
type naivePlan struct {
	state               string
	due                 []int // days
	each, paid, carried int64
	grace, tolerance    int
}

func (n *naivePlan) owedBy(day int) (sum int64) {
	for i, d := range n.due {
		if d+n.grace < day {
			sum += n.each
			if i == len(n.due)-1 {
				return sum
			}
		}
	}
	return sum - n.carried
}

func (n *naivePlan) settle(day int) {
	overdue, over := n.owedBy(day)-n.paid > int64(n.tolerance), n.due[len(n.due)-1]+n.grace < day
	all := n.paid >= n.each*int64(len(n.due)) || over && !overdue
	switch n.state {
	case "signed", "continued":
		if all {
			n.state = "kept"
		} else if overdue {
			n.state = "breached"
		}
	case "breached":
		if all {
			n.state = "kept"
		} else if !overdue {
			n.state = "continued"
		}
	case "under_review":
		if all {
			n.state = "kept"
		}
	}
}

func (n *naivePlan) do(act plan.Act, amount int64, day int) {
	running := n.state == "signed" || n.state == "continued" || n.state == "breached" || n.state == "under_review"
	switch {
	case act == plan.ActPay && running:
		n.paid += amount
	case act == plan.ActTakeBack && running:
		n.paid = max(0, n.paid-amount)
	case act == plan.ActReview && n.state == "breached":
		n.state = "under_review"
	case act == plan.ActContinue && n.state == "under_review" && day <= n.due[len(n.due)-1]+n.grace:
		n.state, n.carried = "continued", 0
		for _, d := range n.due {
			if d <= day {
				n.carried += n.each
			}
		}
		n.carried = max(0, n.carried-n.paid)
	case act == plan.ActTerminate && n.state == "under_review":
		n.state = "terminated"
	}
	n.settle(day)
}

func TestPlansAgainstAModelOfDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// 400 without interest in four parts of 100, due on day 30 of every month of 2026 from April on; a payment is never more than two.
		terms := plan.Terms{Kind: plan.Frozen, Currency: cny, PrincipalMinor: 400, Months: 4, FirstDue: at(t, "2026-04-30T12:00:00+08:00")}
		model := naivePlan{state: "signed", each: 100, grace: rapid.IntRange(0, 5).Draw(t, "grace"), tolerance: rapid.IntRange(0, 10).Draw(t, "tolerance")}
		start := at(t, "2026-04-01T06:00:00+08:00")
		c := contract(t)
		c.Schedule, c.Charges.Interest, c.GraceDays, c.ToleranceMinor = schedule(t, terms), false, model.grace, int64(model.tolerance)
		for _, l := range c.Schedule.Lines {
			model.due = append(model.due, int(l.Due.LocalDay()-start.LocalDay()))
		}
		p := plan.New("plan", "acct", c, start)
		step := func(e plan.Event, now card.Moment) (refusal plan.Refusal) {
			p, _, refusal = plan.Step(p, e, now)
			return refusal
		}
		require.Empty(t, step(plan.Event{Act: plan.ActOffer}, start))
		require.Empty(t, step(plan.Event{Act: plan.ActSign}, start))
		// The plan hears of time only at its own wake; the model every day.
		for day := 0; day < 140; day++ {
			now := start.Add(time.Duration(day) * 24 * time.Hour)
			model.settle(day)
			if wake := p.Wake(); !wake.IsZero() && !now.Before(wake) {
				step(pass, wake)
			}
			require.Equal(t, model.state, string(p.State), "day %d", day)
			if rapid.IntRange(0, 9).Draw(t, "anything today") > 0 {
				continue
			}
			e := plan.Event{Act: rapid.SampledFrom([]plan.Act{plan.ActPay, plan.ActPay, plan.ActPay, plan.ActTakeBack, plan.ActReview, plan.ActContinue, plan.ActTerminate}).Draw(t, "act"),
				AmountMinor: rapid.Int64Range(1, 200).Draw(t, "amount"), Reason: "because"}
			if e.Act == plan.ActTakeBack && model.state == "kept" {
				continue // told in a scenario of its own
			}
			model.do(e.Act, e.AmountMinor, day)
			step(e, now)
			require.Equal(t, model.state, string(p.State), "day %d after %s", day, e.Act)
			require.Equal(t, model.paid, p.PaidMinor)
		}
	})
}
