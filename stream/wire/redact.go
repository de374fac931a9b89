package wire

import (
	"bytes"
	"slices"
)

const (
	// keptBytes is how much of a too large value the dead letter keeps.
	keptBytes = 1 << 10
	// redactAhead is searched beyond keptBytes, so that a card number on the edge is recognised: 19 digits and 18 separators
	// as escapes of six bytes.
	redactAhead = 6 * (19 + 18)
	withheld    = `"***"`
	shownDigits = 4
)

// Redact gives what may be kept of a refused record: of a card number the last four digits, of sensitive authentication
// data nothing, of a too large value its first KiB. A value in another encoding cannot be searched, so all its digits go. What
// is left may no longer be JSON. Parts with nothing to hide are returned as they are, others as copies.
func Redact(reason Reason, key, value []byte, headers []Header) (safeKey, safeValue []byte, safeHeaders []Header) {
	var pans panFinder
	if reason == TooLarge {
		value = value[:min(len(value), keptBytes+redactAhead)]
	}
	value = pans.mask(withoutSensitive(value))
	switch reason {
	case TooLarge:
		value = value[:min(len(value), keptBytes)]
	case BadEncoding:
		value = maskDigits(value)
	}
	return pans.mask(key), value, pans.maskHeaders(headers)
}

// MaskPANs replaces all but the last four digits of each card number in a text by stars: for what somebody wrote to us, which would not
// pass the door else.
func MaskPANs(text string) string {
	var pans panFinder
	return string(pans.mask([]byte(text)))
}

func (f *panFinder) maskHeaders(headers []Header) []Header {
	safe := slices.Clone(headers)
	for i, h := range safe {
		safe[i] = Header{Key: string(f.mask([]byte(h.Key))), Value: f.mask(h.Value)}
		if sensitive(h.Key) {
			safe[i].Value = []byte(withheld)
		}
	}
	return safe
}

// mask replaces all but the last four digits of each card number by stars.
func (f *panFinder) mask(b []byte) []byte {
	out := b
	for digits := f.next(out, 0); digits != nil; {
		if &out[0] == &b[0] {
			out = slices.Clone(b)
		}
		shown := len(digits) - shownDigits
		for _, d := range digits[:shown] {
			copy(out[d.at:d.at+int(d.width)], "******")
		}
		// The digits left may begin another number with those that follow.
		digits = f.next(out, digits[shown].at)
	}
	return out
}

func maskDigits(b []byte) []byte {
	out := slices.Clone(b)
	for i, c := range out {
		if isDigit(c) {
			out[i] = '*'
		}
	}
	return out
}

// withoutSensitive replaces the values of sensitive members. It follows quotes and colons alone, since a refused value need
// be no JSON; where a sensitive member's value has no clear end, the rest is withheld.
func withoutSensitive(value []byte) []byte {
	var out []byte
	kept := 0
	for pos := 0; ; {
		quote := bytes.IndexByte(value[pos:], '"')
		if quote < 0 {
			break
		}
		pos += quote + 1
		s := scanner{data: value, pos: afterSensitiveName(value, pos)}
		if s.pos == 0 {
			continue
		}
		s.peek()
		out = append(append(out, value[kept:s.pos]...), withheld...)
		s.value()
		kept, pos = s.pos, s.pos
	}
	if out == nil {
		return value
	}
	return append(out, value[kept:]...)
}

// afterSensitiveName gives the place behind the colon of the sensitive name that starts at pos, 0 when there is none.
func afterSensitiveName(value []byte, pos int) int {
	// Twelve letters, each possibly an escape of six bytes.
	const longest = 6 * 12
	length := bytes.IndexByte(value[pos:min(len(value), pos+longest)], '"')
	if length < 0 {
		return 0
	}
	end := pos + length
	s := scanner{data: value, pos: pos - 1}
	name := s.text()
	if s.pos != end+1 || !sensitive(string(unescape(nil, value[name.start:name.end]))) || s.peek() != ':' {
		return 0
	}
	return s.pos + 1
}
