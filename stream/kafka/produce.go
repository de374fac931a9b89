package kafka

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"

	kgo "github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/metadata"
	"github.com/segmentio/kafka-go/protocol/produce"
	"github.com/segmentio/kafka-go/protocol/rawproduce"
	"golang.org/x/sync/errgroup"
)

// delivery is one batch on its way to a partition.
type delivery struct {
	to    target
	batch []byte
	done  bool
}

// produceTogether sends what is not done yet as part of the id's open transaction, in one request to each leader: brokers ask the
// transaction's coordinator about one request of a transaction at a time and turn away the one before when another comes. It marks what
// is acknowledged; the error is about one of the others, which may be sent again.
func (c *Client) produceTogether(ctx context.Context, transactionalID string, all []*delivery) error {
	byLeader, err := c.byLeader(ctx, all)
	if err != nil {
		return err
	}
	var requests errgroup.Group
	for _, deliveries := range byLeader {
		requests.Go(func() error { return c.produceTo(ctx, transactionalID, deliveries) })
	}
	return requests.Wait()
}

// byLeader sorts what is not done by the broker that leads its partition. kafka-go answers from the layout that it keeps.
func (c *Client) byLeader(ctx context.Context, all []*delivery) (map[int32][]*delivery, error) {
	res, err := c.main.RoundTrip(ctx, c.addr, &metadata.Request{})
	if err != nil {
		return nil, err
	}
	leaders := map[target]int32{}
	for _, topic := range res.(*metadata.Response).Topics {
		for _, p := range topic.Partitions {
			leaders[target{topic.Name, p.PartitionIndex}] = p.LeaderID
		}
	}
	byLeader := map[int32][]*delivery{}
	for _, d := range all {
		if d.done {
			continue
		}
		leader, known := leaders[d.to]
		if !known {
			return nil, fmt.Errorf("%s: %w", d.to, kgo.UnknownTopicOrPartition)
		}
		byLeader[leader] = append(byLeader[leader], d)
	}
	return byLeader, nil
}

// produceTo sends the deliveries to the one broker that leads them all.
func (c *Client) produceTo(ctx context.Context, transactionalID string, deliveries []*delivery) error {
	req := &rawproduce.Request{TransactionalID: transactionalID, Acks: int16(kgo.RequireAll), Timeout: int32(requestTimeout.Milliseconds())}
	topics, waiting := map[string]int{}, map[target]*delivery{}
	for _, d := range deliveries {
		i, known := topics[d.to.topic]
		if !known {
			i = len(req.Topics)
			topics[d.to.topic] = i
			req.Topics = append(req.Topics, rawproduce.RequestTopic{Topic: d.to.topic})
		}
		size := binary.BigEndian.AppendUint32(nil, uint32(len(d.batch))) // a raw record set starts with its length
		req.Topics[i].Partitions = append(req.Topics[i].Partitions, rawproduce.RequestPartition{
			Partition: d.to.partition,
			RecordSet: protocol.RawRecordSet{Reader: io.MultiReader(bytes.NewReader(size), bytes.NewReader(d.batch))},
		})
		waiting[d.to] = d
	}
	res, err := c.main.RoundTrip(ctx, c.addr, req)
	if err != nil {
		return err
	}
	for _, topic := range res.(*produce.Response).Topics {
		for _, p := range topic.Partitions {
			to, code := target{topic.Topic, p.Partition}, kgo.Error(p.ErrorCode)
			d := waiting[to]
			switch {
			case d == nil:
			case code == 0, code == kgo.DuplicateSequenceNumber:
				d.done = true
			default:
				err = fmt.Errorf("%s: %w: %s", to, code, p.ErrorMessage)
			}
		}
	}
	for to, d := range waiting {
		if !d.done && err == nil {
			err = fmt.Errorf("%s: %w: the broker left the partition out of its answer", to, kgo.Unknown)
		}
	}
	return err
}
