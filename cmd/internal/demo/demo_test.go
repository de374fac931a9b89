package demo

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors/card"
)

func TestQuantilesAreReadOffTheHistogram(t *testing.T) {
	bounds := []float64{0.001, 0.002, 0.010}
	for name, c := range map[string]struct {
		q      float64
		counts []uint64
		before []uint64
		want   float64
	}{
		"in the middle of a bucket":      {0.5, []uint64{0, 100, 100}, nil, 1.5},
		"in the first bucket":            {0.5, []uint64{100, 100, 100}, nil, 0.5},
		"at the end":                     {1, []uint64{10, 20, 30}, nil, 10},
		"what came before is left out":   {0.5, []uint64{50, 150, 150}, []uint64{50, 50, 50}, 1.5},
		"beyond the last bucket":         {0.99, []uint64{0, 0, 0}, nil, 0},
		"nothing happened since warm-up": {0.5, []uint64{5, 5, 5}, []uint64{5, 5, 5}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			require.InDelta(t, c.want, quantile(c.q, bounds, c.counts, c.before), 1e-9)
		})
	}
}

func TestABookmarkGoesOnWithTheSameBankOnly(t *testing.T) {
	cfg := Config{Dir: filepath.Join(t.TempDir(), "data"), Seed: 7, Customers: 500, Zone: time.UTC}
	path := filepath.Join(cfg.Dir, "demo.json")
	first, err := openBookmark(path, cfg)
	require.NoError(t, err)
	first.Reached = card.Moment{UnixMilli: 123}
	require.NoError(t, first.save())
	again, err := openBookmark(path, cfg)
	require.NoError(t, err)
	require.Equal(t, first, again)

	cfg.Seed = 8
	_, err = openBookmark(path, cfg)
	require.ErrorContains(t, err, "holds the bank of seed 7 with 500 customers")
	require.NoError(t, os.WriteFile(path, []byte("{"), 0o600))
	_, err = openBookmark(path, cfg)
	require.ErrorContains(t, err, "is damaged")
}

// The whole demo, small: a bank moves in, its customers are asked and answer, and nothing is left behind.
func TestASmallDemoFromStartToSummary(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	cfg := Config{Seed: 3, Customers: 300, Speed: 0.2, Zone: time.FixedZone("CST", 8*60*60), Log: slog.New(slog.DiscardHandler), Release: "test"}
	var url string
	cfg.Started = func(u string) { url = u }
	// Enough is when someone has said no: that is the whole way round.
	cfg.Enough = func(d *Demo) bool {
		g, err := gather(d.app.Metrics)
		return err == nil && g.by("cardwatch_desk_moves_total", "state")["no"] > 0
	}
	summary, err := Run(ctx, cfg)
	require.NoError(t, err)
	require.NotEmpty(t, url)
	require.NoError(t, ctx.Err(), "nobody answered in time")
	require.NotZero(t, summary.Prompts["no"])
	require.NotZero(t, summary.Records["cards.transaction.v1"])
	require.Empty(t, summary.DeadLetters)
	require.NotNil(t, summary.LatencyMS)
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	require.NoError(t, err)
	require.Empty(t, left)
}
