package app

import (
	"encoding/json"
	"fmt"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/rule"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// decision is everything that decides in the monitor, as its changelog records it: the live set, the drafts beside it, and the rules of the
// live set that are stopped. Releases before 0.4 recorded the set alone.
type decision struct {
	Live    json.RawMessage   `json:"live"`
	Drafts  []json.RawMessage `json:"drafts,omitempty"`
	Stopped []detectors.Name  `json:"stopped,omitempty"`
}

func readDecision(recorded []byte) (decision, error) {
	var d decision
	if err := json.Unmarshal(recorded, &d); err != nil {
		return d, fmt.Errorf("app: read the rules that were recorded: %w", err)
	}
	if d.Live == nil {
		d.Live = recorded
	}
	return d, nil
}

// monitor is the decision at work. A draft that this release cannot read is left out: it decides nothing.
func (d *decision) monitor() (*detectors.Monitor, error) {
	live, err := monitorOf(d.Live)
	if err != nil {
		return nil, err
	}
	var drafts []*detectors.Monitor
	for _, text := range d.Drafts {
		if draft, err := monitorOf(text); err == nil {
			drafts = append(drafts, draft)
		}
	}
	if len(d.Stopped) > 0 {
		live = live.Without(d.Stopped...)
	}
	if len(drafts) > 0 {
		live = live.WithDrafts(drafts...)
	}
	return live, nil
}

// RuleText is a set as JSON, always the same for the same set, and its hash; it fails for a set that no monitor can be made of.
func RuleText(rules *detectors.Rules) (text []byte, hash string, err error) {
	if text, err = json.Marshal(rules); err != nil {
		return nil, "", err
	}
	if _, err := monitorOf(text); err != nil {
		return nil, "", err
	}
	hash, err = wire.RuleHash(text)
	return text, hash, err
}

// readRules is the reverse of RuleText; what an older release did not know has its default.
func readRules(text []byte) (detectors.Rules, error) {
	rules := detectors.Defaults()
	if err := json.Unmarshal(text, &rules); err != nil {
		return rules, fmt.Errorf("app: read a rule set: %w", err)
	}
	return rules, nil
}

// monitorOf makes a set's monitor.
func monitorOf(text []byte) (*detectors.Monitor, error) {
	rules, err := readRules(text)
	if err != nil {
		return nil, err
	}
	return rule.NewMonitor(rules)
}

// CheckSet says why a set cannot decide in this release, nil when it can.
func CheckSet(text []byte) error {
	_, err := monitorOf(text)
	return err
}

// RuleNames are the names of a set's rules, the built-in detectors first.
func RuleNames(text []byte) (names []string, err error) {
	rules, err := readRules(text)
	if err != nil {
		return nil, err
	}
	for _, d := range rules.Catalogue() {
		names = append(names, string(d.About().Name))
	}
	for i := range rules.Custom {
		names = append(names, string(rules.Custom[i].ID))
	}
	return names, nil
}
