package ledger_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/ledger"
	"github.com/cardwatch/cardwatch/detectors/pack"
)

// arrival is a statement, a payment or word that one was taken back, with the time at which we hear of it.
type arrival struct {
	at, heard time.Time
	statement *card.Statement
	payment   *card.Payment
}

// naive is the books of an account kept without any bound: every event of its life, in the order of their own times.
type naive []arrival

type naiveDebt struct {
	due  time.Time
	left int64
}

// standing walks through the life day by day: each minimum is a debt, each payment goes to the oldest or the newest of them, the
// rest of it is lost. What is taken back never came. A debt that is short by no more than the tolerance when the next bill is
// made is forgiven; it is overdue from the midnight after the last day of tolerance on.
func (n naive) standing(now time.Time, terms ledger.Terms) (days int, overdue int64) {
	gone := map[string]bool{}
	for _, e := range n {
		if e.payment != nil && e.payment.Status == card.Reversed {
			gone[e.payment.Original] = true
		}
	}
	var debts []naiveDebt
	for day := midnightOf(n[0].at); !day.After(now); day = day.AddDate(0, 0, 1) {
		for _, e := range n {
			switch {
			case !midnightOf(e.at).Equal(day) || e.at.After(now):
			case e.statement != nil:
				debts = slices.DeleteFunc(debts, func(d naiveDebt) bool { return d.left <= terms.ToleranceMinor })
				debts = append(debts, naiveDebt{e.statement.DueAt.Time(), e.statement.MinDueMinor})
			case e.payment.Status == card.Settled && !gone[e.payment.ID]:
				book(debts, e.payment.Amount.Minor, terms.NewestFirst)
			}
		}
	}
	for _, d := range debts {
		late := 0
		for day := midnightOf(d.due).AddDate(0, 0, 1); !day.After(now); day = day.AddDate(0, 0, 1) {
			late++
		}
		if d.left > terms.ToleranceMinor && late > terms.ToleranceDays {
			days, overdue = max(days, late), overdue+d.left
		}
	}
	return days, overdue
}

func book(debts []naiveDebt, paid int64, newestFirst bool) {
	for i := range debts {
		if newestFirst {
			i = len(debts) - 1 - i
		}
		part := min(paid, debts[i].left)
		debts[i].left, paid = debts[i].left-part, paid-part
	}
}

func midnightOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// life draws bills a month apart, at most two payments between them, some of which fail or are taken back, and delays of less than a
// cycle.
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
		for j := range rapid.IntRange(0, 2).Draw(t, "payments") {
			paid := at.Add(time.Duration(rapid.IntRange(1, 30*24*60-1).Draw(t, "paid after minutes")) * time.Minute)
			p := &card.Payment{
				Head: card.Head{ID: fmt.Sprint("p", i, "-", j), At: card.MomentOf(paid)}, Account: "a1", Method: card.ManualPayment,
				Status: rapid.SampledFrom([]card.PaymentStatus{card.Settled, card.Settled, card.Settled, card.Failed}).Draw(t, "status"),
				Amount: card.Money{Minor: rapid.Int64Range(1, 900).Draw(t, "amount"), Currency: cny}}
			add(arrival{at: paid, payment: p})
			for k := range rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, "taken back") {
				back := paid.Add(time.Duration(rapid.IntRange(1, 60*24*60).Draw(t, "taken back after minutes")) * time.Minute)
				add(arrival{at: back, payment: &card.Payment{Head: card.Head{ID: fmt.Sprint("r", i, "-", j, "-", k), At: card.MomentOf(back)},
					Account: "a1", Status: card.Reversed, Original: p.ID, Amount: p.Amount}})
			}
		}
	}
	slices.SortStableFunc(events, func(a, b arrival) int { return a.at.Compare(b.at) })
	return events
}

