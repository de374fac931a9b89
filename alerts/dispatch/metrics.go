package dispatch

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics are the dispatcher's figures.
type Metrics struct {
	attempts *prometheus.CounterVec
	refusals *prometheus.CounterVec
	limited  *prometheus.CounterVec
	breaker  *prometheus.GaugeVec
	seconds  *prometheus.HistogramVec
}

// NewMetrics makes the figures and registers them, or says which name is taken.
func NewMetrics(reg prometheus.Registerer) (*Metrics, error) {
	m := &Metrics{
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cardwatch_send_attempts_total",
			Help: "Attempts to hand a message to a provider, by outcome: accepted, breaker_open, cancelled or the reason of the failure.",
		}, []string{"channel", "provider", "outcome"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cardwatch_send_refusals_total",
			Help: "Messages that a contact rule refused at the moment of sending, by rule.",
		}, []string{"channel", "rule"}),
		limited: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cardwatch_send_limited_total",
			Help: "Times that a message was put off because a provider or a telephone number had had enough, by whose limit it was: provider or phone.",
		}, []string{"channel", "limit"}),
		breaker: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "cardwatch_breaker_state",
			Help: "State of a provider's circuit breaker: 0 closed, 1 half-open, 2 open.",
		}, []string{"channel", "provider"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:                        "cardwatch_send_seconds",
			Help:                        "Time that a provider took to answer an attempt.",
			Buckets:                     []float64{.01, .05, .1, .25, .5, 1, 2.5, 5},
			NativeHistogramBucketFactor: 1.1,
		}, []string{"channel", "provider"}),
	}
	var problems []error
	for _, c := range []prometheus.Collector{m.attempts, m.refusals, m.limited, m.breaker, m.seconds} {
		problems = append(problems, reg.Register(c))
	}
	return m, errors.Join(problems...)
}
