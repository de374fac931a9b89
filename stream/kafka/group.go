package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	kgo "github.com/segmentio/kafka-go"
)

// GroupConfig says how to be a member of a consumer group.
type GroupConfig struct {
	Group string
	// Topics are co-partitioned: a member that is assigned a partition number reads that partition of each of them.
	Topics []string
	// SessionTimeout is how long a member may be silent before its partitions go to others; 0 means 6 s, the least that brokers allow by
	// default.
	SessionTimeout time.Duration
	// HeartbeatInterval is also the time until a member notices that another one joined or left; 0 means 500 ms.
	HeartbeatInterval time.Duration
	// RebalanceTimeout is how long a member may take to hand its partitions over; 0 means 30 s.
	RebalanceTimeout time.Duration
	// Balancer shares the partitions out; the zero value means Sticky. All members of a group need the same.
	Balancer Balancer
	// Copied tells how much this member has of each partition's state, in any unit that all members share; a partition that nobody owns
	// goes to who has most of it, as far as shares allow. May be nil.
	Copied func() map[int]int64
}

// Assignment is what one generation of the group gives to this member.
type Assignment struct {
	// Generation grows with every rebalance of the group.
	Generation int32
	// Partitions are the assigned partition numbers, ascending; none when there are more members than partitions.
	Partitions []int
	// Committed holds the group's offset per topic and partition number, -1 where nothing has been committed.
	Committed map[string]map[int]int64

	generation *kgo.Generation
}

// Commit stores the group's offsets by topic and partition number: the next offset to be read. It works until onAssigned returns, so
// also while the partitions are being handed over, unless the session has timed out.
func (a *Assignment) Commit(offsets map[string]map[int]int64) error {
	if err := a.generation.CommitOffsets(offsets); err != nil {
		return fmt.Errorf("kafka: commit offsets of group %s, generation %d: %w", a.generation.GroupID, a.Generation, explain(err))
	}
	return nil
}

// Join makes this process a member of the group until ctx ends, and then leaves it, so that others take over at once. It calls
// onAssigned for every generation, one at a time, with a context that ends when the generation does. After that onAssigned has until
// RebalanceTimeout to drain, flush, commit and return. If onAssigned returns nil before, the member stays, idle; if it returns an error, the
// member leaves and Join returns that error.
//
// The group is a way to share out partitions and to mirror progress. Two members may believe for a moment that they own the same
// partition, namely when one of them has been silent for longer than its session: what they write has to be fenced, see Producer.
//
// Failures to join are retried every second and reported to Config.OnRetry.
func (c *Client) Join(ctx context.Context, cfg GroupConfig, onAssigned func(ctx context.Context, a Assignment) error) error {
	cfg.SessionTimeout = orDefault(cfg.SessionTimeout, 6*time.Second)
	cfg.HeartbeatInterval = orDefault(cfg.HeartbeatInterval, 500*time.Millisecond)
	cfg.RebalanceTimeout = orDefault(cfg.RebalanceTimeout, 30*time.Second)
	if cfg.Balancer.assign == nil {
		cfg.Balancer = Sticky()
	}
	ctx, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	m := &member{c: c, cfg: cfg, leave: leave, balancer: &groupBalancer{Balancer: cfg.Balancer, copied: cfg.Copied}, onAssigned: onAssigned}
	group, err := kgo.NewConsumerGroup(kgo.ConsumerGroupConfig{
		ID: cfg.Group, Topics: cfg.Topics, Brokers: c.cfg.Brokers, Dialer: c.dialer(),
		GroupBalancers:    []kgo.GroupBalancer{m.balancer},
		HeartbeatInterval: cfg.HeartbeatInterval, SessionTimeout: cfg.SessionTimeout, RebalanceTimeout: cfg.RebalanceTimeout,
		JoinGroupBackoff: connectBackoff,
		Timeout:          min(cfg.SessionTimeout, 5*time.Second),
	})
	if err != nil {
		return fmt.Errorf("kafka: group %s: %w", cfg.Group, err)
	}
	m.run(ctx, group)
	err = group.Close() // ends the generation, waits until onAssigned has returned, and leaves
	m.serving.Wait()
	var failed *assignedError
	if errors.As(context.Cause(ctx), &failed) {
		return errors.Join(failed.err, err)
	}
	return err
}

