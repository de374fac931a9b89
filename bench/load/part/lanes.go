package part

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/cardwatch/cardwatch/stream/kafka"
)

// Lanes write records to one topic: those of a partition one request after the other, the partitions side by side. Add and
// Flush belong to one goroutine.
type Lanes struct {
	topic string
	lanes []*lane
	wait  sync.WaitGroup
	// OnSend, when set before the first Add, hears the marks of the records that are about to be sent.
	OnSend func(mark int64, at time.Time)
}

// chunkBytes is how much a lane gathers before it sends unasked; twice as much may wait when Bounded.
const chunkBytes = 512 << 10

// NewLanes prepares lanes. A bounded one makes Add wait while the broker is slow; otherwise what is added waits in memory, as an
// open loop asks for.
func NewLanes(ctx context.Context, client *kafka.Client, topic string, partitions int, bounded bool) (*Lanes, error) {
	producer, err := client.Producer(ctx, "")
	if err != nil {
		return nil, err
	}
	l := &Lanes{topic: topic}
	for p := range partitions {
		one := &lane{topic: topic, partition: int32(p), bounded: bounded}
		one.changed.L = &one.mu
		l.lanes = append(l.lanes, one)
		l.wait.Go(func() { one.run(ctx, producer, l) })
	}
	return l, nil
}

// Add takes a record, whose bytes it copies, at a time in Unix milliseconds. A mark other than 0 is told to OnSend.
func (l *Lanes) Add(key, value []byte, at, mark int64) error {
	return l.lanes[kafka.Partition(key, len(l.lanes))].add(key, value, at, mark)
}

// Flush lets every lane send what it has, without waiting.
func (l *Lanes) Flush() {
	for _, one := range l.lanes {
		one.tell(func() { one.due = one.filling.bytes() > 0 })
	}
}

// Close sends the rest and gives the first error of each lane.
func (l *Lanes) Close() error {
	for _, one := range l.lanes {
		one.tell(func() { one.closed = true })
	}
	l.wait.Wait()
	var errs []error
	for _, one := range l.lanes {
		errs = append(errs, one.err)
	}
	return errors.Join(errs...)
}

// lane is one partition's way.
type lane struct {
	topic     string
	partition int32
	bounded   bool

	mu          sync.Mutex
	changed     sync.Cond
	filling     chunk
	due, closed bool
	err         error
}

func (l *lane) tell(what func()) {
	l.mu.Lock()
	what()
	l.mu.Unlock()
	l.changed.Broadcast()
}

func (l *lane) add(key, value []byte, at, mark int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.bounded && l.err == nil && l.filling.bytes() > 2*chunkBytes {
		l.changed.Wait()
	}
	l.filling.add(key, value, at, mark)
	if !l.due && l.filling.bytes() > chunkBytes {
		l.due = true
		l.changed.Broadcast()
	}
	return l.err
}

func (l *lane) run(ctx context.Context, producer *kafka.Producer, lanes *Lanes) {
	var sending chunk
	for l.next(&sending) {
		if lanes.OnSend != nil {
			now := time.Now()
			for _, r := range sending.records {
				if r.mark != 0 {
					lanes.OnSend(r.mark, now)
				}
			}
		}
		if err := producer.Send(ctx, sending.messages(l.topic, l.partition)); err != nil {
			l.tell(func() { l.err = err })
			return
		}
	}
}

// next swaps the chunk that was sent for the one that was filled meanwhile; false when nothing more will come.
func (l *lane) next(sending *chunk) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for !l.due && !l.closed {
		l.changed.Wait()
	}
	if l.filling.bytes() == 0 {
		return false
	}
	sending.reset()
	*sending, l.filling = l.filling, *sending
	l.due = false
	l.changed.Broadcast()
	return true
}

// chunk is the memory of some records.
type chunk struct {
	slab    []byte
	records []spanned
	out     []kafka.Message
}

type spanned struct {
	key, value int // lengths
	at, mark   int64
}

func (c *chunk) bytes() int { return len(c.slab) }

func (c *chunk) reset() { c.slab, c.records = c.slab[:0], c.records[:0] }

func (c *chunk) add(key, value []byte, at, mark int64) {
	c.slab = append(append(c.slab, key...), value...)
	c.records = append(c.records, spanned{len(key), len(value), at, mark})
}

func (c *chunk) messages(topic string, partition int32) []kafka.Message {
	c.out = c.out[:0]
	rest := c.slab
	for _, r := range c.records {
		key, value := rest[:r.key:r.key], rest[r.key:r.key+r.value]
		rest = rest[r.key+r.value:]
		c.out = append(c.out, kafka.Message{Topic: topic, Partition: partition, Key: key, Value: value, Timestamp: r.at})
	}
	return c.out
}
