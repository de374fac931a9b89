package wire

import "iter"

// maxDepth bounds nesting; the record's own object is level 1.
const maxDepth = 16

// kind is the JSON type of a token, with three kinds of text and two of numbers: an integer has no fraction and no exponent.
type kind uint8

const (
	noToken kind = iota
	nullToken
	boolToken
	plainText   // printable ASCII and common Han without escapes
	richText    // other text without escapes
	escapedText // text with a backslash
	integerToken
	decimalToken
	objectToken
	arrayToken
)

// token is a value's span in the scanned data; a text's span leaves out its quotes.
type token struct {
	start, end uint32
	kind       kind
}

func (k kind) isText() bool { return plainText <= k && k <= escapedText }

// scanner reads JSON strictly (RFC 8259) from one slice, without copying. After its first failure it stands at the end of the
// data, so that every loop over it ends, and reason says what was wrong.
type scanner struct {
	data   []byte
	pos    int
	depth  int
	reason Reason
}

func (s *scanner) fail(r Reason) {
	if s.reason == "" {
		s.reason = r
	}
	s.pos = len(s.data)
}

// peek skips white space and gives the next byte, 0 at the end.
func (s *scanner) peek() byte {
	if s.pos < len(s.data) && s.data[s.pos] > ' ' {
		return s.data[s.pos]
	}
	return s.skipSpace()
}

func (s *scanner) skipSpace() byte {
	for s.pos < len(s.data) {
		c := s.data[s.pos]
		if c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return c
		}
		s.pos++
	}
	return 0
}

// open steps into the object or array that starts here.
func (s *scanner) open() {
	s.pos++
	if s.depth++; s.depth > maxDepth {
		s.fail(TooDeep)
	}
}

// more reports whether a member or element follows before the closing bracket, and steps over the comma or the bracket.
func (s *scanner) more(first bool, closing byte) bool {
	switch c := s.peek(); {
	case c == closing:
		s.pos++
		s.depth--
		return false
	case first && c != 0:
		return true
	case c == ',':
		s.pos++
		return true
	}
	s.fail(BadJSON)
	return false
}

// name reads a member's name and its colon.
func (s *scanner) name() token {
	if s.peek() != '"' {
		s.fail(BadJSON)
		return token{}
	}
	name := s.text()
	if s.peek() != ':' {
		s.fail(BadJSON)
		return token{}
	}
	s.pos++
	return name
}

// value reads one value of any type; nested ones are checked and stepped over.
func (s *scanner) value() token {
	switch c := s.peek(); c {
	case '"':
		return s.text()
	case '{', '[':
		return s.nested(c)
	case 't':
		return s.literal("true", boolToken)
	case 'f':
		return s.literal("false", boolToken)
	case 'n':
		return s.literal("null", nullToken)
	}
	return s.number()
}

// at reports whether the data goes on with word.
func (s *scanner) at(word string) bool {
	end := s.pos + len(word)
	return end <= len(s.data) && string(s.data[s.pos:end]) == word
}

func (s *scanner) nested(bracket byte) token {
	t := token{start: uint32(s.pos), kind: arrayToken}
	s.open()
	if bracket == '[' {
		for first := true; s.more(first, ']'); first = false {
			s.value()
		}
	} else {
		t.kind = objectToken
		for first := true; s.more(first, '}'); first = false {
			s.name()
			s.value()
		}
	}
	t.end = uint32(s.pos)
	return t
}

func (s *scanner) literal(word string, k kind) token {
	if !s.at(word) {
		s.fail(BadJSON)
		return token{}
	}
	t := token{start: uint32(s.pos), end: uint32(s.pos + len(word)), kind: k}
	s.pos += len(word)
	return t
}

// number reads -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
func (s *scanner) number() token {
	t := token{start: uint32(s.pos), kind: integerToken}
	s.step('-', '-')
	first := s.pos
	s.digits()
	if s.pos > first+1 && s.data[first] == '0' {
		s.fail(BadJSON)
	}
	if s.step('.', '.') {
		t.kind = decimalToken
		s.digits()
	}
	if s.step('e', 'E') {
		t.kind = decimalToken
		s.step('+', '-')
		s.digits()
	}
	t.end = uint32(s.pos)
	return t
}

// elements walks an array that has been checked.
func (s *scanner) elements(t token) iter.Seq[token] {
	return func(yield func(token) bool) {
		inner := scanner{data: s.data[:t.end], pos: int(t.start)}
		inner.open()
		for first := true; inner.more(first, ']'); first = false {
			if !yield(inner.value()) {
				return
			}
		}
	}
}

// membersOf walks an object that has been checked.
func (s *scanner) membersOf(t token) iter.Seq2[token, token] {
	return func(yield func(name, value token) bool) {
		inner := scanner{data: s.data[:t.end], pos: int(t.start)}
		inner.open()
		for first := true; inner.more(first, '}'); first = false {
			name := inner.name()
			if !yield(name, inner.value()) {
				return
			}
		}
	}
}

// step moves over one byte that is a or b.
func (s *scanner) step(a, b byte) bool {
	if s.pos < len(s.data) && (s.data[s.pos] == a || s.data[s.pos] == b) {
		s.pos++
		return true
	}
	return false
}

// digits reads at least one digit.
func (s *scanner) digits() {
	end := digitsEnd(s.data, s.pos)
	if end == s.pos {
		s.fail(BadJSON)
		return
	}
	s.pos = end
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
