package part

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// FloorOrder asks for stretches of topics to be read and decoded, with nothing done.
type FloorOrder struct {
	Broker    string    `json:"broker"`
	BrokerPID int       `json:"broker_pid"`
	Stretches []Stretch `json:"stretches"`
}

// Stretch is a part of a topic's log.
type Stretch struct {
	Topic string `json:"topic"`
	// From and Until hold an offset per partition; Until is the first that does not belong to it.
	From  []int64 `json:"from"`
	Until []int64 `json:"until"`
}

// Records counts the offsets of the stretch.
func (s *Stretch) Records() (n int64) {
	for p := range s.From {
		n += s.Until[p] - s.From[p]
	}
	return n
}

func serveFloor(ctx context.Context, o FloorOrder, answer func(any) error) error {
	client, err := kafka.New(kafka.Config{Brokers: []string{o.Broker}})
	if err != nil {
		return err
	}
	var records int64
	for i := range o.Stretches {
		records += o.Stretches[i].Records()
	}
	before := takeMark(o.BrokerPID)
	for i := range o.Stretches {
		if err := readStretch(ctx, client, &o.Stretches[i]); err != nil {
			return err
		}
	}
	after := takeMark(o.BrokerPID)
	if err := client.Close(); err != nil {
		return err
	}
	return answer(before.until(after, records))
}

func readStretch(ctx context.Context, client *kafka.Client, s *Stretch) error {
	parts, ctx := errgroup.WithContext(ctx)
	for p := range s.From {
		parts.Go(func() error { return readPartition(ctx, client.Fetch(s.Topic, p, s.From[p]), s.Topic, s.Until[p]) })
	}
	return parts.Wait()
}

// readPartition is what every engine has to do at least: fetch, check, decode.
func readPartition(ctx context.Context, f *kafka.Fetcher, topic string, until int64) error {
	var d wire.Decoder
	for {
		batch, err := f.Next(ctx)
		if err != nil {
			return err
		}
		for i := range batch.Records {
			r := &batch.Records[i]
			arrived := card.Moment{UnixMilli: r.Timestamp}
			if _, _, err := d.Decode(wire.Record{Topic: topic, Key: r.Key, Value: r.Value, Arrived: arrived}); err != nil {
				return fmt.Errorf("bench: the traffic has a bad record at offset %d: %w", r.Offset, err)
			}
		}
		if batch.Next >= until {
			return nil
		}
	}
}
