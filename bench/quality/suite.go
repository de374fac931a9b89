package quality

import (
	"context"
	"fmt"
	"time"

	"github.com/cardwatch/cardwatch/bench/gen"
	"github.com/cardwatch/cardwatch/bench/score"
	"github.com/cardwatch/cardwatch/bench/transplant"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Config says what to measure.
type Config struct {
	// Seeds is how many banks each source makes, FirstSeed the seed of the first.
	Seeds     int
	FirstSeed uint64
	// Background is a file of Sparkov's rows, for the other sources; empty leaves them out.
	Background string
	// Progress hears what is being done; may be nil.
	Progress func(text string)
}

// Report is one source over several seeds.
type Report struct {
	// Source is "generated", "transplanted" or "sparkov".
	Source    string  `json:"source"`
	FirstSeed uint64  `json:"first_seed,omitempty"`
	Seeds     int     `json:"seeds"`
	Figures   Summary `json:"figures"`
}

// Sparkov's own rows are scored from September on, as notes/data.md §3 does.
var sparkovFrom = card.MomentOf(time.Date(2025, time.September, 1, 0, 0, 0, 0, time.UTC))

// Run judges by a monitor.
func Run(ctx context.Context, m *detectors.Monitor, cfg Config) ([]Report, error) {
	if cfg.Seeds < 1 || cfg.Seeds > 1000 {
		return nil, fmt.Errorf("quality: %d seeds, want 1 … 1000", cfg.Seeds)
	}
	if cfg.Progress == nil {
		cfg.Progress = func(string) {}
	}
	generated, err := cfg.over(ctx, m, "generated", Generated)
	if err != nil || cfg.Background == "" {
		return []Report{generated}, err
	}
	background, err := transplant.ReadFile(cfg.Background)
	if err != nil {
		return nil, err
	}
	moved, err := cfg.over(ctx, m, "transplanted", func(seed uint64) (Source, card.Moment, error) { return Transplanted(background, seed) })
	if err != nil {
		return nil, err
	}
	once := cfg
	once.Seeds, once.FirstSeed = 1, 0
	plain, err := once.over(ctx, m, "sparkov", func(uint64) (Source, card.Moment, error) {
		return transplant.Untouched(background), sparkovFrom, nil
	})
	return []Report{generated, moved, plain}, err
}

func (cfg Config) over(ctx context.Context, m *detectors.Monitor, name string, of func(seed uint64) (Source, card.Moment, error)) (Report, error) {
	var results []score.Result
	for i := range cfg.Seeds {
		seed := cfg.FirstSeed + uint64(i)
		cfg.Progress(fmt.Sprintf("%s, seed %d", name, seed))
		source, from, err := of(seed)
		if err != nil {
			return Report{}, err
		}
		r, err := Judge(ctx, m, source, from)
		if err != nil {
			return Report{}, err
		}
		results = append(results, r)
	}
	figures, err := Summarise(results)
	return Report{Source: name, FirstSeed: cfg.FirstSeed, Seeds: cfg.Seeds, Figures: figures}, err
}

// Generated is the bank of notes/data.md §0 and the moment from which it is scored.
func Generated(seed uint64) (Source, card.Moment, error) {
	c := gen.Defaults()
	c.Seed = seed
	bank, err := gen.New(c)
	return bank, c.Start, err
}

// Transplanted is a background moved to China, and the moment from which it is scored.
func Transplanted(b *transplant.Background, seed uint64) (Source, card.Moment, error) {
	c := transplant.Defaults()
	c.Seed = seed
	stream, err := transplant.New(b, c)
	return stream, c.Start.Add(time.Duration(c.Unscored) * 24 * time.Hour), err
}
