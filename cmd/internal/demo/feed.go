package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/cardwatch/cardwatch/bench/gen"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// feed puts the bank's records on the broker: the past as fast as it can, the present when its time comes.
type feed struct {
	bank     *gen.Bank
	producer *kafka.Producer
	records  map[string]int64
	next     gen.Record
	more     bool
	batch    []kafka.Message
}

const (
	feedBatch = 5000
	// feedEvery is how often the present is looked at; what happened meanwhile goes out together.
	feedEvery = 10 * time.Millisecond
)

func newFeed(bank *gen.Bank, producer *kafka.Producer) *feed {
	f := &feed{bank: bank, producer: producer, records: make(map[string]int64)}
	f.next, f.more = bank.Next()
	return f
}

// skip passes over what an earlier run has fed.
func (f *feed) skip(until card.Moment) {
	for f.more && !until.Before(f.next.Arrived) {
		f.next, f.more = f.bank.Next()
	}
}

// history feeds everything that arrived before until, and of transactions only those from use on.
func (f *feed) history(ctx context.Context, use, until card.Moment) error {
	for f.more && f.next.Arrived.Before(until) {
		if _, transaction := f.next.Body.(*card.Transaction); transaction && f.next.Arrived.Before(use) {
			f.next, f.more = f.bank.Next()
			continue
		}
		if err := f.take(f.next.Arrived.UnixMilli); err != nil {
			return err
		}
		if len(f.batch) == feedBatch {
			if err := f.send(ctx); err != nil {
				return err
			}
		}
	}
	return f.send(ctx)
}

// live feeds each record when the clock reaches it, until ctx ends.
func (f *feed) live(ctx context.Context, clock stream.Clock) error {
	ticker := time.NewTicker(feedEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		now := card.MomentOf(clock.Now())
		for f.more && !now.Before(f.next.Arrived) && len(f.batch) < feedBatch {
			if err := f.take(now.UnixMilli); err != nil {
				return err
			}
		}
		if err := f.send(ctx); err != nil && ctx.Err() == nil {
			return fmt.Errorf("demo: feed the bank's records: %w", err)
		}
	}
}

// take moves the next record into the batch; stamp is what the broker will take for its time of arrival.
func (f *feed) take(stamp int64) error {
	body := f.next.Body
	value, err := wire.AppendInput(nil, body)
	if err != nil {
		return err
	}
	f.batch = append(f.batch, kafka.Message{
		Topic: f.next.Topic(), Partition: -1, Key: []byte(body.Meta().Customer), Value: value, Timestamp: stamp,
	})
	f.records[f.next.Topic()]++
	f.next, f.more = f.bank.Next()
	return nil
}

func (f *feed) send(ctx context.Context) error {
	if len(f.batch) == 0 {
		return nil
	}
	err := f.producer.Send(ctx, f.batch)
	f.batch = f.batch[:0]
	return err
}
