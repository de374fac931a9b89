package smpp_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/smpp"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// smsc is a message centre written from the specification alone: it shares no code with the client.
type smsc struct {
	mu sync.Mutex
	// answers says how to answer the nth submit_sm, counted from 0: its command_status and message_id; silent answers nothing.
	answers func(n int, s submitted) (status uint32, id string)
	// bindStatus answers bind_transceiver; dead answers nothing at all.
	bindStatus uint32
	dead       bool
	taken      []submitted
	commands   []uint32
	responses  chan response
	line       *line
	nextSeq    uint32
}

const silent = 0xFFFFFFFF

// submitted is what the centre read from one submit_sm.
type submitted struct {
	source, to, validity          string
	sourceTON, sourceNPI, toTON   byte
	esmClass, registered, coding  byte
	text                          []byte
	tlv                           map[uint16][]byte
	userReference, raw, rawHeader []byte
}

type response struct{ command, status, sequence uint32 }

// line is one connection; writes come from the test and from serve.
type line struct {
	net.Conn
	mu sync.Mutex
}

func newSMSC() *smsc {
	return &smsc{responses: make(chan response, 100), answers: func(n int, _ submitted) (uint32, string) { return 0, "id-" + string(rune('a'+n)) }}
}

// dial gives the client one end of a line and serves the other.
func (c *smsc) dial(context.Context) (net.Conn, error) {
	ours, theirs := net.Pipe()
	go c.serve(theirs)
	return ours, nil
}

func (c *smsc) set(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
}

func (l *line) send(command, status, sequence uint32, body []byte) {
	var b bytes.Buffer
	for _, word := range []uint32{uint32(16 + len(body)), command, status, sequence} {
		_ = binary.Write(&b, binary.BigEndian, word)
	}
	b.Write(body)
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = l.Write(b.Bytes())
}

func (c *smsc) serve(conn net.Conn) {
	defer conn.Close()
	l := &line{Conn: conn}
	for {
		var head [4]uint32
		if binary.Read(conn, binary.BigEndian, &head) != nil {
			return
		}
		body := make([]byte, head[0]-16)
		if _, err := io.ReadFull(conn, body); err != nil {
			return
		}
		c.set(func() { c.commands = append(c.commands, head[1]) })
		if !c.handle(l, head[1], head[2], head[3], body) {
			return
		}
	}
}

func (c *smsc) handle(l *line, command, status, sequence uint32, body []byte) (goOn bool) {
	c.mu.Lock()
	dead, bindStatus, answers, n := c.dead, c.bindStatus, c.answers, len(c.taken)
	c.mu.Unlock()
	if dead {
		return true
	}
	switch command {
	case 0x09:
		l.send(0x80000009, bindStatus, sequence, []byte("smsc\x00"))
		if bindStatus == 0 {
			c.set(func() { c.line = l })
		}
		return bindStatus == 0
	case 0x04:
		s := readSubmit(body)
		answer, id := answers(n, s)
		c.set(func() {
			if answer == 0 {
				c.taken = append(c.taken, s)
			}
		})
		if answer == 0 {
			l.send(0x80000004, 0, sequence, append([]byte(id), 0))
		} else if answer != silent {
			l.send(0x80000004, answer, sequence, nil)
		}
	case 0x15:
		l.send(0x80000015, 0, sequence, nil)
	case 0x06:
		l.send(0x80000006, 0, sequence, nil)
		return false
	default:
		c.responses <- response{command, status, sequence}
	}
	return true
}

// readSubmit reads the fields in the order of SMPP 3.4 §4.4.1.
func readSubmit(body []byte) (s submitted) {
	b := bytes.NewBuffer(body)
	str := func() string {
		v, _ := b.ReadString(0)
		return v[:max(len(v)-1, 0)]
	}
	oct := func() byte { v, _ := b.ReadByte(); return v }
	str()
	s.sourceTON, s.sourceNPI, s.source = oct(), oct(), str()
	s.toTON = oct()
	oct()
	s.to = str()
	s.esmClass = oct()
	oct()
	oct()
	str()
	s.validity, s.registered = str(), oct()
	oct()
	s.coding = oct()
	oct()
	s.text = bytes.Clone(b.Next(int(oct())))
	s.tlv = map[uint16][]byte{}
	for b.Len() >= 4 {
		tag := binary.BigEndian.Uint16(b.Next(2))
		s.tlv[tag] = bytes.Clone(b.Next(int(binary.BigEndian.Uint16(b.Next(2)))))
	}
	return s
}

// sent lists what was taken, and ids the messages that its references are of.
func (c *smsc) sent() []submitted {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]submitted{}, c.taken...)
}

func (c *smsc) ids() (ids []string) {
	for _, s := range c.sent() {
		for _, id := range []string{"m1", "m2"} {
			if sum := sha256.Sum256([]byte(id)); bytes.Equal(sum[:2], s.tlv[0x0204]) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

func (c *smsc) heardCommands() []uint32 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]uint32{}, c.commands...)
}

// tell sends a request to the client and gives its answer.
func (c *smsc) tell(t *testing.T, command uint32, body []byte) response {
	t.Helper()
	c.mu.Lock()
	l := c.line
	c.nextSeq++
	sequence := c.nextSeq
	c.mu.Unlock()
	require.NotNil(t, l, "nobody is bound")
	l.send(command, 0, sequence, body)
	got := <-c.responses
	require.Equal(t, sequence, got.sequence)
	return got
}

// deliver is the body of a deliver_sm from a customer to 95588.
func deliver(esm, coding byte, text []byte, tlvs ...byte) []byte {
	b := []byte("\x00\x01\x018613800138000\x00\x03\x0095588\x00")
	b = append(b, esm, 0, 0, 0, 0, 0, 0, coding, 0, byte(len(text)))
	return append(append(b, text...), tlvs...)
}

func noon() card.Moment { return card.Moment{UnixMilli: 1_772_337_600_000, OffsetMinutes: 480} }

func options() smpp.Options {
	return smpp.Options{
		Name: "carrier", Addr: "127.0.0.1:2775", SystemID: "SMPP3TEST", Password: "secret08", Source: "95588", CountryCode: "86",
		Receipts: true, Reference: true, Now: noon,
	}
}

// ears hear what the channel passes on.
type ears struct {
	mu    sync.Mutex
	heard []channel.Heard
	err   error
}

func (e *ears) hear(_ context.Context, list []channel.Heard) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err != nil {
		return e.err
	}
	e.heard = append(e.heard, list...)
	return nil
}
