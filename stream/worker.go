package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream/kafka"
)

// own works on a partition until ctx ends, and starts anew from the store whenever that may help: when the brokers stayed away for
// longer than a delivery may take, or when another owner came although the partition is ours.
func (e *Engine[S]) own(ctx context.Context, p int, asks <-chan ask, fail func(error)) {
	log := e.cfg.Log.With("processor", e.spec.Name, "partition", p)
	for {
		err := e.ownOnce(ctx, p, asks)
		switch {
		case ctx.Err() != nil && passes(err):
			e.status.ended(p, nil)
			return
		case err == nil || stopsPartition(err):
			log.Error("partition stopped", "error", err)
			e.status.ended(p, err)
			return
		case !passes(err):
			e.status.ended(p, err)
			fail(fmt.Errorf("stream: %s, partition %d: %w", e.spec.Name, p, err))
			return
		}
		log.Warn("partition starts anew from the store", "error", err)
		e.status.waits(p, err)
		select { // a former owner that does not know it yet takes a heartbeat to learn
		case <-time.After(time.Second):
		case <-ctx.Done():
		}
	}
}

// passes reports whether an error may be gone when the partition is taken over again.
func passes(err error) bool {
	return err == nil || errors.Is(err, kafka.ErrFenced) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// stopsPartition says whether an error is the partition's own trouble, which an operator has to decide on.
func stopsPartition(err error) bool {
	var (
		gap      *kafka.GapError
		corrupt  *kafka.CorruptError
		large    *kafka.TooLargeError
		replaced *ReplacedError
		count    *PartitionCountError
		version  *store.VersionError
	)
	return errors.As(err, &gap) || errors.As(err, &corrupt) || errors.As(err, &large) || errors.As(err, &replaced) ||
		errors.As(err, &count) || errors.As(err, &version) || errors.Is(err, ErrDamaged) || errors.Is(err, ErrPoisonStorm)
}

// ownOnce takes the partition over and works on it until ctx ends.
func (e *Engine[S]) ownOnce(ctx context.Context, p int, asks <-chan ask) error {
	f, err := e.follower(p)
	if err != nil {
		return err
	}
	task, producer, err := e.takeOver(ctx, p, f)
	if err != nil {
		return err
	}
	defer task.Close()
	r := &runner[S]{
		engine: e, task: task, client: e.cfg.Client, producer: producer, clock: e.cfg.Clock, log: e.cfg.Log, partition: p,
		tickEvery: e.cfg.TickEvery, commit: e.commit, status: e.status.of(p), asks: asks,
	}
	return r.run(ctx)
}

func (e *Engine[S]) follower(p int) (*follower[S], error) {
	rules, _ := e.rules.get()
	proc, err := e.newProc(rules)
	if err != nil {
		return nil, err
	}
	return newFollower(e.cfg.Client, e.cfg.Store.Space(e.spec.Tag, p), proc, kafka.Place{Topic: ChangelogTopic(e.cfg.Group.Group), Partition: p}, e.cfg.Sabotage)
}

// standBy copies a partition's changelog until ctx ends.
func (e *Engine[S]) standBy(ctx context.Context, p int, fail func(error)) {
	f, err := e.follower(p)
	for err == nil {
		if err = e.cfg.Gate.wait(ctx); err != nil {
			break
		}
		if err = f.step(ctx); err == nil {
			e.cfg.Metrics.standby(e.spec.Name, p, f.lag)
		}
	}
	switch {
	case ctx.Err() != nil:
	case stopsPartition(err):
		e.cfg.Log.Error("standby stopped", "processor", e.spec.Name, "partition", p, "error", err)
	default:
		fail(fmt.Errorf("stream: %s, standby of partition %d: %w", e.spec.Name, p, err))
	}
}

// taskConfig is that of an owned partition.
func (e *Engine[S]) taskConfig(p int, sink Sink) TaskConfig {
	cfg := TaskConfig{
		Space: e.cfg.Store.Space(e.spec.Tag, p), Sink: sink, Partition: p, Partitions: e.partitions, Zone: e.cfg.Zone,
		Budget: e.cfg.Budget, WriteBehind: e.cfg.WriteBehind, Changelog: ChangelogTopic(e.cfg.Group.Group),
		Metrics: e.cfg.Metrics, Release: e.cfg.Release, FindByPhone: e.cfg.FindByPhone, Sabotage: e.cfg.Sabotage, Limits: e.cfg.Limits,
	}
	if e.cfg.Committed != nil {
		cfg.Committed = func(customers []string) { e.cfg.Committed(p, customers) }
	}
	return cfg
}
