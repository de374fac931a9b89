package store

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// Space is one processor's share of one partition.
type Space struct {
	db        *DB
	processor byte
	partition int
	key       []byte
}

// Progress tells how far the inputs have been applied; false when the space is empty.
func (s *Space) Progress() (Progress, bool, error) {
	value, closer, err := s.db.pebble.Get(s.progressKey())
	if errors.Is(err, pebble.ErrNotFound) {
		return Progress{}, false, nil
	}
	if err != nil {
		return Progress{}, false, fmt.Errorf("store: progress of partition %d: %w", s.partition, err)
	}
	defer closer.Close()
	p, err := readProgress(value)
	return p, true, err
}

// State looks up a customer and hands the encoded state to read while it is valid; false when there is none. e is filled
// and its memory reused. For the goroutine that owns the partition only.
func (s *Space) State(customer string, e *Envelope, read func(state []byte) error) (bool, error) {
	s.key = s.stateKey(s.key[:0], customer)
	return s.get(s.key, e, read)
}

// View is State for readers that do not own the partition.
func (s *Space) View(customer string, read func(state []byte) error) (bool, error) {
	return s.get(s.stateKey(nil, customer), new(Envelope), read)
}

func (s *Space) get(key []byte, e *Envelope, read func([]byte) error) (bool, error) {
	value, closer, err := s.db.pebble.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("store: read state in partition %d: %w", s.partition, err)
	}
	defer closer.Close()
	state, err := readEnvelope(value, e)
	if err != nil {
		return false, err
	}
	return true, read(state)
}

// Timer is a customer's wish to be woken.
type Timer struct {
	// Due is in Unix milliseconds.
	Due      int64
	Customer string
}

// Timers gives the earliest timers due at or after from (Unix milliseconds), in order: limit of them, and further ones that
// are due at the same millisecond as the last, so that a caller who goes on from there misses none.
func (s *Space) Timers(from int64, limit int) ([]Timer, error) {
	prefix := appendPrefix(nil, s.partition, s.processor, tableTimer)
	it, err := s.db.pebble.NewIter(&pebble.IterOptions{
		LowerBound: s.timerKey(nil, max(from, 0), ""), UpperBound: successor(prefix),
	})
	if err != nil {
		return nil, fmt.Errorf("store: timers of partition %d: %w", s.partition, err)
	}
	var timers []Timer
	for ok := it.First(); ok; ok = it.Next() {
		rest := it.Key()[prefixLen:]
		due := int64(binary.BigEndian.Uint64(rest))
		if n := len(timers); n >= limit && timers[n-1].Due != due {
			break
		}
		timers = append(timers, Timer{Due: due, Customer: string(rest[8:])})
	}
	return timers, closeIter(it, "timers")
}

// States visits every customer of the space in key order, until visit returns false.
func (s *Space) States(visit func(customer string, state []byte) bool) error {
	prefix := appendPrefix(nil, s.partition, s.processor, tableState)
	it, err := s.db.pebble.NewIter(&pebble.IterOptions{LowerBound: prefix, UpperBound: successor(prefix)})
	if err != nil {
		return fmt.Errorf("store: states of partition %d: %w", s.partition, err)
	}
	var e Envelope
	for ok := it.First(); ok; ok = it.Next() {
		state, err := readEnvelope(it.Value(), &e)
		if err != nil {
			return errors.Join(err, it.Close())
		}
		if !visit(string(it.Key()[prefixLen:]), state) {
			break
		}
	}
	return closeIter(it, "states")
}

func closeIter(it *pebble.Iterator, what string) error {
	if err := it.Close(); err != nil {
		return fmt.Errorf("store: read %s: %w", what, err)
	}
	return nil
}
