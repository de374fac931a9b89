package stream

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// fetched is what one input's fetcher brought.
type fetched struct {
	input int
	batch kafka.Batch
	err   error
}

// queue holds what was fetched of one input and not applied yet: the batch being applied, and the one behind it.
type queue struct {
	batch    kafka.Batch
	at       int
	behind   *kafka.Batch
	caughtUp bool
	// resume lets the fetcher go on. A batch's memory is its own until the fetch after the next, so the fetcher may be one
	// batch ahead and no more: that is the backpressure.
	resume chan struct{}
}

func (q *queue) empty() bool { return q.at >= len(q.batch.Records) }

func (q *queue) head() *kafka.Record { return &q.batch.Records[q.at] }

// runner drives a Task from a live partition: one fetcher goroutine per input, merged here by append time.
type runner[S any] struct {
	engine    *Engine[S]
	task      *Task[S]
	client    *kafka.Client
	producer  *kafka.Producer
	clock     Clock
	log       *slog.Logger
	partition int
	tickEvery time.Duration

	queues   []queue
	arrivals chan fetched
	// commit mirrors the progress to the consumer group.
	commit func(map[string]map[int]int64) error
	status *partitionStatus
	// caughtUp is how far the log went when everything had been applied for the first time; nil before that, and once the partition
	// is current.
	caughtUp []int64
	current  bool
	// live says that a predecessor's work has been repeated; replaced is closed when newer rules have come.
	live     bool
	replaced <-chan struct{}
	asks     <-chan ask
}

// letGo is how long a member that loses a partition may take to finish what it has begun.
const letGo = 5 * time.Second

// run applies the partition until ctx ends, then commits what has been applied. Any other end is an error. Work in flight is
// not cut off by ctx, only by letGo: a half-sent batch would be sent again.
func (r *runner[S]) run(ctx context.Context) error {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(letGo, cancel) })()
	inputs := r.task.spec.Inputs
	r.queues = make([]queue, len(inputs))
	r.arrivals = make(chan fetched)
	fetching, stop := context.WithCancel(ctx)
	var fetchers sync.WaitGroup
	defer fetchers.Wait()
	defer stop()
	for i, topic := range inputs {
		r.queues[i].resume = make(chan struct{}, 2)
		r.queues[i].resume <- struct{}{}
		fetchers.Go(func() { r.fetch(fetching, i, r.client.Fetch(topic, r.partition, r.task.Next(i))) })
	}
	_, r.replaced = r.engine.rules.get()
	r.status.decidedBy(r.task.Rules(), nil)
	ticker := time.NewTicker(r.tickEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return r.finish(work)
		case <-ticker.C:
			if err := r.tick(work); err != nil {
				return err
			}
		case err := <-r.task.Landing():
			if err = r.task.Land(err); err == nil {
				err = r.task.Commit(work)
			}
			if err != nil {
				return err
			}
			r.becomeCurrent()
		case a := <-r.asks:
			a.answer <- r.task.peek(a.customer)
		case <-r.replaced:
			if err := r.changeRules(work); err != nil {
				return err
			}
		case f := <-r.arrivals:
			if f.err != nil && ctx.Err() != nil {
				return r.finish(work)
			}
			if err := r.accept(ctx, work, f); err != nil {
				return err
			}
		}
	}
}

