package stream

import (
	"cmp"
	"context"
	"fmt"

	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream/kafka"
)

// Leveled is a Processor that can still write its states as the release before did, which it has to below its newest format level
// (see store.Format). One whose states have had a single form has no need of it.
type Leveled interface {
	// WriteLevel says which level states are written at from here on.
	WriteLevel(level byte)
}

// atLevel refuses a partition that was finalized at a level which this release does not know, and has the processor write at the
// partition's level.
func atLevel[S any](space *store.Space, proc Processor[S]) error {
	format, err := space.Format()
	if err != nil {
		return err
	}
	spec := proc.Spec()
	if err := format.Check(spec.level()); err != nil {
		return err
	}
	if p, ok := proc.(Leveled); ok {
		p.WriteLevel(format.Level)
	}
	return nil
}

func (s *Spec) level() byte { return cmp.Or(s.Level, store.Level) }

// Finalize raises every partition of a consumer group to a format level, and says how many were below it. From then on releases that do
// not know the level refuse these partitions. It needs the right to write to the group's changelog, and that no process of an
// older release runs any more: such a one would stop its partitions.
//
// The level is written to the changelog, the one thing that every owner and every copy goes by; a store alone could be lost or stay
// behind. It is written as an owner would, under the partition's transactional id behind a fence: a live owner is refused from there
// on, begins anew from its store after about a second, and meets the level before it writes again. So it is safe whether the service
// runs or not. After an error run it again: a partition that has the level is left alone.
func Finalize(ctx context.Context, client *kafka.Client, group string, to store.Format) (raised int, err error) {
	topic := ChangelogTopic(group)
	topics, err := client.Topics(ctx, []string{topic})
	if err != nil {
		return 0, err
	}
	if topics[topic].Partitions == 0 {
		return 0, fmt.Errorf("stream: topic %s does not exist, or this user may not see it: nothing was finalized", topic)
	}
	for p := range topics[topic].Partitions {
		place := kafka.Place{Topic: topic, Partition: p}
		at, err := recordedFormat(ctx, client, place)
		if err == nil {
			err = at.Check(to.Level)
		}
		if err == nil && at.Level < to.Level {
			raised++
			err = raise(ctx, client, transactionalID(group, p), place, to)
		}
		if err != nil {
			return raised, fmt.Errorf("stream: finalize partition %d of %s: %w", p, group, err)
		}
	}
	return raised, nil
}

// recordedFormat looks for a partition's format level in its changelog.
func recordedFormat(ctx context.Context, client *kafka.Client, place kafka.Place) (store.Format, error) {
	format := store.Format{Level: 1}
	f := client.Fetch(place.Topic, place.Partition, kafka.Earliest)
	for {
		b, err := f.Next(ctx)
		if err != nil {
			return format, err
		}
		for i := range b.Records {
			if rec := &b.Records[i]; isFormat(rec) {
				_, payload, err := readChange(rec.Value)
				if err == nil {
					format, err = store.ReadFormat(payload)
				}
				if err != nil {
					return format, fmt.Errorf("record at offset %d: %w", rec.Offset, err)
				}
			}
		}
		if b.CaughtUp() {
			return format, nil
		}
	}
}

func raise(ctx context.Context, client *kafka.Client, id string, place kafka.Place, to store.Format) error {
	producer, err := client.Producer(ctx, id)
	if err != nil {
		return err
	}
	if err := producer.Fence(ctx, []kafka.Place{place}); err != nil {
		return err
	}
	return producer.Send(ctx, []kafka.Message{{
		Topic: place.Topic, Partition: int32(place.Partition), Key: []byte{formatRecord}, Value: appendChange(nil, 0, store.AppendFormat(nil, to)),
	}})
}

func isFormat(rec *kafka.Record) bool { return len(rec.Key) == 1 && rec.Key[0] == formatRecord }
