package hooks

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxLimits is how many keys a limits remembers before it forgets the quiet ones.
const maxLimits = 10_000

// limits bounds how often each key may come.
type limits[K comparable] struct {
	rate  rate.Limit
	burst int

	mu    sync.Mutex
	known map[K]*rate.Limiter
	// swept is when the quiet ones were forgotten last: at most once a second, since it looks at all.
	swept time.Time
}

// allow counts one and reports whether it is within the bounds. When everybody is noisy and there is no room, newcomers share what a
// single one may.
func (l *limits[K]) allow(key K, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil {
		l.known = map[K]*rate.Limiter{}
	}
	if l.known[key] == nil && len(l.known) >= maxLimits {
		l.forgetQuiet(now)
		if len(l.known) >= maxLimits {
			key = *new(K)
		}
	}
	if l.known[key] == nil {
		l.known[key] = rate.NewLimiter(l.rate, l.burst)
	}
	return l.known[key].AllowN(now, 1)
}

func (l *limits[K]) forgetQuiet(now time.Time) {
	if now.Sub(l.swept) < time.Second {
		return
	}
	l.swept = now
	for key, limit := range l.known {
		if limit.TokensAt(now) >= float64(l.burst) {
			delete(l.known, key)
		}
	}
}
