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
	// Budget bounds the cached states of this process; nil is 256 MiB for this engine.
	Budget *Budget
	// WriteBehind is how long a changed state may wait to be written; 0 writes at each commit, so that readers see it at once.
	WriteBehind time.Duration
	// Standby keeps copies of the partitions that other processes own.
	Standby bool
	// Rules are given to newProc, until Reload brings others. A change takes effect at a recorded place in the log, after a predecessor's
	// work has been repeated under the old ones.
	Rules []byte
	// AcceptGaps are the losses of input records that an operator has accepted.
	AcceptGaps []Gap
	Log        *slog.Logger
	Metrics    *Metrics
	// Gate, while it is shut, keeps partitions from reading on. May be nil.
	Gate *Gate
	// Committed hears which customers of a partition have changed; it must not block. May be nil.
	Committed func(partition int, customers []string)
	// FindByPhone is TaskConfig's.
	FindByPhone func(alerts.Phone) ([]*alerts.State, error)
	Release     string
	// Limits and Sabotage are TaskConfig's.
	Limits   Limits
	Sabotage Sabotage
}

// Engine runs a processor on the partitions that the consumer group gives this process.
type Engine[S any] struct {
	cfg        EngineConfig
	spec       Spec
	newProc    func(rules []byte) (Processor[S], error)
	status     *Status
	rules      *ruleBoard
	partitions int

	mu         sync.Mutex
	assignment kafka.Assignment
	owners     map[int]*worker
	standbys   map[int]*worker
	// epochs are those of our own ownerships, by partition.
	epochs map[int]uint64
}

// worker is a goroutine that works on a partition.
type worker struct {
	ctx   context.Context
	stop  context.CancelFunc
	ended chan struct{}
	// asks are read by an owner.
	asks chan ask
}

// NewEngine prepares an engine; Run starts it. newProc makes the processor of one partition, which one goroutine uses, from rules
// that EngineConfig.Rules or Reload bring, or brought in an earlier run.
func NewEngine[S any](newProc func(rules []byte) (Processor[S], error), cfg EngineConfig) (*Engine[S], error) {
	proc, err := newProc(cfg.Rules)
	if err != nil {
		return nil, err
	}
	if cfg.TickEvery == 0 {
		cfg.TickEvery = time.Second
	}
	if cfg.Budget == nil {
		cfg.Budget = NewBudget(256 << 20)
	}
	spec := proc.Spec()
	e := &Engine[S]{
		cfg: cfg, spec: spec, newProc: newProc, status: newStatus(spec, cfg.Metrics), rules: newRuleBoard(cfg.Rules),
		owners: make(map[int]*worker), standbys: make(map[int]*worker), epochs: make(map[int]uint64),
	}
	e.cfg.Group.Topics, e.cfg.Group.Copied = spec.Inputs, e.copied
	return e, nil
}

// Status tells how the partitions are doing; safe for any goroutine.
func (e *Engine[S]) Status() *Status { return e.status }

// Run is a member of the group until ctx ends; it then writes what has been applied, releases its partitions and leaves. A partition
// that cannot go on (a gap in the log, a poison storm) is stopped and shown in Status while the others run; an error of the store
// ends Run, since no partition can be trusted then.
func (e *Engine[S]) Run(ctx context.Context) error {
	if err := e.look(ctx); ctx.Err() != nil {
		return nil
	} else if err != nil {
		return err
	}
	member, leave := context.WithCancelCause(context.WithoutCancel(ctx))
	defer leave(nil)
	stopped := make(chan struct{})
	defer context.AfterFunc(ctx, func() {
		e.stopAll()
		close(stopped)
		leave(nil)
	})()
	err := e.cfg.Client.Join(member, e.cfg.Group, func(generation context.Context, a kafka.Assignment) error {
		e.reconcile(ctx, a, leave)
		<-generation.Done()
		return nil
	})
	if ctx.Err() != nil {
		<-stopped
	}
	e.stopAll()
	switch cause := context.Cause(member); {
	case cause != nil && !errors.Is(cause, context.Canceled):
		return cause
	case ctx.Err() != nil:
		return nil
	case err != nil:
		return fmt.Errorf("stream: %s: %w", e.spec.Name, err)
	}
	return nil
}

