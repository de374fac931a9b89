package mapping

import (
	"fmt"

	"github.com/cardwatch/cardwatch/stream/mapping/strictyaml"
)

// Header names the columns of a flat record, in order.
type Header struct {
	names []string
	index map[string]int
}

// NewHeader refuses a name that stands twice, since a mapping could not say which one it means.
func NewHeader(names []string) (*Header, error) {
	h := &Header{names: names, index: make(map[string]int, len(names))}
	for i, name := range names {
		if first, twice := h.index[name]; twice {
			return nil, fmt.Errorf("columns %d and %d are both called %q", first+1, i+1, name)
		}
		h.index[name] = i
	}
	return h, nil
}

// Row is one flat record. A column that the header does not know counts as empty.
type Row struct {
	// Number counts rows from 1; a template's {row}.
	Number int64
	// ID stands in for an event_id that comes out empty; a mapping asks for it with `event_id: {const: ""}`. None in files.
	ID     string
	Header *Header
	// Values are in the order of the header and need to stay unchanged only during Apply.
	Values []string
}

func (r Row) value(column string) string {
	i, ok := r.Header.index[column]
	if !ok || i >= len(r.Values) {
		return ""
	}
	return r.Values[i]
}

// matches reports whether every column has the wanted value.
func (r Row) matches(want map[string]string) bool {
	for column, value := range want {
		if r.value(column) != value {
			return false
		}
	}
	return true
}

// Check reports every column that the mapping reads and the header lacks, with the nearest name that it has.
func (m *Mapping) Check(h *Header) error {
	var problems strictyaml.Problems
	for _, column := range m.columns {
		if _, ok := h.index[column]; !ok {
			problems = append(problems, strictyaml.Problem{
				File:    m.name,
				Message: fmt.Sprintf("the file has no column %q%s", column, strictyaml.DidYouMean(column, h.names)),
			})
		}
	}
	if problems != nil {
		return problems
	}
	return nil
}
