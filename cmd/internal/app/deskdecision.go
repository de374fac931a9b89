package app

import (
	"encoding/json"
	"fmt"

	"github.com/cardwatch/cardwatch/alerts"
)

// deskDecision is everything that decides at the desk, as its changelog records it. Releases before 0.5 recorded the policy alone.
type deskDecision struct {
	Policy   json.RawMessage  `json:"policy"`
	Silences []alerts.Silence `json:"silences,omitempty"`
	// Stopped are those of the policy's experiments that have been stopped.
	Stopped []string `json:"stopped,omitempty"`
}

// deskOf is the desk of a recorded decision; what an older release did not know of the policy has its default.
func deskOf(recorded []byte) (*alerts.Desk, error) {
	var d deskDecision
	if err := json.Unmarshal(recorded, &d); err != nil {
		return nil, fmt.Errorf("app: read the desk's policy that was recorded: %w", err)
	}
	if d.Policy == nil {
		d.Policy = recorded
	}
	policy := alerts.Defaults()
	if err := json.Unmarshal(d.Policy, &policy); err != nil {
		return nil, fmt.Errorf("app: read the desk's policy that was recorded: %w", err)
	}
	core, err := alerts.NewDesk(policy)
	if err != nil {
		return nil, err
	}
	return core.WithSilences(d.Silences).WithoutExperiments(d.Stopped), nil
}
