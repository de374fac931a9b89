package store

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// Spaces lists what the store holds something of: by partition, then by processor's tag.
func (db *DB) Spaces() ([]*Space, error) {
	it, err := db.pebble.NewIter(nil)
	if err != nil {
		return nil, fmt.Errorf("store: list the partitions: %w", err)
	}
	var spaces []*Space
	for ok := it.First(); ok; {
		key := it.Key()
		if len(key) < prefixLen {
			return nil, errors.Join(fmt.Errorf("store: the key %x is none of ours", key), it.Close())
		}
		s := db.Space(key[2], int(key[0])<<8|int(key[1]))
		spaces = append(spaces, s)
		ok = it.SeekGE(successor(appendPrefix(nil, s.partition, s.processor)))
	}
	return spaces, db.closeIter(it, "the list of partitions")
}

// Processor is the processor's tag.
func (s *Space) Processor() byte { return s.processor }

// Partition is the partition's number.
func (s *Space) Partition() int { return s.partition }

// Size counts what a space holds.
type Size struct {
	// States and Bytes count the customers and their values' bytes, keys aside.
	States, Bytes int64
	Timers        int64
	// Rows are those of secondary indexes.
	Rows int64
}

// rows visits the rows of a table in key order, without the part of the key that names the table, until visit says false or fails.
func (s *Space) rows(table byte, visit func(key, value []byte) (bool, error)) error {
	prefix := s.metaKey(table)
	it, err := s.db.pebble.NewIter(&pebble.IterOptions{LowerBound: prefix, UpperBound: successor(prefix)})
	if err != nil {
		return fmt.Errorf("store: table %q of partition %d: %w", table, s.partition, err)
	}
	for ok := it.First(); ok; ok = it.Next() {
		goOn, err := visit(it.Key()[prefixLen:], it.Value())
		if err != nil {
			return errors.Join(err, it.Close())
		}
		if !goOn {
			break
		}
	}
	return s.db.closeIter(it, fmt.Sprintf("table %q of partition %d", table, s.partition))
}

// Values visits every customer's value, an envelope and the encoded state, in key order. The bytes are valid during the call only.
func (s *Space) Values(visit func(customer, value []byte) error) error {
	return s.rows(tableState, func(customer, value []byte) (bool, error) { return true, visit(customer, value) })
}

// Size counts what the space holds, which takes a walk over all of it.
func (s *Space) Size() (n Size, err error) {
	err = s.rows(tableState, func(_, value []byte) (bool, error) {
		n.States, n.Bytes = n.States+1, n.Bytes+int64(len(value))
		return true, nil
	})
	for table, count := range map[byte]*int64{tableTimer: &n.Timers, tableIndex: &n.Rows} {
		err = errors.Join(err, s.rows(table, func(_, _ []byte) (bool, error) {
			*count++
			return true, nil
		}))
	}
	return n, err
}

// Compare walks over the values of two spaces and tells of every customer whose values differ; one that is missing is nil.
func (s *Space) Compare(other *Space, differs func(customer, here, there []byte) error) error {
	prefix := other.metaKey(tableState)
	it, err := other.db.pebble.NewIter(&pebble.IterOptions{LowerBound: prefix, UpperBound: successor(prefix)})
	if err != nil {
		return fmt.Errorf("store: compare partition %d: %w", s.partition, err)
	}
	more := it.First()
	// missing tells of what only the other has, up to a customer.
	missing := func(until []byte) error {
		for ; more && (until == nil || bytes.Compare(it.Key()[prefixLen:], until) < 0); more = it.Next() {
			if err := differs(it.Key()[prefixLen:], nil, it.Value()); err != nil {
				return err
			}
		}
		return nil
	}
	err = s.Values(func(customer, here []byte) error {
		if err := missing(customer); err != nil {
			return err
		}
		if !more || !bytes.Equal(it.Key()[prefixLen:], customer) {
			return differs(customer, here, nil)
		}
		there := it.Value()
		if !bytes.Equal(here, there) {
			if err := differs(customer, here, there); err != nil {
				return err
			}
		}
		more = it.Next()
		return nil
	})
	if err == nil {
		err = missing(nil)
	}
	return errors.Join(err, other.db.closeIter(it, "the other copy"))
}
