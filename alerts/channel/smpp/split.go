package smpp

import (
	"errors"
	"strings"

	"github.com/cardwatch/cardwatch/alerts/channel/internal/sms"
)

// Sizes of a text and of a part in octets as they are counted here: GSM-7 one octet a septet, the others eight bits.
const (
	aloneSeptets, partSeptets = 160, 153
	aloneOctets, partOctets   = 140, 134
	maxParts                  = 255
	maxPayload                = 65_535
)

// esmUDH marks a text with a user data header (SMPP 3.4 §5.2.12).
const esmUDH uint8 = 0x40

// split cuts a text into the messages that carry it. All parts have the reference.
func split(m message, text string, a Alphabet, way Long, reference uint8) ([]message, error) {
	characters, coding := sms.Encode(text, a)
	m.coding = coding
	alone, part := aloneOctets, partOctets
	if coding == sms.CodingDefault {
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
	texts := sms.Cut(characters, part)
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
		p := m.with(append(sms.Header(reference, total, number), text...), nil)
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

// unwrap takes the header off a text that came in, and tells its place.
func (m message) unwrap() (text []byte, at sms.Place) {
	if m.esmClass&esmUDH != 0 {
		return sms.Unwrap(m.text)
	}
	if ref, total, part := m.options[sarRef], m.options[sarTotal], m.options[sarPart]; len(ref) == 2 && len(total) == 1 && len(part) == 1 {
		at = sms.Place{Reference: int(ref[0])<<8 | int(ref[1]), Total: int(total[0]), Number: int(part[0])}
	}
	return m.text, at.Valid()
}
