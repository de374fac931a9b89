package quality

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/cardwatch/cardwatch/bench/score"
)

// Spread is a figure over several seeds.
type Spread struct {
	Mean float64 `json:"mean"`
	// Deviation is the standard deviation between seeds, 0 for one.
	Deviation float64 `json:"sd"`
	Least     float64 `json:"min"`
	Most      float64 `json:"max"`
}

// Summary holds a Spread for every number of a score.Result, in the same tree: total, detectors, attacks, groups.
type Summary map[string]any

// Summarise puts the results of several seeds together. A branch that some seeds lack (a kind of attack that did not happen) is
// the spread of those that have it.
func Summarise(results []score.Result) (Summary, error) {
	trees := make([]map[string]any, len(results))
	for i := range results {
		text, err := json.Marshal(&results[i])
		if err != nil {
			return nil, fmt.Errorf("quality: %w", err)
		}
		if err := json.Unmarshal(text, &trees[i]); err != nil {
			return nil, fmt.Errorf("quality: %w", err)
		}
	}
	return merge(trees), nil
}

func merge(trees []map[string]any) Summary {
	out := Summary{}
	for _, tree := range trees {
		for name := range tree {
			if _, done := out[name]; !done {
				out[name] = mergeAt(trees, name)
			}
		}
	}
	return out
}

func mergeAt(trees []map[string]any, name string) any {
	var branches []map[string]any
	var numbers []float64
	for _, tree := range trees {
		switch v := tree[name].(type) {
		case map[string]any:
			branches = append(branches, v)
		case float64:
			numbers = append(numbers, v)
		}
	}
	if len(branches) > 0 {
		return merge(branches)
	}
	return spreadOf(numbers)
}

func spreadOf(numbers []float64) Spread {
	s := Spread{Least: math.Inf(1), Most: math.Inf(-1)}
	for _, x := range numbers {
		s.Mean += x / float64(len(numbers))
		s.Least, s.Most = min(s.Least, x), max(s.Most, x)
	}
	for _, x := range numbers {
		s.Deviation += (x - s.Mean) * (x - s.Mean)
	}
	if len(numbers) > 1 {
		s.Deviation = math.Sqrt(s.Deviation / float64(len(numbers)-1))
	}
	return s
}
