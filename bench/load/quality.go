package load

import (
	"context"

	"github.com/cardwatch/cardwatch/bench/quality"
	"github.com/cardwatch/cardwatch/detectors"
)

// quality judges with the default rules.
func (b *bench) quality(ctx context.Context) error {
	m, err := detectors.NewMonitor(detectors.Defaults())
	if err != nil {
		return err
	}
	b.result.Quality, err = quality.Run(ctx, m, quality.Config{
		Seeds: b.Seeds, FirstSeed: b.Seed, Background: b.Background, Progress: b.Progress,
	})
	return err
}
