package part

import (
	"sync/atomic"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream"
)

// tally counts the records that processors have applied, each in a counter of its own so that none waits for another.
type tally struct {
	counters []counter
	used     atomic.Int64
}

// counter fills a cache line.
type counter struct {
	n atomic.Int64
	_ [56]byte
}

// newTally has room for as many processors as there are partitions, and for those that a new generation of the group makes.
func newTally(partitions int) *tally { return &tally{counters: make([]counter, 8*partitions)} }

func (t *tally) applied() (n int64) {
	for i := range t.counters {
		n += t.counters[i].n.Load()
	}
	return n
}

// count wraps a processor.
func (t *tally) count(p stream.Processor[detectors.State]) stream.Processor[detectors.State] {
	i := (t.used.Add(1) - 1) % int64(len(t.counters))
	return &counted{Processor: p, counter: &t.counters[i].n}
}

type counted struct {
	stream.Processor[detectors.State]
	counter *atomic.Int64
}

// Step counts what came from the log; ticks that the engine makes itself are no records.
func (c *counted) Step(s *detectors.State, ev card.Event, out *stream.Outputs) string {
	reject := c.Processor.Step(s, ev, out)
	if _, tick := ev.Body.(*card.Tick); !tick {
		c.counter.Add(1)
	}
	return reject
}
