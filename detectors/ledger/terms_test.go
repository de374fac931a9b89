package ledger_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/ledger"
)

// twoBills asks for 500.00 by 21 March and for 600.00 more by 21 April.
func twoBills(t testing.TB, terms ledger.Terms) *ledger.Account {
	a := account()
	a.ApplyStatement(bill(t, "2026-03-01", "2026-03-21", 500_00), terms)
	second := bill(t, "2026-04-01", "2026-04-21", 1100_00)
	second.PastDueMinor, second.CyclesPastDue = 500_00, 1
	a.ApplyStatement(second, terms)
	return a
}

func TestToleranceInDaysDelaysTheFirstDayPastDueAndThenCountsThemAll(t *testing.T) {
	three := ledger.Terms{ToleranceDays: 3}
	a := account()
	a.ApplyStatement(bill(t, "2026-03-01", "2026-03-21", 500_00), three)
	for _, tc := range []struct {
		date string
		days int
	}{{"2026-03-21", 0}, {"2026-03-22", 0}, {"2026-03-24", 0}, {"2026-03-25", 4}, {"2026-04-20", 30}} {
		s := a.Standing(day(t, tc.date, "12:00:00"), three)
		require.Equal(t, tc.days, s.DaysPastDue, tc.date)
		require.Equal(t, tc.days == 0, s.Next.Minor == 500_00, "what is not overdue is still to be paid")
	}
	a.ApplyPayment(payment(t, "2026-03-24", "20:00:00", 500_00))
	require.Zero(t, a.Standing(day(t, "2026-03-25", "12:00:00"), three).DaysPastDue, "paid within the tolerance")
	a.ApplyStatement(bill(t, "2026-04-01", "2026-04-21", 300_00), three)
	require.Equal(t, 1, a.LateButPaid(1, 0), "and late by habit all the same")
}

func TestPaymentGoesToTheMinimumThatTheOrderNames(t *testing.T) {
	now := day(t, "2026-04-25", "12:00:00")
	for _, tc := range []struct {
		newestFirst bool
		paid        int64
		days        int
		overdue     int64
	}{
		{false, 500_00, 4, 600_00},
		{false, 600_00, 4, 500_00},
		{true, 500_00, 35, 600_00}, // the April bill is short of 100.00, March stays whole
		{true, 600_00, 35, 500_00},
		{true, 700_00, 35, 400_00},
		{true, 1100_00, 0, 0},
	} {
		terms := ledger.Terms{NewestFirst: tc.newestFirst}
		a := twoBills(t, terms)
		a.ApplyPayment(payment(t, "2026-04-20", "12:00:00", tc.paid))
		s := a.Standing(now, terms)
		require.Equal(t, tc.days, s.DaysPastDue, "%+v", tc)
		require.Equal(t, tc.overdue, s.OverdueMinor, "%+v", tc)
	}
}

func TestPaymentTakenBackNeverCame(t *testing.T) {
	now := day(t, "2026-04-25", "12:00:00")
	pay := func() *card.Payment { return named("p1", payment(t, "2026-03-20", "12:00:00", 500_00)) }
	for _, tc := range []struct {
		name  string
		apply func(a *ledger.Account)
	}{
		{"after its payment", func(a *ledger.Account) {
			a.ApplyPayment(pay())
			require.Equal(t, 4, a.Standing(now, terms).DaysPastDue)
			require.True(t, a.ApplyPayment(takenBack(t, "2026-04-10", "p1")))
		}},
		{"before its payment", func(a *ledger.Account) {
			require.False(t, a.ApplyPayment(takenBack(t, "2026-04-10", "p1")), "nothing to take back yet")
			a.ApplyPayment(pay())
		}},
		{"told twice", func(a *ledger.Account) {
			a.ApplyPayment(pay())
			a.ApplyPayment(takenBack(t, "2026-04-10", "p1"))
			require.True(t, a.ApplyPayment(takenBack(t, "2026-04-11", "p1")))
		}},
		{"and the payment told again", func(a *ledger.Account) {
			a.ApplyPayment(pay())
			a.ApplyPayment(takenBack(t, "2026-04-10", "p1"))
			a.ApplyPayment(pay())
		}},
		{"told twice before it came", func(a *ledger.Account) {
			require.False(t, a.ApplyPayment(takenBack(t, "2026-04-10", "p1")))
			require.False(t, a.ApplyPayment(takenBack(t, "2026-04-11", "p1")))
			a.ApplyPayment(pay())
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := account()
			a.ApplyStatement(bill(t, "2026-03-01", "2026-03-21", 500_00), terms)
			a.ApplyStatement(bill(t, "2026-04-01", "2026-04-21", 600_00), terms)
			tc.apply(a)
			s := a.Standing(now, terms)
			require.Equal(t, 35, s.DaysPastDue)
			require.Equal(t, int64(1100_00), s.OverdueMinor)
			require.Equal(t, ledger.Flow{}, a.Flow(0))
		})
	}
}

