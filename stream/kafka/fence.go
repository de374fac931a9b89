package kafka

import (
	"context"
	"errors"
	"fmt"

	kgo "github.com/segmentio/kafka-go"
)

// Place is one partition of one topic.
type Place struct {
	Topic     string
	Partition int
}

// Fence makes the brokers refuse whatever a former owner of the transactional id has not yet written to the places, without leaving a
// record there: it opens a transaction over them and aborts it, which puts a control marker with this producer's epoch into each
// partition, and then waits for the markers by taking the next epoch, which the coordinator grants only once they are written.
// After it, what the places hold of the former owner's is final. Call it before the first Send. It retries until ctx ends.
func (p *Producer) Fence(ctx context.Context, places []Place) error {
	if err := p.gate.shut(ctx); err != nil {
		return err
	}
	defer p.gate.open()
	if err := p.awaitLeaders(ctx, places); err != nil {
		return err
	}
	again := retry{c: p.c, transport: p.c.main, what: "fence the former owner of " + p.id}
	for {
		err := p.abortOver(ctx, places)
		var code kgo.Error
		errors.As(err, &code)
		switch {
		case err == nil:
			return p.bump(ctx)
		case code == kgo.InvalidProducerEpoch, code == kgo.ProducerFenced, code == kgo.InvalidProducerIDMapping:
			p.markFenced()
			return ErrFenced
		case code == kgo.InvalidTransactionState: // an earlier attempt got further than its answer
			if err := p.bump(ctx); err != nil {
				return err
			}
		case code != 0 && !code.Temporary() && code != kgo.BrokerNotAvailable && code != kgo.Unknown && code != kgo.ConcurrentTransactions:
			return fmt.Errorf("kafka: %s: %w", again.what, explain(err))
		}
		if err != nil {
			if err := again.after(ctx, err); err != nil {
				return err
			}
		}
	}
}

// awaitLeaders waits until every place has a leader that answers for it. A broker that is asked to write a marker before it has taken a
// partition up may leave that marker, and all that come after it, without an answer until its request.timeout.ms (30 s) is over: seen
// with Kafka 4.3.1 just after topics were made.
func (p *Producer) awaitLeaders(ctx context.Context, places []Place) error {
	again := retry{c: p.c, transport: p.c.main, what: "find the leaders of what " + p.id + " writes to"}
	for {
		err := once(ctx, func(ctx context.Context) error { return p.c.led(ctx, places) })
		if err == nil {
			return nil
		}
		if err := again.after(ctx, err); err != nil {
			return err
		}
	}
}

// led asks for the ends of all places at once, which only their leaders tell.
func (c *Client) led(ctx context.Context, places []Place) error {
	ask := kgo.ListOffsetsRequest{Topics: map[string][]kgo.OffsetRequest{}, IsolationLevel: kgo.ReadUncommitted}
	for _, place := range places {
		ask.Topics[place.Topic] = append(ask.Topics[place.Topic], kgo.LastOffsetOf(place.Partition))
	}
	res, err := c.api.ListOffsets(ctx, &ask)
	if err != nil {
		return err
	}
	for topic, partitions := range res.Topics {
		for _, found := range partitions {
			if found.Error != nil {
				return fmt.Errorf("%s/%d: %w", topic, found.Partition, found.Error)
			}
		}
	}
	return nil
}

// abortOver opens a transaction over the places and aborts it.
func (p *Producer) abortOver(ctx context.Context, places []Place) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	current, _, _ := p.current()
	topics := map[string][]kgo.AddPartitionToTxn{}
	for _, place := range places {
		topics[place.Topic] = append(topics[place.Topic], kgo.AddPartitionToTxn{Partition: place.Partition})
	}
	added, err := p.c.api.AddPartitionsToTxn(ctx, &kgo.AddPartitionsToTxnRequest{
		TransactionalID: p.id, ProducerID: int(current.producerID), ProducerEpoch: int(current.epoch), Topics: topics,
	})
	if err != nil {
		return err
	}
	for topic, partitions := range added.Topics {
		for _, result := range partitions {
			if result.Error != nil {
				return fmt.Errorf("%s/%d: %w", topic, result.Partition, result.Error)
			}
		}
	}
	ended, err := p.c.api.EndTxn(ctx, &kgo.EndTxnRequest{
		TransactionalID: p.id, ProducerID: int(current.producerID), ProducerEpoch: int(current.epoch),
	})
	if err != nil {
		return err
	}
	return ended.Error
}
