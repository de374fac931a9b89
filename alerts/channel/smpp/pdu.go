package smpp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/cardwatch/cardwatch/alerts/channel/internal/sms"
)

// Commands (SMPP 3.4 §5.1.2.1). Answers have the bit sms.Response.
const (
	genericNack     uint32 = 0x80000000
	submitSM        uint32 = 0x00000004
	deliverSM       uint32 = 0x00000005
	unbind          uint32 = 0x00000006
	bindTransceiver uint32 = 0x00000009
	enquireLink     uint32 = 0x00000015
	alert           uint32 = 0x00000102
)

const (
	headerLen = 16
	// maxPDU leaves room for a message_payload of 65,535 octets.
	maxPDU = 70_000
	// maxSequence is the highest sequence_number; 0 is none (§3.2).
	maxSequence = 0x7FFFFFFF
)

// readPDU reads one frame. It takes no more memory than maxPDU.
func readPDU(r io.Reader) (sms.Frame, error) {
	var head [headerLen]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return sms.Frame{}, fmt.Errorf("smpp: reading a header: %w", err)
	}
	word := func(n int) uint32 { return binary.BigEndian.Uint32(head[4*n:]) }
	f := sms.Frame{Command: word(1), Status: word(2), Sequence: word(3)}
	if word(0) < headerLen || word(0) > maxPDU {
		return f, sms.ErrLength
	}
	f.Body = make([]byte, word(0)-headerLen)
	if _, err := io.ReadFull(r, f.Body); err != nil {
		return f, fmt.Errorf("smpp: reading a body: %w", err)
	}
	return f, nil
}

func encodePDU(f sms.Frame) []byte {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, headerLen+len(f.Body)), uint32(headerLen+len(f.Body)))
	b = binary.BigEndian.AppendUint32(b, f.Command)
	b = binary.BigEndian.AppendUint32(b, f.Status)
	b = binary.BigEndian.AppendUint32(b, f.Sequence)
	return append(b, f.Body...)
}

// tag names an optional parameter (§5.3.2).
type tag uint16

const (
	receiptedMessageID tag = 0x001E
	userReference      tag = 0x0204
	sarRef             tag = 0x020C
	sarTotal           tag = 0x020E
	sarPart            tag = 0x020F
	messagePayload     tag = 0x0424
	messageState       tag = 0x0427
)

// message is the body of submit_sm and deliver_sm (§4.4.1, §4.6.1), without the fields that nobody here sets or reads.
type message struct {
	source, destination address
	esmClass            uint8
	validity            string
	registered          uint8
	coding              uint8
	text                []byte
	options             map[tag][]byte
}

// encode writes the optional parameters in the order of their tags.
func (m message) encode(order ...tag) []byte {
	b := appendAddress([]byte{0}, m.source)
	b = appendAddress(b, m.destination)
	b = append(b, m.esmClass, 0, 0, 0)
	b = appendString(b, m.validity)
	b = append(b, m.registered, 0, m.coding, 0, uint8(len(m.text)))
	b = append(b, m.text...)
	for _, t := range order {
		if value, ok := m.options[t]; ok {
			b = binary.BigEndian.AppendUint16(b, uint16(t))
			b = binary.BigEndian.AppendUint16(b, uint16(len(value)))
			b = append(b, value...)
		}
	}
	return b
}

func appendString(b []byte, s string) []byte { return append(append(b, s...), 0) }

func appendAddress(b []byte, a address) []byte {
	return appendString(append(b, a.ton, a.npi), a.number)
}

// decodeMessage reads a deliver_sm. Optional parameters that run over the end are passed over with all that follows: what a
// customer wrote must not be lost for them.
func decodeMessage(body []byte) (message, error) {
	r := reader{rest: body}
	var m message
	r.text(6) // service_type
	m.source = r.address()
	m.destination = r.address()
	m.esmClass = r.octet()
	r.octet()  // protocol_id
	r.octet()  // priority_flag
	r.text(17) // schedule_delivery_time
	m.validity = r.text(17)
	m.registered = r.octet()
	r.octet() // replace_if_present_flag
	m.coding = r.octet()
	r.octet() // sm_default_msg_id
	m.text = r.octets(int(r.octet()))
	if r.bad {
		return message{}, errors.New("smpp: a message ends within its fields, or one of them is too long")
	}
	m.options = r.options()
	if payload, ok := m.options[messagePayload]; ok && len(m.text) == 0 {
		m.text = payload
	}
	return m, nil
}

// reader takes a body apart. After the first field that is not there, it is bad and gives zero values.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) octets(n int) []byte {
	if r.bad || n > len(r.rest) {
		r.bad = true
		return nil
	}
	taken := r.rest[:n:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *reader) octet() uint8 {
	if b := r.octets(1); b != nil {
		return b[0]
	}
	return 0
}

// text reads a C-octet string of at most most octets, the closing zero among them.
func (r *reader) text(most int) string {
	for n, b := range r.rest[:min(len(r.rest), most)] {
		if b == 0 {
			s := string(r.octets(n))
			r.octet()
			return s
		}
	}
	r.bad = true
	return ""
}

func (r *reader) address() address {
	return address{ton: r.octet(), npi: r.octet(), number: r.text(21)}
}

// options reads the optional parameters; of two with one tag the first counts.
func (r *reader) options() map[tag][]byte {
	options := map[tag][]byte{}
	for len(r.rest) >= 4 {
		t := tag(binary.BigEndian.Uint16(r.rest))
		value := (&reader{rest: r.rest[4:]}).octets(int(binary.BigEndian.Uint16(r.rest[2:])))
		if value == nil {
			break
		}
		if _, twice := options[t]; !twice {
			options[t] = value
		}
		r.rest = r.rest[4+len(value):]
	}
	return options
}

// messageID reads the body of submit_sm_resp. SMSCs leave the body out when they refuse, and some the closing zero.
func messageID(body []byte) string {
	for n, b := range body {
		if b == 0 || n == 65 {
			return string(body[:n])
		}
	}
	return string(body)
}
