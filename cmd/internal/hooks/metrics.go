package hooks

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics are the figures of what providers tell.
type Metrics struct {
	told  *prometheus.CounterVec
	calls *prometheus.CounterVec
}

// NewMetrics makes the figures and registers them, or says which name is taken.
func NewMetrics(reg prometheus.Registerer) (*Metrics, error) {
	m := &Metrics{
		told: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cardwatch_provider_told_total",
			Help: "What providers told: reply, receipt, receipt_early (its message is not known yet), receipt_unknown (nor a day later), receipt_dropped (too many wait).",
		}, []string{"provider", "what"}),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cardwatch_hook_calls_total",
			Help: "Call-backs by their answer: taken, bad_signature, stale, bad_call, too_large, too_many, not_written.",
		}, []string{"provider", "answer"}),
	}
	return m, errors.Join(reg.Register(m.told), reg.Register(m.calls))
}

func (m *Metrics) heard(provider, what string) { m.told.WithLabelValues(provider, what).Inc() }

func (m *Metrics) called(provider, answer string) { m.calls.WithLabelValues(provider, answer).Inc() }
