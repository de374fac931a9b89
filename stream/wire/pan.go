package wire

import "unicode/utf8"

// The lengths of a card number (ISO/IEC 7812-1).
const (
	minPAN = 12
	maxPAN = 19
)

// panFinder finds clear card numbers: 12 to 19 digits that pass the Luhn check, with single spaces or dashes between them at
// will. Characters that the door would remove (control characters, bidi overrides) hide nothing, nor do JSON escapes, so the
// same search serves decoded texts and raw records. Leading zeros are padding and do not count. A number within a UUID, a hash of
// 24, 32, 40 or 64 hexadecimal digits or a W3C traceparent is no card number: one token in hundreds would look like one.
type panFinder struct{ run []panDigit }

// panDigit is one digit of a run: where it stands, how many bytes it takes, and whether a separator comes before it.
type panDigit struct {
	at     int
	width  uint8
	value  byte
	parted bool
}

// holdsPAN reports whether s holds a card number. Plain texts (printable ASCII without escapes) are searched in long steps: a
// run of at least 12 characters cannot hide between every twelfth.
func (f *panFinder) holdsPAN(s []byte, plain bool) bool {
	if len(s) < minPAN {
		return false
	}
	if !plain {
		return f.next(s, 0) != nil
	}
	for i := minPAN - 1; i < len(s); i += minPAN {
		if !inRun(s[i]) {
			continue
		}
		low, high := i, i+1
		for low > 0 && inRun(s[low-1]) {
			low--
		}
		for high < len(s) && inRun(s[high]) {
			high++
		}
		if high-low >= minPAN && f.next(s, 0) != nil {
			return true
		}
		i = high
	}
	return false
}

func inRun(c byte) bool { return isDigit(c) || c == ' ' || c == '-' }

// next gives the digits of the first card number that starts at or after from, nil when there is none. The result is valid
// until the next call.
func (f *panFinder) next(b []byte, from int) []panDigit {
	f.run = f.run[:0]
	parted := false
	for i := from; i < len(b); {
		class, digit, width := classify(b[i:])
		switch class {
		case digitChar:
			f.run = append(f.run, panDigit{at: i, width: uint8(width), value: digit, parted: parted || len(f.run) == 0})
			parted = false
		case separatorChar:
			if parted {
				if found := f.match(b); found != nil {
					return found
				}
			}
			parted = true
		case otherChar:
			if found := f.match(b); found != nil {
				return found
			}
			parted = false
		}
		i += width
	}
	return f.match(b)
}

// match looks for a card number among the digits collected, between any two separators, and empties the run.
func (f *panFinder) match(b []byte) []panDigit {
	run := f.run
	f.run = f.run[:0]
	padding := false
	for first := range run {
		padding = padding || run[first].parted
		if !padding || run[first].value == 0 {
			continue
		}
		padding = false
		for end := first + minPAN; end <= min(first+maxPAN, len(run)); end++ {
			whole := end == len(run) || run[end].parted
			if whole && luhn(run[first:end]) && !identifier(b, run[first].at, run[end-1].at) {
				return run[first:end]
			}
		}
	}
	return nil
}

// luhn is the check of ISO/IEC 7812-1 annex B.
func luhn(digits []panDigit) bool {
	sum, double := 0, false
	for i := len(digits) - 1; i >= 0; i-- {
		d := int(digits[i].value)
		if double {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
		double = !double
	}
	return sum%10 == 0
}

// identifier reports whether b[first] to b[last] lies within something that is made of hexadecimal digits by design.
func identifier(b []byte, first, last int) bool {
	low, high := first, last+1
	for low > 0 && inHexWord(b[low-1]) {
		low--
	}
	for high < len(b) && inHexWord(b[high]) {
		high++
	}
	for low < first && b[low] == '-' {
		low++
	}
	word := b[low:high]
	switch len(word) {
	case 36:
		return dashesAt(word, 8, 13, 18, 23)
	case 55:
		return dashesAt(word, 2, 35, 52)
	}
	return hash(b, first, last)
}

func inHexWord(c byte) bool { return c == '-' || hexDigit(c) >= 0 }

func dashesAt(word []byte, places ...int) bool {
	for i, c := range word {
		isPlace := len(places) > 0 && i == places[0]
		if isPlace {
			places = places[1:]
		}
		if (c == '-') != isPlace {
			return false
		}
	}
	return true
}

// hash reports whether b[first] to b[last] lies within 24, 32, 40 or 64 hexadecimal digits of which one is a letter.
func hash(b []byte, first, last int) bool {
	low, high, letter := first, first, false
	for low > 0 && hexDigit(b[low-1]) >= 0 {
		low--
		letter = letter || !isDigit(b[low])
	}
	for high < len(b) && hexDigit(b[high]) >= 0 {
		letter = letter || !isDigit(b[high])
		high++
	}
	length := high - low
	return letter && high > last && (length == 24 || length == 32 || length == 40 || length == 64)
}

// charClass is what a character means to the search.
type charClass uint8

const (
	otherChar charClass = iota
	digitChar
	separatorChar
	hiddenChar
)

// classify reads the character at the start of b, which may be a JSON escape.
func classify(b []byte) (class charClass, digit byte, width int) {
	r, width := rune(b[0]), 1
	switch {
	case r == '\\':
		if r, width = decodeEscape(b); width == 0 {
			return otherChar, 0, 1
		}
	case r >= utf8.RuneSelf:
		r, width = utf8.DecodeRune(b)
	}
	switch {
	case '0' <= r && r <= '9':
		return digitChar, byte(r - '0'), width
	case r == ' ' || r == '-':
		return separatorChar, 0, width
	case hidden(r):
		return hiddenChar, 0, width
	}
	return otherChar, 0, width
}
