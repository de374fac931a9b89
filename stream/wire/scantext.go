package wire

import (
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// text reads a string and checks its UTF-8 and its escapes, without decoding them.
func (s *scanner) text() token {
	start := s.pos + 1
	end := plainEnd(s.data, start)
	if end < len(s.data) && s.data[end] == '"' {
		s.pos = end + 1
		return token{start: uint32(start), end: uint32(end), kind: plainText}
	}
	s.pos = hanEnd(s.data, end)
	return s.restOfText(start)
}

// restOfText goes on with a string that is not plain from here.
func (s *scanner) restOfText(start int) token {
	t := token{start: uint32(start), kind: plainText}
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; {
		case c == '"':
			t.end = uint32(s.pos)
			s.pos++
			return t
		case c == '\\':
			t.kind = escapedText
			s.escape()
		case c < ' ':
			s.fail(BadJSON)
		case c < utf8.RuneSelf && c != 0x7f:
			// Plain again after Han characters.
		default:
			r, size := utf8.DecodeRune(s.data[s.pos:])
			s.pos += size
			t.kind = max(t.kind, richText)
			if r == utf8.RuneError && size == 1 {
				s.fail(BadEncoding)
			}
		}
		s.pos = hanEnd(s.data, plainEnd(s.data, s.pos))
	}
	s.fail(BadJSON)
	return token{}
}

// hanEnd finds the first character from pos that is no Han character between U+4000 and U+9FFF: those of everyday Chinese, all of
// three bytes with the first E4 to E9. They are valid, visible, never combine and are their own normal form, so that names in Chinese
// are as plain as those in ASCII.
func hanEnd(data []byte, pos int) int {
	for pos+3 <= len(data) && data[pos]-0xe4 <= 0xe9-0xe4 && data[pos+1]&0xc0 == 0x80 && data[pos+2]&0xc0 == 0x80 {
		pos += 3
	}
	return pos
}

// plainEnd finds the first byte from pos that is a quote, a backslash, a control character, DEL or not ASCII. It looks at eight bytes
// at a time: each special byte gets its high bit in one of the four terms, and a borrow or carry can only mark bytes above the first
// true mark, which is what counts. The xor with 2 puts the quote below the space's new place, next to the control characters.
func plainEnd(data []byte, pos int) int {
	for ; pos+8 <= len(data); pos += 8 {
		x := word(data[pos:])
		if marks := ((x ^ 2*ones - '!'*ones) | (x ^ '\\'*ones - ones) | (x + ones) | x) & highs; marks != 0 {
			return pos + bits.TrailingZeros64(marks)/8
		}
	}
	for ; pos < len(data); pos++ {
		if c := data[pos]; c == '"' || c == '\\' || c < ' ' || c >= 0x7f {
			break
		}
	}
	return pos
}

// escape checks the escape sequence that starts here. An unpaired surrogate is refused: parsers disagree about it.
func (s *scanner) escape() {
	r, size := decodeEscape(s.data[s.pos:])
	switch {
	case size == 0:
		s.fail(BadJSON)
	case r == utf8.RuneError && size == 6 && utf16.IsSurrogate(hex4(s.data[s.pos+2:])):
		s.fail(BadEncoding)
	default:
		s.pos += size
	}
}

// decodeEscape reads the escape at the start of b: its rune and its length, 0 when it is malformed. A surrogate without its
// partner is U+FFFD with a length of 6.
func decodeEscape(b []byte) (r rune, size int) {
	if len(b) < 2 {
		return 0, 0
	}
	switch b[1] {
	case '"', '\\', '/':
		return rune(b[1]), 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		return decodeUnicodeEscape(b)
	}
	return 0, 0
}

func decodeUnicodeEscape(b []byte) (rune, int) {
	high := hex4(b[2:])
	if high < 0 {
		return 0, 0
	}
	if !utf16.IsSurrogate(high) {
		return high, 6
	}
	if len(b) >= 12 && b[6] == '\\' && b[7] == 'u' {
		if r := utf16.DecodeRune(high, hex4(b[8:])); r != utf8.RuneError {
			return r, 12
		}
	}
	return utf8.RuneError, 6
}

// hex4 reads four hexadecimal digits, -1 when there are none.
func hex4(b []byte) (r rune) {
	if len(b) < 4 {
		return -1
	}
	for _, c := range b[:4] {
		digit := hexDigit(c)
		if digit < 0 {
			return -1
		}
		r = r<<4 | digit
	}
	return r
}

func hexDigit(c byte) rune {
	switch {
	case isDigit(c):
		return rune(c - '0')
	case 'a' <= c && c <= 'f':
		return rune(c - 'a' + 10)
	case 'A' <= c && c <= 'F':
		return rune(c - 'A' + 10)
	}
	return -1
}

// unescape appends the text of a string whose escapes have been checked.
func unescape(dst, raw []byte) []byte {
	for i := 0; i < len(raw); {
		if raw[i] != '\\' {
			dst = append(dst, raw[i])
			i++
			continue
		}
		r, size := decodeEscape(raw[i:])
		dst = utf8.AppendRune(dst, r)
		i += size
	}
	return dst
}
