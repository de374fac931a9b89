package stress_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/bench/stress"
)

func TestMeasuresOfTenKnownCustomers(t *testing.T) {
	m := stress.Measure(
		[]float64{0.1, 0.1, 0.2, 0.2, 0.3, 0.3, 0.4, 0.5, 0.8, 0.9},
		[]bool{false, false, false, true, false, false, false, true, true, true})
	require.Equal(t, 10, m.Customers)
	// Of 24 pairs of one who missed and one who paid, the 0.2 loses 3, ties 1 and wins 2; the others win all 18.
	require.InDelta(t, 20.5/24, m.AUC, 1e-12)
	require.Equal(t, 1.0, m.PrecisionTopDecile)
	require.InDelta(t, (0.1+0.1+0.2+0.8+0.3+0.3+0.4+0.5+0.2+0.1)/10, m.ECE, 1e-12)
	require.InDelta(t, (0.01+0.01+0.04+0.64+0.09+0.09+0.16+0.25+0.04+0.01)/10, m.Brier, 1e-12)
}

func TestAUCIsTheShareOfPairsInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 60).Draw(t, "n")
		p, missed := make([]float64, n), make([]bool, n)
		for i := range n {
			p[i] = float64(rapid.IntRange(0, 9).Draw(t, "p")) / 10
			missed[i] = i == 0 || i > 1 && rapid.Bool().Draw(t, "missed")
		}
		var right, pairs float64
		for i := range n {
			for j := range n {
				if missed[i] && !missed[j] {
					pairs++
					if p[i] > p[j] {
						right++
					} else if p[i] == p[j] {
						right += 0.5
					}
				}
			}
		}
		require.InDelta(t, right/pairs, stress.Measure(p, missed).AUC, 1e-9)
	})
}
