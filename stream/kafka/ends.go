package kafka

import (
	"context"
	"time"

	kgo "github.com/segmentio/kafka-go"
)

// End is one past the last offset of the partition that can be read. It retries until ctx ends.
func (c *Client) End(ctx context.Context, topic string, partition int) (int64, error) {
	again := retry{c: c, transport: c.main, what: "find the end of " + topic}
	for {
		last, err := c.offset(ctx, topic, kgo.LastOffsetOf(partition), kgo.ReadCommitted)
		if err == nil {
			return last.LastOffset, nil
		}
		if err := again.after(ctx, err); err != nil {
			return 0, err
		}
	}
}

// End is one past the last offset that this producer knows to be written to a partition, false before its first write there.
func (p *Producer) End(topic string, partition int) (int64, bool) {
	p.targetsMu.Lock()
	defer p.targetsMu.Unlock()
	w := p.targets[target{topic, int32(partition)}]
	if w == nil || w.end.Load() == 0 {
		return 0, false
	}
	return w.end.Load(), true
}

// OffsetAt is the offset of the first record of the partition that is not older than a time, the end when all are. It retries until ctx ends.
func (c *Client) OffsetAt(ctx context.Context, topic string, partition int, at time.Time) (int64, error) {
	again := retry{c: c, transport: c.main, what: "find a time in " + topic}
	for {
		found, err := c.offset(ctx, topic, kgo.TimeOffsetOf(partition, at), kgo.ReadCommitted)
		if err == nil {
			for offset := range found.Offsets {
				if offset >= 0 {
					return offset, nil
				}
			}
			return c.End(ctx, topic, partition)
		}
		if err := again.after(ctx, err); err != nil {
			return 0, err
		}
	}
}
