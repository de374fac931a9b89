package store

import (
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// Batch is one unit of work: all of it reaches the store, or none.
type Batch struct {
	space *Space
	batch *pebble.Batch
	key   []byte
	err   error
	// level is that of SetFormat, 0 without it.
	level byte
}

// NewBatch begins a unit of work.
func (s *Space) NewBatch() *Batch { return &Batch{space: s, batch: s.db.pebble.NewBatch()} }

// PutValue writes a customer's value, which AppendEnvelope and the state's codec made, and moves its timer from one due time to another
// (Unix milliseconds, 0 for none).
func (b *Batch) PutValue(customer []byte, value []byte, oldWake, wake int64) {
	b.key = appendStateKey(b.space, b.key[:0], customer)
	b.set(b.key, value)
	if wake == oldWake {
		return
	}
	if oldWake != 0 {
		b.key = appendTimerKey(b.space, b.key[:0], oldWake, customer)
		b.delete(b.key)
	}
	if wake != 0 {
		b.key = appendTimerKey(b.space, b.key[:0], wake, customer)
		b.set(b.key, nil)
	}
}

// SetProgress writes how far the inputs have been applied.
func (b *Batch) SetProgress(p *Progress) {
	b.set(b.space.metaKey(tableProgress), AppendProgress(nil, p))
}

// SetRules writes the rules that decide from the progress on.
func (b *Batch) SetRules(rules []byte) { b.set(b.space.metaKey(tableRules), AppendRules(nil, rules)) }

// SetChangelog writes that the changelog below the offset is in this copy.
func (b *Batch) SetChangelog(next int64) {
	b.set(b.space.metaKey(tableChangelog), appendPosition(nil, next))
}

// SetFormat writes the partition's format level. Commit then raises the form of Pebble's files to that of the level, for all partitions of
// the store and for good.
func (b *Batch) SetFormat(f Format) {
	b.set(b.space.metaKey(tableFormat), AppendFormat(nil, f))
	b.level = f.Level
}

// Wipe removes everything that the space holds.
func (b *Batch) Wipe() {
	prefix := appendPrefix(nil, b.space.partition, b.space.processor)
	if err := b.batch.DeleteRange(prefix, successor(prefix), nil); err != nil && b.err == nil {
		b.err = fmt.Errorf("store: wipe partition %d: %w", b.space.partition, err)
	}
}

// Commit applies the batch. It is in the operating system's hands afterwards; DB.Sync puts it on disk. A lost tail is
// healed by replaying Kafka from Progress.
func (b *Batch) Commit() error {
	if b.err != nil {
		return b.err
	}
	if err := b.space.db.write(func() error { return b.batch.Commit(pebble.NoSync) }); err != nil {
		return fmt.Errorf("store: commit batch of partition %d: %w", b.space.partition, err)
	}
	return b.space.db.raise(b.level)
}

// Close gives the batch's memory back; it cannot be used any more.
func (b *Batch) Close() error {
	if err := b.batch.Close(); err != nil {
		return fmt.Errorf("store: close a batch: %w", err)
	}
	return nil
}

// Reset makes the batch ready for the next unit of work.
func (b *Batch) Reset() {
	b.batch.Reset()
	b.err, b.level = nil, 0
}

func (b *Batch) set(key, value []byte) {
	if err := b.batch.Set(key, value, nil); err != nil && b.err == nil {
		b.err = fmt.Errorf("store: write partition %d: %w", b.space.partition, err)
	}
}

func (b *Batch) delete(key []byte) {
	if err := b.batch.Delete(key, nil); err != nil && b.err == nil {
		b.err = fmt.Errorf("store: delete in partition %d: %w", b.space.partition, err)
	}
}
