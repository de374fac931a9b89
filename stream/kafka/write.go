package kafka

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	kgo "github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
)

// maxWriteBytes keeps a batch below the brokers' default message.max.bytes (1,048,588).
const maxWriteBytes = 900 << 10

// target is a partition of a topic.
type target struct {
	topic     string
	partition int32
}

func (t target) String() string { return fmt.Sprintf("%s/%d", t.topic, t.partition) }

// writer is what a producer keeps per partition. Batches go one at a time, so that their sequence numbers arrive in order.
type writer struct {
	turn     chan struct{} // holds one token while a batch is being written
	sequence int32         // of the next record; guarded by turn, and by Producer.mu when the epoch changes
	encoder  batchEncoder
	end      atomic.Int64 // one past the last offset known to be written
}

var (
	// errNewEpoch says that the brokers lost this producer's state: nothing was written, and a new epoch lets it go on.
	errNewEpoch = errors.New("the brokers do not know this producer's sequence any more")
	noSession   = session{producerID: -1, epoch: -1}
)

// sendTo writes the selected messages to one partition, in batches.
func (p *Producer) sendTo(ctx context.Context, t target, msgs []Message, selected []int) error {
	w := p.writer(t)
	select {
	case w.turn <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("kafka: write to %s: %w", t, ctx.Err())
	}
	defer func() { <-w.turn }()

	now := time.Now().UnixMilli()
	for len(selected) > 0 {
		w.encoder.reset()
		for _, i := range selected {
			if w.encoder.count > 0 && len(w.encoder.buf)+len(msgs[i].Key)+len(msgs[i].Value) > maxWriteBytes {
				break
			}
			w.encoder.add(&msgs[i], orDefault(msgs[i].Timestamp, now))
		}
		if err := p.deliver(ctx, t, w); err != nil {
			return fmt.Errorf("kafka: write to %s: %w", t, err)
		}
		selected = selected[w.encoder.count:]
	}
	return nil
}

// deliver writes the encoded batch until it is acknowledged.
func (p *Producer) deliver(ctx context.Context, t target, w *writer) error {
	ctx, cancel := context.WithTimeout(ctx, p.c.cfg.DeliveryTimeout)
	defer cancel()
	for {
		s, release, err := p.use(ctx)
		if err != nil {
			return err
		}
		batch := w.encoder.finish(s, w.sequence)
		base, err := p.attempt(ctx, t, batch)
		if err == nil {
			if base >= 0 {
				w.end.Store(base + int64(w.encoder.count))
			}
			w.sequence = nextSequence(w.sequence, w.encoder.count)
		}
		release()
		switch {
		case errors.Is(err, ErrFenced):
			p.markFenced()
			return err
		case errors.Is(err, errNewEpoch):
			p.markStale(s)
		case err != nil && ctx.Err() != nil:
			p.markStale(s) // it may still be stored: a later batch must not take its sequence numbers
			return err
		default:
			return err
		}
	}
}

// nextSequence adds as the brokers do: after the largest int32 comes 0.
func nextSequence(sequence int32, records int) int32 {
	return int32((int64(sequence) + int64(records)) & 0x7fffffff)
}

// attempt sends one batch, again and again with the same sequence, until the brokers decide about it. It returns the batch's offset, −1
// when the broker had the batch already and does not say.
func (p *Producer) attempt(ctx context.Context, t target, batch []byte) (base int64, err error) {
	again := retry{c: p.c, transport: p.c.main, what: "write to " + t.String()}
	for {
		base, err := p.c.produce(ctx, t, batch)
		var code kgo.Error
		errors.As(err, &code)
		switch {
		case err == nil:
			return base, nil
		case code == kgo.DuplicateSequenceNumber:
			return -1, nil
		case code == kgo.InvalidProducerEpoch, code == kgo.ProducerFenced:
			if p.id == "" {
				return 0, errNewEpoch
			}
			return 0, ErrFenced
		case code == kgo.OutOfOrderSequenceNumber, code == kgo.UnknownProducerId:
			p.c.cfg.OnRetry(again.what, err)
			return 0, errNewEpoch
		case code != 0 && !code.Temporary() && code != kgo.BrokerNotAvailable && code != kgo.Unknown:
			return 0, explain(err)
		}
		if err := again.after(ctx, err); err != nil {
			return 0, err
		}
	}
}

// produce sends one batch to the partition's leader and returns its offset.
func (c *Client) produce(ctx context.Context, t target, batch []byte) (base int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	size := binary.BigEndian.AppendUint32(nil, uint32(len(batch))) // a raw record set starts with its length
	res, err := c.api.RawProduce(ctx, &kgo.RawProduceRequest{
		Topic:        t.topic,
		Partition:    int(t.partition),
		RequiredAcks: kgo.RequireAll,
		RawRecords:   protocol.RawRecordSet{Reader: io.MultiReader(bytes.NewReader(size), bytes.NewReader(batch))},
	})
	if err != nil {
		return 0, err
	}
	return res.BaseOffset, res.Error
}

// initProducer gets a producer id and epoch. With a transactional id it bumps the epoch, which fences whoever had the one before; with
// a current session it only does so while that is still the newest (KIP-360), and returns ErrFenced otherwise.
func (c *Client) initProducer(ctx context.Context, transactionalID string, current session) (session, error) {
	again := retry{c: c, transport: c.main, what: "take over transactional id " + transactionalID}
	if transactionalID == "" {
		again.what = "get a producer id"
	}
	for {
		s, err := c.initOnce(ctx, transactionalID, current)
		var code kgo.Error
		errors.As(err, &code)
		switch {
		case err == nil && current != noSession && s.producerID == current.producerID && s.epoch != current.epoch+1:
			return session{}, ErrFenced // brokers before Kafka 2.5 and kfake do not compare the epoch, but the number tells
		case err == nil:
			return s, nil
		case code == kgo.InvalidProducerEpoch, code == kgo.ProducerFenced, code == kgo.InvalidProducerIDMapping:
			return session{}, ErrFenced
		case code != 0 && !code.Temporary() && code != kgo.BrokerNotAvailable && code != kgo.Unknown && code != kgo.ConcurrentTransactions:
			return session{}, fmt.Errorf("kafka: %s: %w", again.what, explain(err))
		}
		if err := again.after(ctx, err); err != nil {
			return session{}, err
		}
	}
}

func (c *Client) initOnce(ctx context.Context, transactionalID string, current session) (session, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	res, err := c.api.InitProducerID(ctx, &kgo.InitProducerIDRequest{
		TransactionalID:      transactionalID,
		TransactionTimeoutMs: int(time.Minute / time.Millisecond), // no transaction is ever opened, but the brokers want a number
		ProducerID:           int(current.producerID),
		ProducerEpoch:        int(current.epoch),
	})
	if err != nil {
		return session{}, err
	}
	if res.Error != nil {
		return session{}, res.Error
	}
	return session{producerID: int64(res.Producer.ProducerID), epoch: int16(res.Producer.ProducerEpoch)}, nil
}
