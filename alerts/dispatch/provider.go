package dispatch

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"
	"golang.org/x/time/rate"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
)

// provider is a channel behind its circuit breaker.
type provider struct {
	channel   channel.Channel
	platforms []alerts.PushPlatform
	breaker   *gobreaker.CircuitBreaker[channel.Accepted]
	// limit is nil when the provider may be given any number.
	limit   *rate.Limiter
	metrics *Metrics

	mu sync.Mutex
	// pausedUntil is when a provider that asked us to slow down may be given more.
	pausedUntil time.Time
}

// newProvider gives a channel a breaker with the settings of notes/reliability-security.md §4.4: it opens when at least half
// of at least ten attempts that ended within ten seconds failed, lets three through after 15 s, and closes when they succeed.
func newProvider(ch Provider, m *Metrics) *provider {
	state := m.breaker.WithLabelValues(string(ch.Kind()), ch.Name())
	state.Set(float64(gobreaker.StateClosed))
	var limit *rate.Limiter
	if ch.PerSecond > 0 {
		// A second's worth may go at once: providers count by the second.
		limit = rate.NewLimiter(rate.Limit(ch.PerSecond), max(int(ch.PerSecond), 1))
	}
	return &provider{channel: ch.Channel, platforms: ch.Platforms, metrics: m, limit: limit, breaker: gobreaker.NewCircuitBreaker[channel.Accepted](gobreaker.Settings{
		Name:         string(ch.Kind()) + "/" + ch.Name(),
		Interval:     10 * time.Second,
		BucketPeriod: time.Second,
		Timeout:      15 * time.Second,
		MaxRequests:  3,
		ReadyToTrip: func(c gobreaker.Counts) bool {
			// Requests counts those under way, too: beside a flood of calls that hang, it would take half of the flood to open.
			ended := c.TotalSuccesses + c.TotalFailures
			return ended >= 10 && c.TotalFailures*2 >= ended
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

// reaches reports whether the provider has a way to a device, which is of no platform for a text message.
func (p *provider) reaches(platform alerts.PushPlatform) bool {
	return len(p.platforms) == 0 || slices.Contains(p.platforms, platform)
}

// wait takes the room for one attempt and gives 0, or tells how long to wait for it.
func (p *provider) wait(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Before(p.pausedUntil) {
		return p.pausedUntil.Sub(now)
	}
	if p.limit == nil {
		return 0
	}
	r := p.limit.ReserveN(now, 1)
	if wait := r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return wait
	}
	return 0
}

// room is how many messages the provider may be given now.
func (p *provider) room(now time.Time) float64 {
	if p.limit == nil {
		return math.Inf(1)
	}
	return p.limit.TokensAt(now)
}

// slowDown keeps everything from a provider that has had too much, for as long as it says, or a second.
func (p *provider) slowDown(err error) {
	pause := time.Second
	if e := (*channel.Error)(nil); errors.As(err, &e) {
		pause = min(max(pause, e.RetryAfter), maxPause)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pausedUntil = time.Now().Add(pause)
}

// maxPause bounds what a provider may ask for: a prompt lives no longer.
const maxPause = 5 * time.Minute

// timeoutOf is how long a provider may take over a message.
func timeoutOf(m *channel.Outgoing) time.Duration {
	if m.Kind == alerts.App && m.Purpose == alerts.FraudPrompt {
		return promptTimeout
	}
	return callTimeout
}

// send makes one attempt, unless the breaker is open.
func (p *provider) send(ctx context.Context, m channel.Outgoing) (channel.Accepted, error) {
	began := time.Now()
	accepted, err := p.breaker.Execute(func() (channel.Accepted, error) {
		ctx, cancel := context.WithTimeout(ctx, timeoutOf(&m))
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
		if channel.ReasonOf(err) == channel.RateLimited {
			p.slowDown(err)
		}
	}
	p.metrics.attempts.WithLabelValues(append(labels, outcome)...).Inc()
	if outcome != ReasonBreakerOpen {
		p.metrics.seconds.WithLabelValues(labels...).Observe(time.Since(began).Seconds())
	}
	return accepted, err
}
