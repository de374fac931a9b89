package app

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/cardwatch/cardwatch/detectors/lifecycle"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// ruleBook is the life cycle of the rule sets as far as the topic has been read. It belongs to one goroutine at a time.
type ruleBook struct {
	lifecycle.Book
	*follower
	log *slog.Logger
}

func newRuleBook(client *kafka.Client, log *slog.Logger) *ruleBook {
	return &ruleBook{follower: followFrom(client, wire.RuleTopic, 0, kafka.Earliest), log: log}
}

// checkRuleTopic demands the one partition that gives the acts of people their order.
func checkRuleTopic(ctx context.Context, client *kafka.Client) error {
	return checkOnePartition(ctx, client, wire.RuleTopic)
}

func checkOnePartition(ctx context.Context, client *kafka.Client, topic string) error {
	topics, err := client.Topics(ctx, []string{topic})
	if err != nil {
		return err
	}
	switch n := topics[topic].Partitions; n {
	case 1:
		return nil
	case 0:
		return fmt.Errorf("app: topic %s is missing; make it with 'cardwatch topics create'", topic)
	default:
		return fmt.Errorf("app: topic %s has %d partitions; it must have one, whose order is that of people's acts", topic, n)
	}
}

// apply reads a batch. What cannot be read, or has no effect, is told and passed over: everybody who reads the topic does the same.
func (b *ruleBook) apply(batch *kafka.Batch) {
	for i := range batch.Records {
		rec := &batch.Records[i]
		event, err := wire.DecodeRule(rec.Key, rec.Value)
		if err != nil {
			b.log.Error("a record of the rules' life cycle cannot be read and has no effect", "offset", rec.Offset, "error", err)
			continue
		}
		if r := b.Step(event); r != "" && r != lifecycle.Repeated {
			b.log.Warn("an act on the rules had no effect", "offset", rec.Offset, "verb", event.Verb, "rule_set", event.Set, "actor", event.Actor, "reason", b.Explain(&event, r))
		}
	}
}

// send writes an act.
func sendRuleEvent(ctx context.Context, producer *kafka.Producer, e *lifecycle.Event) error {
	value, err := wire.AppendRule(nil, e)
	if err != nil {
		return err
	}
	if _, err := wire.DecodeRule([]byte(e.Set), value); err != nil {
		return fmt.Errorf("app: %w", err)
	}
	return producer.Send(ctx, []kafka.Message{{Topic: wire.RuleTopic, Key: []byte(e.Set), Value: value, Timestamp: e.At.UnixMilli}})
}
