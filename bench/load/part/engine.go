package part

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
)

// EngineOrder asks for the monitor on all partitions, as `cardwatch run` hosts it.
type EngineOrder struct {
	Broker    string `json:"broker"`
	BrokerPID int    `json:"broker_pid"`
	Group     string `json:"group"`
	// Dir is the store's; what an earlier engine left there is gone on from.
	Dir        string `json:"dir"`
	Partitions int    `json:"partitions"`
	// Records is how many to apply; then the engine ends. 0 means that it says Ready once it has applied what was there Before
	// and has caught up, and goes on until it is told to end.
	Records int64 `json:"records"`
	Before  int64 `json:"before"`
	// Now is what the clock shows at the start, in Unix milliseconds; 0 is the machine's time.
	Now int64 `json:"now"`
	// CountStates has the states counted and measured at the end.
	CountStates bool `json:"count_states"`
}

// Ready is the first answer of an engine that was given no number of records.
type Ready struct {
	// CaughtUpSeconds is from the process's first step until everything in the log was applied.
	CaughtUpSeconds float64 `json:"caught_up_seconds"`
}

// EngineAnswer is what running the engine came to.
type EngineAnswer struct {
	// Whole is from the assignment of the partitions to the last record applied; SecondHalf is the second half of the records,
	// when caches are warm.
	Whole      Figure `json:"whole"`
	SecondHalf Figure `json:"second_half"`
	// JoinSeconds is from the start to the assignment; DrainSeconds what ending took, until everything applied was durable.
	JoinSeconds  float64 `json:"join_seconds"`
	DrainSeconds float64 `json:"drain_seconds"`
	Memory       Memory  `json:"memory"`
	// StoreBytes is the store's disk space, write-ahead log included; StateBytes the encoded states of Cards customers.
	StoreBytes uint64 `json:"store_bytes"`
	StateBytes int64  `json:"state_bytes,omitempty"`
	Cards      int64  `json:"cards,omitempty"`
}

// host is an engine and all that it stands on.
type host struct {
	order  EngineOrder
	client *kafka.Client
	db     *store.DB
	engine *stream.Engine[detectors.State]
	tally  *tally
}

// newHost wires the monitor as cmd/internal/app does: the one place to follow it in.
func newHost(o EngineOrder) (h *host, err error) {
	h = &host{order: o, tally: newTally(o.Partitions)}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	core, err := detectors.NewMonitor(detectors.Defaults())
	if err != nil {
		return nil, err
	}
	if h.client, err = kafka.New(kafka.Config{Brokers: []string{o.Broker}, ClientID: "cardwatch-bench"}); err != nil {
		return nil, err
	}
	if h.db, err = store.Open(o.Dir, store.Options{Logger: log}); err != nil {
		return nil, errors.Join(err, h.client.Close())
	}
	var clock stream.Clock
	if o.Now != 0 {
		clock = stream.Clock{Start: time.Now(), Epoch: time.UnixMilli(o.Now), Rate: 1}
	}
	registry := prometheus.NewRegistry()
	observe := countAdmissions(registry)
	h.engine = stream.NewEngine(func() stream.Processor[detectors.State] {
		return h.tally.count(stream.NewMonitor(core, observe))
	}, stream.EngineConfig{
		Client: h.client, Store: h.db, Clock: clock, Zone: time.FixedZone("", 8*60*60), Log: log, Release: "bench",
		Metrics: stream.NewMetrics(registry, clock), Group: kafka.GroupConfig{Group: o.Group, Balancer: kafka.Sticky()},
	})
	return h, nil
}

func countAdmissions(registry *prometheus.Registry) func(*detectors.State, *detectors.Effects) {
	admissions := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "events_total", Help: "As the product counts them."}, []string{"admission"})
	registry.MustRegister(admissions)
	return func(_ *detectors.State, e *detectors.Effects) { admissions.WithLabelValues(string(e.Admission)).Inc() }
}

func (h *host) close() error { return errors.Join(h.db.Close(), h.client.Close()) }

func serveEngine(ctx context.Context, o EngineOrder, answer func(any) error) error {
	h, err := newHost(o)
	if err != nil {
		return err
	}
	result, err := h.serve(ctx, answer)
	if err == nil && o.CountStates {
		err = h.countStates(result)
	}
	if err = errors.Join(err, h.close()); err != nil {
		return err
	}
	return answer(result)
}

// serve runs the engine beside the watch that measures it.
func (h *host) serve(ctx context.Context, answer func(any) error) (result *EngineAnswer, err error) {
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	parts, running := errgroup.WithContext(running)
	var told time.Time
	parts.Go(func() error { return h.engine.Run(running) })
	parts.Go(func() error { return h.sync(running) })
	parts.Go(func() (err error) {
		defer stop()
		result, err = h.watch(ctx, running, answer)
		told = time.Now()
		return err
	})
	if err := parts.Wait(); err != nil {
		return nil, err
	}
	result.DrainSeconds, result.StoreBytes = time.Since(told).Seconds(), h.db.Bytes()
	return result, nil
}

// sync puts the store on disk once a second, as the product does.
func (h *host) sync(ctx context.Context) error {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			if err := h.db.Sync(); err != nil {
				return err
			}
		}
	}
}

// stalled is how long an engine may apply nothing before it is given up.
const stalled = 60 * time.Second

// watch takes the marks while the engine runs: told ends with the order, running with the engine.
func (h *host) watch(told, running context.Context, answer func(any) error) (*EngineAnswer, error) {
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	var begun, half mark
	result, started, moved, last, ready := &EngineAnswer{}, time.Now(), time.Now(), int64(0), false
	finish := func() (*EngineAnswer, error) {
		end := takeMark(h.order.BrokerPID)
		result.Whole, result.JoinSeconds = begun.until(end, last), begun.at.Sub(started).Seconds()
		if !half.at.IsZero() {
			result.SecondHalf = half.until(end, last-h.order.Records/2)
		}
		result.Memory = takeMemory()
		return result, nil
	}
	for {
		select {
		case <-running.Done():
			return nil, errors.New("bench: the engine ended before its work was done")
		case <-told.Done():
			if h.order.Records > 0 {
				return nil, fmt.Errorf("bench: told to end after %d of %d records", last, h.order.Records)
			}
			return finish()
		case <-ticker.C:
		}
		if begun.at.IsZero() {
			if h.engine.Status().Joined() {
				begun = takeMark(h.order.BrokerPID)
			}
			continue
		}
		if applied := h.tally.applied(); applied != last {
			last, moved = applied, time.Now()
		}
		if half.at.IsZero() && h.order.Records > 0 && last >= h.order.Records/2 {
			half = takeMark(h.order.BrokerPID)
		}
		switch {
		case h.order.Records > 0 && last >= h.order.Records:
			return finish()
		case h.order.Records > 0 && time.Since(moved) > stalled:
			return nil, fmt.Errorf("bench: nothing applied for %v after %d of %d records", stalled, last, h.order.Records)
		case h.order.Records == 0 && !ready && last >= h.order.Before && len(h.engine.Status().CaughtUp()) == h.order.Partitions:
			ready = true
			if err := answer(Ready{CaughtUpSeconds: time.Since(started).Seconds()}); err != nil {
				return nil, err
			}
		}
	}
}

func (h *host) countStates(result *EngineAnswer) error {
	for p := range h.order.Partitions {
		err := h.db.Space(stream.MonitorTag, p).States(func(_ string, state []byte) bool {
			result.Cards++
			result.StateBytes += int64(len(state))
			return true
		})
		if err != nil {
			return err
		}
	}
	return nil
}
