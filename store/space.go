package store

import (
	"bytes"
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
	var p Progress
	found, err := s.get(s.metaKey(tableProgress), func(value []byte) (err error) {
		p, err = ReadProgress(value)
		return err
	})
	return p, found, err
}

// Rules gives the rules that decide from the progress on; false when none have been recorded.
func (s *Space) Rules() (rules []byte, found bool, err error) {
	found, err = s.get(s.metaKey(tableRules), func(value []byte) error {
		view, err := ReadRules(value)
		rules = bytes.Clone(view)
		return err
	})
	return rules, found, err
}

// Changelog is the offset below which the changelog is in this copy; false when none of it is.
func (s *Space) Changelog() (next int64, found bool, err error) {
	found, err = s.get(s.metaKey(tableChangelog), func(value []byte) (err error) {
		next, err = readPosition(value)
		return err
	})
	return next, found, err
}

// Format is the partition's format level.
func (s *Space) Format() (Format, error) {
	f := Format{Level: 1}
	_, err := s.get(s.metaKey(tableFormat), func(value []byte) (err error) {
		f, err = ReadFormat(value)
		return err
	})
	return f, err
}

// AppendValue appends a customer's value, an envelope and the encoded state, as Batch.PutValue got it; false when there is none. For
// the goroutine that owns the partition only.
func (s *Space) AppendValue(dst []byte, customer string) ([]byte, bool, error) {
	s.key = appendStateKey(s, s.key[:0], customer)
	value, closer, err := s.db.pebble.Get(s.key)
	if errors.Is(err, pebble.ErrNotFound) {
		return dst, false, nil
	}
	if err = s.db.readError(err); err != nil {
		return dst, false, fmt.Errorf("store: read partition %d: %w", s.partition, err)
	}
	dst = append(dst, value...)
	if err := closer.Close(); err != nil {
		return dst, false, fmt.Errorf("store: read partition %d: %w", s.partition, err)
	}
	return dst, true, nil
}

// View hands a customer's encoded state to read while it is valid; false when there is none. For readers that do not own the partition.
func (s *Space) View(customer string, read func(state []byte) error) (bool, error) {
	return s.get(appendStateKey(s, nil, customer), func(value []byte) error {
		state, err := ReadEnvelope(value, new(Envelope))
		if err != nil {
			return err
		}
		return read(state)
	})
}

func (s *Space) get(key []byte, read func(value []byte) error) (bool, error) {
	value, closer, err := s.db.pebble.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return false, nil
	}
	if err = s.db.readError(err); err != nil {
		return false, fmt.Errorf("store: read partition %d: %w", s.partition, err)
	}
	defer closer.Close()
	return true, read(value)
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
		LowerBound: appendTimerKey(s, nil, max(from, 0), ""), UpperBound: successor(prefix),
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
	return timers, s.db.closeIter(it, "timers")
}

// States visits every customer of the space in key order, until visit returns false.
func (s *Space) States(visit func(customer string, state []byte) bool) error {
	var e Envelope
	return s.rows(tableState, func(customer, value []byte) (bool, error) {
		state, err := ReadEnvelope(value, &e)
		return err == nil && visit(string(customer), state), err
	})
}

func (db *DB) closeIter(it *pebble.Iterator, what string) error {
	if err := db.readError(it.Close()); err != nil {
		return fmt.Errorf("store: read %s: %w", what, err)
	}
	return nil
}
