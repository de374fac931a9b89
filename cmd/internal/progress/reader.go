package progress

import "io"

// Reader counts the bytes that are read through it.
func (b *Bar) Reader(r io.Reader) io.Reader {
	if b == nil {
		return r
	}
	return countingReader{r, b}
}

type countingReader struct {
	io.Reader
	bar *Bar
}

func (c countingReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.bar.Add(int64(n))
	return n, err
}
