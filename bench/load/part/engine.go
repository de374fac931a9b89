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
	// Skip is how many of Records are applied before the measurement begins: caches are warm then, and every card is known.
	Skip int64 `json:"skip"`
	// Now is what the clock shows at the start, in Unix milliseconds; 0 is the machine's time.
	Now int64 `json:"now"`
	// CacheMiB bounds the states in memory.
	CacheMiB int `json:"cache_mib"`
	// CountStates has the states counted and measured at the end.
	CountStates bool `json:"count_states"`
	// Desk, when set, hosts the desk and its sender beside the monitor, in the same process.
	Desk *DeskOrder `json:"desk,omitempty"`
}

// Ready is the first answer of an engine that was given no number of records.
type Ready struct {
	// CaughtUpSeconds is from the process's first step until everything in the log was applied.
	CaughtUpSeconds float64 `json:"caught_up_seconds"`
}

// EngineAnswer is what running the engine came to.
type EngineAnswer struct {
	// Measured is of the records after those to Skip, First of these, from the assignment of the partitions on.
	Measured Figure  `json:"measured"`
	First    *Figure `json:"first,omitempty"`
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
	desk   *desk
}

// newHost wires the monitor as cmd/internal/app does: the one place to follow it in.
func newHost(o EngineOrder) (h *host, err error) {
	h = &host{order: o, tally: newTally(o.Partitions)}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if h.client, err = kafka.New(kafka.Config{Brokers: []string{o.Broker}, ClientID: "cardwatch-bench"}); err != nil {
		return nil, err
	}
	if err := h.changelog(o.Group); err != nil {
		return nil, errors.Join(err, h.client.Close())
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
	config := stream.EngineConfig{
		Client: h.client, Store: h.db, Clock: clock, Zone: china, Log: log, Release: "bench",
		Metrics: stream.NewMetrics(registry, clock), Group: kafka.GroupConfig{Group: o.Group, Balancer: kafka.Sticky()},
		Budget: stream.NewBudget(int64(o.CacheMiB) << 20), WriteBehind: writeBehind,
	}
	if o.Desk != nil {
		if h.desk, err = newDesk(h, config, registry); err != nil {
			return nil, errors.Join(err, h.close())
		}
	}
	h.engine, err = stream.NewEngine(func([]byte) (stream.Processor[detectors.State], error) {
		core, err := detectors.NewMonitor(detectors.Defaults())
		return h.tally.count(stream.NewMonitor(core, observe)), err
	}, config)
	return h, err
}

// writeBehind is the product's default.
const writeBehind = 15 * time.Second

// china is the zone of the traffic's bank.
var china = time.FixedZone("", 8*60*60)

// changelog makes a group's changelog, unless an earlier engine has left it.
func (h *host) changelog(group string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return h.client.CreateTopics(ctx, []kafka.TopicSpec{{
		Name: stream.ChangelogTopic(group), Partitions: h.order.Partitions, ReplicationFactor: 1,
		Config: map[string]string{"cleanup.policy": "compact"},
	}})
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
	parts.Go(func() error { return h.db.KeepSynced(running, time.Second) })
	if h.desk != nil {
		parts.Go(func() error { return h.desk.run(running) })
	}
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

// stalled is how long an engine may apply nothing before it is given up.
const stalled = 60 * time.Second

// watch is what the engine's progress is measured by.
type watch struct {
	*host
	started, moved   time.Time
	joined, measured mark
	applied, begun   int64 // begun is what had been applied when the measurement began
	ready            bool
}

// watch takes the marks while the engine runs: told ends with the order, running with the engine.
func (h *host) watch(told, running context.Context, answer func(any) error) (*EngineAnswer, error) {
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	w := &watch{host: h, started: time.Now(), moved: time.Now()}
	for {
		select {
		case <-running.Done():
			return nil, errors.New("bench: the engine ended before its work was done")
		case <-told.Done():
			if h.order.Records > 0 {
				return nil, fmt.Errorf("bench: told to end after %d of %d records", w.applied, h.order.Records)
			}
			return w.finish(), nil
		case <-ticker.C:
		}
		if done, err := w.look(answer); err != nil {
			return nil, err
		} else if done {
			return w.finish(), nil
		}
	}
}

// look notes how far the engine is; true when it has applied all it was to.
func (w *watch) look(answer func(any) error) (done bool, err error) {
	if w.joined.at.IsZero() {
		if w.engine.Status().Joined() {
			w.joined = takeMark(w.order.BrokerPID)
		}
		return false, nil
	}
	if applied := w.tally.applied(); applied != w.applied {
		w.applied, w.moved = applied, time.Now()
	}
	if w.measured.at.IsZero() && w.applied >= w.order.Skip {
		w.measured, w.begun = takeMark(w.order.BrokerPID), w.applied
	}
	switch {
	case w.order.Records > 0 && time.Since(w.moved) > stalled:
		return false, fmt.Errorf("bench: nothing applied for %v after %d of %d records", stalled, w.applied, w.order.Records)
	case w.order.Records > 0:
		return w.applied >= w.order.Records, nil
	case !w.ready && w.applied >= w.order.Before && w.caughtUp():
		w.ready = true
		return false, answer(Ready{CaughtUpSeconds: time.Since(w.started).Seconds()})
	}
	return false, nil
}

func (w *watch) caughtUp() bool {
	return len(w.engine.Status().CaughtUp()) == w.order.Partitions && (w.desk == nil || w.desk.caughtUp(w.order.Partitions))
}

func (w *watch) finish() *EngineAnswer {
	end := takeMark(w.order.BrokerPID)
	a := &EngineAnswer{Measured: w.measured.until(end, w.applied-w.begun), JoinSeconds: w.joined.at.Sub(w.started).Seconds()}
	if w.order.Skip > 0 {
		first := w.joined.until(w.measured, w.begun)
		a.First = &first
	}
	a.Memory = takeMemory()
	return a
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
