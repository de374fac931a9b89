package clerk

import (
	"slices"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/stream"
)

// Hidden is what a silence would have kept away from the people at work.
type Hidden struct {
	// Cases of the Of open cases looked at would be out of the queue.
	Cases, Of int
	// More says that there are open cases beyond those looked at.
	More bool
}

// maxHidden is how many open cases are looked at.
const maxHidden = 5000

// WouldHide counts the open cases that a silence would keep out of the queue if they came now: every finding matches, and the customer has
// not denied.
func (c *Clerk) WouldHide(silence *alerts.Silence) (Hidden, error) {
	var h Hidden
	for _, line := range []string{alerts.GroupFirst, alerts.GroupEscalated, alerts.GroupSnoozed} {
		err := c.walk(line, func(e stream.Entry, of *alerts.Case) (bool, error) {
			if of.State == alerts.CaseClosed {
				return false, nil
			}
			if h.Of == maxHidden {
				h.More = true
				return true, nil
			}
			h.Of++
			spared := slices.ContainsFunc(of.Alerts, func(a detectors.Alert) bool { return !silence.Matches(e.Customer, &a) })
			if !spared && len(of.Alerts) > 0 && !of.Urgent {
				h.Cases++
			}
			return false, nil
		})
		if err != nil {
			return h, err
		}
	}
	return h, nil
}
