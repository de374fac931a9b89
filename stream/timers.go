package stream

import (
	"cmp"
	"container/heap"
	"slices"
	"time"

	"github.com/cardwatch/cardwatch/store"
)

// timerQueue yields the partition's timers in order without holding them all: those due before the horizon are in the heap,
// later ones in the store, or in pending until the next commit has stored them. A timer that was moved stays in the heap;
// whoever takes it out compares it with the state's own wish.
type timerQueue struct {
	heap    timerHeap
	horizon int64
	pending []store.Timer
	// kept is how many were pending after the last look at which are stored.
	kept int
	// chunk is how many timers are read at a time; the heap holds at most maxChunks of them, however many are set.
	chunk int
	read  func(from int64, limit int) ([]store.Timer, error)
}

const (
	timerChunk = 1000
	maxChunks  = 16
	// minHorizon is how far past now the heap reaches at least, so that a partition with few timers is not asked for them
	// at every record.
	minHorizon = int64(time.Hour / time.Millisecond)
)

// set registers a timer.
func (q *timerQueue) set(t store.Timer) {
	if t.Due >= q.horizon {
		q.pending = append(q.pending, t)
		return
	}
	heap.Push(&q.heap, t)
	if len(q.heap) > maxChunks*q.chunk {
		q.trim()
	}
}

// trim draws the horizon in to the first chunk. The others wait in pending, since they may not be stored yet.
func (q *timerQueue) trim() {
	slices.SortFunc(q.heap, compareTimers) // a sorted slice is a heap
	cut := q.chunk
	for cut < len(q.heap) && q.heap[cut].Due == q.heap[cut-1].Due {
		cut++
	}
	q.horizon = q.heap[cut-1].Due + 1
	q.pending = append(q.pending, q.heap[cut:]...)
	q.heap = q.heap[:cut]
}

func compareTimers(a, b store.Timer) int {
	return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.Customer, b.Customer))
}

// next takes out the earliest timer that is due at now.
func (q *timerQueue) next(now int64) (store.Timer, bool, error) {
	for {
		if len(q.heap) > 0 && q.heap[0].Due <= now {
			return heap.Pop(&q.heap).(store.Timer), true, nil
		}
		if q.horizon > now {
			return store.Timer{}, false, nil
		}
		if err := q.refill(now); err != nil {
			return store.Timer{}, false, err
		}
	}
}

// earliest is the due time of the first timer, when there is one before the horizon reaches until.
func (q *timerQueue) earliest(until int64) (int64, bool, error) {
	for len(q.heap) == 0 {
		if q.horizon > until {
			return 0, false, nil
		}
		if err := q.refill(until); err != nil {
			return 0, false, err
		}
	}
	return q.heap[0].Due, q.heap[0].Due <= until, nil
}

func (q *timerQueue) refill(now int64) error {
	stored, err := q.read(q.horizon, q.chunk)
	if err != nil {
		return err
	}
	horizon := now + minHorizon
	if n := len(stored); n >= q.chunk {
		horizon = stored[n-1].Due + 1
	} else if n > 0 {
		horizon = max(horizon, stored[n-1].Due+1)
	}
	later := q.pending[:0]
	for _, t := range q.pending {
		if t.Due < horizon {
			heap.Push(&q.heap, t)
		} else {
			later = append(later, t)
		}
	}
	q.pending = later
	for _, t := range stored {
		if t.Due < horizon {
			heap.Push(&q.heap, t)
		}
	}
	q.horizon = horizon
	return nil
}

// pruneAt is from how many pending timers on it pays to look which of them are stored.
const pruneAt = 1024

// stored drops the pending timers of customers whose states, and so their timers, are in the store now.
func (q *timerQueue) stored(isStored func(customer string) bool) {
	if len(q.pending) < max(pruneAt, 2*q.kept) {
		return
	}
	q.pending = slices.DeleteFunc(q.pending, func(t store.Timer) bool { return isStored(t.Customer) })
	q.kept = len(q.pending)
}

type timerHeap []store.Timer

func (h timerHeap) Len() int           { return len(h) }
func (h timerHeap) Less(i, j int) bool { return compareTimers(h[i], h[j]) < 0 }
func (h timerHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *timerHeap) Push(x any)        { *h = append(*h, x.(store.Timer)) }
func (h *timerHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
