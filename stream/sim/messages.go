package sim

import "github.com/cardwatch/cardwatch/alerts"

// collect remembers the messages of a state.
func (a *auditor) collect(s *alerts.State) {
	for _, m := range s.Messages {
		a.queued[m.ID] = m
	}
}

// messages compares the idempotency keys that the provider was given with the messages that the reference has queued. A message may be
// given again, under the same key, by another process than the one before, or when nobody heard that it was taken; one about money never.
func (a *auditor) messages() {
	w := a.world
	for id, lives := range w.carrier.given {
		w.report.Messages++
		w.report.Repeats += len(lives) - 1
		m, queued := a.queued[id]
		if queued && !m.Resend() {
			w.report.AboutMoney++
		}
		switch {
		case !queued:
			w.violate("the provider was given the message %s, which nothing asks for", id)
		case !m.Resend() && len(lives) > 1:
			w.violate("the provider was given the message %s, about money, %d times: by %v", id, len(lives), lives)
		}
	}
	for h, n := range w.carrier.heard {
		if n > 1 {
			w.violate("%s sent the message %s again although it had heard that it was taken", h.life, h.message)
		}
	}
	for id, m := range a.queued {
		if taken := m.Outcome == alerts.Accepted || m.Outcome == alerts.Delivered; taken && len(w.carrier.given[id]) == 0 {
			w.violate("the provider never saw the message %s, which counts as %s", id, m.Outcome)
		}
	}
}
