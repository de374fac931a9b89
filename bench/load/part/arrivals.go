package part

import (
	"context"
	"sync"
	"time"
)

// arrivals counts what is to come, until all of it is there.
type arrivals struct {
	mu             sync.Mutex
	seen, expected int64
	complete       chan struct{}
}

func newArrivals() *arrivals { return &arrivals{expected: -1, complete: make(chan struct{})} }

func (a *arrivals) arrive() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.seen++; a.seen == a.expected {
		close(a.complete)
	}
}

func (a *arrivals) count() int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.seen
}

// await waits until so many have arrived, at most for a time. It is called once.
func (a *arrivals) await(ctx context.Context, expected int64, atMost time.Duration) {
	a.mu.Lock()
	a.expected = expected
	done := a.seen >= expected
	a.mu.Unlock()
	if done {
		return
	}
	timer := time.NewTimer(atMost)
	defer timer.Stop()
	select {
	case <-a.complete:
	case <-timer.C:
	case <-ctx.Done():
	}
}