// fetch hands batches over, one ahead of what is being applied.
func (r *runner[S]) fetch(ctx context.Context, input int, f *kafka.Fetcher) {
	for r.engine.cfg.Gate.wait(ctx) == nil {
		batch, err := f.Next(ctx)
		if from, accepted := r.engine.accepts(err); accepted {
			f = r.client.Fetch(r.task.spec.Inputs[input], r.partition, from)
			continue
		}
		select {
		case r.arrivals <- fetched{input: input, batch: batch, err: err}:
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
		select {
		case <-r.queues[input].resume:
		case <-ctx.Done():
			return
		}
	}
}

func (r *runner[S]) accept(ctx, work context.Context, f fetched) error {
	if f.err != nil {
		return f.err
	}
	q := &r.queues[f.input]
	q.caughtUp = f.batch.CaughtUp()
	r.status.fetched(r.task.spec.Inputs[f.input], f.batch)
	if q.empty() {
		q.batch, q.at = f.batch, 0
		r.next(f.input)
	} else {
		q.behind = &f.batch
	}
	return r.drain(ctx, work)
}

// next goes on to the batch behind, as often as one is applied to its end, and lets the fetcher go on.
func (r *runner[S]) next(input int) {
	for q := &r.queues[input]; q.empty(); {
		r.task.skipTo(input, q.batch.Next)
		q.resume <- struct{}{}
		if q.behind == nil {
			return
		}
		q.batch, q.at, q.behind = *q.behind, 0, nil
	}
}

// drain applies what may be applied, oldest append time first, and commits.
func (r *runner[S]) drain(ctx, work context.Context) error {
	for n := 1; ; n++ {
		input := r.oldest()
		if input < 0 {
			if err := r.task.Commit(work); err != nil {
				return err
			}
			r.becomeCurrent()
			return r.goLive(work)
		}
		q := &r.queues[input]
		err := r.task.Apply(input, q.head())
		if errors.Is(err, ErrPoisonStorm) {
			return errors.Join(err, r.finish(work)) // a restart goes on behind what it has refused
		}
		if err != nil {
			return err
		}
		q.at++
		if q.empty() {
			r.next(input)
		}
		if n%r.task.cfg.Limits.Batch == 0 {
			if err := r.task.Commit(work); err != nil || ctx.Err() != nil {
				return err
			}
			r.answer()
		}
	}
}

// oldest picks the input whose next record was appended first, or the one that a predecessor took next; −1 while an input that may
// hold an older one has not answered.
func (r *runner[S]) oldest() int {
	if input, ordered := r.scripted(); ordered {
		return input
	}
	best := -1
	for i := range r.queues {
		q := &r.queues[i]
		if q.empty() {
			if !q.caughtUp {
				return -1
			}
			continue
		}
		if best < 0 || q.head().Timestamp < r.queues[best].head().Timestamp {
			best = i
		}
	}
	return best
}

// becomeCurrent tells when everything has been dealt with that was in the log when its end was first reached. Whoever reads the store to
// act on it relies on that: what a predecessor, or this process before a restart, has done may be told by the last record alone.
func (r *runner[S]) becomeCurrent() {
	if r.current {
		return
	}
	if r.caughtUp == nil {
		if slices.ContainsFunc(r.queues, func(q queue) bool { return !q.empty() || !q.caughtUp }) {
			return
		}
		for i := range r.queues {
			r.caughtUp = append(r.caughtUp, r.task.Next(i))
		}
	}
	if r.task.cfg.WriteBehind == 0 {
		for i, next := range r.task.Stored().Next {
			if next < r.caughtUp[i] {
				return
			}
		}
	}
	r.current, r.caughtUp = true, nil
	r.status.current()
}

// scripted is the input that a predecessor took the next record from, −1 when it has not come yet; false when nobody says.
func (r *runner[S]) scripted() (input int, ordered bool) {
	for {
		input, through := r.task.scripted()
		if input < 0 {
			return 0, false
		}
		q := &r.queues[input]
		switch {
		case !q.empty() && q.head().Offset <= through:
			return input, true
		case q.empty() && r.task.Next(input) <= through:
			return -1, true
		}
		r.task.skipScript() // compaction has taken the records since
	}
}

// goLive ends the replay of what a predecessor did, once everything that was there then has been applied: from here on new rules decide.
func (r *runner[S]) goLive(ctx context.Context) error {
	if !r.task.Replayed() {
		return nil
	}
	proc, rules, err := r.newest()
	if err != nil {
		return err
	}
	r.log.Info("partition is live", "processor", r.task.spec.Name, "partition", r.partition)
	r.task.GoLive()
	r.live = true
	return r.decideBy(ctx, proc, rules)
}

// tick writes the time to the partition's tick topic and mirrors the progress to the consumer group.
func (r *runner[S]) tick(ctx context.Context) error {
	now := r.clock.Now().UnixMilli()
	tick := card.Tick{Head: card.Head{At: r.task.moment(now)}}
	err := r.producer.Send(ctx, []kafka.Message{{
		Topic: wire.TickTopic, Partition: int32(r.partition), Value: wire.AppendTick(nil, &tick), Timestamp: now,
	}})
	if err != nil {
		return err
	}
	r.mirror()
	return nil
}

// mirror tells the group how far the partition is, for whoever watches its lag. Nobody goes on from there, so a failure costs nothing.
func (r *runner[S]) mirror() {
	offsets := make(map[string]map[int]int64)
	for i, topic := range r.task.spec.Inputs {
		if next := r.task.Stored().Next[i]; next >= 0 {
			offsets[topic] = map[int]int64{r.partition: next}
		}
	}
	if err := r.commit(offsets); err != nil {
		r.log.Warn("progress was not mirrored to the group", "processor", r.task.spec.Name, "partition", r.partition, "error", err)
	}
}

// finish commits and writes what has been applied, leaves word of it for the next owner, and tells the group.
func (r *runner[S]) finish(work context.Context) error {
	if err := r.task.Commit(work); err != nil {
		return err
	}
	if err := r.task.Release(work); err != nil {
		return err
	}
	r.mirror()
	return nil
}
