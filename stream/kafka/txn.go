package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	kgo "github.com/segmentio/kafka-go"
)

// ErrNotMember says that the group has moved on: the generation in whose name a transaction was to be committed has ended.
var ErrNotMember = errors.New("kafka: no longer a member of this generation of the group")

// ErrGivenUp says that a transaction was not seen to commit. It may have: the next Transactor's Position tells.
var ErrGivenUp = errors.New("kafka: the transaction was given up")

// TransactorConfig says whose records a Transactor moves.
type TransactorConfig struct {
	// ID is the transactional id: one per group and source partition, so that whoever has it owns that partition's way through.
	ID string
	// Topic and Partition are the source, whose position moves with the records.
	Topic     string
	Partition int
	// Member is in whose name positions are stored.
	Member Member
}

// Transactor moves one source partition's records elsewhere in real Kafka transactions: the records and the source's position become
// visible together or not at all, to readers of committed records. It belongs to one goroutine.
//
// Creating one with the same id bumps the epoch and ends the former one's open transaction, so what Position says afterwards is final.
// After an error of Commit a Transactor is of no use any more: make another, which settles what is open, and go on from its Position.
// Brokers need to be Kafka 2.5 or later (KIP-447).
type Transactor struct {
	c         *Client
	cfg       TransactorConfig
	session   session
	sequences map[target]int32
}

// Transactor takes the id over. It retries until ctx ends.
func (c *Client) Transactor(ctx context.Context, cfg TransactorConfig) (*Transactor, error) {
	s, err := c.initProducer(ctx, cfg.ID, noSession)
	if err != nil {
		return nil, err
	}
	return &Transactor{c: c, cfg: cfg, session: s, sequences: map[target]int32{}}, nil
}

// Position is the committed position: the offset of the first source record that has not been moved, -1 when none ever was. A
// transaction of a former owner that is still being ended is waited for.
func (t *Transactor) Position(ctx context.Context) (int64, error) {
	offset := int64(-1)
	err := t.persist(ctx, "read the position", func(ctx context.Context) (err error) {
		offset, err = t.c.stableOffset(ctx, t.cfg.Member.Group, t.cfg.Topic, t.cfg.Partition)
		return err
	})
	return offset, err
}

// Commit writes the bundle's records and sets the source's position to next, in one transaction. It retries what may pass until ctx
// ends or Config.DeliveryTimeout is over. The error is ErrFenced, ErrNotMember, ErrGivenUp, or one that needs a person (a missing ACL).
func (t *Transactor) Commit(ctx context.Context, b *Bundle, next int64) error {
	bounded, cancel := context.WithTimeout(ctx, t.c.cfg.DeliveryTimeout)
	defer cancel()
	if b.records > 0 {
		if err := t.persist(bounded, "open the transaction", func(ctx context.Context) error { return t.addPartitions(ctx, b) }); err != nil {
			return err
		}
	}
	if err := t.persist(bounded, "add the position", t.addOffsets); err != nil {
		return err
	}
	if err := t.write(bounded, b); err != nil {
		return err
	}
	if err := t.persist(bounded, "store the position", func(ctx context.Context) error { return t.commitOffset(ctx, next) }); err != nil {
		return err
	}
	return t.persist(bounded, "commit", t.end)
}

// write sends the bundle's batches: the first of every partition, then the second, and so on.
func (t *Transactor) write(ctx context.Context, b *Bundle) error {
	for round := 0; ; round++ {
		var deliveries []*delivery
		for to, p := range b.parts {
			if round < p.used {
				e := p.batches[round]
				deliveries = append(deliveries, &delivery{to: to, batch: e.finish(t.session, t.sequences[to])})
				t.sequences[to] = nextSequence(t.sequences[to], e.count)
			}
		}
		if len(deliveries) == 0 {
			return nil
		}
		err := t.persist(ctx, "write", func(ctx context.Context) error { return t.c.produceTogether(ctx, t.cfg.ID, deliveries) })
		if err != nil {
			return err
		}
	}
}

