package load

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// Config is one measurement.
type Config struct {
	Seed                    uint64
	Customers, Transactions int
	// Dir takes the store; it is emptied by whoever made it.
	Dir string
}

// Figure is how fast one way through the records was.
type Figure struct {
	TransactionsPerSecond float64 `json:"transactions_per_second"`
	// MicrosPerTransaction is processor time, all cores together; AllocsPerTransaction counts heap objects.
	MicrosPerTransaction float64 `json:"cpu_us_per_transaction"`
	AllocsPerTransaction float64 `json:"allocs_per_transaction"`
}

// Result is a measurement. Compare its figures with each other: they are from one run on one machine.
type Result struct {
	Transactions int `json:"transactions"`
	Cards        int `json:"cards"`
	Cores        int `json:"cores"`
	// Decode reads every record through the door and does nothing with it.
	Decode Figure `json:"decode"`
	// Monitor applies them: windows, detectors, ledger, states in Pebble. No broker.
	Monitor Figure `json:"monitor"`
	// Share is Monitor's rate in that of Decode.
	Share float64 `json:"monitor_share_of_decode"`
	// BytesPerCard is the encoded size of the states; Pebble compresses it further and needs room for its levels.
	BytesPerCard float64 `json:"state_bytes_per_card"`
}

// Run measures.
func Run(ctx context.Context, cfg Config) (*Result, error) {
	t, err := newTraffic(cfg)
	if err != nil {
		return nil, err
	}
	r := &Result{Transactions: t.transactions, Cards: t.cards, Cores: runtime.GOMAXPROCS(0)}
	if r.Decode, err = measure(t, t.decode); err != nil {
		return nil, err
	}
	db, err := store.Open(filepath.Join(cfg.Dir, "store"), store.Options{CacheBytes: 256 << 20})
	if err != nil {
		return nil, err
	}
	r.Monitor, err = measure(t, func() error { return t.monitor(ctx, db) })
	if err == nil {
		err = db.Space(stream.MonitorTag, 0).States(func(_ string, state []byte) bool {
			r.BytesPerCard += float64(len(state)) / float64(t.cards)
			return true
		})
	}
	r.Share = r.Monitor.TransactionsPerSecond / r.Decode.TransactionsPerSecond
	return r, errors.Join(err, db.Close())
}

// decode is the floor: the door and nothing behind it.
func (t *traffic) decode() error {
	var d wire.Decoder
	for i := range t.messages {
		m := &t.messages[i]
		_, _, err := d.Decode(wire.Record{Topic: m.Topic, Key: m.Key, Value: m.Value, Arrived: card.Moment{UnixMilli: m.Timestamp}})
		if err != nil {
			return fmt.Errorf("load: the generated bank has a bad record: %w", err)
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
		WriteBehind: 5 * time.Second, Budget: stream.NewBudget(1 << 30),
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

// measure runs one way through the records and reads clock, processor time and allocations before and after.
func measure(t *traffic, run func() error) (Figure, error) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu, began := processorTime(), time.Now()
	if err := run(); err != nil {
		return Figure{}, err
	}
	took, used := time.Since(began), processorTime()-cpu
	runtime.ReadMemStats(&after)
	n := float64(t.transactions)
	return Figure{
		TransactionsPerSecond: n / took.Seconds(),
		MicrosPerTransaction:  float64(used.Microseconds()) / n,
		AllocsPerTransaction:  float64(after.Mallocs-before.Mallocs) / n,
	}, nil
}

// processorTime is what the process has used so far, in user and system mode.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
