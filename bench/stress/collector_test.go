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

func TestLabelsOfAnotherHistoryAreRefused(t *testing.T) {
	_, err := stress.NewCollector().Examples(map[string]bool{"x": true, "y": false})
	require.ErrorContains(t, err, "2 of 2 labelled customers have no assessment")
}
