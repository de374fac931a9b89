package ledger_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/ledger"
	"github.com/cardwatch/cardwatch/detectors/pack"
)

// arrival is a statement or a payment with the time at which we hear of it.
type arrival struct {
	at, heard time.Time
	statement *card.Statement
	payment   *card.Payment
}

// naive is the books of an account kept without any bound: every event of its life, in the order of their own times.
type naive []arrival

// standing walks through the whole life: each minimum is a debt, each payment goes to the oldest, the rest of it is lost. A debt
// is overdue from the midnight after its due date on.
func (n naive) standing(now time.Time) (oldest time.Time, overdue int64) {
	type debt struct {
		due  time.Time
		left int64
	}
	var debts []debt
	for _, e := range n {
		if e.statement != nil {
			debts = append(debts, debt{e.statement.DueAt.Time(), e.statement.MinDueMinor})
			continue
		}
		paid := e.payment.Amount.Minor
		for i := range debts {
			part := min(paid, debts[i].left)
			debts[i].left, paid = debts[i].left-part, paid-part
		}
	}
	for _, d := range debts {
		midnight := time.Date(d.due.Year(), d.due.Month(), d.due.Day()+1, 0, 0, 0, 0, d.due.Location())
		if d.left > 0 && !now.Before(midnight) {
			if overdue == 0 {
				oldest = d.due
			}
			overdue += d.left
		}
	}
	return oldest, overdue
}

// life draws bills a month apart, at most two payments between them, and delays of less than a cycle.
func life(t *rapid.T, bills int) []arrival {
	zone := time.FixedZone("", 8*3600)
	start := time.Date(2026, 1, 1, 2, 0, 0, 0, zone)
	var events []arrival
	add := func(e arrival) {
		e.heard = e.at.Add(time.Duration(rapid.IntRange(0, 27*24*60).Draw(t, "delay minutes")) * time.Minute)
		events = append(events, e)
	}
	for i := range bills {
		at := start.AddDate(0, 0, 30*i)
		add(arrival{at: at, statement: &card.Statement{
			Head: card.Head{At: card.MomentOf(at)}, Account: "a1", DueAt: card.MomentOf(at.AddDate(0, 0, 20)),
			MinDueMinor: rapid.Int64Range(0, 500).Draw(t, "minimum"), Currency: cny}})
		for range rapid.IntRange(0, 2).Draw(t, "payments") {
			paid := at.Add(time.Duration(rapid.IntRange(1, 30*24*60-1).Draw(t, "paid after minutes")) * time.Minute)
			add(arrival{at: paid, payment: &card.Payment{
				Head: card.Head{At: card.MomentOf(paid)}, Account: "a1", Status: card.Settled, Method: card.ManualPayment,
				Amount: card.Money{Minor: rapid.Int64Range(1, 900).Draw(t, "amount"), Currency: cny}}})
		}
	}
	slices.SortStableFunc(events, func(a, b arrival) int { return a.at.Compare(b.at) })
	return events
}

// asHeard puts a life into the order of arrival: with the drawn delays, or one topic wholly before the other.
func asHeard(t *rapid.T, events []arrival) []arrival {
	heard := slices.Clone(events)
	first := rapid.SampledFrom([]string{"as delayed", "statements first", "payments first"}).Draw(t, "order")
	slices.SortStableFunc(heard, func(a, b arrival) int {
		switch {
		case first == "as delayed":
			return a.heard.Compare(b.heard)
		case (a.statement != nil) == (b.statement != nil):
			return 0
		case (a.statement != nil) == (first == "statements first"):
			return -1
		}
		return 1
	})
	return heard
}

func (e arrival) apply(a *ledger.Account) {
	if e.statement != nil {
		a.ApplyStatement(e.statement, 0)
	} else {
		a.ApplyPayment(e.payment)
	}
}

func TestStandingIsThatOfTheNaiveBooksInAnyOrderOfArrival(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := life(t, rapid.IntRange(1, ledger.MaxPayments/2).Draw(t, "bills"))
		a := account()
		for _, e := range asHeard(t, events) {
			e.apply(a)
		}
		now := events[len(events)-1].at.AddDate(0, 0, rapid.IntRange(0, 200).Draw(t, "days later"))
		oldest, overdue := naive(events).standing(now)
		s := a.Standing(card.MomentOf(now), 0)
		require.Equal(t, overdue, s.OverdueMinor)
		require.Equal(t, overdue > 0, s.DaysPastDue > 0)
		if overdue > 0 {
			require.True(t, oldest.Equal(s.OldestDue.Time()), "%s %s", oldest, s.OldestDue)
		}
	})
}

func TestLongLivesStayBoundedAndOweWhatTheNaiveBooksSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := life(t, rapid.IntRange(ledger.MaxBills+1, 15).Draw(t, "bills"))
		a := account()
		for _, e := range events {
			e.apply(a)
		}
		require.Len(t, a.Bills, ledger.MaxBills)
		require.LessOrEqual(t, len(a.AppendBinary(nil)), 450)
		now := events[len(events)-1].at.AddDate(0, 0, 60)
		oldest, overdue := naive(events).standing(now)
		s := a.Standing(card.MomentOf(now), 0)
		require.Equal(t, overdue, s.OverdueMinor)
		if overdue > 0 {
			require.False(t, s.OldestDue.Time().After(oldest), "merged debts keep the oldest due date")
		}
	})
}

func TestSumsDoNotDependOnTheOrderOfArrival(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := life(t, 4)
		inOrder, shuffled := account(), account()
		for _, e := range events {
			e.apply(inOrder)
		}
		for _, e := range asHeard(t, events) {
			e.apply(shuffled)
		}
		for i := -1; i < len(inOrder.Bills); i++ {
			require.Equal(t, inOrder.Flow(i), shuffled.Flow(i), "since bill %d", i)
		}
		before, _ := inOrder.Features()
		after, _ := shuffled.Features()
		require.Equal(t, before, after)
	})
}

func TestBinaryFormKeepsEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := account()
		for _, e := range life(t, rapid.IntRange(0, 9).Draw(t, "bills")) {
			e.apply(a)
		}
		if len(a.Bills) > 0 {
			a.Marks = ledger.Marks{JudgedAt: a.Newest().DueAt, WakeAt: a.Newest().At, Tier: 3, Assessed: true, High: true, MissBasisPoints: 4321, Done: 0b10101}
		}
		r := pack.NewReader(a.AppendBinary(nil))
		back := ledger.Read(r)
		require.NoError(t, r.Done())
		require.Equal(t, a.AppendBinary(nil), back.AppendBinary(nil))
		require.Equal(t, a.Marks, back.Marks)
		for i := range a.Bills {
			require.Equal(t, a.Bills[i], back.Bills[i])
		}
		require.Equal(t, a.Before, back.Before)
		require.Equal(t, a.Carried, back.Carried)
		require.Equal(t, len(a.Payments), len(back.Payments))
	})
}
