package cmpp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/cardwatch/cardwatch/alerts/channel/internal/sms"
)

// Commands. Answers have the bit sms.Response.
const (
	connect    uint32 = 0x1
	terminate  uint32 = 0x2
	submit     uint32 = 0x4
	deliver    uint32 = 0x5
	activeTest uint32 = 0x8
)

const (
	headerLen = 12
	// maxPDU is more than the longest frame, a submit to one number, takes.
	maxPDU = 4096
)

// readPDU reads one frame. It takes no more memory than maxPDU.
func readPDU(r io.Reader) (sms.Frame, error) {
	var head [headerLen]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return sms.Frame{}, fmt.Errorf("cmpp: reading a header: %w", err)
	}
	word := func(n int) uint32 { return binary.BigEndian.Uint32(head[4*n:]) }
	f := sms.Frame{Command: word(1), Sequence: word(2)}
	if word(0) < headerLen || word(0) > maxPDU {
		return f, sms.ErrLength
	}
	f.Body = make([]byte, word(0)-headerLen)
	if _, err := io.ReadFull(r, f.Body); err != nil {
		return f, fmt.Errorf("cmpp: reading a body: %w", err)
	}
	return f, nil
}

func encodePDU(f sms.Frame) []byte {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, headerLen+len(f.Body)), uint32(headerLen+len(f.Body)))
	b = binary.BigEndian.AppendUint32(b, f.Command)
	b = binary.BigEndian.AppendUint32(b, f.Sequence)
	return append(b, f.Body...)
}

// text appends a string in a field of fixed width, filled up with zeros.
func text(b []byte, s string, width int) []byte {
	return append(append(b, s...), make([]byte, width-len(s))...)
}

// number is the width of a telephone number and of what follows a text.
func (v Version) number() int {
	if v == V3 {
		return 32
	}
	return 21
}

func (v Version) reserved() int {
	if v == V3 {
		return 20 // LinkID
	}
	return 8
}

// result appends or reads a result, which is one octet in 2.0 and four in 3.0.
func (v Version) result(b []byte, result uint32) []byte {
	if v == V3 {
		return binary.BigEndian.AppendUint32(b, result)
	}
	return append(b, uint8(result))
}

func (v Version) readResult(r *reader) uint32 {
	if v == V3 {
		return binary.BigEndian.Uint32(r.octets(4))
	}
	return uint32(r.octet())
}

// delivery is the body of a deliver.
type delivery struct {
	id           uint64
	destination  string
	udhi, format uint8
	source       string
	report       bool
	content      []byte
}

var errShort = errors.New("cmpp: a message ends within its fields")

func (v Version) readDelivery(body []byte) (delivery, error) {
	r := reader{rest: body}
	d := delivery{id: binary.BigEndian.Uint64(r.octets(8)), destination: r.text(21)}
	r.text(10) // Service_Id
	r.octet()  // TP_pid
	d.udhi, d.format = r.octet(), r.octet()
	d.source = r.text(v.number())
	if v == V3 {
		r.octet() // Src_terminal_type
	}
	d.report = r.octet() != 0
	d.content = r.octets(int(r.octet()))
	if r.bad {
		return delivery{}, errShort
	}
	return d, nil
}

// readReport reads the content of a status report.
func readReport(content []byte) (id uint64, stat string, err error) {
	r := reader{rest: content}
	id, stat = binary.BigEndian.Uint64(r.octets(8)), r.text(7)
	if r.bad {
		return 0, "", errShort
	}
	return id, stat, nil
}

// reader takes a body apart. After the first field that is not there, it is bad and gives zeros.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) octets(n int) []byte {
	if r.bad || n > len(r.rest) {
		r.bad = true
		return make([]byte, n)
	}
	taken := r.rest[:n:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *reader) octet() uint8 { return r.octets(1)[0] }

// text reads a field of fixed width up to its first zero.
func (r *reader) text(width int) string {
	s, _, _ := bytes.Cut(r.octets(width), []byte{0})
	return string(bytes.TrimSpace(s))
}
