package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream/kafka"
)

// follower copies a partition's changelog into the store: for a standby all the time, for a new owner up to the end.
type follower[S any] struct {
	client    *kafka.Client
	space     *store.Space
	proc      Processor[S]
	indexed   bool
	topic     string
	partition int
	sabotage  Sabotage

	fetcher *kafka.Fetcher
	next    int64
	epoch   uint64
	// progress is the newest there is, written when the changelog says so; known is false while there is none.
	progress store.Progress
	known    bool
	written  time.Time
	// lag is the records in the changelog that had not been copied at the last look.
	lag int64

	state    S
	old, new store.Envelope
	buf      []byte
}

func newFollower[S any](client *kafka.Client, space *store.Space, proc Processor[S], from kafka.Place, sabotage Sabotage) (*follower[S], error) {
	f := &follower[S]{
		client: client, space: space, proc: proc, indexed: proc.Spec().Indexed, topic: from.Topic, partition: from.Partition,
		sabotage: sabotage, next: kafka.Earliest,
	}
	if err := atLevel(space, proc); err != nil {
		return nil, err
	}
	next, copied, err := space.Changelog()
	if err != nil {
		return nil, err
	}
	if !copied {
		// What is there was not copied from a changelog: an earlier release wrote it, or a copy that was broken off.
		return f, f.restart()
	}
	f.next = next
	if f.progress, f.known, err = space.Progress(); err != nil {
		return nil, err
	}
	f.epoch = f.progress.Epoch
	f.fetcher = client.Fetch(f.topic, f.partition, f.next)
	return f, nil
}

// restart empties the copy and begins at the changelog's start.
func (f *follower[S]) restart() error {
	f.next, f.epoch, f.progress, f.known = kafka.Earliest, 0, store.Progress{}, false
	f.fetcher = f.client.Fetch(f.topic, f.partition, kafka.Earliest)
	b := f.space.NewBatch()
	b.Wipe()
	return errors.Join(b.Commit(), b.Close())
}

// step copies what the next fetch brings, waiting for it for a moment.
func (f *follower[S]) step(ctx context.Context) error {
	b, err := f.fetcher.Next(ctx)
	var gap *kafka.GapError
	if errors.As(err, &gap) {
		// The changelog was made anew, or compacted past us after a long absence: the copy is worth nothing.
		return f.restart()
	}
	if err != nil {
		return err
	}
	if b.Next != f.next {
		if err := f.apply(&b); err != nil {
			return fmt.Errorf("stream: copy %s/%d: %w", f.topic, f.partition, err)
		}
	}
	f.lag = max(b.LastStable-b.Next, 0)
	return nil
}

// catchUp copies up to where the log ends now.
func (f *follower[S]) catchUp(ctx context.Context) error {
	end, err := f.client.End(ctx, f.topic, f.partition)
	if err != nil {
		return err
	}
	if f.next > end { // the changelog was made anew
		if err := f.restart(); err != nil {
			return err
		}
	}
	for f.next < end {
		if err := f.step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// apply copies a batch: of each customer the value that has seen most, which is the last unless a former owner's came late.
func (f *follower[S]) apply(b *kafka.Batch) error {
	batch := f.space.NewBatch()
	values := make(map[string][]byte)
	for i := range b.Records {
		if err := f.read(&b.Records[i], values, batch); err != nil {
			return errors.Join(err, batch.Close())
		}
	}
	for customer, value := range values {
		if err := f.put(batch, customer, value); err != nil {
			return errors.Join(err, batch.Close())
		}
	}
	if f.known {
		batch.SetProgress(&f.progress)
	}
	batch.SetChangelog(b.Next)
	f.next = b.Next
	return errors.Join(batch.Commit(), batch.Close())
}

func (f *follower[S]) read(rec *kafka.Record, values map[string][]byte, batch *store.Batch) error {
	if len(rec.Key) == 0 {
		return fmt.Errorf("record at offset %d has no key: %w", rec.Offset, ErrDamaged)
	}
	epoch, payload, err := readChange(rec.Value)
	if err != nil {
		return fmt.Errorf("record at offset %d: %w", rec.Offset, err)
	}
	if isFormat(rec) {
		return f.finalized(payload, batch)
	}
	if epoch < f.epoch && f.sabotage != IgnoreEpoch {
		return nil // a former owner's, written after it was replaced
	}
	f.epoch = epoch
	if epoch > f.progress.Epoch {
		f.progress.Released = false // the next owner is at work already
	}
	switch rec.Key[0] {
	case stateRecord:
		customer := rec.Key[1:]
		if earlier, ok := values[string(customer)]; ok {
			if behind, err := f.behind(payload, earlier); behind || err != nil {
				return err
			}
		}
		values[string(customer)] = payload
	case progressRecord:
		if f.progress, err = store.ReadProgress(payload); err != nil {
			return fmt.Errorf("record at offset %d: %w", rec.Offset, err)
		}
		f.known, f.written = true, time.UnixMilli(rec.Timestamp)
	case rulesRecord:
		rules, err := store.ReadRules(payload)
		if err != nil {
			return fmt.Errorf("record at offset %d: %w", rec.Offset, err)
		}
		batch.SetRules(rules)
	}
	return nil
}

// finalized copies a format level, unless this release does not know it.
func (f *follower[S]) finalized(payload []byte, batch *store.Batch) error {
	format, err := store.ReadFormat(payload)
	if err != nil {
		return err
	}
	spec := f.proc.Spec()
	if err := format.Check(spec.level()); err != nil {
		return err
	}
	batch.SetFormat(format)
	return nil
}

// behind reports whether a value has seen less than another.
func (f *follower[S]) behind(value, other []byte) (bool, error) {
	if _, err := store.ReadEnvelope(value, &f.new); err != nil {
		return false, err
	}
	if _, err := store.ReadEnvelope(other, &f.old); err != nil {
		return false, err
	}
	return f.new.Older(&f.old), nil
}

func (f *follower[S]) put(batch *store.Batch, customer string, value []byte) error {
	existing, found, err := f.space.AppendValue(f.buf[:0], customer)
	f.buf = existing
	if err != nil {
		return err
	}
	oldWake := int64(0)
	if found {
		if behind, err := f.behind(value, existing); behind || err != nil {
			return err
		}
		oldWake = f.old.Wake
	}
	state, err := store.ReadEnvelope(value, &f.new)
	if err != nil {
		return err
	}
	batch.PutValue([]byte(customer), value, oldWake, f.new.Wake)
	if !f.indexed {
		return nil
	}
	var before []store.Row
	if found {
		old, err := store.ReadEnvelope(existing, &f.old)
		if err != nil {
			return err
		}
		if err := f.proc.LoadState(old, &f.state); err != nil {
			return err
		}
		before = f.proc.Index(&f.state, nil)
	}
	if err := f.proc.LoadState(state, &f.state); err != nil {
		return err
	}
	batch.Reindex(before, f.proc.Index(&f.state, nil))
	return nil
}
