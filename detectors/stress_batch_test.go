package detectors_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/ledger"
)

// A history that is read at once, bills first and payments after, gives the points that the monitor gave when it came event by
// event, with the state written and read in between; and so does the sum of the lines that it told.
func TestBatchAndStreamGiveTheSamePoints(t *testing.T) {
	table, cny := detectors.DefaultScorecard(), currency("CNY")
	rapid.Check(t, func(t *rapid.T) {
		m, err := detectors.NewMonitor(detectors.Defaults())
		require.NoError(t, err)
		state, out := &detectors.State{}, &detectors.Effects{}
		var last detectors.Assessment
		step := func(at card.Moment, body card.Body) {
			out.Reset()
			m.Step(state, card.Event{Arrived: at, Body: body}, out)
			if n := len(out.Assessments); n > 0 {
				last = out.Assessments[n-1]
			}
			require.NoError(t, state.UnmarshalBinary(state.AppendBinary(nil)))
		}
		batch := ledger.Account{ID: "a1", Currency: cny}
		var payments []*card.Payment
		for month := range rapid.IntRange(1, 6).Draw(t, "months") {
			on := func(day int) card.Head {
				at := card.MomentOf(time.Date(2026, time.Month(1+month), day, 2, 0, 0, 0, time.UTC))
				return card.Head{ID: fmt.Sprint("e", month, ".", day), Customer: "c1", At: at}
			}
			balance := rapid.Int64Range(-5_000_00, 30_000_00).Draw(t, "balance")
			bill := &card.Statement{Head: on(1), Account: "a1", DueAt: on(21).At, BalanceMinor: balance, MinDueMinor: max(balance/10, 0),
				CyclesPastDue: rapid.IntRange(0, 3).Draw(t, "cycles"), CreditLimitMinor: 20_000_00, Currency: cny}
			step(bill.At, bill)
			batch.ApplyStatement(bill, ledger.Terms{ToleranceMinor: 10_00})
			if minor := rapid.Int64Range(0, 20_000_00).Draw(t, "paid"); minor > 0 {
				p := &card.Payment{Head: on(rapid.IntRange(2, 27).Draw(t, "day")), Account: "a1", Amount: card.Money{Minor: minor, Currency: cny},
					Method: card.ManualPayment, Status: card.Settled}
				step(p.At, p)
				payments = append(payments, p)
			}
		}
		for _, p := range payments {
			batch.ApplyPayment(p)
		}
		inputs, ok := detectors.StressInputs(&batch)
		require.True(t, ok)
		scored := table.Score(inputs, cny)
		require.Equal(t, scored.Points, last.Points)
		require.Equal(t, table.MissProbability(scored.Points), last.MissProbability)
		sum := last.BasePoints
		for _, r := range last.Reasons {
			sum += r.Points
		}
		require.Equal(t, last.Points, sum)
	})
}
