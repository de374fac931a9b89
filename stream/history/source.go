package history

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// line is one record of a file with its estimated arrival.
type line struct {
	value   []byte
	own     int64
	known   bool
	arrived int64
}

// source reads one topic's file.
type source struct {
	topic string
	path  string
	field string
	file  io.Closer
	lines *bufio.Reader
	// ahead holds the next lines; ahead[0] is the head.
	ahead   []line
	arrived int64
	done    bool
	// number counts the lines that were read, taken the records that were given.
	number, taken int64
}

// maxLine bounds a line; the decoder refuses what is longer than a record may be, so the rest need not be kept.
const maxLine = 1 << 20

func openSource(dir, topic string, read *int64) (*source, error) {
	file, path, err := OpenTopic(dir, topic, read)
	if file == nil {
		return nil, err
	}
	s := &source{topic: topic, path: path, field: timeField[topic], file: file, lines: bufio.NewReaderSize(file, 1<<18)}
	return s, s.fill()
}

// head is the next line, nil at the end.
func (s *source) head() *line {
	if len(s.ahead) == 0 {
		return nil
	}
	return &s.ahead[0]
}

// pop drops the head.
func (s *source) pop() error {
	s.arrived = s.ahead[0].arrived
	s.taken++
	s.ahead = append(s.ahead[:0], s.ahead[1:]...)
	return s.fill()
}

// fill reads ahead and estimates the head's arrival.
func (s *source) fill() error {
	for !s.done && len(s.ahead) <= lookahead {
		value, err := s.readLine()
		if errors.Is(err, io.EOF) {
			s.done = true
			break
		}
		if err != nil {
			return fmt.Errorf("history: %s, line %d: %w", s.path, s.number+1, err)
		}
		s.number++
		if len(value) == 0 {
			continue
		}
		own, known := ownTime(s.field, value)
		s.ahead = append(s.ahead, line{value: value, own: own, known: known})
	}
	if h := s.head(); h != nil {
		h.arrived = s.arrived
		if h.known {
			h.arrived = arrival(s.arrived, h.own, s.behind())
		}
	}
	return nil
}

func (s *source) behind() []int64 {
	var times [lookahead]int64
	n := 0
	for i := 1; i < len(s.ahead) && n < lookahead; i++ {
		if s.ahead[i].known {
			times[n] = s.ahead[i].own
			n++
		}
	}
	return times[:n]
}

// readLine reads up to the next line end and gives a copy without it, cut at maxLine.
func (s *source) readLine() ([]byte, error) {
	var value []byte
	for {
		part, err := s.lines.ReadSlice('\n')
		if keep := maxLine - len(value); keep > 0 {
			value = append(value, part[:min(len(part), keep)]...)
		}
		switch {
		case err == nil || errors.Is(err, io.EOF) && len(value) > 0:
			return trimEnd(value), nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}

func trimEnd(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == '\n' || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	return b
}
