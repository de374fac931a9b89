package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// Problem is something in a space that is not as the engine leaves it.
type Problem struct {
	// Customer is whose state it is about, empty when it is no customer's.
	Customer string
	Text     string
}

// String is one line.
func (p Problem) String() string {
	if p.Customer == "" {
		return p.Text
	}
	return fmt.Sprintf("customer %q: %s", p.Customer, p.Text)
}

// checker is one Check of a space.
type checker struct {
	*Space
	rowsOf func(state []byte) ([]Row, error)
	report func(Problem)

	progress Progress
	envelope Envelope
	// expected holds the keys of all index rows that follow from states.
	expected map[string]bool
}

// Check walks over the space and reports each value that cannot be read, and whatever does not go together: a state that has seen
// records beyond a progress that was final, a timer without the state that asked for it or the other way round, and the same of index
// rows. rowsOf decodes a state and gives the index rows that follow from it. An error means that the store could not be read.
func (s *Space) Check(rowsOf func(state []byte) ([]Row, error), report func(Problem)) error {
	c := &checker{Space: s, rowsOf: rowsOf, report: report, expected: make(map[string]bool)}
	for _, pass := range []func() error{c.strays, c.meta, c.states, c.timers, c.index} {
		if err := pass(); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) say(customer []byte, format string, args ...any) {
	c.report(Problem{string(customer), fmt.Sprintf(format, args...)})
}

// tables are those of this release.
var tables = []byte{tableState, tableTimer, tableIndex, tableProgress, tableRules, tableChangelog, tableFormat}

// strays looks for keys that no table of this release has.
func (c *checker) strays() error {
	prefix := appendPrefix(nil, c.partition, c.processor)
	it, err := c.db.pebble.NewIter(&pebble.IterOptions{LowerBound: prefix, UpperBound: successor(prefix)})
	if err != nil {
		return fmt.Errorf("store: check partition %d: %w", c.partition, err)
	}
	for ok := it.First(); ok; {
		key := it.Key()
		if len(key) < prefixLen || bytes.IndexByte(tables, key[prefixLen-1]) < 0 {
			c.say(nil, "the key %x belongs to no table of this release", key)
			ok = it.Next()
			continue
		}
		ok = it.SeekGE(successor(key[:prefixLen]))
	}
	return c.db.closeIter(it, "the tables")
}

// meta reads the tables with one row.
func (c *checker) meta() error {
	for _, table := range []struct {
		name string
		tag  byte
		read func(value []byte) error
	}{
		{"progress", tableProgress, func(value []byte) (err error) { c.progress, err = ReadProgress(value); return err }},
		{"rules", tableRules, func(value []byte) error { _, err := ReadRules(value); return err }},
		{"changelog position", tableChangelog, func(value []byte) error { _, err := readPosition(value); return err }},
		{"format", tableFormat, func(value []byte) error { _, err := ReadFormat(value); return err }},
	} {
		err := c.rows(table.tag, func(key, value []byte) (bool, error) {
			if len(key) != 0 {
				c.say(nil, "the %s has a second row %x", table.name, key)
			} else if err := table.read(value); err != nil {
				c.say(nil, "the %s cannot be read: %v", table.name, err)
			}
			return true, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) states() error {
	return c.Values(func(customer, value []byte) error {
		state, err := ReadEnvelope(value, &c.envelope)
		if err != nil {
			c.say(customer, "the value cannot be read: %v", err)
			return nil
		}
		c.applied(customer)
		if c.envelope.Wake != 0 {
			found, err := c.get(appendTimerKey(c.Space, nil, c.envelope.Wake, customer), func([]byte) error { return nil })
			if err != nil {
				return err
			}
			if !found {
				c.say(customer, "its timer at %s is missing", moment(c.envelope.Wake))
			}
		}
		rows, err := c.rowsOf(state)
		if err != nil {
			c.say(customer, "the state cannot be read: %v", err)
			return nil
		}
		return c.follow(customer, rows)
	})
}

// applied compares what a state has seen with the progress. An owner at work writes states ahead of it, up to a crash; one that has
// stopped leaves none ahead.
func (c *checker) applied(customer []byte) {
	next := c.progress.Next
	if len(next) == 0 {
		return
	}
	if len(c.envelope.Applied) != len(next) {
		c.say(customer, "its state has seen %d inputs, the progress knows %d", len(c.envelope.Applied), len(next))
		return
	}
	for i, offset := range c.envelope.Applied {
		if c.progress.Released && offset > max(next[i], 0) {
			c.say(customer, "its state has seen input %d up to offset %d, the progress of an owner that has stopped ends at %d", i, offset, next[i])
		}
	}
}

// follow looks for the index rows of a state.
func (c *checker) follow(customer []byte, rows []Row) error {
	for _, row := range rows {
		key := c.indexKey(nil, row.Index, row.Key)
		c.expected[string(key)] = true
		found, err := c.get(key, func(value []byte) error {
			if !bytes.Equal(value, row.Value) {
				c.say(customer, "its row %q of index %d holds %q instead of %q", row.Key, row.Index, value, row.Value)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if !found {
			c.say(customer, "its row %q of index %d is missing", row.Key, row.Index)
		}
	}
	return nil
}

func (c *checker) timers() error {
	return c.rows(tableTimer, func(key, _ []byte) (bool, error) {
		if len(key) < 8 {
			c.say(nil, "a timer's key %x is cut short", key)
			return true, nil
		}
		due, customer := int64(binary.BigEndian.Uint64(key)), key[8:]
		found, err := c.get(appendStateKey(c.Space, nil, customer), func(value []byte) error {
			_, err := ReadEnvelope(value, &c.envelope)
			return err
		})
		var version *VersionError
		switch {
		case errors.As(err, &version) || found && err != nil:
			return true, nil // states has told of it
		case err != nil:
			return false, err
		case !found:
			c.say(customer, "there is a timer at %s, but no state", moment(due))
		case c.envelope.Wake != due:
			c.say(customer, "there is a timer at %s that its state does not ask for", moment(due))
		}
		return true, nil
	})
}

func (c *checker) index() error {
	return c.rows(tableIndex, func(key, value []byte) (bool, error) {
		if len(key) == 0 {
			c.say(nil, "an index row's key is cut short")
		} else if !c.expected[string(c.indexKey(nil, key[0], key[1:]))] {
			c.say(nil, "the row %q of index %d, which holds %q, follows from no state that can be read", key[1:], key[0], value)
		}
		return true, nil
	})
}

func moment(unixMilli int64) string { return time.UnixMilli(unixMilli).UTC().Format(time.RFC3339Nano) }
