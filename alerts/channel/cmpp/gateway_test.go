package cmpp_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
	"unicode/utf16"
)

// gateway is a simulator that takes frames apart by itself. It knows one account, 901234 with the secret "shared".
type gateway struct {
	version byte
	mu      sync.Mutex
	result  byte
	silent  bool
	faulty  bool
	taken   []taken
	seen    []uint32
	answers chan []byte
	conn    net.Conn
	writing sync.Mutex
}

// taken is one submit; at is where a part belongs.
type taken struct {
	to, source, service, validity string
	report, udhi, format          byte
	total, number                 byte
	text                          string
	header                        []byte
}

func newGateway(version byte) *gateway {
	return &gateway{version: version, answers: make(chan []byte, 100)}
}

func (g *gateway) dial(context.Context) (net.Conn, error) {
	ours, theirs := net.Pipe()
	go g.serve(theirs)
	return ours, nil
}

func (g *gateway) set(change func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	change()
}

func (g *gateway) send(conn net.Conn, command, sequence uint32, body []byte) {
	b := make([]byte, 12)
	binary.BigEndian.PutUint32(b, uint32(12+len(body)))
	binary.BigEndian.PutUint32(b[4:], command)
	binary.BigEndian.PutUint32(b[8:], sequence)
	g.writing.Lock()
	defer g.writing.Unlock()
	_, _ = conn.Write(append(b, body...))
}

func (g *gateway) serve(conn net.Conn) {
	defer conn.Close()
	for {
		var head [3]uint32
		if binary.Read(conn, binary.BigEndian, &head) != nil {
			return
		}
		body := make([]byte, head[0]-12)
		if _, err := io.ReadFull(conn, body); err != nil {
			return
		}
		g.set(func() { g.seen = append(g.seen, head[1]) })
		switch head[1] {
		case 1:
			status, proof := g.check(body)
			g.send(conn, 0x80000001, head[2], append(append(g.code(status), proof...), g.version))
			g.set(func() { g.conn = conn })
		case 4:
			g.submit(conn, head[2], body)
		case 8:
			g.send(conn, 0x80000008, head[2], []byte{0})
		case 2:
			g.send(conn, 0x80000002, head[2], nil)
			return
		default:
			g.answers <- append(binary.BigEndian.AppendUint32(nil, head[1]), body...)
		}
	}
}

func (g *gateway) code(c byte) []byte {
	if g.version == 0x30 {
		return []byte{0, 0, 0, c}
	}
	return []byte{c}
}

// check recomputes the account's proof and makes the gateway's.
func (g *gateway) check(body []byte) (status byte, proof []byte) {
	stamp := fmt.Sprintf("%010d", binary.BigEndian.Uint32(body[23:]))
	want := md5.Sum([]byte("901234\x00\x00\x00\x00\x00\x00\x00\x00\x00shared" + stamp))
	if !bytes.Equal(body[6:22], want[:]) {
		status = 3
	}
	if body[22] != g.version {
		status = 4
	}
	own := md5.Sum(append(append(g.code(status), body[6:22]...), "shared"...))
	if g.faulty {
		own[0]++
	}
	return status, own[:]
}

func (g *gateway) submit(conn net.Conn, sequence uint32, body []byte) {
	b := bytes.NewBuffer(body)
	field := func(n int) string { return string(bytes.TrimRight(b.Next(n), "\x00")) }
	octet := func() byte { v, _ := b.ReadByte(); return v }
	wide := 21
	if g.version == 0x30 {
		wide = 32
	}
	typed := func() {
		if g.version == 0x30 {
			octet()
		}
	}
	var s taken
	b.Next(8)
	s.total, s.number, s.report = octet(), octet(), octet()
	octet()
	s.service = field(10)
	octet()
	b.Next(wide)
	typed()
	octet()
	s.udhi, s.format = octet(), octet()
	b.Next(6 + 2 + 6)
	s.validity = field(17)
	b.Next(17)
	s.source = field(21)
	octet()
	s.to = field(wide)
	typed()
	content := bytes.Clone(b.Next(int(octet())))
	if s.udhi == 1 {
		s.header, content = content[:6], content[6:]
	}
	var units []uint16
	for n := 0; n+1 < len(content); n += 2 {
		units = append(units, binary.BigEndian.Uint16(content[n:]))
	}
	s.text = string(utf16.Decode(units))
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.silent {
		return
	}
	if g.result == 0 {
		g.taken = append(g.taken, s)
	}
	id := binary.BigEndian.AppendUint64(nil, uint64(1000+len(g.taken)))
	go g.send(conn, 0x80000004, sequence, append(id, g.code(g.result)...))
}

func (g *gateway) list() []taken {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]taken{}, g.taken...)
}

func padded(s string, width int) string { return s + string(make([]byte, width-len(s))) }

// deliver sends a deliver and gives the body of its answer, command first.
func (g *gateway) deliver(id uint64, udhi, format, report byte, content string) []byte {
	source, tail := padded("8613800138000", 21), 8
	if g.version == 0x30 {
		source, tail = padded("8613800138000", 32)+"\x00", 20
	}
	body := binary.BigEndian.AppendUint64(nil, id)
	body = append(body, padded("10690001", 21)+padded("svc", 10)+"\x00"...)
	body = append(append(append(body, udhi, format), source...), report, byte(len(content)))
	body = append(append(body, content...), make([]byte, tail)...)
	g.mu.Lock()
	conn := g.conn
	g.mu.Unlock()
	g.send(conn, 5, uint32(id), body)
	return <-g.answers
}

func report(id uint64, stat string) string {
	return string(binary.BigEndian.AppendUint64(nil, id)) + stat + "26112523002611252301" + padded("13800138000", 21) + "\x00\x00\x00\x01"
}
