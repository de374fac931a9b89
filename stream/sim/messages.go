package sim

import "github.com/cardwatch/cardwatch/alerts"

// collect remembers the messages of a state.
func (a *auditor) collect(s *alerts.State) {
	for _, m := range s.Messages {
		a.queued[m.ID] = m
	}
}

// messages compares the idempotency keys that the provider was given with the messages that the reference has queued. A message may be
// given again, under the same key, when a process ends before it has recorded that the provider took it.
func (a *auditor) messages() {
	w := a.world
	for id, n := range w.messages {
		w.report.Messages++
		w.report.Repeats += n - 1
		if _, queued := a.queued[id]; !queued {
			w.violate("the provider was given the message %s, which nothing asks for", id)
		}
	}
	for id, m := range a.queued {
		if taken := m.Outcome == alerts.Accepted || m.Outcome == alerts.Delivered; taken && w.messages[id] == 0 {
			w.violate("the provider never saw the message %s, which counts as %s", id, m.Outcome)
		}
	}
}
