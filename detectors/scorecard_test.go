package detectors_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Golden vectors of the shipped table, added up by hand. Inputs are in the order of StressAttributes: cycles past due, late
// months, paid, balance, utilisation, spend to paid, paid to billed.
func TestGoldenPointsOfTheShippedTable(t *testing.T) {
	table := detectors.DefaultScorecard()
	require.NoError(t, table.Validate())
	require.Equal(t, "uci-2005.1", table.Version, "another table needs other vectors")
	for _, tc := range []struct {
		name        string
		inputs      []float64
		points      int
		probability float64
	}{
		{"pays in full, uses little", []float64{0, 0, 50_000, 60_000, 0.005, 3, 0.5}, 398, 0.0276},
		{"three cycles late, over the limit, pays nothing", []float64{3, 3, 0, 2_000, 1.2, -1, 0}, 398 + 45 + 29 + 22 + 25 + 27 + 17 + 15, 0.9396},
		{"was late once, pays the least", []float64{0, 1, 8_000, 50_000, 0.7, 1, 0.05}, 398 + 17 + 17 + 24 + 5 + 4, 0.2290},
	} {
		t.Run(tc.name, func(t *testing.T) {
			points, lines := table.Score(tc.inputs, currency("TWD"))
			require.Equal(t, tc.points, points)
			require.Len(t, lines, len(table.Attributes))
			require.Equal(t, tc.probability, table.MissProbability(points))
		})
	}
}

func TestLinesAndBaseAddUpToThePointsForAnyInputs(t *testing.T) {
	table := detectors.DefaultScorecard()
	rapid.Check(t, func(t *rapid.T) {
		inputs := rapid.SliceOfN(rapid.Float64Range(-1, 1e5), len(detectors.StressAttributes()), len(detectors.StressAttributes())).Draw(t, "inputs")
		points, lines := table.Score(inputs, rapid.SampledFrom([]card.Currency{currency("CNY"), currency("TWD")}).Draw(t, "currency"))
		sum := table.BasePoints
		for i, l := range lines {
			sum += l.Points
			require.Equal(t, inputs[i], l.Value)
		}
		require.Equal(t, points, sum)
		require.LessOrEqual(t, table.MissProbability(points), table.MissProbability(points+1))
	})
}

func TestShippedTableNeverRewardsLatenessOrPunishesPaying(t *testing.T) {
	table := detectors.DefaultScorecard()
	for _, known := range detectors.StressAttributes() {
		for _, a := range table.Attributes {
			if a.Code != known.Code || known.Sign == 0 {
				continue
			}
			for i := 1; i < len(a.Bins); i++ {
				require.GreaterOrEqual(t, known.Sign*(a.Bins[i].Points-a.Bins[i-1].Points), 0, "%s bin %d", a.Code, i+1)
			}
		}
	}
}

func TestAmountsAreReadInTheTablesMoney(t *testing.T) {
	table := detectors.DefaultScorecard()
	inputs := []float64{0, 0, 12_000, 15_000, 0.5, 1, 0.2}
	scaled := []float64{0, 0, 3_000, 3_750, 0.5, 1, 0.2}
	want, _ := table.Score(inputs, currency("TWD"))
	got, lines := table.Score(scaled, currency("CNY"))
	require.Equal(t, want, got)
	require.Equal(t, 3_000.0, lines[2].Value, "people read the amount in their own money")
}

func TestScorecardTravelsAsJSON(t *testing.T) {
	text, err := json.Marshal(detectors.DefaultScorecard())
	require.NoError(t, err)
	back, err := detectors.ParseScorecard(text)
	require.NoError(t, err)
	require.Equal(t, detectors.DefaultScorecard(), back)
}

func TestUnusableScorecardsAreRefused(t *testing.T) {
	const good = `{"version":"v","base_points":1,"intercept":0,"slope":0.03,"attributes":[{"code":"paid_3","bins":[{"below":5,"points":1},{"points":0}]}]}`
	_, err := detectors.ParseScorecard([]byte(good))
	require.NoError(t, err)
	for _, tc := range []struct{ name, old, new, want string }{
		{"no version", `"version":"v"`, `"version":""`, "version is missing"},
		{"unknown field", `"base_points"`, `"base"`, "unknown field"},
		{"points that are no integer", `"points":1`, `"points":1.5`, "cannot unmarshal"},
		{"a slope that falls", `0.03`, `-0.03`, "slope"},
		{"an attribute of the customer's person", `paid_3`, `age`, `"age" is not one`},
		{"no attributes", `[{"code":"paid_3","bins":[{"below":5,"points":1},{"points":0}]}]`, `[]`, "no attributes"},
		{"an attribute twice", `[{"code"`, `[{"code":"paid_3","bins":[{"points":0}]},{"code"`, "stands twice"},
		{"a bounded last bin", `{"points":0}`, `{"below":9,"points":0}`, "last bin"},
		{"an unbounded first bin", `"below":5,`, ``, "needs a bound"},
		{"bins out of order", `{"below":5,"points":1}`, `{"below":5,"points":1},{"below":4,"points":1}`, "not above"},
		{"worth of no currency", `"slope":0.03`, `"slope":0.03,"worth":{"XXX":1}`, "worth"},
		{"worth of nothing", `"slope":0.03`, `"slope":0.03,"worth":{"CNY":0}`, "worth"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.Contains(t, good, tc.old)
			_, err := detectors.ParseScorecard([]byte(strings.Replace(good, tc.old, tc.new, 1)))
			require.ErrorContains(t, err, tc.want)
		})
	}
	_, err = detectors.ParseScorecard([]byte(good + "{}"))
	require.ErrorContains(t, err, "text after the table")
}
