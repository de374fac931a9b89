package hooks

import (
	"context"
	"sync"
	"time"
)

const (
	// keepFor is how long a receipt waits for its message (notes/reliability-security.md row 41).
	keepFor = 24 * time.Hour
	// maxHeld bounds how many wait: 200 messages a second for eight minutes.
	maxHeld = 100_000
	// firstTry and lastTry bound the pauses between two looks for a message: the record that it was taken is mostly some milliseconds
	// behind its receipt.
	firstTry = 100 * time.Millisecond
	lastTry  = time.Minute
	// lookEvery is how often Run looks whose time has come.
	lookEvery = 50 * time.Millisecond
)

// held are receipts whose message nobody knows yet.
type held struct {
	mu   sync.Mutex
	list []waiting
}

type waiting struct {
	notice
	since, next time.Time
	pause       time.Duration
}

// keep takes a receipt in, unless there are too many.
func (h *held) keep(n notice, now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.list) >= maxHeld {
		return false
	}
	h.list = append(h.list, waiting{n, now, now.Add(firstTry), firstTry})
	return true
}

// due takes out those whose time has come.
func (h *held) due(now time.Time) (due []waiting) {
	h.mu.Lock()
	defer h.mu.Unlock()
	kept := h.list[:0]
	for _, w := range h.list {
		if now.Before(w.next) {
			kept = append(kept, w)
		} else {
			due = append(due, w)
		}
	}
	h.list = kept
	return due
}

// back puts one that was due in again, for later.
func (h *held) back(w waiting, now time.Time) {
	w.pause = min(2*w.pause, lastTry)
	w.next = now.Add(w.pause)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.list = append(h.list, w)
}

// Run looks for the messages of receipts that came too early, until ctx ends.
func (b *Inbox) Run(ctx context.Context) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		for _, w := range b.held.due(time.Now()) {
			b.again(ctx, w)
		}
	}
}

func (b *Inbox) again(ctx context.Context, w waiting) {
	now := time.Now()
	found, err := b.bring(ctx, w.notice)
	switch {
	case err != nil && ctx.Err() == nil:
		b.log.Error("a receipt cannot be written; it is tried again", "channel", w.channel, "err", err)
		b.held.back(w, now)
	case found:
	case now.Sub(w.since) >= keepFor:
		b.metrics.heard(w.channel, "receipt_unknown")
	default:
		b.held.back(w, now)
	}
}
