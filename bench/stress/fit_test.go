package stress_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/bench/stress"
	"github.com/cardwatch/cardwatch/detectors"
)

// invented draws customers whose chance of missing the payment is known: it rises with late months, falls with what was
// paid, and nothing else matters. truth are the chances.
func invented(n int, seed uint64) (examples []stress.Example, truth []float64) {
	dice := rand.New(rand.NewPCG(seed, 1))
	for range n {
		late := float64(min(dice.IntN(8), 3))
		paid := math.Exp(dice.NormFloat64()*1.5 + 8)
		p := 1 / (1 + math.Exp(-(-1.5 + 0.8*late - 0.5*(math.Log(paid)-8))))
		cycles := min(late, float64(dice.IntN(2)))
		examples = append(examples, stress.Example{
			Inputs: []float64{cycles, late, late, paid, paid / 4, dice.Float64() * 9_000, dice.Float64() * 50_000, dice.Float64() * 50_000,
				dice.Float64() * 50_000, dice.Float64(), dice.Float64() * 5, dice.Float64()},
			Missed: dice.Float64() < p,
		})
		truth = append(truth, p)
	}
	return examples, truth
}

func TestFitFindsWhatIsThere(t *testing.T) {
	train, _ := invented(6000, 1)
	table, report, err := stress.Fit("invented.1", train)
	require.NoError(t, err)
	require.NoError(t, table.Validate())
	require.Equal(t, "invented.1", table.Version)

	unseen, truth := invented(6000, 2)
	var missed []bool
	for _, e := range unseen {
		missed = append(missed, e.Missed)
	}
	best := stress.Measure(truth, missed)
	got := stress.Judge(&table, unseen)
	require.Greater(t, got.AUC, best.AUC-0.02, "close to the chances themselves")
	require.Less(t, got.ECE, 0.03)
	require.InDelta(t, got.AUC, report.CrossValidated.AUC, 0.02, "cross-validation tells how the table does on others")
	require.Equal(t, 6000, report.CrossValidated.Customers)
	require.Less(t, report.CrossValidatedCurrent.Customers, 6000)
}

func TestFittedTableKeepsToSignsAndBounds(t *testing.T) {
	train, _ := invented(9000, 3)
	table, _, err := stress.Fit("v", train)
	require.NoError(t, err)
	require.Len(t, table.Segments, 2, "the current and the late")
	sign := map[detectors.ReasonCode]int{}
	for _, a := range detectors.StressAttributes() {
		sign[a.Code] = a.Sign
	}
	for _, segment := range table.Segments {
		for _, a := range segment.Attributes {
			require.LessOrEqual(t, len(a.Bins), 10, a.Code)
			least := math.MaxInt
			for k, b := range a.Bins {
				require.GreaterOrEqual(t, b.Points, 0, a.Code)
				least = min(least, b.Points)
				if k > 0 {
					require.GreaterOrEqual(t, sign[a.Code]*(b.Points-a.Bins[k-1].Points), 0, "%s bin %d", a.Code, k+1)
				}
			}
			require.Zero(t, least, "%s: the mildest bin costs nothing", a.Code)
		}
	}
}

func TestTooFewLateCustomersShareThePointsOfAll(t *testing.T) {
	train, _ := invented(3000, 8)
	for i := range train {
		if train[i].Inputs[0] > 0 && i%4 > 0 {
			train[i].Inputs[0] = 0
		}
	}
	table, _, err := stress.Fit("v", train)
	require.NoError(t, err)
	require.Len(t, table.Segments, 1)
}

func TestFitIsTheSameEveryTime(t *testing.T) {
	train, _ := invented(3000, 4)
	first, firstReport, err := stress.Fit("v", train)
	require.NoError(t, err)
	second, secondReport, err := stress.Fit("v", train)
	require.NoError(t, err)
	a, err := json.Marshal(first)
	require.NoError(t, err)
	b, err := json.Marshal(second)
	require.NoError(t, err)
	require.Equal(t, string(a), string(b))
	require.Equal(t, firstReport, secondReport)
}

func TestTwentyPointsDoubleTheOdds(t *testing.T) {
	train, _ := invented(6000, 5)
	table, _, err := stress.Fit("v", train)
	require.NoError(t, err)
	require.InDelta(t, math.Ln2/20, table.Slope, 0.003)
	require.InDelta(t, 0.5, table.MissProbability(500), 0.05, "500 points are even odds")
}

func TestFitRefusesWhatCannotMakeATable(t *testing.T) {
	few, _ := invented(500, 6)
	_, _, err := stress.Fit("v", few)
	require.ErrorContains(t, err, "at least 350 of each")
	_, _, err = stress.Fit("v", []stress.Example{{Inputs: []float64{1}}})
	require.ErrorContains(t, err, "1 inputs")
}

func TestAnAttributeWithoutInformationIsLeftOut(t *testing.T) {
	train, _ := invented(3000, 7)
	for i := range train {
		train[i].Inputs[9] = 0.5
	}
	table, _, err := stress.Fit("v", train)
	require.NoError(t, err)
	for _, segment := range table.Segments {
		for _, a := range segment.Attributes {
			require.NotEqual(t, detectors.ReasonCode("utilisation"), a.Code)
		}
	}
}
