package stream

import (
	"bytes"
	"context"

	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream/kafka"
)

// ask wants a customer's newest state from the goroutine that owns it.
type ask struct {
	customer string
	answer   chan []byte
}

// Peek is a customer's encoded state with every step whose outputs are acknowledged, those that WriteBehind keeps from the store included.
// It is nil when this process does not own the customer's partition, when the store has the newest state, and when the partition is
// too busy to answer before ctx ends. Safe for any goroutine.
func (e *Engine[S]) Peek(ctx context.Context, customer string) []byte {
	e.mu.Lock()
	var owner *worker
	if len(e.owners) > 0 {
		owner = e.owners[kafka.Partition([]byte(customer), e.partitions)]
	}
	e.mu.Unlock()
	if owner == nil {
		return nil
	}
	a := ask{customer, make(chan []byte, 1)}
	select {
	case owner.asks <- a:
		return <-a.answer
	case <-owner.ended:
	case <-ctx.Done():
	}
	return nil
}

// peek is the state of a customer whom the task holds in memory, nil for others. It is called between commits only, so no step is in it
// whose outputs could still be lost.
func (t *Task[S]) peek(customer string) []byte {
	r := t.cache.find(customer)
	if r == none {
		return nil
	}
	state, err := store.ReadEnvelope(t.cache.value(r), new(store.Envelope))
	if err != nil {
		return nil // whoever reads the store is told
	}
	return bytes.Clone(state)
}

// answer gives those who ask what they want to know, without waiting for any.
func (r *runner[S]) answer() {
	for {
		select {
		case a := <-r.asks:
			a.answer <- r.task.peek(a.customer)
		default:
			return
		}
	}
}
