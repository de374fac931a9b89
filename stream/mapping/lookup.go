package mapping

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/cardwatch/cardwatch/stream/mapping/strictyaml"
)

// lookup is a second file in memory: the columns that the mapping reads, by key.
type lookup struct {
	key   string
	reads map[string]bool
	rows  map[string]map[string]string
}

func (l *lookup) load(name string, in io.Reader) error {
	text, err := open(in, charsetUTF8)
	if err != nil {
		return fmt.Errorf("lookup %s: %w", name, err)
	}
	reader := csv.NewReader(text)
	head, err := reader.Read()
	if err != nil {
		return fmt.Errorf("lookup %s: reading the header: %w", name, err)
	}
	header, err := NewHeader(head)
	if err != nil {
		return fmt.Errorf("lookup %s: %w", name, err)
	}
	wanted := []string{l.key}
	for column := range l.reads {
		wanted = append(wanted, column)
	}
	slices.Sort(wanted)
	for _, column := range wanted {
		if _, ok := header.index[column]; !ok {
			return fmt.Errorf("lookup %s: the file has no column %q%s", name, column, strictyaml.DidYouMean(column, head))
		}
	}
	rows := map[string]map[string]string{}
	for {
		values, err := reader.Read()
		if errors.Is(err, io.EOF) {
			l.rows = rows
			return nil
		}
		if err != nil {
			return fmt.Errorf("lookup %s: %w", name, err)
		}
		row := Row{Header: header, Values: values}
		key := row.value(l.key)
		if _, twice := rows[key]; twice {
			line, _ := reader.FieldPos(0)
			return fmt.Errorf("lookup %s: line %d repeats the key of an earlier line", name, line)
		}
		rows[key] = map[string]string{}
		for column := range l.reads {
			rows[key][column] = row.value(column)
		}
	}
}

func (l *lookup) find(key, column string) (string, bool) {
	row, ok := l.rows[key]
	return row[column], ok
}
