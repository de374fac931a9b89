package smpp

import (
	"errors"
	"strings"
)

// Sizes of a text and of a part in octets as they are counted here: GSM-7 one octet a septet, the others eight bits.
const (
	aloneSeptets, partSeptets = 160, 153
	aloneOctets, partOctets   = 140, 134
	maxParts                  = 255
	maxPayload                = 65_535
)

const (
	// esmUDH marks a text with a user data header (SMPP 3.4 §5.2.12).
	esmUDH uint8 = 0x40
	// concatenated and its length open the header of a part (3GPP TS 23.040 §9.2.3.24.1).
	concatenated    = 0x00
	concatenatedLen = 3
)

// split cuts a text into the messages that carry it. All parts have the reference.
func split(m message, text string, a Alphabet, way Long, reference uint8) ([]message, error) {
	characters, coding := encodeText(text, a)
	m.coding = coding
	alone, part := aloneOctets, partOctets
	if coding == codingDefault {
		alone, part = aloneSeptets, partSeptets
	}
	whole := strings.Join(characters, "")
	if len(whole) <= alone {
		return []message{m.with([]byte(whole), nil)}, nil
	}
	if way == Payload {
		if len(whole) > maxPayload {
			return nil, errors.New("the text is longer than a message_payload")
		}
		return []message{m.with(nil, map[tag][]byte{messagePayload: []byte(whole)})}, nil
	}
	texts := cut(characters, part)
	if len(texts) > maxParts {
		return nil, errors.New("the text takes more parts than there are")
	}
	var parts []message
	for n, text := range texts {
		total, number := uint8(len(texts)), uint8(n+1)
		if way == SAR {
			parts = append(parts, m.with([]byte(text), map[tag][]byte{sarRef: {0, reference}, sarTotal: {total}, sarPart: {number}}))
			continue
		}
		header := []byte{2 + concatenatedLen, concatenated, concatenatedLen, reference, total, number}
		p := m.with(append(header, text...), nil)
		p.esmClass |= esmUDH
		parts = append(parts, p)
	}
	return parts, nil
}

// with is the message with a text and further options.
func (m message) with(text []byte, options map[tag][]byte) message {
	m.text = text
	all := map[tag][]byte{}
	for t, v := range m.options {
		all[t] = v
	}
	for t, v := range options {
		all[t] = v
	}
	m.options = all
	return m
}

// cut fills parts with whole characters.
func cut(characters []string, most int) (parts []string) {
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

// place is where a part belongs; total is 0 for a text that came whole.
type place struct{ reference, total, number int }

// unwrap takes the header off a text that came in, and tells its place.
func (m message) unwrap() (text []byte, at place) {
	text = m.text
	if m.esmClass&esmUDH != 0 && len(text) > 0 && int(text[0]) < len(text) {
		header := text[1 : 1+text[0]]
		text = text[1+len(header):]
		at = concatenation(header)
	} else if ref, total, part := m.options[sarRef], m.options[sarTotal], m.options[sarPart]; len(ref) == 2 && len(total) == 1 && len(part) == 1 {
		at = place{int(ref[0])<<8 | int(ref[1]), int(total[0]), int(part[0])}
	}
	if at.total < 2 || at.number < 1 || at.number > at.total {
		at = place{}
	}
	return text, at
}

// concatenation looks for the element with an 8-bit or 16-bit reference.
func concatenation(header []byte) place {
	for len(header) >= 2 && int(header[1]) <= len(header)-2 {
		id, value := header[0], header[2:2+header[1]]
		switch {
		case id == concatenated && len(value) == concatenatedLen:
			return place{int(value[0]), int(value[1]), int(value[2])}
		case id == 0x08 && len(value) == 4:
			return place{int(value[0])<<8 | int(value[1]), int(value[2]), int(value[3])}
		}
		header = header[2+len(value):]
	}
	return place{}
}
