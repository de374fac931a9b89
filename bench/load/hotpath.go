package load

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/cardwatch/cardwatch/bench/load/part"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// Hotpath is the way of a planned bank's records (package gen's Bank, bills and payments too) through one partition, without a
// broker.
type Hotpath struct {
	Records int `json:"records"`
	Cards   int `json:"cards"`
	// Decode reads every record through the door and does nothing with it.
	Decode part.Figure `json:"decode"`
	// Monitor applies them: windows, detectors, ledger, states in Pebble.
	Monitor       part.Figure `json:"monitor"`
	ShareOfDecode float64     `json:"share_of_decode"`
	// StateBytesPerCard is the encoded size of the states; Pebble compresses it further and needs room for its levels.
	StateBytesPerCard float64 `json:"state_bytes_per_card"`
}

// hotpathPart is the share of Transactions and Cards that the suite uses: its records are all in memory at once.
const hotpathPart = 5

func (b *bench) hotpath(ctx context.Context) (err error) {
	t, err := newTraffic(b.Seed, max(b.Cards[0]/hotpathPart, 1), max(b.Transactions/hotpathPart, 1))
	if err != nil {
		return err
	}
	h := &Hotpath{Records: len(t.messages), Cards: t.cards}
	if h.Decode, err = part.Measure(int64(h.Records), t.decode); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(b.Dir, "cardwatch-bench-hotpath-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	db, err := store.Open(dir, store.Options{CacheBytes: 256 << 20})
	if err != nil {
		return err
	}
	h.Monitor, err = part.Measure(int64(h.Records), func() error { return t.monitor(ctx, db) })
	if err == nil {
		err = db.Space(stream.MonitorTag, 0).States(func(_ string, state []byte) bool {
			h.StateBytesPerCard += float64(len(state)) / float64(t.cards)
			return true
		})
	}
	h.ShareOfDecode = h.Monitor.PerSecond / h.Decode.PerSecond
	b.result.Hotpath = h
	return errors.Join(err, db.Close())
}

// decode is the floor: the door and nothing behind it.
func (t *traffic) decode() error {
	var d wire.Decoder
	for i := range t.messages {
		m := &t.messages[i]
		_, _, err := d.Decode(wire.Record{Topic: m.Topic, Key: m.Key, Value: m.Value, Arrived: card.Moment{UnixMilli: m.Timestamp}})
		if err != nil {
			return fmt.Errorf("the generated bank has a bad record: %w", err)
		}
	}
	return nil
}

// monitor is one partition's Task over the same records, committing as a live partition under load does.
func (t *traffic) monitor(ctx context.Context, db *store.DB) error {
	core, err := detectors.NewMonitor(detectors.Defaults())
	if err != nil {
		return err
	}
	proc := stream.NewMonitor(core, nil)
	task, err := stream.NewTask[detectors.State](proc, stream.TaskConfig{
		Space: db.Space(stream.MonitorTag, 0), Sink: stream.Discard{}, Zone: time.UTC, Release: "bench",
		Budget: stream.NewBudget(1 << 30), WriteBehind: 5 * time.Second,
	})
	if err != nil {
		return err
	}
	input := make(map[string]int)
	for i, topic := range proc.Spec().Inputs {
		input[topic] = i
	}
	offsets := make([]int64, len(input))
	const commitEvery = 5000
	for i := range t.messages {
		m := &t.messages[i]
		in, read := input[m.Topic]
		if !read {
			continue
		}
		rec := kafka.Record{Offset: offsets[in], Timestamp: m.Timestamp, Key: m.Key, Value: m.Value}
		offsets[in]++
		if err := task.Apply(in, &rec); err != nil {
			return err
		}
		if i%commitEvery == 0 {
			if err := task.Commit(ctx); err != nil {
				return err
			}
		}
	}
	if err := task.Commit(ctx); err != nil {
		return err
	}
	return task.Flush(ctx)
}
