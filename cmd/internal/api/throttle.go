package api

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// local is the role, in figures, of a program on this machine that came without a token.
const local Role = "local"

// throttle bounds how often each caller may call, by a token bucket of its own. It knows the callers from the start, so a flood makes it
// remember nothing. Tokens of one name are one caller.
type throttle struct {
	buckets map[string]*rate.Limiter
	refused *prometheus.CounterVec
}

// newThrottle lets each caller make perSecond calls a second and twice as many at once; 0 is no bound.
func newThrottle(perSecond int, tokens []Token) *throttle {
	t := &throttle{
		buckets: map[string]*rate.Limiter{},
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "cardwatch", Name: "api_throttled_total", Help: "Calls of /api/v1 refused because their caller calls too often, by its role; local came without a token.",
		}, []string{"role"}),
	}
	if perSecond == 0 {
		return t
	}
	bucket := func(name string) { t.buckets[name] = rate.NewLimiter(rate.Limit(perSecond), 2*perSecond) }
	bucket(loopback)
	for i := range tokens {
		bucket(tokens[i].Name)
	}
	return t
}

// admit counts one call, or refuses it and says when the caller may come again.
func (t *throttle) admit(c caller, now card.Moment) *Problem {
	bucket := t.buckets[c.name]
	if bucket == nil {
		return nil
	}
	at := time.UnixMilli(now.UnixMilli)
	turn := bucket.ReserveN(at, 1)
	wait := turn.DelayFrom(at)
	if wait <= 0 {
		return nil
	}
	turn.CancelAt(at)
	t.refused.WithLabelValues(string(c.role)).Inc()
	p := refusal(CodeTooMany)
	p.retryAfter = wait
	return p
}
