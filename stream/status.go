package stream

import (
	"maps"
	"slices"
	"sync"

	"github.com/cardwatch/cardwatch/stream/kafka"
)

// PartitionState is whether a partition is being worked on.
type PartitionState string

// The partition states.
const (
	Running PartitionState = "running"
	// Waiting is a partition that starts anew after a failure that may pass, such as brokers that stay away; Reason tells which.
	Waiting PartitionState = "waiting"
	// Stopped is a partition that waits for a decision; Reason tells which.
	Stopped PartitionState = "stopped"
	// Released is a partition that another process has now.
	Released PartitionState = "released"
)

// PartitionStatus is how one partition is doing.
type PartitionStatus struct {
	Partition int
	State     PartitionState
	Reason    string
	// Lag is, per input topic, the records in the log that had not been fetched at the last look.
	Lag map[string]int64
	// Current says that this process has dealt with everything that was in the log when it first came to the end of it; a processor
	// that writes through has stored it, too.
	Current bool
	// Rules are those that decide, as the changelog records them; nil while a partition is being taken over.
	Rules []byte
	// RulesFrom is, per input topic, the first offset that they decide; nil when they decided before this process had the partition.
	RulesFrom map[string]int64
}

// Status is how an engine's partitions are doing. Safe for concurrent use.
type Status struct {
	processor  string
	inputs     int
	metrics    *Metrics
	mu         sync.Mutex
	joined     bool
	partitions map[int]*PartitionStatus
}

func newStatus(spec Spec, m *Metrics) *Status {
	return &Status{processor: spec.Name, inputs: len(spec.Inputs), metrics: m, partitions: make(map[int]*PartitionStatus)}
}

// Partitions lists the partitions that this process has or had, in order.
func (s *Status) Partitions() []PartitionStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []PartitionStatus
	for _, p := range slices.Sorted(maps.Keys(s.partitions)) {
		one := *s.partitions[p]
		one.Lag, one.RulesFrom = maps.Clone(one.Lag), maps.Clone(one.RulesFrom)
		list = append(list, one)
	}
	return list
}

// CaughtUp lists the partitions that run here and are current, and had nothing left to fetch at the last look.
func (s *Status) CaughtUp() []int {
	var list []int
	for _, p := range s.Partitions() {
		if p.State == Running && p.Current && len(p.Lag) == s.inputs && !slices.ContainsFunc(slices.Collect(maps.Values(p.Lag)), positive) {
			list = append(list, p.Partition)
		}
	}
	return list
}

func positive(n int64) bool { return n > 0 }

// Joined reports whether the process is, or has been, a member of the group.
func (s *Status) Joined() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.joined
}

func (s *Status) assigned(partitions []int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.joined = true
	for _, p := range s.partitions {
		if !slices.Contains(partitions, p.Partition) {
			p.State = Released
		}
	}
	for _, p := range partitions {
		if one := s.partitions[p]; one != nil && (one.State == Running || one.State == Waiting) {
			continue
		}
		s.partitions[p] = &PartitionStatus{Partition: p, State: Running, Lag: make(map[string]int64)}
		s.metrics.partitionState(s.processor, p, true)
	}
}

func (s *Status) ended(partition int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.partitions[partition]
	if err != nil {
		p.State, p.Reason = Stopped, err.Error()
	} else {
		p.State = Released
	}
	s.metrics.partitionState(s.processor, partition, false)
}

func (s *Status) waits(partition int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.partitions[partition]
	p.State, p.Reason, p.Current = Waiting, err.Error(), false
	clear(p.Lag)
	s.metrics.partitionState(s.processor, partition, false)
}

func (s *Status) of(partition int) *partitionStatus {
	return &partitionStatus{status: s, partition: partition}
}

// partitionStatus is a runner's pen on its own line.
type partitionStatus struct {
	status    *Status
	partition int
}

func (p *partitionStatus) fetched(topic string, b kafka.Batch) {
	s := p.status
	s.mu.Lock()
	defer s.mu.Unlock()
	one, lag := s.partitions[p.partition], max(b.HighWatermark-b.Next, 0)
	if one.State == Waiting {
		one.State, one.Reason = Running, ""
		s.metrics.partitionState(s.processor, p.partition, true)
	}
	one.Lag[topic] = lag
	s.metrics.lag(s.processor, topic, p.partition, lag)
}

func (p *partitionStatus) current() {
	s := p.status
	s.mu.Lock()
	defer s.mu.Unlock()
	s.partitions[p.partition].Current = true
}

func (p *partitionStatus) decidedBy(rules []byte, from map[string]int64) {
	s := p.status
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.partitions[p.partition]
	one.Rules, one.RulesFrom = rules, from
}
