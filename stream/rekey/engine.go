package rekey

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// Config is what an Engine needs.
type Config struct {
	Client *kafka.Client
	Source Source
	// Group is how to be a member; its name has to be the source's own. Topics are set from the source.
	Group kafka.GroupConfig
	// Zone is the bank's, for the times of dead letters.
	Zone    *time.Location
	Log     *slog.Logger
	Metrics *stream.Metrics
	// Release is this binary's version, written into dead letters.
	Release string
	// MaxRecords bounds the source records of one transaction, and with it what a crash repeats and how long readers wait; 0 is 4,000.
	MaxRecords int
	// LookEvery is how often the source's number of partitions is looked at; 0 is 30 s.
	LookEvery time.Duration
}

// Engine moves one source's records, on the partitions that its consumer group gives this process.
type Engine struct {
	cfg  Config
	role *stream.Role
}

// New prepares an engine; Run starts it.
func New(cfg Config) *Engine {
	if cfg.LookEvery == 0 {
		cfg.LookEvery = 30 * time.Second
	}
	if cfg.MaxRecords == 0 {
		cfg.MaxRecords = 4000
	}
	cfg.Group.Topics = []string{cfg.Source.Topic}
	return &Engine{cfg: cfg, role: stream.NewRole("rekey:"+cfg.Source.Topic, cfg.Source.Topic, cfg.Metrics)}
}

// Status tells how the source's partitions are doing; safe for any goroutine.
func (e *Engine) Status() *stream.Status { return e.role.Status }

// Run is a member of the source's group until ctx ends. A partition that cannot go on (a gap in the log, a poison storm) is stopped and
// shown in Status while the others run. When the source gets more partitions, the group is joined anew.
func (e *Engine) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		partitions, err := e.topics(ctx)
		if err != nil {
			return err
		}
		member, leave := context.WithCancelCause(ctx)
		var watch sync.WaitGroup
		watch.Go(func() { e.watch(member, partitions[e.cfg.Source.Topic], leave) })
		err = e.cfg.Client.Join(member, e.cfg.Group, func(ctx context.Context, a kafka.Assignment) error {
			return e.own(ctx, a, partitions, leave)
		})
		cause := context.Cause(member)
		leave(nil)
		watch.Wait()
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(cause, errMorePartitions):
			e.cfg.Log.Info("the source has other partitions now; joining its group anew", "source", e.cfg.Source.Topic)
		case cause != nil:
			return cause
		case err != nil:
			return fmt.Errorf("rekey: %s: %w", e.cfg.Source.Topic, err)
		}
	}
	return nil
}

// topics counts the partitions of the source, its targets and its dead letters; all of them have to be there.
func (e *Engine) topics(ctx context.Context) (map[string]int, error) {
	names := append(e.cfg.Source.Targets(), e.cfg.Source.Topic, wire.DeadLetter(e.cfg.Source.Topic))
	infos, err := e.cfg.Client.Topics(ctx, names)
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for _, name := range names {
		if counts[name] = infos[name].Partitions; counts[name] == 0 {
			return nil, fmt.Errorf("rekey: topic %s does not exist, or this user has no permission to see it: a source is the bank's to make, "+
				"the others come from `cardwatch topics create`", name)
		}
	}
	return counts, nil
}

var errMorePartitions = errors.New("the source's number of partitions has changed")

// watch looks for new partitions: brokers do not tell, and a group shares out only those it knew when it was balanced.
func (e *Engine) watch(ctx context.Context, known int, leave context.CancelCauseFunc) {
	for {
		if pause(ctx, e.cfg.LookEvery); ctx.Err() != nil {
			return
		}
		infos, err := e.cfg.Client.Topics(ctx, []string{e.cfg.Source.Topic})
		if err != nil {
			e.cfg.Log.Warn("the source's partitions could not be looked at", "source", e.cfg.Source.Topic, "error", err)
			continue
		}
		if n := infos[e.cfg.Source.Topic].Partitions; n != known && n > 0 {
			leave(errMorePartitions)
			return
		}
	}
}

// own works on the partitions of one generation until it ends.
func (e *Engine) own(ctx context.Context, a kafka.Assignment, partitions map[string]int, fail context.CancelCauseFunc) error {
	e.cfg.Log.Info("partitions assigned", "processor", "rekey", "source", e.cfg.Source.Topic, "partitions", a.Partitions)
	e.role.Assigned(a.Partitions)
	var wg sync.WaitGroup
	for _, p := range a.Partitions {
		wg.Go(func() {
			err := e.worker(p, a.Member(), partitions).run(ctx)
			e.role.Ended(p, err)
			switch {
			case err == nil:
			case stream.StopsPartition(err):
				e.cfg.Log.Error("partition stopped", "processor", "rekey", "source", e.cfg.Source.Topic, "partition", p, "error", err)
			default:
				fail(fmt.Errorf("rekey: %s, partition %d: %w", e.cfg.Source.Topic, p, err))
			}
		})
	}
	wg.Wait()
	<-ctx.Done()
	return nil
}

func (e *Engine) worker(partition int, m kafka.Member, partitions map[string]int) *worker {
	return &worker{
		client: e.cfg.Client, source: &e.cfg.Source, partition: partition, member: m, role: e.role, log: e.cfg.Log,
		fill: func() (*filler, error) {
			c, err := newConverter(&e.cfg.Source, partition)
			return &filler{
				convert: c, partitions: partitions, zone: e.cfg.Zone, release: e.cfg.Release, maxRecords: e.cfg.MaxRecords,
				place: fmt.Appendf(nil, "%s/%d/", e.cfg.Source.Topic, partition),
			}, err
		},
	}
}

// transactionalID is one per group and source partition.
func transactionalID(group string, partition int) string {
	return fmt.Sprintf("%s/%d", group, partition)
}
