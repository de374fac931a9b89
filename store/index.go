package store

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/cockroachdb/pebble/v2"
)

// Row is a line of a secondary index. Rows follow from a state alone, so they need no care of their own: whoever changes the
// state gives the rows before and after, and the batch writes the difference.
type Row struct {
	// Index is the index's tag, unique within the processor.
	Index byte
	// Key orders the rows; it must hold something that makes it unique, such as the customer.
	Key []byte
	// Value is what a reader wants without opening the state.
	Value []byte
}

// Reindex writes the difference between the rows before and the rows after.
func (b *Batch) Reindex(before, after []Row) {
	for _, row := range before {
		if !slices.ContainsFunc(after, row.sameKey) {
			b.key = b.space.indexKey(b.key[:0], row.Index, row.Key)
			b.delete(b.key)
		}
	}
	for _, row := range after {
		if !slices.ContainsFunc(before, row.equal) {
			b.key = b.space.indexKey(b.key[:0], row.Index, row.Key)
			b.set(b.key, row.Value)
		}
	}
}

func (r Row) sameKey(o Row) bool { return r.Index == o.Index && bytes.Equal(r.Key, o.Key) }

func (r Row) equal(o Row) bool { return r.sameKey(o) && bytes.Equal(r.Value, o.Value) }

// Found is a row with the partition it lives in.
type Found struct {
	Partition int
	Row
}

// Scan gives the rows of one index whose keys begin with prefix, over the given partitions together in key order, at most
// limit.
func (db *DB) Scan(processor, index byte, partitions []int, prefix []byte, limit int) ([]Found, error) {
	return db.ScanRange(processor, index, partitions, prefix, successor(prefix), limit)
}

// ScanRange gives the rows of one index with from ≤ key < until, over the given partitions together in key order, at most
// limit; a nil until is the index's end. Partitions are few and limits small, so each partition's first rows are read and merged.
func (db *DB) ScanRange(processor, index byte, partitions []int, from, until []byte, limit int) ([]Found, error) {
	var all []Found
	for _, p := range partitions {
		found, err := db.Space(processor, p).scan(index, from, until, limit)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	slices.SortStableFunc(all, func(a, b Found) int { return bytes.Compare(a.Key, b.Key) })
	return all[:min(len(all), limit)], nil
}

func (s *Space) scan(index byte, from, until []byte, limit int) ([]Found, error) {
	upper := successor(s.indexKey(nil, index, nil))
	if until != nil {
		upper = s.indexKey(nil, index, until)
	}
	it, err := s.db.pebble.NewIter(&pebble.IterOptions{LowerBound: s.indexKey(nil, index, from), UpperBound: upper})
	if err != nil {
		return nil, fmt.Errorf("store: index %q of partition %d: %w", index, s.partition, err)
	}
	var found []Found
	for ok := it.First(); ok && len(found) < limit; ok = it.Next() {
		found = append(found, Found{Partition: s.partition, Row: Row{
			Index: index, Key: slices.Clone(it.Key()[prefixLen+1:]), Value: slices.Clone(it.Value()),
		}})
	}
	return found, s.db.closeIter(it, "index")
}