func TestReversalOfAnUnknownPaymentChangesNoDebt(t *testing.T) {
	a := twoBills(t, terms)
	a.ApplyPayment(named("p1", payment(t, "2026-04-10", "12:00:00", 500_00)))
	require.False(t, a.ApplyPayment(takenBack(t, "2026-04-12", "somebody else's")))
	require.Equal(t, int64(600_00), a.Standing(day(t, "2026-04-25", "12:00:00"), terms).OverdueMinor)
}

func TestReversalOfAFailedPaymentLeavesItFailed(t *testing.T) {
	a := twoBills(t, terms)
	p := named("p1", payment(t, "2026-04-21", "09:00:00", 500_00))
	p.Status, p.Method = card.Failed, card.Autopay
	a.ApplyPayment(p)
	a.ApplyPayment(takenBack(t, "2026-04-22", "p1"))
	require.Equal(t, ledger.Flow{Failed: 1, FailedAutopay: 1}, a.Flow(1))
}

// The bound that the package states: the newest MaxPayments payments can be taken back exactly. An older one stays in its sum, and
// the bank's next bill tells of it.
func TestReversalBeyondTheBoundIsAnsweredAndLeftToTheNextBill(t *testing.T) {
	a := account()
	a.ApplyStatement(bill(t, "2026-03-01", "2026-03-21", 1300_00), terms)
	for i := range ledger.MaxPayments + 1 {
		a.ApplyPayment(named(string(rune('a'+i)), payment(t, "2026-03-10", "12:00:00", 100_00)))
	}
	now := day(t, "2026-03-22", "12:00:00")
	require.Zero(t, a.Standing(now, terms).OverdueMinor)
	require.True(t, a.ApplyPayment(takenBack(t, "2026-03-15", "b")), "the oldest that is kept")
	require.Equal(t, int64(100_00), a.Standing(now, terms).OverdueMinor)
	require.False(t, a.ApplyPayment(takenBack(t, "2026-03-16", "a")), "one of a sum by now")
	require.Equal(t, int64(100_00), a.Standing(now, terms).OverdueMinor)
	second := bill(t, "2026-04-01", "2026-04-21", 500_00)
	second.PastDueMinor, second.CyclesPastDue = 200_00, 1
	a.ApplyStatement(second, terms)
	require.Equal(t, int64(200_00), a.Standing(day(t, "2026-04-02", "12:00:00"), terms).OverdueMinor)
}

func TestTheBanksOwnDaysAreBelievedOverOurs(t *testing.T) {
	for _, tc := range []struct {
		name    string
		days    int
		pastDue int64
		// on 25 April, four days after the second bill fell due
		want, overdue int64
		told          bool
	}{
		{"older than we saw", 60, 500_00, 84, 1100_00, true},
		{"younger than we saw", 3, 500_00, 27, 1100_00, true},
		{"more money than we saw", 11, 900_00, 35, 1100_00, true}, // 900 past due and 200 of its own
		{"nothing is past due", 0, 0, 4, 1100_00, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := account()
			a.ApplyStatement(bill(t, "2026-03-01", "2026-03-21", 500_00), terms)
			second := bill(t, "2026-04-01", "2026-04-21", 1100_00)
			second.PastDueMinor, second.Aged, second.DaysPastDue = tc.pastDue, true, tc.days
			a.ApplyStatement(second, terms)
			at := a.Standing(day(t, "2026-04-01", "12:00:00"), terms)
			require.Equal(t, tc.days, at.DaysPastDue, "as of the statement")
			s := a.Standing(day(t, "2026-04-25", "12:00:00"), terms)
			require.Equal(t, int(tc.want), s.DaysPastDue, "and a day more every day")
			require.Equal(t, tc.overdue, s.OverdueMinor)
			require.Equal(t, tc.told, s.Told)
			require.False(t, s.Estimated)
		})
	}
}

func TestTheBanksOwnDaysNeedNoHistoryAndNoTolerance(t *testing.T) {
	generous := ledger.Terms{ToleranceMinor: 10_00, ToleranceDays: 5}
	s := bill(t, "2026-04-01", "2026-04-21", 1100_00)
	s.PastDueMinor, s.Aged, s.DaysPastDue = 500_00, true, 2
	a := account()
	a.ApplyStatement(s, generous)
	got := a.Standing(day(t, "2026-04-02", "12:00:00"), generous)
	require.Equal(t, 3, got.DaysPastDue, "the bank has forgiven what it forgives")
	require.Equal(t, int64(500_00), got.OverdueMinor)
	a.ApplyPayment(payment(t, "2026-04-03", "12:00:00", 500_00))
	require.Zero(t, a.Standing(day(t, "2026-04-04", "12:00:00"), generous).DaysPastDue, "money counts after the feed as before")
}

func TestTheBanksOwnDaysWithoutAnAmountMeanTheMinimum(t *testing.T) {
	s := bill(t, "2026-04-01", "2026-04-21", 800_00)
	s.Aged, s.DaysPastDue = true, 40
	a := account()
	a.ApplyStatement(s, terms)
	got := a.Standing(day(t, "2026-04-01", "12:00:00"), terms)
	require.Equal(t, 40, got.DaysPastDue)
	require.Equal(t, int64(800_00), got.OverdueMinor)
	require.Zero(t, got.Next.Minor, "it is not asked for twice")
}
