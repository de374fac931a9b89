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
	value []byte
	err   error
}

// NewBatch begins a unit of work.
func (s *Space) NewBatch() *Batch { return &Batch{space: s, batch: s.db.pebble.NewBatch()} }

// PutState writes a customer's state with its envelope, and moves its timer when Wake differs from oldWake.
func (b *Batch) PutState(customer string, e Envelope, oldWake int64, appendState func([]byte) []byte) {
	b.key = b.space.stateKey(b.key[:0], customer)
	b.value = appendState(appendEnvelope(b.value[:0], e))
	b.set(b.key, b.value)
	if e.Wake == oldWake {
		return
	}
	if oldWake != 0 {
		b.key = b.space.timerKey(b.key[:0], oldWake, customer)
		b.delete(b.key)
	}
	if e.Wake != 0 {
		b.key = b.space.timerKey(b.key[:0], e.Wake, customer)
		b.set(b.key, nil)
	}
}

// SetProgress writes how far the inputs have been applied.
func (b *Batch) SetProgress(p Progress) { b.set(b.space.progressKey(), appendProgress(nil, p)) }

// Commit applies the batch. It is in the operating system's hands afterwards; DB.Sync puts it on disk. A lost tail is
// healed by replaying Kafka from Progress.
func (b *Batch) Commit() error {
	if b.err != nil {
		return b.err
	}
	if err := b.batch.Commit(pebble.NoSync); err != nil {
		return fmt.Errorf("store: commit batch of partition %d: %w", b.space.partition, err)
	}
	return nil
}

// Reset makes the batch ready for the next unit of work.
func (b *Batch) Reset() {
	b.batch.Reset()
	b.err = nil
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
