package score

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Label is the truth about one transaction. Kind and Episode are empty for an honest one, and where a file does not tell.
type Label struct {
	EventID string
	Fraud   bool
	// Kind is the kind of attack, Episode names the attack, Group is the kind of customer.
	Kind, Episode, Group string
}

var header = []string{"event_id", "label", "kind", "episode", "group"}

// LabelWriter writes labels.csv: `event_id,label,kind,episode,group` with a header line, label 1 for fraud and 0 for none.
type LabelWriter struct{ csv *csv.Writer }

// NewLabelWriter starts a file with its header line. Errors of w come out at Flush.
func NewLabelWriter(w io.Writer) *LabelWriter {
	lw := &LabelWriter{csv: csv.NewWriter(w)}
	// A csv.Writer keeps its first error for Error, which Flush reports.
	_ = lw.csv.Write(header)
	return lw
}

// Write adds one line.
func (w *LabelWriter) Write(l Label) error {
	label := "0"
	if l.Fraud {
		label = "1"
	}
	if err := w.csv.Write([]string{l.EventID, label, l.Kind, l.Episode, l.Group}); err != nil {
		return fmt.Errorf("score: writing the label of %s: %w", l.EventID, err)
	}
	return nil
}

// Flush writes what is buffered, and reports the first error of the whole file.
func (w *LabelWriter) Flush() error {
	w.csv.Flush()
	if err := w.csv.Error(); err != nil {
		return fmt.Errorf("score: writing labels: %w", err)
	}
	return nil
}

// ReadLabels reads a label file into a map by event_id. The header must name event_id and label; kind, episode and group are
// used when they are there, other columns are passed over, and columns may stand in any order. Labels are 0 or 1. An event
// that is labelled twice in different ways is an error, like every error with its line.
func ReadLabels(r io.Reader) (map[string]Label, error) {
	labels := map[string]Label{}
	err := eachLabel(r, func(l Label) error {
		if before, twice := labels[l.EventID]; twice && before != l {
			return fmt.Errorf("event %s has two different labels", l.EventID)
		}
		labels[l.EventID] = l
		return nil
	})
	if err != nil {
		return nil, err
	}
	return labels, nil
}

// ReadFrauds reads of a label file the attacks' transactions alone, each with its episode: of millions of labels they are a few.
func ReadFrauds(r io.Reader) (map[string]string, error) {
	frauds := map[string]string{}
	err := eachLabel(r, func(l Label) error {
		if l.Fraud {
			frauds[l.EventID] = l.Episode
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return frauds, nil
}

// eachLabel hands out the lines of a label file.
func eachLabel(r io.Reader, take func(Label) error) error {
	in := csv.NewReader(r)
	in.ReuseRecord = true
	first, err := in.Read()
	if err != nil {
		return fmt.Errorf("score: reading the header of the labels: %w", err)
	}
	columns, err := findColumns(first)
	if err != nil {
		return err
	}
	words := interner{}
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("score: reading labels: %w", err)
		}
		line, _ := in.FieldPos(0)
		l, err := columns.label(row, words)
		if err == nil {
			err = take(l)
		}
		if err != nil {
			return fmt.Errorf("score: labels, line %d: %w", line, err)
		}
	}
}

// columns holds the place of each column of header, -1 when the file has none.
type columns [5]int

func findColumns(first []string) (columns, error) {
	var c columns
	for i, name := range header {
		c[i] = slices.Index(first, name)
	}
	if c[0] < 0 || c[1] < 0 {
		return c, errors.New("score: the first line of the labels must name the columns event_id and label")
	}
	return c, nil
}

func (c columns) label(row []string, words interner) (Label, error) {
	l := Label{EventID: string(append([]byte(nil), row[c[0]]...))}
	switch row[c[1]] {
	case "0":
	case "1":
		l.Fraud = true
	default:
		return l, fmt.Errorf("label must be 0 or 1, not %q", row[c[1]])
	}
	if l.EventID == "" {
		return l, errors.New("event_id is empty")
	}
	for i, field := range []*string{&l.Kind, &l.Episode, &l.Group} {
		if at := c[2+i]; at >= 0 {
			*field = words.keep(row[at])
		}
	}
	return l, nil
}

// interner keeps one copy of each word that the lines of a file share.
type interner map[string]string

func (in interner) keep(s string) string {
	if kept, found := in[s]; found {
		return kept
	}
	kept := string(append([]byte(nil), s...))
	in[kept] = kept
	return kept
}
