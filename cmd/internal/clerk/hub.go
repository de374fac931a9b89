package clerk

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"
)

// Hub tells waiting requests and live feeds which customers' states have changed. It keeps the last ringSize changes, so
// that a reader who lost their connection goes on where they were.
type Hub struct {
	mu sync.Mutex
	// ring holds change number n at n % ringSize; next is the number of the coming change. Numbers start at first, which differs
	// from one process to the next, so that a number of an earlier process is not taken for one of ours.
	ring  [ringSize]string
	first uint64
	next  uint64
	// woken is closed and replaced with every change.
	woken chan struct{}
}

const ringSize = 256

// NewHub makes a hub whose first change has the given number; StartAnywhere gives one.
func NewHub(first uint64) *Hub { return &Hub{first: first, next: first, woken: make(chan struct{})} }

// StartAnywhere is a number for NewHub that no earlier process has come near.
func StartAnywhere(random io.Reader) (uint64, error) {
	var first [8]byte
	if _, err := io.ReadFull(random, first[1:6]); err != nil {
		return 0, fmt.Errorf("clerk: random source: %w", err)
	}
	return binary.BigEndian.Uint64(first[:]), nil
}

// Changed notes customers and wakes who waits; it never blocks for longer than the mutex.
func (h *Hub) Changed(customers []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range customers {
		h.ring[h.next%ringSize] = c
		h.next++
	}
	close(h.woken)
	h.woken = make(chan struct{})
}

// Since lists the customers changed from number from on, each once, with the number to go on from and a channel that closes
// with the next change. It reports false when it no longer, or not yet, knows that number.
func (h *Hub) Since(from uint64) (customers []string, next uint64, woken <-chan struct{}, known bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	known = from >= h.first && from <= h.next && h.next-from <= ringSize
	if known {
		seen := map[string]bool{}
		for n := from; n < h.next; n++ {
			if c := h.ring[n%ringSize]; !seen[c] {
				seen[c] = true
				customers = append(customers, c)
			}
		}
	}
	return customers, h.next, h.woken, known
}

// Await returns true as soon as holds does, asking again after every change; false when limit has passed.
func (h *Hub) Await(ctx context.Context, limit time.Duration, holds func() bool) bool {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		_, _, woken, _ := h.Since(0)
		if holds() {
			return true
		}
		select {
		case <-woken:
		case <-ctx.Done():
			return holds()
		}
	}
}

// EventID writes a change's number as it stands in a stream of events.
func EventID(n uint64) string { return strconv.FormatUint(n, 36) }
