package sim

// messages counts what the provider was given: a repeat carries the same idempotency key.
func (a *auditor) messages() {
	r := &a.world.report
	r.Messages = len(a.world.messages)
	for _, n := range a.world.messages {
		r.Repeats += n - 1
	}
}
