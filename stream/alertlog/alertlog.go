// Package alertlog finds the records of one alert: in Kafka, where every revision stands on the topics of alerts and of drafts' alerts, or
// in the files that a replay has written.
//
// There is no index: a search reads the topics, a second or so for a month of a million cards' alerts. It is for a person who asks about
// an alert, not for a path that every alert takes. Searches keep nothing and may run at the same time.
package alertlog

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// Query is what is looked for.
type Query struct {
	// ID is the alert's.
	ID string
	// Customer, when it is known, leads to the one partition.
	Customer string
	// From, when it is known, is a time before the alert opened; the zero time looks through all that is kept.
	From time.Time
}

// atOnce is how many partitions are read at a time.
const atOnce = 8

// topics hold alerts. The second need not exist where no drafts run.
func topics() []string { return []string{wire.AlertTopic, wire.ShadowTopic} }

// InKafka gives the alert's records up to where the topics end now, none when there is no such alert.
func InKafka(ctx context.Context, client *kafka.Client, q Query) ([]detectors.Alert, error) {
	infos, err := client.Topics(ctx, topics())
	if err != nil {
		return nil, err
	}
	if infos[wire.AlertTopic].Partitions == 0 {
		return nil, fmt.Errorf("alertlog: topic %s does not exist, or this user may not see it", wire.AlertTopic)
	}
	var mu sync.Mutex
	var found []detectors.Alert
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, topic := range topics() {
		for partition := range infos[topic].Partitions {
			if q.Customer != "" && partition != kafka.Partition([]byte(q.Customer), infos[topic].Partitions) {
				continue
			}
			group.Go(func() error {
				return search(ctx, client, &q, topic, partition, func(a *detectors.Alert) {
					mu.Lock()
					defer mu.Unlock()
					found = append(found, *a)
				})
			})
		}
	}
	return found, group.Wait()
}

func search(ctx context.Context, client *kafka.Client, q *Query, topic string, partition int, hit func(*detectors.Alert)) error {
	end, err := client.End(ctx, topic, partition)
	if err != nil {
		return err
	}
	next := kafka.Earliest
	if !q.From.IsZero() {
		if next, err = client.OffsetAt(ctx, topic, partition, q.From); err != nil {
			return err
		}
	}
	fetcher := client.Fetch(topic, partition, next)
	for next < end {
		batch, err := fetcher.Next(ctx)
		if err != nil {
			return err
		}
		for i := range batch.Records {
			if a := match(topic, batch.Records[i].Value, q.ID); a != nil {
				hit(a)
			}
		}
		next = batch.Next
	}
	return nil
}

// match decodes a record when it is one of the alert's; nil otherwise, and for one that cannot be read.
func match(topic string, value []byte, id string) *detectors.Alert {
	if !bytes.Contains(value, []byte(id)) {
		return nil
	}
	var decoder wire.Decoder // of its own, like the copy: the alert outlives both
	body, _, err := decoder.Decode(wire.Record{Topic: topic, Value: slices.Clone(value), Unkeyed: true})
	if err != nil {
		return nil
	}
	a, ok := body.(*detectors.Alert)
	if !ok || a.AlertID != id {
		return nil
	}
	return a
}
