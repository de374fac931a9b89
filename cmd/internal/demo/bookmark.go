package demo

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// bookmark is where a demo's bank stands; with the seed it is all that is needed to go on.
type bookmark struct {
	path      string
	Seed      uint64      `json:"seed"`
	Customers int         `json:"customers"`
	Start     card.Moment `json:"start"`
	// Reached is the bank's time at the last look; unknown in a new demo.
	Reached card.Moment `json:"reached"`
}

// openBookmark reads what an earlier demo left in the directory, or begins at today's midnight. A directory keeps its bank:
// another seed or size is refused, since half of the data would be another bank's.
func openBookmark(path string, cfg Config) (bookmark, error) {
	now := time.Now().In(cfg.Zone)
	b := bookmark{path: path, Seed: cfg.Seed, Customers: cfg.Customers,
		Start: card.MomentOf(time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, cfg.Zone))}
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		if err := os.MkdirAll(cfg.Dir, 0o755); cfg.Dir != "" && err != nil {
			return b, fmt.Errorf("demo: %w", err)
		}
		return b, nil
	}
	if err != nil {
		return b, fmt.Errorf("demo: %w", err)
	}
	if err := json.Unmarshal(text, &b); err != nil {
		return b, fmt.Errorf("demo: %s is damaged: %w; remove the directory to start anew", path, err)
	}
	if b.Seed != cfg.Seed || b.Customers != cfg.Customers {
		return b, fmt.Errorf("demo: the directory holds the bank of seed %d with %d customers; use those, or another --data", b.Seed, b.Customers)
	}
	return b, nil
}

func (b *bookmark) save() error {
	text, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if err := os.WriteFile(b.path+".new", text, 0o644); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if err := os.Rename(b.path+".new", b.path); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return nil
}
