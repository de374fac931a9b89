package backtest

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// fromTopics reads the topics partition by partition, a lane one after another. All of a customer's records are in partitions of the same
// number, so a lane has whole customers.
func fromTopics(ctx context.Context, cfg *Config, lanes []*lane) error {
	if err := cfg.Client.CheckCoPartitioned(ctx, inputs()); err != nil {
		return err
	}
	topics, err := cfg.Client.Topics(ctx, inputs()[:1])
	if err != nil {
		return err
	}
	partitions := make(chan int, topics[wire.TransactionTopic].Partitions)
	for p := range cap(partitions) {
		partitions <- p
	}
	close(partitions)
	read := &readSoFar{report: cfg.progress}
	group, ctx := errgroup.WithContext(ctx)
	for _, l := range lanes {
		group.Go(func() error {
			for p := range partitions {
				if err := l.readPartition(ctx, p, read); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// readSoFar adds up what the lanes have read.
type readSoFar struct {
	mu          sync.Mutex
	done, total int64
	report      func(done, total int64)
}

func (r *readSoFar) add(done, total int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done, r.total = r.done+done, r.total+total
	r.report(r.done, r.total)
}

// readPartition merges the topics of a partition by their records' times, up to where they end now.
func (l *lane) readPartition(ctx context.Context, partition int, read *readSoFar) error {
	var open []*log
	for _, topic := range inputs() {
		o, err := l.openLog(ctx, topic, partition)
		if err != nil {
			return err
		}
		read.add(0, max(o.end-max(o.next, 0), 0))
		open = append(open, o)
	}
	for {
		var soonest *log
		for _, o := range open {
			if err := o.fill(ctx, read); err != nil {
				return err
			}
			if len(o.records) > 0 && (soonest == nil || o.records[0].Timestamp < soonest.records[0].Timestamp) {
				soonest = o
			}
		}
		if soonest == nil || soonest.records[0].Timestamp >= l.to {
			return nil
		}
		if err := l.applyKafka(soonest, int32(partition)); err != nil {
			return err
		}
		soonest.records = soonest.records[1:]
	}
}

func (l *lane) applyKafka(o *log, partition int32) error {
	k := &o.records[0]
	r := record{topic: o.topic, key: k.Key, value: k.Value, arrived: k.Timestamp, partition: partition, offset: k.Offset}
	for _, h := range k.Headers {
		r.headers = append(r.headers, wire.Header(h))
	}
	return l.apply(&r)
}

// log is one partition of a topic being read.
type log struct {
	topic     string
	fetcher   *kafka.Fetcher
	records   []kafka.Record
	next, end int64
}

// openLog begins where the warm-up does. What a customer is, is compacted: it is read from the start.
func (l *lane) openLog(ctx context.Context, topic string, partition int) (*log, error) {
	client := l.cfg.Client
	end, err := client.End(ctx, topic, partition)
	if err != nil {
		return nil, err
	}
	o := &log{topic: topic, next: kafka.Earliest, end: end}
	if !l.cfg.From.IsZero() && topic != wire.CustomerTopic {
		if o.next, err = client.OffsetAt(ctx, topic, partition, l.cfg.From.Add(-WarmUp).Add(-time.Millisecond)); err != nil {
			return nil, err
		}
	}
	o.fetcher = client.Fetch(topic, partition, o.next)
	return o, nil
}

// fill fetches more when there is no record in hand, until the log's end.
func (o *log) fill(ctx context.Context, read *readSoFar) error {
	for len(o.records) == 0 && o.next < o.end {
		batch, err := o.fetcher.Next(ctx)
		if err != nil {
			return err
		}
		read.add(max(batch.Next-max(o.next, batch.LogStart), 0), 0)
		o.records, o.next = batch.Records, batch.Next
		for len(o.records) > 0 && o.records[len(o.records)-1].Offset >= o.end {
			o.records = o.records[:len(o.records)-1] // came while we read
		}
	}
	return nil
}
