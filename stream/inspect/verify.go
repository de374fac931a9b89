package inspect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
)

// Verify reports, a line each, what in the share is not as the engine leaves it: see store.Space.Check. An error means that it could
// not be read.
func (s Share) Verify(report func(problem string)) error {
	tell := s.teller(report)
	if format, err := s.Space.Format(); err == nil {
		if err := format.Check(max(s.Spec.Level, store.Level)); err != nil {
			tell("%v", err)
		}
	}
	return s.Space.Check(s.rows, func(p store.Problem) { tell("%s", p) })
}

func (s Share) teller(report func(string)) func(format string, args ...any) {
	prefix := fmt.Sprintf("%s partition %d: ", s.Spec.Name, s.Space.Partition())
	return func(format string, args ...any) { report(prefix + fmt.Sprintf(format, args...)) }
}

// comparison is one share beside its changelog.
type comparison struct {
	Share
	tell   func(format string, args ...any)
	log    *store.Space
	copied stream.Copied
}

// VerifyAgainst reports, a line each, where the share is not what its changelog says up to the share's position, and what has seen input
// records that there are not. It copies the changelog to scratch, an empty store on a file system with room for it. group is the
// processor's consumer group.
func (s Share) VerifyAgainst(ctx context.Context, client *kafka.Client, scratch *store.DB, group string, report func(problem string)) error {
	tell := s.teller(report)
	position, found, err := s.Space.Changelog()
	if err != nil || !found {
		tell("there is no position in the changelog to compare up to: the copy was broken off, or an earlier release made it")
		return nil
	}
	place := kafka.Place{Topic: stream.ChangelogTopic(group), Partition: s.Space.Partition()}
	if missing, err := absent(ctx, client, place.Topic); err != nil {
		return err
	} else if missing {
		return fmt.Errorf("inspect: topic %s does not exist, or this user may not see it", place.Topic)
	}
	c := comparison{Share: s, tell: tell, log: scratch.Space(s.Spec.Tag, place.Partition)}
	c.copied, err = s.copy(ctx, client, c.log, place, position)
	var version *store.VersionError
	if errors.As(err, &version) || errors.Is(err, stream.ErrDamaged) {
		tell("the changelog cannot be read: %v", err)
		return nil
	}
	if err != nil {
		return err
	}
	if position > c.copied.End {
		tell("the copy reaches to offset %d, the changelog ends at %d: the topic was made anew", position, c.copied.End)
	}
	if err := c.partition(); err != nil {
		return err
	}
	if err := s.Space.Compare(c.log, c.state); err != nil {
		return err
	}
	return c.inputs(ctx, client)
}

// partition compares what is there once in a partition.
func (c *comparison) partition() error {
	here, known, err := c.Space.Progress()
	if err != nil {
		return nil // Verify tells of it
	}
	there, logged, err := c.log.Progress()
	if err != nil {
		return err
	}
	if (known != logged || !reflect.DeepEqual(here, there)) && !(!logged && c.copied.Later[stream.ProgressKey]) {
		c.tell("the progress is not the changelog's: %+v, there %+v", here, there)
	}
	rules, known, err := c.Space.Rules()
	if err != nil {
		return nil
	}
	loggedRules, logged, err := c.log.Rules()
	if err != nil {
		return err
	}
	if (known != logged || !bytes.Equal(rules, loggedRules)) && !(!logged && c.copied.Later[stream.RulesKey]) {
		c.tell("the rules are not the changelog's")
	}
	return nil
}

// state takes a customer whose value is not the changelog's.
func (c *comparison) state(customer, here, there []byte) error {
	var mine, logged store.Envelope
	switch {
	case here == nil:
		c.tell("customer %q: is in the changelog, but not in the store", customer)
	case there == nil && c.copied.Later[stream.StateKey(customer)]:
		// compaction has taken what the store is a copy of
	case there == nil:
		c.tell("customer %q: is in the store, but not in the changelog", customer)
	default:
		_, err := store.ReadEnvelope(there, &logged)
		if err != nil {
			c.tell("customer %q: the changelog's value cannot be read: %v", customer, err)
			return nil
		}
		if _, err := store.ReadEnvelope(here, &mine); err != nil {
			return nil // Verify tells of it
		}
		c.tell("customer %q: the value is not the changelog's: it has seen its inputs up to %v, the changelog's up to %v", customer, mine.Applied, logged.Applied)
	}
	return nil
}

// inputs looks for states that have seen records beyond the end of an input.
func (c *comparison) inputs(ctx context.Context, client *kafka.Client) error {
	ends := make([]int64, len(c.Spec.Inputs))
	for i, topic := range c.Spec.Inputs {
		missing, err := absent(ctx, client, topic)
		if err != nil {
			return err
		}
		if missing {
			c.tell("input topic %s does not exist, or this user may not see it", topic)
			return nil
		}
		if ends[i], err = client.End(ctx, topic, c.Space.Partition()); err != nil {
			return err
		}
	}
	var e store.Envelope
	return c.Space.Values(func(customer, value []byte) error {
		if _, err := store.ReadEnvelope(value, &e); err != nil {
			return nil // Verify tells of it
		}
		for i, offset := range e.Applied[:min(len(e.Applied), len(ends))] {
			if offset > ends[i] {
				c.tell("customer %q: its state has seen %s up to offset %d, the topic ends at %d", customer, c.Spec.Inputs[i], offset, ends[i])
			}
		}
		return nil
	})
}

func absent(ctx context.Context, client *kafka.Client, topic string) (bool, error) {
	topics, err := client.Topics(ctx, []string{topic})
	return err == nil && topics[topic].Partitions == 0, err
}
