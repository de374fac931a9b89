package dispatch

import (
	"context"
	"errors"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/cardwatch/cardwatch/alerts/channel"
)

// provider is a channel behind its circuit breaker.
type provider struct {
	channel channel.Channel
	breaker *gobreaker.CircuitBreaker[channel.Accepted]
	metrics *Metrics
}

// newProvider gives a channel a breaker with the settings of notes/reliability-security.md §4.4: it opens when at least half
// of at least ten attempts within ten seconds failed, lets three through after 15 s, and closes when they succeed.
func newProvider(ch channel.Channel, m *Metrics) *provider {
	state := m.breaker.WithLabelValues(string(ch.Kind()), ch.Name())
	state.Set(float64(gobreaker.StateClosed))
	return &provider{channel: ch, metrics: m, breaker: gobreaker.NewCircuitBreaker[channel.Accepted](gobreaker.Settings{
		Name:         string(ch.Kind()) + "/" + ch.Name(),
		Interval:     10 * time.Second,
		BucketPeriod: time.Second,
		Timeout:      15 * time.Second,
		MaxRequests:  3,
		ReadyToTrip: func(c gobreaker.Counts) bool {
			return c.Requests >= 10 && c.TotalFailures*2 >= c.Requests
		},
		// The breaker calls this inside its lock: setting a gauge is all that may happen here.
		OnStateChange: func(_ string, _, to gobreaker.State) { state.Set(float64(to)) },
		// A number that does not exist is an answer: the service works.
		IsSuccessful: func(err error) bool { return err == nil || !channel.ReasonOf(err).ProviderFailure() },
		IsExcluded: func(err error) bool {
			return err != nil && (channel.Cancelled(err) || channel.ReasonOf(err) == channel.RateLimited)
		},
	})}
}

// send makes one attempt, unless the breaker is open.
func (p *provider) send(ctx context.Context, m channel.Outgoing) (channel.Accepted, error) {
	began := time.Now()
	accepted, err := p.breaker.Execute(func() (channel.Accepted, error) {
		ctx, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		return p.channel.Send(ctx, m)
	})
	labels := []string{string(p.channel.Kind()), p.channel.Name()}
	outcome := "accepted"
	switch {
	case err == nil:
	case errors.Is(err, gobreaker.ErrOpenState), errors.Is(err, gobreaker.ErrTooManyRequests):
		outcome = ReasonBreakerOpen
	case channel.Cancelled(err):
		outcome = "cancelled"
	default:
		outcome = string(channel.ReasonOf(err))
	}
	p.metrics.attempts.WithLabelValues(append(labels, outcome)...).Inc()
	if outcome != ReasonBreakerOpen {
		p.metrics.seconds.WithLabelValues(labels...).Observe(time.Since(began).Seconds())
	}
	return accepted, err
}