func drawTerms(t *rapid.T) ledger.Terms {
	return ledger.Terms{ToleranceMinor: rapid.SampledFrom([]int64{0, 0, 10, 100}).Draw(t, "tolerance"),
		ToleranceDays: rapid.SampledFrom([]int{0, 0, 1, 3, 10}).Draw(t, "tolerance days"), NewestFirst: rapid.Bool().Draw(t, "newest first")}
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

func (e arrival) apply(a *ledger.Account, terms ledger.Terms) {
	if e.statement != nil {
		a.ApplyStatement(e.statement, terms)
	} else {
		a.ApplyPayment(e.payment)
	}
}

func TestStandingIsThatOfTheNaiveBooksInAnyOrderOfArrival(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := drawTerms(t)
		events := life(t, rapid.IntRange(1, ledger.MaxBills).Draw(t, "bills"))
		a := account()
		for _, e := range asHeard(t, events) {
			e.apply(a, terms)
		}
		now := events[len(events)-1].at.AddDate(0, 0, rapid.IntRange(0, 200).Draw(t, "days later"))
		days, overdue := naive(events).standing(now, terms)
		s := a.Standing(card.MomentOf(now), terms)
		require.Equal(t, overdue, s.OverdueMinor)
		require.Equal(t, days, s.DaysPastDue)
	})
}

// TestEachAccountStandsAsIfItWereAlone mixes the events of several accounts and currencies, as a customer's state meets them.
func TestEachAccountStandsAsIfItWereAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type of struct {
			id       string
			currency card.Currency
		}
		owners := []of{{"a1", cny}, {"a1", card.Currency{'U', 'S', 'D'}}, {"a2", cny}}
		var lives [3][]arrival
		var mixed []arrival
		whose := map[*arrival]of{}
		for i := range lives {
			lives[i] = life(t, 3)
			for j := range lives[i] {
				whose[&lives[i][j]] = owners[i]
			}
		}
		var order []*arrival
		for e := range whose {
			order = append(order, e)
		}
		slices.SortFunc(order, func(a, b *arrival) int {
			return cmp.Or(a.heard.Compare(b.heard), cmp.Compare(whose[a].id, whose[b].id), cmp.Compare(whose[a].currency.String(), whose[b].currency.String()))
		})
		var accounts []ledger.Account
		for _, e := range order {
			mixed = append(mixed, *e)
			e.apply(ledger.Open(&accounts, whose[e].id, whose[e].currency), terms)
		}
		slices.SortFunc(mixed, func(a, b arrival) int { return a.at.Compare(b.at) })
		now := mixed[len(mixed)-1].at.AddDate(0, 0, 40)
		for i, o := range owners {
			days, overdue := naive(lives[i]).standing(now, terms)
			s := ledger.Find(accounts, o.id, o.currency).Standing(card.MomentOf(now), terms)
			require.Equal(t, overdue, s.OverdueMinor, "%v", o)
			require.Equal(t, days, s.DaysPastDue, "%v", o)
		}
	})
}

func TestLongLivesStayBoundedAndOweWhatTheNaiveBooksSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := slices.DeleteFunc(life(t, rapid.IntRange(ledger.MaxBills+1, 15).Draw(t, "bills")), func(e arrival) bool {
			return e.payment != nil && e.payment.Status == card.Reversed
		})
		a := account()
		for _, e := range events {
			e.apply(a, ledger.Terms{})
		}
		require.Len(t, a.Bills, ledger.MaxBills)
		require.LessOrEqual(t, len(a.AppendBinary(nil)), 450)
		now := events[len(events)-1].at.AddDate(0, 0, 60)
		days, overdue := naive(events).standing(now, ledger.Terms{})
		s := a.Standing(card.MomentOf(now), ledger.Terms{})
		require.Equal(t, overdue, s.OverdueMinor)
		require.GreaterOrEqual(t, s.DaysPastDue, days, "merged debts keep the oldest due date")
	})
}

func TestSumsDoNotDependOnTheOrderOfArrival(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := life(t, 4)
		inOrder, shuffled := account(), account()
		for _, e := range events {
			e.apply(inOrder, terms)
		}
		for _, e := range asHeard(t, events) {
			e.apply(shuffled, terms)
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
			e.apply(a, terms)
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
