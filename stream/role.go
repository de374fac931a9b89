package stream

import (
	"time"

	"github.com/cardwatch/cardwatch/stream/kafka"
)

// Role is how a part outside the Engine that works on partitions of one topic (package rekey) appears among the engine's processors: in
// Status, in the same figures, and stopped by the same poison storms. Safe for concurrent use.
type Role struct {
	*Status
	topic string
}

// NewRole returns a role's board. The name is the value of the metrics' processor label. Metrics may be nil.
func NewRole(name, topic string, m *Metrics) *Role {
	return &Role{Status: newStatus(Spec{Name: name, Inputs: []string{topic}}, m), topic: topic}
}

// Assigned notes a new generation's partitions; those before are released.
func (r *Role) Assigned(partitions []int) { r.assigned(partitions) }

// Ended notes that the work on a partition has ended: with an error it is stopped and waits for a decision.
func (r *Role) Ended(partition int, err error) { r.ended(partition, err) }

// Fetched notes how far reading is behind.
func (r *Role) Fetched(partition int, b kafka.Batch) { r.of(partition).fetched(r.topic, b) }

// Moved is what one transaction did.
type Moved struct {
	// Read counts source records; Written the records made of them by topic; Refused the dead letters by reason.
	Read             int
	Written, Refused map[string]int
	// Appended are the append times, in milliseconds since 1970, of the source records that were written on.
	Appended []int64
}

// Moved counts a transaction that has committed.
func (r *Role) Moved(done Moved) {
	m := r.metrics
	if m == nil {
		return
	}
	m.records.WithLabelValues(r.processor, r.topic).Add(float64(done.Read))
	for topic, n := range done.Written {
		m.outputs.WithLabelValues(r.processor, topic).Add(float64(n))
	}
	for reason, n := range done.Refused {
		m.refused.WithLabelValues(r.processor, r.topic, reason).Add(float64(n))
	}
	now, waited := m.clock.Now(), m.latency.WithLabelValues(r.processor, r.topic)
	for _, at := range done.Appended {
		waited.Observe(m.clock.Wall(now.Sub(time.UnixMilli(at))).Seconds())
	}
}

// StormGuard watches the share of refused records of one partition.
type StormGuard struct{ guard stormGuard }

// Add notes one more record. The error is ErrPoisonStorm when too many were refused: more than 1 % of the last 1,000, or 100 in a row.
func (g *StormGuard) Add(refused bool) error { return g.guard.add(refused) }

// StopsPartition says whether an error is one partition's own trouble, which an operator has to decide on: a gap in the log, a corrupt or
// oversized batch, a poison storm.
func StopsPartition(err error) bool { return stopsPartition(err) }
