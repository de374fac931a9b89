package part_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/bench/load/part"
)

func TestAHistogramIsNeverBelowTheTruthAndAtMostTwoPercentAbove(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		micros := rapid.SliceOfN(rapid.Int64Range(0, 3_600_000_000), 1, 200).Draw(t, "micros")
		share := rapid.Float64Range(0, 1).Draw(t, "share")
		var h part.Histogram
		for _, us := range micros {
			h.Add(time.Duration(us) * time.Microsecond)
		}
		slices.Sort(micros)
		rank := min(max(int(share*float64(len(micros))+0.5), 1), len(micros))
		truth, got := float64(micros[rank-1]), float64(h.Quantile(share).Microseconds())
		require.GreaterOrEqual(t, got, truth)
		require.LessOrEqual(t, got, truth*(1+1.0/64)+1)
	})
}

func TestAnEmptyHistogramSaysNothing(t *testing.T) {
	require.Equal(t, part.Latency{}, new(part.Histogram).Latency())
}
