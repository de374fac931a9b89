package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/detectors/lifecycle"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// ruleBook is the life cycle of the rule sets as far as the topic has been read. It belongs to one goroutine at a time.
type ruleBook struct {
	lifecycle.Book
	client  *kafka.Client
	log     *slog.Logger
	fetcher *kafka.Fetcher
	next    int64
}

func newRuleBook(client *kafka.Client, log *slog.Logger) *ruleBook {
	return &ruleBook{client: client, log: log, fetcher: client.Fetch(wire.RuleTopic, 0, kafka.Earliest)}
}

// checkRuleTopic demands the one partition that gives the acts of people their order.
func checkRuleTopic(ctx context.Context, client *kafka.Client) error {
	topics, err := client.Topics(ctx, []string{wire.RuleTopic})
	if err != nil {
		return err
	}
	switch n := topics[wire.RuleTopic].Partitions; n {
	case 1:
		return nil
	case 0:
		return fmt.Errorf("app: topic %s is missing; make it with 'cardwatch topics create'", wire.RuleTopic)
	default:
		return fmt.Errorf("app: topic %s has %d partitions; it must have one, whose order is that of people's acts", wire.RuleTopic, n)
	}
}

// catchUp reads up to where the topic ends now.
func (b *ruleBook) catchUp(ctx context.Context) error {
	end, err := b.client.End(ctx, wire.RuleTopic, 0)
	if err != nil {
		return err
	}
	for b.next < end {
		batch, err := b.fetcher.Next(ctx)
		if err != nil {
			return err
		}
		b.apply(&batch)
	}
	return nil
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
	b.next = max(b.next, batch.Next)
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

// Office is where people act on rule sets from outside the running processes.
type Office struct {
	book     *ruleBook
	producer *kafka.Producer
}

// OpenOffice reads the life cycle of the rule sets. Whoever got no error has to Close.
func OpenOffice(ctx context.Context, cfg *config.Config, log *slog.Logger) (o *Office, err error) {
	client, err := Connect(cfg, log)
	if err != nil {
		return nil, err
	}
	o = &Office{book: newRuleBook(client, log)}
	defer func() {
		if err != nil {
			err = errors.Join(err, o.Close())
		}
	}()
	if err := checkRuleTopic(ctx, client); err != nil {
		return o, err
	}
	if o.producer, err = client.Producer(ctx, ""); err != nil {
		return o, err
	}
	return o, o.book.catchUp(ctx)
}

// Book is how things stand; it is the office's and not to be changed.
func (o *Office) Book() *lifecycle.Book { return &o.book.Book }

// Refresh reads what others have done since.
func (o *Office) Refresh(ctx context.Context) error { return o.book.catchUp(ctx) }

// Act writes an act, unless it would have no effect or somebody else was faster; the error then says why.
func (o *Office) Act(ctx context.Context, e lifecycle.Event) error {
	if r := o.book.Refuses(&e); r != "" {
		return errors.New(o.book.Explain(&e, r))
	}
	if err := sendRuleEvent(ctx, o.producer, &e); err != nil {
		return err
	}
	if err := o.book.catchUp(ctx); err != nil {
		return err
	}
	if !o.book.Applied(e.ID) {
		return fmt.Errorf("somebody else was faster: %s", o.book.Explain(&e, o.book.Refuses(&e)))
	}
	return nil
}

// Close lets go of the connections.
func (o *Office) Close() error { return o.book.client.Close() }
