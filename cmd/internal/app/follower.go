package app

import (
	"context"

	"github.com/cardwatch/cardwatch/stream/kafka"
)

// follower reads a partition on its own, outside any consumer group: it takes no work from anybody and commits nothing. It belongs to one
// goroutine at a time.
type follower struct {
	client    *kafka.Client
	topic     string
	partition int
	fetcher   *kafka.Fetcher
	// next is the offset up to which everything was heard.
	next int64
}

// followFrom begins at an offset, or at an end of the log.
func followFrom(client *kafka.Client, topic string, partition int, from int64) *follower {
	return &follower{client: client, topic: topic, partition: partition, fetcher: client.Fetch(topic, partition, from), next: max(from, 0)}
}

// catchUp hears everything up to where the partition ends now.
func (f *follower) catchUp(ctx context.Context, hear func(*kafka.Batch)) error {
	end, err := f.client.End(ctx, f.topic, f.partition)
	if err != nil {
		return err
	}
	return f.until(ctx, end, hear)
}

// until hears everything up to an offset that is known to be there.
func (f *follower) until(ctx context.Context, end int64, hear func(*kafka.Batch)) error {
	for f.next < end {
		batch, err := f.fetcher.Next(ctx)
		if err != nil {
			return err
		}
		hear(&batch)
		f.heard(&batch)
	}
	return nil
}

func (f *follower) heard(batch *kafka.Batch) { f.next = max(f.next, batch.Next) }
