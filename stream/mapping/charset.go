package mapping

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"

	"golang.org/x/text/encoding/simplifiedchinese"
)

const (
	charsetUTF8    = "utf-8"
	charsetGB18030 = "gb18030"
)

// open undoes gzip, seen by its first bytes and not by the file's name, then a UTF-8 byte order mark or GB 18030.
func open(in io.Reader, charset string) (io.Reader, error) {
	b := bufio.NewReaderSize(in, 1<<16)
	if magic, _ := b.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, fmt.Errorf("the file starts like gzip but is not: %w", err)
		}
		b = bufio.NewReaderSize(z, 1<<16)
	}
	if charset == charsetGB18030 {
		return simplifiedchinese.GB18030.NewDecoder().Reader(b), nil
	}
	if mark, _ := b.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		if _, err := b.Discard(3); err != nil {
			return nil, err
		}
	}
	return b, nil
}
