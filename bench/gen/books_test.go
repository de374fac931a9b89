package gen

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// month is what happened on an account between two statements.
type month struct {
	bill        *card.Statement
	missed      bool
	spent, paid int64
	// paidInTime is what was settled by the due day.
	paidInTime int64
	closed     bool
	// came are the settled payments by id.
	came map[string]*card.Payment
}

// pay adds a payment, or takes one of the month back.
func (m *month) pay(p *card.Payment) {
	sign := int64(1)
	switch p.Status {
	case card.Failed:
		return
	case card.Reversed:
		p, sign = m.came[p.Original], -1
	default:
		m.came[p.ID] = p
	}
	m.paid += sign * p.Amount.Minor
	if !m.bill.DueAt.Before(p.At) {
		m.paidInTime += sign * p.Amount.Minor
	}
}

// months cuts a life at its statements; what came before the first is left out.
func months(life []Record) []*month {
	var out []*month
	for _, r := range life {
		if s, is := r.Body.(*card.Statement); is {
			if len(out) > 0 {
				out[len(out)-1].closed = true
			}
			out = append(out, &month{bill: s, missed: r.Label.Missed, came: map[string]*card.Payment{}})
			continue
		}
		if len(out) == 0 {
			continue
		}
		m := out[len(out)-1]
		switch b := r.Body.(type) {
		case *card.Payment:
			m.pay(b)
		case *card.Transaction:
			switch {
			case b.Status == card.Declined:
			case b.Type == card.Purchase || b.Type == card.Cash:
				m.spent += b.Amount.Minor
			default:
				m.spent -= b.Amount.Minor
			}
		}
	}
	return out
}

// booksBalance checks every statement against the records between it and the next, without asking the ledger.
func booksBalance(t require.TestingT, life []Record) {
	all := months(life)
	for i, m := range all {
		b := m.bill
		require.LessOrEqual(t, b.MinDueMinor, max(b.BalanceMinor, 0))
		require.LessOrEqual(t, b.PastDueMinor, b.MinDueMinor)
		require.LessOrEqual(t, b.InstalmentMinor, b.MinDueMinor-b.PastDueMinor)
		require.Equal(t, b.PastDueMinor > 0, b.CyclesPastDue > 0, "%s", b.ID)
		if due := b.BalanceMinor - b.PastDueMinor; due >= 5_000 {
			require.GreaterOrEqual(t, b.MinDueMinor-b.PastDueMinor, int64(5_000))
		}
		days := b.DueAt.Sub(b.At).Hours() / 24
		require.True(t, days > 20 && days < 26, "due after %v days", days)
		if i+1 == len(all) || !m.closed {
			continue
		}
		next := all[i+1].bill
		require.Equal(t, b.BalanceMinor+m.spent-m.paid, next.BalanceMinor, "%s to %s", b.ID, next.ID)
		require.LessOrEqual(t, next.CyclesPastDue, b.CyclesPastDue+1)
		require.Equal(t, m.paidInTime < b.MinDueMinor, m.missed, "%s asks %d, %d came in time", b.ID, b.MinDueMinor, m.paidInTime)
		if !m.missed {
			require.Zero(t, next.CyclesPastDue, "who paid the minimum is current")
		}
		if m.paid == 0 && m.spent >= 0 && b.MinDueMinor > 0 {
			require.Equal(t, min(b.CyclesPastDue+1, maxCycles), next.CyclesPastDue, "nothing came: one cycle more")
			require.Equal(t, b.MinDueMinor, next.PastDueMinor)
		}
	}
}

func TestAccountsFallBehindThroughAllTiersAndComeBack(t *testing.T) {
	config := Defaults()
	config.Customers, config.History, config.Days, config.AttackRate = 300, 0, 240, 1
	statements, missed, cured, failedDraws := 0, 0, 0, 0
	worst, lateness := map[int]int{}, map[string]int{}
	for _, life := range lives(t, everything(t, config)) {
		whatIsTakenBackWasThere(t, life)
		booksBalance(t, life)
		all := months(life)
		for i, m := range all {
			statements++
			worst[m.bill.CyclesPastDue]++
			if m.missed {
				missed++
			}
			if i > 0 && all[i-1].bill.CyclesPastDue > 0 && m.bill.CyclesPastDue == 0 {
				cured++
			}
		}
		due := card.Moment{}
		for _, r := range life {
			switch b := r.Body.(type) {
			case *card.Statement:
				due = b.DueAt
			case *card.Payment:
				if b.Status == card.Failed {
					failedDraws++
				}
				if late := b.At.Sub(due); b.Status == card.Settled && !due.IsZero() && late > 0 {
					lateness[tierOf(late)]++
				}
			}
		}
	}
	require.InDelta(t, 0.1, float64(missed)/float64(statements), 0.05)
	require.Greater(t, lateness["grace"], 20)
	require.Greater(t, lateness["mild"], 10)
	for cycles := 1; cycles <= 7; cycles++ {
		require.Positive(t, worst[cycles], "no account was %d cycles past due, where 7 is severe_c", cycles)
	}
	require.Greater(t, cured, 20)
	require.Greater(t, failedDraws, 20)
}

func tierOf(late time.Duration) string {
	if late <= 3*24*time.Hour {
		return "grace"
	}
	return "mild"
}

func TestLedgerByHand(t *testing.T) {
	l := ledger{balance: 100_000}
	require.Equal(t, int64(10_000), l.ask(l.pastDue()), "a tenth")
	l.pay(4_000)
	require.Equal(t, int64(6_000), l.pastDue(), "what is left of the first bill")
	require.Equal(t, int64(9_000), l.ask(6_000), "a tenth of what is not past due")
	l.pay(7_000)
	require.Equal(t, []int64{8_000}, l.dues, "the oldest is paid first")
	l.balance = 3_000
	require.Equal(t, int64(3_000), l.pastDue(), "a refund leaves less owing than was past due")
	require.Zero(t, l.ask(3_000))

	low := ledger{balance: 6_000}
	require.Equal(t, int64(5_000), low.ask(0), "the floor")
	tiny := ledger{balance: 1_200}
	require.Equal(t, int64(1_200), tiny.ask(0), "all of it, below the floor")
	credit := ledger{balance: -500}
	require.Zero(t, credit.ask(credit.pastDue()))
	require.Empty(t, credit.dues)
}
