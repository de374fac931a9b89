package stream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream/kafka"
)

// EngineConfig is what an Engine needs besides its processor.
type EngineConfig struct {
	Client *kafka.Client
	Store  *store.DB
	Group  kafka.GroupConfig
	Clock  Clock
	// Zone is the bank's.
	Zone *time.Location
	// TickEvery is how often the time is written to the tick topic; 0 is 1 s.
	TickEvery time.Duration
	Log       *slog.Logger
	Metrics   *Metrics
	// Committed hears which customers of a partition have changed; it must not block. May be nil.
	Committed func(partition int, customers []string)
	// FindByPhone is TaskConfig's.
	FindByPhone func(alerts.Phone) (string, error)
	Release     string
}

// Engine runs a processor on the partitions that the consumer group gives this process.
type Engine[S any] struct {
	cfg     EngineConfig
	spec    Spec
	newProc func() Processor[S]
	status  *Status
}

// NewEngine prepares an engine; Run starts it. newProc makes the processor of one partition, which one goroutine uses.
func NewEngine[S any](newProc func() Processor[S], cfg EngineConfig) *Engine[S] {
	spec := newProc().Spec()
	if cfg.TickEvery == 0 {
		cfg.TickEvery = time.Second
	}
	cfg.Group.Topics = spec.Inputs
	return &Engine[S]{cfg: cfg, spec: spec, newProc: newProc, status: newStatus(spec, cfg.Metrics)}
}

// Status tells how the partitions are doing; safe for any goroutine.
func (e *Engine[S]) Status() *Status { return e.status }

// Run is a member of the group until ctx ends. A partition that cannot go on (a gap in the log, a poison storm) is stopped
// and shown in Status while the others run; an error of the store ends Run, since no partition can be trusted then.
func (e *Engine[S]) Run(ctx context.Context) error {
	if err := e.cfg.Client.CheckCoPartitioned(ctx, e.spec.Inputs); err != nil {
		return err
	}
	member, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	err := e.cfg.Client.Join(member, e.cfg.Group, func(ctx context.Context, a kafka.Assignment) error {
		return e.own(ctx, a, fail)
	})
	switch {
	case ctx.Err() != nil:
		return nil
	case member.Err() != nil:
		return context.Cause(member)
	case err != nil:
		return fmt.Errorf("stream: %s: %w", e.spec.Name, err)
	}
	return nil
}

// own runs the partitions of one generation until it ends.
func (e *Engine[S]) own(ctx context.Context, a kafka.Assignment, fail func(error)) error {
	e.cfg.Log.Info("partitions assigned", "processor", e.spec.Name, "partitions", a.Partitions)
	e.status.assigned(a.Partitions)
	var wg sync.WaitGroup
	for _, p := range a.Partitions {
		wg.Go(func() {
			err := e.persist(ctx, a, p)
			e.status.ended(p, err)
			switch {
			case err == nil:
			case errors.Is(err, kafka.ErrFenced):
				e.cfg.Log.Warn("partition has a newer owner", "processor", e.spec.Name, "partition", p)
			case stopsPartition(err):
				e.cfg.Log.Error("partition stopped", "processor", e.spec.Name, "partition", p, "error", err)
			default:
				fail(fmt.Errorf("stream: %s, partition %d: %w", e.spec.Name, p, err))
			}
		})
	}
	wg.Wait()
	<-ctx.Done()
	return nil
}

// persist works on a partition until its generation ends, anew from the store whenever the brokers stayed away for longer than
// a delivery may take.
func (e *Engine[S]) persist(ctx context.Context, a kafka.Assignment, p int) error {
	for {
		err := e.partition(ctx, a, p)
		switch {
		case !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled):
			return err
		case ctx.Err() != nil:
			return nil
		}
		e.cfg.Log.Warn("partition starts anew from the store", "processor", e.spec.Name, "partition", p, "error", err)
	}
}

// stopsPartition says whether an error is the partition's own trouble, which an operator has to decide on.
func stopsPartition(err error) bool {
	var gap *kafka.GapError
	var corrupt *kafka.CorruptError
	var large *kafka.TooLargeError
	return errors.As(err, &gap) || errors.As(err, &corrupt) || errors.As(err, &large) || errors.Is(err, ErrPoisonStorm)
}

func (e *Engine[S]) partition(ctx context.Context, a kafka.Assignment, p int) error {
	// A new epoch first: wherever this owner writes from here on, a predecessor who still believes in its ownership is refused.
	producer, err := e.cfg.Client.Producer(ctx, fmt.Sprintf("%s/%d", e.cfg.Group.Group, p))
	if err != nil {
		return err
	}
	task, err := NewTask(e.newProc(), TaskConfig{
		Space: e.cfg.Store.Space(e.spec.Tag, p), Sink: producer, Partition: p, Zone: e.cfg.Zone,
		Metrics: e.cfg.Metrics, Release: e.cfg.Release, FindByPhone: e.cfg.FindByPhone, Committed: func(customers []string) {
			if e.cfg.Committed != nil {
				e.cfg.Committed(p, customers)
			}
		},
	})
	if err != nil {
		return err
	}
	for i, topic := range e.spec.Inputs {
		task.Quiet(i, a.Committed[topic][p])
	}
	r := &runner[S]{
		task: task, client: e.cfg.Client, producer: producer, clock: e.cfg.Clock, log: e.cfg.Log, partition: p,
		tickEvery: e.cfg.TickEvery, commit: a.Commit, status: e.status.of(p),
	}
	return r.run(ctx)
}
