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
// months, worst lateness, paid, least paid, most spent, balance, balance before, headroom, utilisation, spend to paid, paid to
// billed.
func TestGoldenPointsOfTheShippedTable(t *testing.T) {
	table := detectors.DefaultScorecard()
	require.NoError(t, table.Validate())
	require.Equal(t, "uci-2005.2", table.Version, "another table needs other vectors")
	for _, tc := range []struct {
		name         string
		inputs       []float64
		base, points int
		probability  float64
	}{
		{"pays much, uses little", []float64{0, 0, 0, 50_000, 15_000, 20_000, 60_000, 40_000, 200_000, 0.2, 0.9, 0.5},
			390, 390 + 2 + 1 + 1, 0.025},
		{"three cycles late, over the limit, pays nothing", []float64{3, 3, 3, 0, 0, 0, 2_000, 1_900, 0, 1.2, -1, 0},
			440, 440 + 25 + 6 + 8 + 3 + 17 + 9 + 2 + 7 + 2 + 9 + 9, 0.7703},
		{"was late once, pays the least", []float64{0, 1, 1, 8_000, 2_500, 5_000, 50_000, 49_000, 20_000, 0.7, 1, 0.05},
			390, 390 + 6 + 9 + 4 + 3 + 4 + 2 + 18 + 10 + 3, 0.1432},
		{"one cycle late, and worse by the points of the current", []float64{1, 1, 1, 0, 0, 0, 1_000, 1_000, 0, 1.2, -1, 0},
			390, 390 + 6 + 13 + 12 + 19 + 15 + 5 + 20 + 18 + 8 + 12, 0.6371},
	} {
		t.Run(tc.name, func(t *testing.T) {
			scored := table.Score(tc.inputs, currency("TWD"))
			require.Equal(t, tc.base, scored.Base)
			require.Equal(t, tc.points, scored.Points)
			require.Equal(t, tc.probability, table.MissProbability(scored.Points))
		})
	}
}

// anyInputs draws values of every attribute, whole numbers where only those occur.
func anyInputs(t *rapid.T) []float64 {
	inputs := rapid.SliceOfN(rapid.Float64Range(-1, 1e5), len(detectors.StressAttributes()), len(detectors.StressAttributes())).Draw(t, "inputs")
	for i := range 3 {
		inputs[i] = float64(rapid.IntRange(0, 4).Draw(t, "late"))
	}
	return inputs
}

func TestLinesAndBaseAddUpToThePointsForAnyInputs(t *testing.T) {
	table := detectors.DefaultScorecard()
	place := map[detectors.ReasonCode]int{}
	for i, a := range detectors.StressAttributes() {
		place[a.Code] = i
	}
	rapid.Check(t, func(t *rapid.T) {
		inputs := anyInputs(t)
		scored := table.Score(inputs, rapid.SampledFrom([]card.Currency{currency("CNY"), currency("TWD")}).Draw(t, "currency"))
		sum := scored.Base
		for _, l := range scored.Lines {
			sum += l.Points
			require.Equal(t, inputs[place[l.Code]], l.Value, l.Code)
		}
		require.Equal(t, scored.Points, sum)
		require.LessOrEqual(t, table.MissProbability(scored.Points), table.MissProbability(scored.Points+1))
	})
}

// Whatever else is so: more lateness never lowers the points, and neither does paying less or having less room.
func TestShippedTableNeverRewardsLatenessOrPunishesPaying(t *testing.T) {
	table := detectors.DefaultScorecard()
	rapid.Check(t, func(t *rapid.T) {
		worse := anyInputs(t)
		at := rapid.IntRange(0, len(worse)-1).Draw(t, "attribute")
		known := detectors.StressAttributes()[at]
		if known.Sign == 0 {
			return
		}
		before := table.Score(worse, currency("TWD")).Points
		worse[at] += float64(known.Sign) * float64(rapid.IntRange(1, 50_000).Draw(t, "more"))
		require.GreaterOrEqual(t, table.Score(worse, currency("TWD")).Points, before, known.Code)
	})
}

func TestAmountsAreReadInTheTablesMoney(t *testing.T) {
	table := detectors.DefaultScorecard()
	inputs := []float64{0, 0, 0, 12_000, 2_000, 8_000, 15_000, 14_000, 40_000, 0.5, 1, 0.2}
	scaled := []float64{0, 0, 0, 3_000, 500, 2_000, 3_750, 3_500, 10_000, 0.5, 1, 0.2}
	got := table.Score(scaled, currency("CNY"))
	require.Equal(t, table.Score(inputs, currency("TWD")).Points, got.Points)
	require.Contains(t, got.Lines, detectors.PointsReason{Code: "paid_3", Points: 5, Value: 3_000}, "people read the amount in their own money")
}

func TestScorecardTravelsAsJSON(t *testing.T) {
	text, err := json.Marshal(detectors.DefaultScorecard())
	require.NoError(t, err)
	back, err := detectors.ParseScorecard(text)
	require.NoError(t, err)
	require.Equal(t, detectors.DefaultScorecard(), back)
}

func TestUnusableScorecardsAreRefused(t *testing.T) {
	const attributes = `[{"code":"paid_3","bins":[{"below":5,"points":1},{"points":0}]}]`
	const good = `{"version":"v","intercept":0,"slope":0.03,"segments":[{"from_cycles":0,"base_points":1,"attributes":` + attributes + `}]}`
	_, err := detectors.ParseScorecard([]byte(good))
	require.NoError(t, err)
	for _, tc := range []struct{ name, old, new, want string }{
		{"no version", `"version":"v"`, `"version":""`, "version is missing"},
		{"unknown field", `"base_points"`, `"base"`, "unknown field"},
		{"points that are no integer", `"points":1`, `"points":1.5`, "cannot unmarshal"},
		{"a slope that falls", `0.03`, `-0.03`, "slope"},
		{"an attribute of the customer's person", `paid_3`, `age`, `"age" is not one`},
		{"no attributes", attributes, `[]`, "no attributes"},
		{"no segments", `[{"from_cycles":0,"base_points":1,"attributes":` + attributes + `}]`, `[]`, "no segments"},
		{"nobody's table", `"from_cycles":0`, `"from_cycles":1`, "the first must begin at 0"},
		{"segments out of order", `]}]}]}`, `]}]},{"from_cycles":0,"base_points":1,"attributes":` + attributes + `}]}`, "segment 2 begins at 0"},
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