func (c *Client) dialer() *kgo.Dialer {
	return &kgo.Dialer{
		ClientID: c.cfg.ClientID, Timeout: c.cfg.DialTimeout, DialFunc: c.cfg.Dial, TLS: c.cfg.TLS, SASLMechanism: c.cfg.SASL,
	}
}

// assignedError is what onAssigned returned, as the reason to leave.
type assignedError struct{ err error }

func (e *assignedError) Error() string { return e.err.Error() }

// member runs the generations of one membership.
type member struct {
	c          *Client
	cfg        GroupConfig
	leave      context.CancelCauseFunc
	balancer   *groupBalancer
	onAssigned func(context.Context, Assignment) error
	serving    sync.WaitGroup
}

func (m *member) run(ctx context.Context, group *kgo.ConsumerGroup) {
	for {
		generation, err := group.Next(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			m.c.cfg.OnRetry("join group "+m.cfg.Group, explain(err))
			continue
		}
		m.serving.Wait() // kafka-go does not wait for a function that is started when its generation has already ended
		a := assignment(generation)
		m.balancer.own(a.Generation, a.Partitions)
		m.serving.Add(1)
		generation.Start(func(ended context.Context) {
			defer m.serving.Done()
			m.serve(ctx, ended, a)
		})
	}
}

// serve runs onAssigned for one generation. It must not return before the generation has ended: that would end it.
func (m *member) serve(ctx, ended context.Context, a Assignment) {
	if ended.Err() != nil {
		return
	}
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	defer context.AfterFunc(ended, stop)()
	drained := make(chan struct{})
	m.serving.Go(func() { m.keepAlive(ended, drained, a) })
	err := m.onAssigned(serving, a)
	close(drained)
	if err != nil {
		m.leave(&assignedError{err})
	}
	<-ended.Done()
}

// keepAlive sends heartbeats while the partitions are handed over. kafka-go stops them when a generation ends, and a coordinator drops
// a member that is silent for SessionTimeout even while it waits for it to rejoin.
func (m *member) keepAlive(ended context.Context, drained <-chan struct{}, a Assignment) {
	select {
	case <-ended.Done():
	case <-drained:
		return
	}
	ticker := time.NewTicker(m.cfg.HeartbeatInterval)
	defer ticker.Stop()
	for {
		select {
		case <-drained:
			return
		case <-ticker.C:
			m.heartbeat(a)
		}
	}
}

// heartbeat sends one. That a rebalance is in progress is the expected answer.
func (m *member) heartbeat(a Assignment) {
	ctx, cancel := context.WithTimeout(context.Background(), m.cfg.SessionTimeout)
	defer cancel()
	res, err := m.c.api.Heartbeat(ctx, &kgo.HeartbeatRequest{
		GroupID: m.cfg.Group, GenerationID: a.Generation, MemberID: a.generation.MemberID,
	})
	if err == nil {
		err = res.Error
	}
	if err != nil && !errors.Is(err, kgo.RebalanceInProgress) {
		m.c.cfg.OnRetry("stay in group "+m.cfg.Group+" while handing over", explain(err))
	}
}

func assignment(g *kgo.Generation) Assignment {
	a := Assignment{Generation: g.ID, Committed: map[string]map[int]int64{}, generation: g}
	numbers := map[int]bool{}
	for topic, partitions := range g.Assignments {
		a.Committed[topic] = map[int]int64{}
		for _, p := range partitions {
			numbers[p.ID] = true
			a.Committed[topic][p.ID] = max(p.Offset, -1) // kafka-go puts its start offset, -2, where none is committed
		}
	}
	a.Partitions = slices.Sorted(maps.Keys(numbers))
	return a
}
