package sms

import "strings"

const (
	// concatenated and its length open the header of a part with an 8-bit reference (3GPP TS 23.040 §9.2.3.24.1), concatenatedWide one
	// with 16 bits (§9.2.3.24.8).
	concatenated, concatenatedLen         = 0x00, 3
	concatenatedWide, concatenatedWideLen = 0x08, 4
)

// Place is where a part belongs; Total is 0 for a text that came whole, else Number is 1 … Total.
type Place struct{ Reference, Total, Number int }

// Valid is the place, or none when it cannot be.
func (p Place) Valid() Place {
	if p.Total < 2 || p.Number < 1 || p.Number > p.Total {
		return Place{}
	}
	return p
}

// Header is the user data header of one part.
func Header(reference, total, number uint8) []byte {
	return []byte{2 + concatenatedLen, concatenated, concatenatedLen, reference, total, number}
}

// Unwrap takes the user data header off a part.
func Unwrap(part []byte) (text []byte, at Place) {
	if len(part) == 0 || int(part[0]) >= len(part) {
		return part, Place{}
	}
	header := part[1 : 1+part[0]]
	return part[1+len(header):], concatenation(header).Valid()
}

// concatenation looks for the element that says which part this is.
func concatenation(header []byte) Place {
	for len(header) >= 2 && int(header[1]) <= len(header)-2 {
		id, value := header[0], header[2:2+header[1]]
		switch {
		case id == concatenated && len(value) == concatenatedLen:
			return Place{int(value[0]), int(value[1]), int(value[2])}
		case id == concatenatedWide && len(value) == concatenatedWideLen:
			return Place{int(value[0])<<8 | int(value[1]), int(value[2]), int(value[3])}
		}
		header = header[2+len(value):]
	}
	return Place{}
}

// Cut fills parts of at most so many octets with whole characters.
func Cut(characters []string, most int) (parts []string) {
	var b strings.Builder
	for _, c := range characters {
		if b.Len()+len(c) > most {
			parts = append(parts, b.String())
			b.Reset()
		}
		b.WriteString(c)
	}
	return append(parts, b.String())
}
