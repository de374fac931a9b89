package stress_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/bench/stress"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

func TestCollectorKeepsTheInputsOfTheLastAssessment(t *testing.T) {
	m, err := detectors.NewMonitor(detectors.Defaults())
	require.NoError(t, err)
	c := stress.NewCollector()
	state, out := &detectors.State{}, &detectors.Effects{}
	var want []float64
	for month := range 4 {
		at := card.MomentOf(time.Date(2026, time.Month(1+month), 1, 2, 0, 0, 0, time.UTC))
		out.Reset()
		m.Step(state, card.Event{Arrived: at, Body: &card.Statement{
			Head: card.Head{ID: "s" + at.String(), Customer: "c1", At: at}, Account: "a1", DueAt: at.Add(20 * 24 * time.Hour),
			BalanceMinor: int64(1000_00 * (1 + month)), MinDueMinor: 100_00, CreditLimitMinor: 9000_00, Currency: card.Currency{'C', 'N', 'Y'}}}, out)
		c.See(state, out)
		want, _ = detectors.StressInputs(&state.Accounts[0])
	}
	examples, err := c.Examples(map[string]bool{"c1": true})
	require.NoError(t, err)
	require.Equal(t, []stress.Example{{Inputs: want, Missed: true}}, examples)
	require.Equal(t, 4000.0, want[6], "the balance of the last bill")
}

// A history is its own label: the March bill of one customer was paid in time, that of the other a day late, and the April bill
// is too new to tell.
func TestHistoryLabelsItsBillsByTheNextOne(t *testing.T) {
	for _, tc := range []struct {
		name   string
		paidOn int
		minor  int64
		missed bool
	}{
		{"on the due date", 21, 100_00, false},
		{"a day late", 22, 100_00, true},
		{"short by the tolerance", 21, 90_00, false},
		{"short by more", 21, 89_99, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m, err := detectors.NewMonitor(detectors.Defaults())
			require.NoError(t, err)
			c, state, out := stress.NewCollector(), &detectors.State{}, &detectors.Effects{}
			step := func(body card.Body) {
				out.Reset()
				m.Step(state, card.Event{Arrived: body.Meta().At, Body: body}, out)
				c.See(state, out)
			}
			var atMarch []float64
			for month := range 4 {
				at := card.MomentOf(time.Date(2026, time.Month(1+month), 1, 2, 0, 0, 0, time.UTC))
				step(&card.Statement{Head: card.Head{ID: "s" + at.String(), Customer: "c1", At: at}, Account: "a1", DueAt: at.Add(20 * 24 * time.Hour),
					BalanceMinor: int64(1000_00 * (1 + month)), MinDueMinor: 100_00, CreditLimitMinor: 9000_00, Currency: card.Currency{'C', 'N', 'Y'}})
				if month == 2 {
					atMarch, _ = detectors.StressInputs(&state.Accounts[0])
				}
				day := 10
				if month == 2 {
					day = tc.paidOn
				}
				paid := card.MomentOf(time.Date(2026, time.Month(1+month), day, 12, 0, 0, 0, time.UTC))
				step(&card.Payment{Head: card.Head{ID: "p" + paid.String(), Customer: "c1", At: paid}, Account: "a1",
					Amount: card.Money{Minor: tc.minor, Currency: card.Currency{'C', 'N', 'Y'}}, Method: card.ManualPayment, Status: card.Settled})
			}
			require.Equal(t, []stress.Example{{Inputs: atMarch, Missed: tc.missed}}, c.Told())
		})
	}
}

func TestLabelsOfAnotherHistoryAreRefused(t *testing.T) {
	_, err := stress.NewCollector().Examples(map[string]bool{"x": true, "y": false})
	require.ErrorContains(t, err, "2 of 2 labelled customers have no assessment")
}
