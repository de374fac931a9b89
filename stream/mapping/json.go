package mapping

import (
	"errors"
	"fmt"

	"github.com/cardwatch/cardwatch/stream/wire"
)

// Stream reads records whose values are JSON objects, one after the other, as rows of a mapping: a column is a member's name, one
// nested in others has their names and dots before it ("card.pan"). A member that is absent, null or a list counts as empty. It belongs
// to one goroutine.
type Stream struct {
	m      *Mapping
	header *Header
	values []string
	seen   []bool
}

// Stream returns a reader for records that have no end, unlike a file: a mapping that needs the whole file is an error, and so is a
// missing token key or lookup.
func (m *Mapping) Stream() (*Stream, error) {
	for _, r := range m.records {
		if r.once {
			return nil, fmt.Errorf("mapping %s keeps the first %s record of each customer (`once`), which only an import of a whole file can", m.name, r.topic)
		}
	}
	if m.numbers {
		return nil, fmt.Errorf("mapping %s numbers rows ({row}), and records on Kafka have no number: name the bank's own id, or write "+
			"`event_id: {const: \"\"}` for one made from the record's place", m.name)
	}
	if err := m.ready(); err != nil {
		return nil, err
	}
	header, err := NewHeader(m.columns)
	if err != nil {
		return nil, err
	}
	return &Stream{m: m, header: header, values: make([]string, len(m.columns)), seen: make([]bool, len(m.columns))}, nil
}

// Apply maps one record's value, as Mapping.Apply does a row. id stands in for an event_id that comes out empty, and has to be the same
// whenever the record is read again.
func (s *Stream) Apply(value []byte, id string, emit func(topic, key string, value []byte) error) error {
	clear(s.values)
	clear(s.seen)
	twice := false
	err := wire.Members(value, func(name, text []byte) {
		if i, wanted := s.header.index[string(name)]; wanted {
			twice = twice || s.seen[i]
			s.seen[i], s.values[i] = true, string(text)
		}
	})
	var refused *wire.RejectError
	switch {
	case errors.As(err, &refused):
		return &RowError{Reason: Reason(refused.Label())}
	case err != nil:
		return err
	case twice:
		return &RowError{Reason: Reason(wire.DuplicateField)}
	}
	return s.m.Apply(Row{ID: id, Header: s.header, Values: s.values}, emit)
}
