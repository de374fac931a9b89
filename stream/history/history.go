// Package history reads what reached a bank out of files: <topic>.jsonl or <topic>.jsonl.gz, each in the order of arrival, merged by the
// records' own times.
//
// It knows nothing of what records mean; package wire decodes them later. A Reader belongs to one goroutine, but the values that it
// gives stay as they are.
package history

import (
	"errors"
	"fmt"
	"os"
)

// Record is one line of a topic's file.
type Record struct {
	Topic string
	Value []byte
	// Arrived is when it reached the bank, as far as a file tells, in Unix milliseconds. It never goes back from record to record.
	Arrived int64
	// Offset counts the topic's records.
	Offset int64
}

// Reader merges the files of a directory.
type Reader struct {
	sources []*source
	// given is the source whose head was given last.
	given *source
	read  int64
	size  int64
}

// Open opens the files of the topics in dir. At least one must be there.
func Open(dir string, topics []string) (*Reader, error) {
	r := &Reader{}
	for _, topic := range topics {
		s, err := openSource(dir, topic, &r.read)
		if s != nil {
			r.sources = append(r.sources, s)
			if info, err := os.Stat(s.path); err == nil {
				r.size += info.Size()
			}
		}
		if err != nil {
			return nil, errors.Join(err, r.Close())
		}
	}
	if len(r.sources) == 0 {
		return nil, fmt.Errorf("history: %s holds no input: expected files such as %s.jsonl or %s.jsonl.gz", dir, topics[0], topics[0])
	}
	return r, nil
}

// Next gives the record that arrived next; among equals the order of the topics decides. False at the end of all files.
func (r *Reader) Next() (Record, bool, error) {
	if r.given != nil {
		if err := r.given.pop(); err != nil {
			return Record{}, false, err
		}
	}
	r.given = nil
	for _, s := range r.sources {
		if h := s.head(); h != nil && (r.given == nil || h.arrived < r.given.head().arrived) {
			r.given = s
		}
	}
	if r.given == nil {
		return Record{}, false, nil
	}
	h := r.given.head()
	return Record{Topic: r.given.topic, Value: h.value, Arrived: h.arrived, Offset: r.given.taken}, true, nil
}

// Progress is how many bytes of the files have been read, and how many there are.
func (r *Reader) Progress() (read, size int64) { return r.read, r.size }

// Close closes the files.
func (r *Reader) Close() error {
	var errs []error
	for _, s := range r.sources {
		errs = append(errs, s.file.Close())
	}
	return errors.Join(errs...)
}
