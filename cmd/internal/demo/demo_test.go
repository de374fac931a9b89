package demo

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
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
	ctx, enough := context.WithTimeout(t.Context(), 60*time.Second)
	defer enough()
	cfg := Config{Seed: 3, Customers: 300, Speed: 0.2, Zone: time.FixedZone("CST", 8*60*60), Log: slog.New(slog.DiscardHandler), Release: "test"}
	// Enough is when someone has said no: that is the whole way round.
	cfg.Started = func(url string) {
		go whenSaid(ctx, url, `cardwatch_desk_moves_total{channel="",kind="prompt",state="no"}`, enough)
	}
	summary, err := Run(ctx, cfg)
	require.NoError(t, err)
	require.ErrorIs(t, ctx.Err(), context.Canceled, "nobody answered in time")
	require.NotZero(t, summary.Prompts["no"])
	require.NotZero(t, summary.Records["cards.transaction.v1"])
	require.Empty(t, summary.DeadLetters)
	require.NotNil(t, summary.LatencyMS)
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	require.NoError(t, err)
	require.Empty(t, left)
}

// whenSaid watches the console's metrics for a line and then ends the demo.
func whenSaid(ctx context.Context, url, line string, end func()) {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		res, err := http.Get(url + "/metrics")
		if err != nil {
			continue // the console opens a moment later
		}
		text, err := io.ReadAll(res.Body)
		if res.Body.Close() == nil && err == nil && strings.Contains(string(text), line) {
			end()
			return
		}
	}
}
