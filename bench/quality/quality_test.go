package quality_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/bench/gen"
	"github.com/cardwatch/cardwatch/bench/quality"
	"github.com/cardwatch/cardwatch/bench/score"
	"github.com/cardwatch/cardwatch/detectors"
)

// The floors lie well below what ten seeds reach (`cardwatch bench --suite quality`): this test sees a detector break, not a point
// lost.
func TestDetectorsFindMostAttacksAndLeaveHonestPeopleAlone(t *testing.T) {
	m, err := detectors.NewMonitor(detectors.Defaults())
	require.NoError(t, err)
	cfg := gen.Defaults()
	cfg.Seed, cfg.Customers, cfg.Days, cfg.AttackRate = 3, 300, 60, 5
	bank, err := gen.New(cfg)
	require.NoError(t, err)
	r, err := quality.Judge(context.Background(), m, bank, cfg.Start)
	require.NoError(t, err)

	require.Greater(t, r.Total.Episodes, 40)
	require.Greater(t, r.Total.FoundShare, 0.9)
	require.Greater(t, r.Total.ValueStopped, 0.8)
	require.Greater(t, r.Total.Precision, 0.9)
	require.Less(t, r.Total.FalseCasesPer1kCardsDay, 0.4)
	require.Less(t, r.Total.TransactionsBefore, 1.3)
	for kind, least := range map[gen.Attack]float64{
		gen.CloneFar: 0.9, gen.NightTestBurst: 0.9, gen.NightATM: 0.9, gen.SlowClone: 0.6, gen.TakeoverOnline: 0.8,
	} {
		require.Greater(t, r.Attacks[string(kind)].FoundShare, least, kind)
	}
}

func TestSummaryHasMeanAndSpreadOfEveryNumber(t *testing.T) {
	var a, b score.Result
	a.Total.Precision, b.Total.Precision = 0.8, 1
	a.Attacks = map[string]score.Attacks{"night_atm": {FoundShare: 0.5}}
	b.Attacks = map[string]score.Attacks{"night_atm": {FoundShare: 1}, "clone_far": {FoundShare: 0.75}}
	s, err := quality.Summarise([]score.Result{a, b})
	require.NoError(t, err)
	precision := s["total"].(quality.Summary)["precision"].(quality.Spread)
	require.InDelta(t, 0.9, precision.Mean, 1e-9)
	require.InDelta(t, 0.1414, precision.Deviation, 1e-4)
	require.Equal(t, 0.8, precision.Least)
	require.Equal(t, 1.0, precision.Most)
	attacks := s["attacks"].(quality.Summary)
	require.Equal(t, 0.75, attacks["night_atm"].(quality.Summary)["found_share"].(quality.Spread).Mean)
	require.Equal(t, quality.Spread{Mean: 0.75, Least: 0.75, Most: 0.75}, attacks["clone_far"].(quality.Summary)["found_share"],
		"a kind of attack that one seed lacks is that of the others")
}
