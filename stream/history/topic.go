package history

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// OpenTopic opens the file of a topic in a directory, <topic>.jsonl or <topic>.jsonl.gz, and gives its lines unpacked; nil when there is
// neither. The bytes of the file itself are added to read, which may be nil.
func OpenTopic(dir, topic string, read *int64) (lines io.ReadCloser, path string, err error) {
	for _, suffix := range []string{".jsonl", ".jsonl.gz"} {
		path := filepath.Join(dir, topic+suffix)
		file, err := os.Open(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, path, fmt.Errorf("history: %w", err)
		}
		f := topicFile{Reader: &countingReader{r: file, n: read}, Closer: file}
		if suffix == ".jsonl.gz" {
			if f.Reader, err = gzip.NewReader(bufio.NewReaderSize(f.Reader, 1<<16)); err != nil {
				return nil, path, errors.Join(fmt.Errorf("history: %s: %w", path, err), file.Close())
			}
		}
		return f, path, nil
	}
	return nil, "", nil
}

// topicFile is what is read of a file, and the file to close.
type topicFile struct {
	io.Reader
	io.Closer
}

// countingReader counts the bytes of the files themselves, for the progress bar.
type countingReader struct {
	r io.Reader
	n *int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.n != nil {
		*c.n += int64(n)
	}
	return n, err
}
