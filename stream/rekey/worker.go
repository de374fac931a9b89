package rekey

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
)

const (
	// pace is the least time between the starts of two transactions: each costs the brokers a marker in every partition that it
	// touches. With what a transaction takes it bounds how long a record waits.
	pace = 10 * time.Millisecond
	// letGo is how long a worker that loses its partition may take to end the transaction that it has begun.
	letGo = 5 * time.Second
	// calm is the pause before starting anew, so that a broker in trouble is not asked at full speed.
	calm = 250 * time.Millisecond
)

// worker moves one source partition for one generation of the group.
type worker struct {
	client    *kafka.Client
	source    *Source
	partition int
	member    kafka.Member
	fill      func() (*filler, error)
	role      *stream.Role
	log       *slog.Logger
}

// run moves records until ctx ends. After any doubt it asks the group whether it still is a member, and if so starts anew from the
// committed position. An error is final: it stops the partition, or needs a person.
func (w *worker) run(ctx context.Context) error {
	for {
		err := w.once(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, kafka.ErrNotMember):
			<-ctx.Done()
			return nil
		case !errors.Is(err, kafka.ErrFenced) && !errors.Is(err, kafka.ErrGivenUp):
			return err
		}
		w.log.Warn("partition starts anew from the committed position", "source", w.source.Topic, "partition", w.partition, "error", err)
		pause(ctx, calm)
		switch err := w.client.StillMember(ctx, w.member); {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, kafka.ErrNotMember):
			<-ctx.Done()
			return nil
		case err != nil:
			return err
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// once takes the partition over and moves records until ctx ends or something goes wrong.
func (w *worker) once(ctx context.Context) error {
	txn, err := w.client.Transactor(ctx, kafka.TransactorConfig{
		ID: transactionalID(w.member.Group, w.partition), Topic: w.source.Topic, Partition: w.partition, Member: w.member,
	})
	if err != nil {
		return err
	}
	from, err := txn.Position(ctx)
	if err != nil {
		return err
	}
	if from < 0 {
		from = kafka.Earliest
	}
	fill, err := w.fill()
	if err != nil {
		return err
	}
	// A transaction in flight is not cut off by ctx, only by letGo: if it commits, nobody has to do it again.
	work, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(letGo, cut) })()
	p := pump{
		worker: w, txn: txn, filler: fill,
		batches: make(chan fetched), full: make(chan *bundle), free: make(chan *bundle, 2), failed: make(chan error, 1),
	}
	p.free <- newBundle()
	p.free <- newBundle()
	return p.run(ctx, work, w.client.Fetch(w.source.Topic, w.partition, from))
}

// fetched is what one fetch brought.
type fetched struct {
	batch kafka.Batch
	err   error
}

// pump has three goroutines: one fetches, one maps, one commits, each a step ahead of the next.
type pump struct {
	*worker
	txn     *kafka.Transactor
	filler  *filler
	batches chan fetched
	// full is unbuffered, so a bundle leaves only when the one before has committed; free holds those that wait to be filled.
	full, free chan *bundle
	failed     chan error
}

func (p *pump) run(ctx, work context.Context, f *kafka.Fetcher) error {
	running, stop := context.WithCancel(ctx)
	var parts sync.WaitGroup
	parts.Go(func() { p.fetch(running, f) })
	parts.Go(func() { p.commit(running, work) })
	err := p.collect(ctx)
	stop()
	parts.Wait()
	return err
}

// fetch hands batches over. A batch's memory is its own until the fetch after the next, and the next batch is taken only when this one
// has been mapped.
func (p *pump) fetch(ctx context.Context, f *kafka.Fetcher) {
	for {
		batch, err := f.Next(ctx)
		select {
		case p.batches <- fetched{batch, err}:
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// collect maps what is fetched into a bundle and gives it away as soon as it is wanted. What is not given away when the end comes is
// forgotten: the position has not moved past it.
func (p *pump) collect(ctx context.Context) error {
	b := <-p.free
	var rest []kafka.Record
	for {
		for len(rest) > 0 && !p.filler.full(b) {
			if err := p.filler.add(b, &rest[0]); err != nil {
				return err
			}
			rest = rest[1:]
		}
		batches, full := p.batches, p.full
		if len(rest) > 0 {
			batches = nil
		}
		if b.done.Read == 0 {
			full = nil
		}
		select {
		case <-ctx.Done():
			return nil
		case err := <-p.failed:
			return err
		case full <- b:
			select {
			case b = <-p.free:
			case err := <-p.failed:
				return err
			}
		case f := <-batches:
			if f.err != nil {
				return p.flush(ctx, b, f.err)
			}
			p.role.Fetched(p.partition, f.batch)
			rest = f.batch.Records
		}
	}
}

// flush commits the bundle before reading stops for the cause: what was read until then might be gone from the log the next time.
func (p *pump) flush(ctx context.Context, b *bundle, cause error) error {
	if b.done.Read == 0 {
		return cause
	}
	full := p.full
	for free := 0; free < 2; { // both bundles are free when this one has committed
		select {
		case <-ctx.Done():
			return nil
		case err := <-p.failed:
			return err
		case full <- b:
			full = nil
		case <-p.free:
			free++
		}
	}
	return cause
}

// commit makes one transaction after the other.
func (p *pump) commit(running, work context.Context) {
	for {
		var b *bundle
		select {
		case b = <-p.full:
		case <-running.Done():
			return
		}
		began := time.Now()
		if err := p.txn.Commit(work, &b.Bundle, b.next); err != nil {
			p.failed <- err
			return
		}
		p.role.Moved(b.done)
		b.reset()
		p.free <- b
		pause(running, pace-time.Since(began))
	}
}
