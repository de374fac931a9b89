package app

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// maxSeries bounds the series of a counter whose labels people choose; drafts come and go, and the figures' memory must not grow with them.
const maxSeries = 200

// boundedCounter is a counter of two labels without a closed set of values: what comes after the first few hundred is counted as "other".
// Safe for concurrent use.
type boundedCounter struct {
	vec  *prometheus.CounterVec
	mu   sync.Mutex
	seen map[[2]string]prometheus.Counter
}

func (b *boundedCounter) inc(first, second string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := [2]string{first, second}
	c, known := b.seen[key]
	if !known && len(b.seen) >= maxSeries {
		b.vec.WithLabelValues("other", "other").Inc()
		return
	}
	if !known {
		c = b.vec.WithLabelValues(first, second)
		if b.seen == nil {
			b.seen = make(map[[2]string]prometheus.Counter)
		}
		b.seen[key] = c
	}
	c.Inc()
}