func (t *Transactor) addPartitions(ctx context.Context, b *Bundle) error {
	topics := map[string][]kgo.AddPartitionToTxn{}
	for to, p := range b.parts {
		if p.used > 0 {
			topics[to.topic] = append(topics[to.topic], kgo.AddPartitionToTxn{Partition: int(to.partition)})
		}
	}
	res, err := t.c.api.AddPartitionsToTxn(ctx, &kgo.AddPartitionsToTxnRequest{
		TransactionalID: t.cfg.ID, ProducerID: int(t.session.producerID), ProducerEpoch: int(t.session.epoch), Topics: topics,
	})
	if err != nil {
		return err
	}
	for topic, partitions := range res.Topics {
		for _, p := range partitions {
			if p.Error != nil && !errors.Is(p.Error, operationNotAttempted) {
				return fmt.Errorf("%s/%d: %w", topic, p.Partition, p.Error)
			}
		}
	}
	return nil
}

// operationNotAttempted is what the partitions beside the refused one get.
const operationNotAttempted = kgo.Error(55)

func (t *Transactor) addOffsets(ctx context.Context) error {
	res, err := t.c.api.AddOffsetsToTxn(ctx, &kgo.AddOffsetsToTxnRequest{
		TransactionalID: t.cfg.ID, ProducerID: int(t.session.producerID), ProducerEpoch: int(t.session.epoch), GroupID: t.cfg.Member.Group,
	})
	if err != nil {
		return err
	}
	return res.Error
}

func (t *Transactor) commitOffset(ctx context.Context, next int64) error {
	res, err := t.c.api.TxnOffsetCommit(ctx, &kgo.TxnOffsetCommitRequest{
		TransactionalID: t.cfg.ID, ProducerID: int(t.session.producerID), ProducerEpoch: int(t.session.epoch),
		GroupID: t.cfg.Member.Group, MemberID: t.cfg.Member.ID, GenerationID: int(t.cfg.Member.Generation),
		Topics: map[string][]kgo.TxnOffsetCommit{t.cfg.Topic: {{Partition: t.cfg.Partition, Offset: next}}},
	})
	if err != nil {
		return err
	}
	for _, p := range res.Topics[t.cfg.Topic] {
		if p.Error != nil {
			return p.Error
		}
	}
	return nil
}

// end commits. Asking twice does no harm: the coordinator knows how it ended.
func (t *Transactor) end(ctx context.Context) error {
	res, err := t.c.api.EndTxn(ctx, &kgo.EndTxnRequest{
		TransactionalID: t.cfg.ID, ProducerID: int(t.session.producerID), ProducerEpoch: int(t.session.epoch), Committed: true,
	})
	if err != nil {
		return err
	}
	return res.Error
}

// settlePause is how soon to ask again while the brokers still end the transaction before: a matter of milliseconds.
const settlePause = 2 * time.Millisecond

// persist attempts one step until the brokers decide about it.
func (t *Transactor) persist(ctx context.Context, what string, step func(context.Context) error) error {
	again := retry{c: t.c, transport: t.c.main, what: what + " in transaction " + t.cfg.ID}
	for {
		err := once(ctx, step)
		var code kgo.Error
		errors.As(err, &code)
		switch code {
		case kgo.InvalidProducerEpoch, kgo.ProducerFenced, kgo.InvalidProducerIDMapping:
			return ErrFenced
		case kgo.IllegalGeneration, kgo.UnknownMemberId, kgo.FencedInstanceID, kgo.RebalanceInProgress:
			return ErrNotMember
		case kgo.OutOfOrderSequenceNumber, kgo.UnknownProducerId, kgo.InvalidTransactionState:
			return fmt.Errorf("kafka: %s: %w: %w", again.what, ErrGivenUp, err)
		case kgo.ConcurrentTransactions:
			err = pause(ctx, settlePause)
		default:
			if err == nil {
				return nil
			}
			if code != 0 && !code.Temporary() && code != kgo.BrokerNotAvailable && code != kgo.Unknown {
				return fmt.Errorf("kafka: %s: %w", again.what, explain(err))
			}
			err = again.after(ctx, err)
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrGivenUp, err)
		}
	}
}

func once(ctx context.Context, step func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	return step(ctx)
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
