package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Producer writes records with acks=all as an idempotent producer: a batch that is sent again after a lost answer is stored once. It is
// safe for concurrent use; records that one call sends to one partition keep their order.
//
// With a transactional id it is also fenced. Creating a producer with the same id makes the brokers refuse the older producer's writes
// to a partition, from the newer one's first write to that partition on: so a new owner writes a marker before it trusts what it reads.
// The batches are plain ones, no transactions: consumers see them at once. That brokers accept and fence these is not promised by
// any Java client's use; the conformance tests establish it for Apache Kafka 4.3.
//
// Limits of the fence: a broker forgets a producer that wrote nothing to a partition for a day (producer.id.expiration.ms), and the
// coordinator an id whose epoch is a week old (transactional.id.expiration.ms). Send takes a new epoch twice a day, so only an owner
// that is idle for that long is exposed; one that finds its id forgotten gets ErrFenced.
type Producer struct {
	c  *Client
	id string

	// session changes while the gate is shut, because a new epoch starts every partition's sequence at 0.
	gate gate
	// mu guards what follows, for a moment at a time.
	mu      sync.Mutex
	session session
	since   time.Time
	stale   bool // the session cannot be used any more, or a write's outcome is unknown: take a new epoch first
	fenced  bool

	targetsMu  sync.Mutex
	targets    map[target]*writer
	partitions map[string]int
}

// sessionRenewal is well below a broker's producer.id.expiration.ms and transactional.id.expiration.ms.
const sessionRenewal = 12 * time.Hour

// Producer returns a producer. A transactional id makes it the only one that may write under this id, see Producer; an empty one gives
// a plain idempotent producer. It retries until ctx ends.
func (c *Client) Producer(ctx context.Context, transactionalID string) (*Producer, error) {
	p := &Producer{c: c, id: transactionalID, gate: newGate(), targets: map[target]*writer{}, partitions: map[string]int{}}
	s, err := c.initProducer(ctx, transactionalID, noSession)
	if err != nil {
		return nil, err
	}
	p.session, p.since = s, time.Now()
	return p, nil
}

// Send writes the messages and returns when every one of them is acknowledged by all in-sync replicas. It retries until ctx ends or
// Config.DeliveryTimeout has passed for a batch. After an error some messages may have been written, and sending them again may write
// those twice. ErrFenced means that a newer owner exists; it stays.
func (p *Producer) Send(ctx context.Context, msgs []Message) error {
	groups, err := p.group(ctx, msgs)
	if err != nil {
		return err
	}
	if len(groups) == 1 {
		for t, selected := range groups {
			return p.sendTo(ctx, t, msgs, selected)
		}
	}
	var (
		wg     sync.WaitGroup
		errsMu sync.Mutex
		errs   []error
	)
	for t, selected := range groups {
		wg.Go(func() {
			if err := p.sendTo(ctx, t, msgs, selected); err != nil {
				errsMu.Lock()
				defer errsMu.Unlock()
				errs = append(errs, err)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// group sorts the messages' indices by the partition they go to, in their order.
func (p *Producer) group(ctx context.Context, msgs []Message) (map[target][]int, error) {
	groups := map[target][]int{}
	for i := range msgs {
		t := target{msgs[i].Topic, msgs[i].Partition}
		if t.partition < 0 {
			n, err := p.partitionCount(ctx, t.topic)
			if err != nil {
				return nil, err
			}
			t.partition = int32(Partition(msgs[i].Key, n))
		}
		groups[t] = append(groups[t], i)
	}
	return groups, nil
}

// partitionCount asks once per topic: a count that changed would move every key, which the engine refuses anyway.
func (p *Producer) partitionCount(ctx context.Context, topic string) (int, error) {
	p.targetsMu.Lock()
	n, ok := p.partitions[topic]
	p.targetsMu.Unlock()
	if ok {
		return n, nil
	}
	topics, err := p.c.Topics(ctx, []string{topic})
	if err != nil {
		return 0, err
	}
	info, ok := topics[topic]
	if !ok {
		return 0, fmt.Errorf("kafka: topic %s does not exist, or this user has no permission to see it", topic)
	}
	p.targetsMu.Lock()
	defer p.targetsMu.Unlock()
	p.partitions[topic] = info.Partitions
	return info.Partitions, nil
}

func (p *Producer) writer(t target) *writer {
	p.targetsMu.Lock()
	defer p.targetsMu.Unlock()
	w := p.targets[t]
	if w == nil {
		w = &writer{turn: make(chan struct{}, 1)}
		p.targets[t] = w
	}
	return w
}

// use returns the session for one write and holds off a change of it until release is called. It takes a new epoch when that is due.
func (p *Producer) use(ctx context.Context) (s session, release func(), err error) {
	for {
		if err := p.gate.enter(ctx); err != nil {
			return session{}, nil, err
		}
		s, usable, err := p.current()
		if usable {
			return s, p.gate.leave, nil
		}
		p.gate.leave()
		if err == nil {
			err = p.renew(ctx)
		}
		if err != nil {
			return session{}, nil, err
		}
	}
}

// current is the session, and whether it can be used as it is; ErrFenced when there will be none any more.
func (p *Producer) current() (s session, usable bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fenced {
		return p.session, false, ErrFenced
	}
	return p.session, !p.stale && time.Since(p.since) < sessionRenewal, nil
}

// renew takes the next epoch unless another call just has.
func (p *Producer) renew(ctx context.Context) error {
	if err := p.gate.shut(ctx); err != nil {
		return err
	}
	defer p.gate.open()
	if _, usable, err := p.current(); usable || err != nil {
		return err
	}
	return p.bump(ctx)
}

// bump takes the next epoch; the gate is shut. It names the current one, so that a fenced producer is refused instead of becoming the
// owner again.
func (p *Producer) bump(ctx context.Context) error {
	current, _, _ := p.current()
	if p.id == "" {
		current = noSession // a plain producer just gets another id
	}
	s, err := p.c.initProducer(ctx, p.id, current)
	if errors.Is(err, ErrFenced) {
		p.markFenced()
	}
	if err != nil {
		return err
	}
	p.begin(s)
	p.targetsMu.Lock()
	defer p.targetsMu.Unlock()
	for _, w := range p.targets {
		w.sequence = 0
	}
	return nil
}

func (p *Producer) begin(s session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.session, p.since, p.stale = s, time.Now(), false
}

// markStale makes the next write take a new epoch; s is the session that was found wanting.
func (p *Producer) markStale(s session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stale = p.stale || p.session == s
}

func (p *Producer) markFenced() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fenced = true
}