// look finds out how many partitions there are; all topics have to have the same number.
func (e *Engine[S]) look(ctx context.Context) error {
	changelog := ChangelogTopic(e.cfg.Group.Group)
	if err := e.cfg.Client.CheckCoPartitioned(ctx, append([]string{changelog}, e.spec.Inputs...)); err != nil {
		return err
	}
	topics, err := e.cfg.Client.Topics(ctx, []string{changelog})
	if err != nil {
		return err
	}
	e.partitions = topics[changelog].Partitions
	return nil
}

// reconcile starts and stops workers until they fit the assignment. A partition that stays is not touched.
func (e *Engine[S]) reconcile(ctx context.Context, a kafka.Assignment, fail func(error)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if ctx.Err() != nil {
		return
	}
	e.cfg.Log.Info("partitions assigned", "processor", e.spec.Name, "partitions", a.Partitions)
	e.assignment = a
	mine := make(map[int]bool)
	for _, p := range a.Partitions {
		mine[p] = true
	}
	for p, w := range e.owners {
		if !mine[p] {
			w.stop()
		}
	}
	e.status.assigned(a.Partitions)
	for p := range e.partitions {
		switch {
		case mine[p]:
			e.replace(ctx, p, e.owners, e.standbys, func(ctx context.Context, asks <-chan ask) { e.own(ctx, p, asks, fail) })
		case e.cfg.Standby:
			e.replace(ctx, p, e.standbys, e.owners, func(ctx context.Context, _ <-chan ask) { e.standBy(ctx, p, fail) })
		}
	}
}

// replace starts work on a partition, unless it is under way, once the other kind of work has ended.
func (e *Engine[S]) replace(ctx context.Context, p int, same, other map[int]*worker, work func(context.Context, <-chan ask)) {
	current := same[p]
	if current != nil && current.running() {
		return
	}
	before := other[p]
	if before != nil {
		before.stop()
	}
	ctx, stop := context.WithCancel(ctx)
	w := &worker{ctx: ctx, stop: stop, ended: make(chan struct{}), asks: make(chan ask)}
	same[p] = w
	go func() {
		defer close(w.ended)
		defer stop()
		for _, earlier := range []*worker{current, before} {
			if earlier != nil {
				<-earlier.ended
			}
		}
		work(ctx, w.asks)
	}()
}

// running reports whether the work goes on: it has neither ended nor been told to.
func (w *worker) running() bool {
	select {
	case <-w.ended:
		return false
	default:
		return w.ctx.Err() == nil
	}
}

// stopAll stops every worker and waits.
func (e *Engine[S]) stopAll() {
	e.mu.Lock()
	var all []*worker
	for _, kind := range []map[int]*worker{e.owners, e.standbys} {
		for _, w := range kind {
			w.stop()
			all = append(all, w)
		}
	}
	e.mu.Unlock()
	for _, w := range all {
		<-w.ended
	}
}

// copied is how much of each partition's changelog is in the store, for the group to give a partition to who has most of it. A copy
// that cannot be read counts as none.
func (e *Engine[S]) copied() map[int]int64 {
	have := make(map[int]int64)
	for p := range e.partitions {
		if next, found, err := e.cfg.Store.Space(e.spec.Tag, p).Changelog(); err == nil && found {
			have[p] = next
		}
	}
	return have
}

func (e *Engine[S]) ownEpoch(p int) uint64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.epochs[p]
}

func (e *Engine[S]) noteEpoch(p int, epoch uint64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.epochs[p] = epoch
}

// commit mirrors progress to the group.
func (e *Engine[S]) commit(offsets map[string]map[int]int64) error {
	e.mu.Lock()
	a := e.assignment
	e.mu.Unlock()
	return a.Commit(offsets)
}
