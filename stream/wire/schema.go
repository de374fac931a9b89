package wire

import (
	"embed"
	"fmt"
)

//go:embed schema/*.json
var schemas embed.FS

// Schema is the JSON Schema (2020-12) of a topic's values. The decoder is stricter in what a schema cannot say (duplicate
// names, card numbers, integers written 1.0, times against each other), and it drops wrong optional places, categories, modes
// and languages, which the schema refuses; otherwise they agree.
func Schema(topic string) ([]byte, error) {
	b, err := schemas.ReadFile("schema/" + topic + ".json")
	if err != nil {
		return nil, fmt.Errorf("wire: topic %q has no schema; Topics lists those that have: %w", topic, err)
	}
	return b, nil
}
