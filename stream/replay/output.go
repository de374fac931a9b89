package replay

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// output writes what the processors put out, one file a topic; every dead letter goes to dlq.jsonl.
type output struct {
	files map[string]*outFile
	dead  *outFile
	seen  func(kafka.Message)
}

type outFile struct {
	file *os.File
	buf  *bufio.Writer
}

func newOutput(dir string, seen func(kafka.Message)) (*output, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	o := &output{files: make(map[string]*outFile), seen: seen}
	var err error
	for _, topic := range []string{wire.AlertTopic, wire.CollectionTopic, wire.AssessmentTopic, wire.ShadowTopic, wire.FeedbackTopic} {
		if o.files[topic], err = create(dir, topic+".jsonl"); err != nil {
			return nil, errors.Join(err, o.close())
		}
	}
	if o.dead, err = create(dir, "dlq.jsonl"); err != nil {
		return nil, errors.Join(err, o.close())
	}
	return o, nil
}

func create(dir, name string) (*outFile, error) {
	file, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	return &outFile{file: file, buf: bufio.NewWriterSize(file, 1<<16)}, nil
}

func (o *output) write(m kafka.Message) error {
	value, out := m.Value, o.files[m.Topic]
	if strings.HasSuffix(m.Topic, wire.DeadLetter("")) {
		encoded, err := deadLetterLine(m)
		if err != nil {
			return fmt.Errorf("replay: encode a dead letter: %w", err)
		}
		value, out = encoded, o.dead
	}
	o.seen(m)
	if out == nil {
		return nil
	}
	if _, err := out.buf.Write(append(value, '\n')); err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	return nil
}

// deadLetterLine is a dead letter as one JSON object: the headers by name, the original key and value as text.
func deadLetterLine(m kafka.Message) ([]byte, error) {
	line := make(map[string]string, len(m.Headers)+2)
	for _, h := range m.Headers {
		line[h.Key] = text(h.Value)
	}
	line["key"], line["value"] = text(m.Key), text(m.Value)
	return json.Marshal(line)
}

// text keeps bytes that are no UTF-8 readable: JSON has no other strings.
func text(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	return strings.ToValidUTF8(string(b), "�")
}

func (o *output) close() error {
	var errs []error
	for _, f := range o.files {
		errs = append(errs, f.close())
	}
	return errors.Join(append(errs, o.dead.close())...)
}

func (f *outFile) close() error {
	if f == nil {
		return nil
	}
	return errors.Join(f.buf.Flush(), f.file.Close())
}
