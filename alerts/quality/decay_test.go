package quality_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts/quality"
)

func judged(fraud, of int) quality.Counts {
	return quality.Counts{Alerts: of, Fraud: fraud, Genuine: of - fraud}
}

func TestAFallInPrecisionIsToldFromChance(t *testing.T) {
	for name, tt := range map[string]struct {
		recent, before quality.Counts
		fell           bool
	}{
		"a clear fall":                        {judged(5, 50), judged(80, 160), true},
		"half of it, of few":                  {judged(5, 20), judged(20, 40), false},
		"half of it, of many":                 {judged(100, 400), judged(800, 1600), true},
		"nothing is left of a good rule":      {judged(0, 20), judged(36, 40), true},
		"too few recent ones to say":          {judged(0, 19), judged(40, 40), false},
		"too few before to say":               {judged(0, 100), judged(39, 39), false},
		"a rise":                              {judged(40, 50), judged(80, 160), false},
		"never a hit":                         {judged(0, 50), judged(0, 160), false},
		"always a hit":                        {judged(50, 50), judged(160, 160), false},
		"unknown answers do not pull it down": {quality.Counts{Alerts: 500, Fraud: 25, Genuine: 25, Unknown: 450}, judged(80, 160), false},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, tt.fell, quality.Fell(tt.recent, tt.before)) })
	}
}

// A steady rule looks fallen in about one of a hundred looks, whatever its precision and its number of alerts; one whose precision halves is found.
func TestTheAlarmIsAsRareAsItSays(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	hits := func(p float64, n int) (k int) {
		for range n {
			if dice.Float64() < p {
				k++
			}
		}
		return k
	}
	const looks = 4000
	for _, p := range []float64{0.05, 0.2, 0.5, 0.8} {
		for _, n := range []int{25, 60, 250} {
			alarms := 0
			for range looks {
				if quality.Fell(judged(hits(p, n), n), judged(hits(p, 4*n), 4*n)) {
					alarms++
				}
			}
			require.Less(t, alarms, looks*2/100, "precision %v of %d", p, n)
		}
	}
	found := 0
	for range looks {
		if quality.Fell(judged(hits(0.3, 80), 80), judged(hits(0.6, 320), 320)) {
			found++
		}
	}
	require.Greater(t, found, looks*95/100)
}
