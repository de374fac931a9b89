package stream

import (
	"context"
	"fmt"
	"slices"

	"github.com/cardwatch/cardwatch/stream/kafka"
)

// Drain hands over the outputs so far, for a driver that has to pass them on before the next commit. They are valid until the
// next Apply or Advance.
func (t *Task[S]) Drain() []kafka.Message {
	drained := t.outputs.messages
	t.outputs.truncate(0)
	return drained
}

// Commit sends the outputs of everything applied so far and returns when they are acknowledged; only then may states that have seen
// their cause be written, which it begins when they are due. With neither WriteBehind nor Changelog all is written on return. After
// an error the task must be given up: a new one takes over from the store.
func (t *Task[S]) Commit(ctx context.Context) error {
	if t.moved {
		if t.cfg.Sabotage == StateBeforeAlert {
			t.takeMark()
			if err := t.Flush(ctx); err != nil {
				return err
			}
		}
		if err := t.send(ctx); err != nil {
			return err
		}
		t.moved = false
		t.cfg.Metrics.applied(t.spec.Name, t.spec.Inputs, t.counts)
		clear(t.counts)
		if t.cache.dirty.len() == 0 || t.sinceMark >= t.cfg.Limits.Mark || t.cfg.WriteBehind == 0 {
			t.takeMark()
		}
	}
	if len(t.order.runs) > t.cfg.Limits.Runs {
		if err := t.Flush(ctx); err != nil {
			return err
		}
		t.order.begin(t.progress.Last)
	}
	if t.cfg.WriteBehind == 0 && t.cfg.Changelog == "" {
		return t.Flush(ctx)
	}
	return t.settle(ctx)
}

// send makes the outputs durable, without those that a predecessor has sent.
func (t *Task[S]) send(ctx context.Context) error {
	t.outputs.messages = t.cfg.Tail.unsent(t.outputs.messages)
	if t.outputs.Len() == 0 {
		return nil
	}
	if t.cfg.Changelog != "" {
		t.annotate()
	}
	if err := t.cfg.Sink.Send(ctx, t.outputs.messages); err != nil {
		return fmt.Errorf("stream: send outputs of the %s, partition %d: %w", t.spec.Name, t.cfg.Partition, err)
	}
	t.cfg.Metrics.sent(t.spec.Name, t.outputs.messages, t.since)
	t.outputs.truncate(0)
	t.order.begin(t.progress.Last)
	return nil
}

// annotate writes the order of what was applied beside the first output of each topic.
func (t *Task[S]) annotate() {
	var topics []string
	for i := range t.outputs.messages {
		if m := &t.outputs.messages[i]; !slices.Contains(topics, m.Topic) {
			topics = append(topics, m.Topic)
			m.Headers = append(m.Headers, t.order.header())
		}
	}
}
