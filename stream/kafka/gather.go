package kafka

import (
	"context"
	"sync"
	"time"
)

// Gather sends what many goroutines have to send at a time as one: a partition takes one request after the other, so that messages one by
// one wait for as many acknowledgements as are before them. It is for records that are independent of each other. The zero Gather is not
// usable; it is safe for concurrent use.
type Gather struct {
	producer *Producer
	patience time.Duration

	mu      sync.Mutex
	waiting []gathered
	sending bool
}

type gathered struct {
	message Message
	done    chan error
}

// mostGathered bounds the messages of one request.
const mostGathered = 512

// NewGather gathers for a producer; patience bounds each request.
func NewGather(p *Producer, patience time.Duration) *Gather {
	return &Gather{producer: p, patience: patience}
}

// Send returns when the message is acknowledged, when the request that held it has failed, or when ctx ends, after which it may still be
// written. After an error it may have been written, too.
func (g *Gather) Send(ctx context.Context, m Message) error {
	done := make(chan error, 1)
	g.mu.Lock()
	g.waiting = append(g.waiting, gathered{m, done})
	if !g.sending {
		g.sending = true
		go g.send()
	}
	g.mu.Unlock()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// send works until nobody waits any more.
func (g *Gather) send() {
	for batch := g.next(); len(batch) > 0; batch = g.next() {
		messages := make([]Message, len(batch))
		for i := range batch {
			messages[i] = batch[i].message
		}
		ctx, cancel := context.WithTimeout(context.Background(), g.patience)
		err := g.producer.Send(ctx, messages)
		cancel()
		for i := range batch {
			batch[i].done <- err
		}
	}
}

func (g *Gather) next() (batch []gathered) {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(g.waiting), mostGathered)
	batch, g.waiting = g.waiting[:n:n], g.waiting[n:]
	g.sending = n > 0
	return batch
}
