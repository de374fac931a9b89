package mapping

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cardwatch/cardwatch/stream/wire"
)

// Summary counts what an import did.
type Summary struct {
	// Rows counts all rows of the file, bad ones too.
	Rows int64 `json:"rows"`
	// Records counts what was written, by topic.
	Records map[string]int64 `json:"records"`
	Labels  int64            `json:"labels,omitempty"`
	// Skipped counts rows that the mapping leaves out, by its reason; Rejected those that could not be mapped.
	Skipped  map[string]int64 `json:"skipped,omitempty"`
	Rejected map[Reason]int64 `json:"rejected,omitempty"`
}

// Import maps a CSV file, gzipped or not, row by row into out: TOPIC.jsonl for each topic, labels.csv (event_id,label) when the
// mapping names a label, and TOPIC.rejected.csv (line,reason,field; TOPIC is the mapping's first) when rows were refused. Files appear
// complete at the end or, with an error, not at all. A header that lacks a column is an error; a bad row is not.
func Import(ctx context.Context, m *Mapping, in io.Reader, out Out) (Summary, error) {
	i := importer{m: m, files: outputs{out: out, files: map[string]OutFile{}}, seen: map[string]bool{}, tables: map[string]*csv.Writer{},
		sum: Summary{Records: map[string]int64{}, Skipped: map[string]int64{}, Rejected: map[Reason]int64{}}}
	defer i.files.discard()
	if err := m.ready(); err != nil {
		return i.sum, err
	}
	if err := i.run(ctx, in); err != nil {
		return i.sum, err
	}
	for name, table := range i.tables {
		table.Flush()
		if err := table.Error(); err != nil {
			return i.sum, fmt.Errorf("writing %s: %w", name, err)
		}
	}
	return i.sum, i.files.commit()
}

type importer struct {
	m     *Mapping
	files outputs
	// seen holds topic and customer of records marked `once`.
	seen map[string]bool
	// tables are the CSV files among the outputs.
	tables map[string]*csv.Writer
	sum    Summary
}

func (i *importer) run(ctx context.Context, in io.Reader) error {
	text, err := open(in, i.m.csv.Charset)
	if err != nil {
		return err
	}
	reader := csv.NewReader(text)
	reader.Comma, _ = utf8.DecodeRuneInString(i.m.csv.Delimiter)
	reader.ReuseRecord = true
	header, err := i.header(reader)
	if err != nil {
		return err
	}
	reader.FieldsPerRecord = len(header.names)
	for {
		// Looking at the context costs little against a row; a cancelled import leaves nothing behind.
		if err := ctx.Err(); err != nil {
			return err
		}
		values, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		i.sum.Rows++
		line := 0
		var malformed *csv.ParseError
		switch {
		case errors.As(err, &malformed):
			err, line = &RowError{Reason: BadCSV}, malformed.StartLine
		case err != nil:
			return fmt.Errorf("reading after row %d: %w", i.sum.Rows-1, err)
		default:
			line, _ = reader.FieldPos(0)
			err = i.row(Row{Number: i.sum.Rows, Header: header, Values: values})
		}
		if err := i.settle(line, err); err != nil {
			return err
		}
	}
}

func (i *importer) header(reader *csv.Reader) (*Header, error) {
	names := i.m.csv.Columns
	if names == nil {
		read, err := reader.Read()
		if err != nil {
			return nil, fmt.Errorf("reading the header line: %w", err)
		}
		names = append(names, read...)
	}
	header, err := NewHeader(names)
	if err != nil {
		return nil, err
	}
	return header, i.m.Check(header)
}

func (i *importer) row(row Row) error {
	for _, v := range row.Values {
		// The GB 18030 reader has put U+FFFD where a byte made no sense.
		if !utf8.ValidString(v) || (i.m.csv.Charset == charsetGB18030 && strings.ContainsRune(v, utf8.RuneError)) {
			return &RowError{Reason: BadEncoding}
		}
	}
	records, err := i.m.apply(row)
	if err != nil {
		return err
	}
	label, err := i.label(row)
	if err != nil {
		return err
	}
	for _, r := range records {
		if err := i.record(r, label); err != nil {
			return err
		}
	}
	return nil
}

func (i *importer) record(r made, label string) error {
	if r.once {
		id := r.topic + " " + r.customer
		if i.seen[id] {
			return nil
		}
		i.seen[id] = true
	}
	if err := i.write(r.topic+".jsonl", append(r.value, '\n')); err != nil {
		return err
	}
	i.sum.Records[r.topic]++
	if label == "" || r.topic != wire.TransactionTopic {
		return nil
	}
	i.sum.Labels++
	return i.line("labels.csv", []string{"event_id", "label"}, r.event, label)
}

// label is "0", "1", or empty when the mapping has none or the row's is empty.
func (i *importer) label(row Row) (string, error) {
	l := i.m.label
	if l == nil {
		return "", nil
	}
	text := strings.TrimSpace(row.value(l.Column))
	if to, ok := l.Values[text]; ok {
		text = to
	}
	if text != "" && text != "0" && text != "1" {
		return "", &RowError{Reason: BadWord, Field: "label"}
	}
	return text, nil
}

// settle counts a row that was skipped or refused; any other error ends the import.
func (i *importer) settle(line int, err error) error {
	var skipped *SkipError
	var refused *RowError
	switch {
	case errors.As(err, &skipped):
		i.sum.Skipped[skipped.Reason]++
		return nil
	case errors.As(err, &refused):
		i.sum.Rejected[refused.Reason]++
		return i.line(i.m.records[0].topic+".rejected.csv", []string{"line", "reason", "field"},
			strconv.Itoa(line), string(refused.Reason), refused.Field)
	default:
		return err
	}
}

func (i *importer) write(name string, data []byte) error {
	f, err := i.files.file(name)
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}

// line adds a line to a table, which starts with its header.
func (i *importer) line(name string, header []string, cells ...string) error {
	table, ok := i.tables[name]
	if !ok {
		f, err := i.files.file(name)
		if err != nil {
			return err
		}
		table = csv.NewWriter(f)
		i.tables[name] = table
		if err := table.Write(header); err != nil {
			return fmt.Errorf("writing %s: %w", name, err)
		}
	}
	if err := table.Write(cells); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}
