package smpp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// command is a command_id (SMPP 3.4 §5.1.2.1). Answers have the upper bit set.
type command uint32

const (
	genericNack     command = 0x80000000
	submitSM        command = 0x00000004
	deliverSM       command = 0x00000005
	unbind          command = 0x00000006
	bindTransceiver command = 0x00000009
	enquireLink     command = 0x00000015
	alert           command = 0x00000102
	// response is the bit that all answers have.
	response command = 0x80000000
)

const (
	headerLen = 16
	// maxPDU leaves room for a message_payload of 65,535 octets.
	maxPDU = 70_000
	// maxSequence is the highest sequence_number; 0 is none (§3.2).
	maxSequence = 0x7FFFFFFF
)

// pdu is one message of the protocol: its header and what follows.
type pdu struct {
	command  command
	status   status
	sequence uint32
	body     []byte
}

// errLength is a command_length that cannot be: the stream can no longer be cut into messages.
var errLength = errors.New("smpp: a message's length is out of bounds")

// readPDU reads one message. It takes no more memory than maxPDU.
func readPDU(r io.Reader) (pdu, error) {
	var head [headerLen]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return pdu{}, fmt.Errorf("smpp: reading a header: %w", err)
	}
	word := func(n int) uint32 { return binary.BigEndian.Uint32(head[4*n:]) }
	p := pdu{command: command(word(1)), status: status(word(2)), sequence: word(3)}
	if word(0) < headerLen || word(0) > maxPDU {
		return p, errLength
	}
	p.body = make([]byte, word(0)-headerLen)
	if _, err := io.ReadFull(r, p.body); err != nil {
		return p, fmt.Errorf("smpp: reading a body: %w", err)
	}
	return p, nil
}

func (p pdu) encode() []byte {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, headerLen+len(p.body)), uint32(headerLen+len(p.body)))
	b = binary.BigEndian.AppendUint32(b, uint32(p.command))
	b = binary.BigEndian.AppendUint32(b, uint32(p.status))
	b = binary.BigEndian.AppendUint32(b, p.sequence)
	return append(b, p.body...)
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
