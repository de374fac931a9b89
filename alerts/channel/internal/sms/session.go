package sms

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// pendingKept bounds the requests without an answer whose callers have given up: a late answer still says what was accepted.
const pendingKept = 10_000

var (
	// ErrNotSent is a request that did not reach the line, ErrNoAnswer one that may have.
	ErrNotSent  = errors.New("the request was not sent")
	ErrNoAnswer = errors.New("the request was not answered")
	ErrLeft     = errors.New("the centre ended the session")
)

// Session is one connection. Any goroutine may call Request and Put.
type Session struct {
	// Name is unlike that of any other session.
	Name     string
	conn     net.Conn
	protocol *Protocol
	out      chan outgoing
	window   chan struct{}

	end    sync.Once
	done   chan struct{}
	reason error

	mu       sync.Mutex
	sequence uint32
	pending  map[uint32]func(Frame)
}

// outgoing is one frame to write; last ends the session with a cause once it is written.
type outgoing struct {
	frame Frame
	last  error
}

// NewSession makes a session of a connection. Open comes first, then Run.
func NewSession(conn net.Conn, p *Protocol) *Session {
	return &Session{
		Name: rand.Text()[:12], conn: conn, protocol: p, out: make(chan outgoing), window: make(chan struct{}, p.Window),
		done: make(chan struct{}), pending: map[uint32]func(Frame){},
	}
}

// close ends the session; the first cause counts.
func (s *Session) close(cause error) {
	s.end.Do(func() {
		s.reason = cause
		close(s.done)
		_ = s.conn.Close()
	})
}

// Ended reports whether nothing can be sent any more.
func (s *Session) Ended() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// Open sends the request that opens the session, and gives the centre's answer to it.
func (s *Session) Open(command uint32, body []byte) (Frame, error) {
	_ = s.conn.SetDeadline(time.Now().Add(s.protocol.Response))
	defer func() { _ = s.conn.SetDeadline(time.Time{}) }()
	s.sequence = 1
	if _, err := s.conn.Write(s.protocol.Encode(Frame{Command: command, Sequence: s.sequence, Body: body})); err != nil {
		return Frame{}, fmt.Errorf("opening a session: %w", err)
	}
	return s.protocol.Read(s.conn)
}

// Run reads and writes until the session ends, and says why it did.
func (s *Session) Run() error {
	var running sync.WaitGroup
	running.Go(s.read)
	running.Go(s.write)
	running.Wait()
	return s.reason
}

// read takes apart what comes. The centre has to say something within one round of asking whether it lives.
func (s *Session) read() {
	for {
		_ = s.conn.SetReadDeadline(time.Now().Add(s.protocol.Enquire + s.protocol.Response))
		f, err := s.protocol.Read(s.conn)
		if errors.Is(err, ErrLength) && s.protocol.Garbled != nil {
			s.Last(s.protocol.Garbled(f), err)
			return
		}
		if err != nil {
			s.close(err)
			return
		}
		if f.Command&Response != 0 {
			s.answered(f)
		} else {
			s.protocol.Handle(s, f)
		}
	}
}

func (s *Session) answered(f Frame) {
	s.mu.Lock()
	settle := s.pending[f.Sequence]
	delete(s.pending, f.Sequence)
	s.mu.Unlock()
	if settle != nil {
		settle(f)
	}
}

// Put sends a frame that nobody answers.
func (s *Session) Put(f Frame) { s.put(outgoing{frame: f}) }

// Last sends a frame and then ends the session because of cause.
func (s *Session) Last(f Frame, cause error) { s.put(outgoing{f, cause}) }

func (s *Session) put(o outgoing) {
	select {
	case s.out <- o:
	case <-s.done:
	}
}

// write puts frames on the line, and asks every now and then whether the centre lives.
func (s *Session) write() {
	enquiry := time.NewTicker(s.protocol.Enquire)
	defer enquiry.Stop()
	for {
		var o outgoing
		select {
		case <-s.done:
			return
		case o = <-s.out:
		case <-enquiry.C:
			o = outgoing{frame: Frame{Command: s.protocol.Ask, Sequence: s.register(func(Frame) {})}}
		}
		_ = s.conn.SetWriteDeadline(time.Now().Add(s.protocol.Response))
		if _, err := s.conn.Write(s.protocol.Encode(o.frame)); err != nil {
			s.close(fmt.Errorf("writing: %w", err))
			return
		}
		if o.last != nil {
			s.close(o.last)
		}
	}
}

// register gives the sequence number under which settle hears the answer. Numbers go round.
func (s *Session) register(settle func(Frame)) uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sequence = s.sequence%s.protocol.MaxSequence + 1
	delete(s.pending, s.sequence-pendingKept)
	s.pending[s.sequence] = settle
	return s.sequence
}

// Request sends one request and waits for its answer, which settle hears first, and hears even when it comes after the caller has
// given up. An error is ErrNotSent or ErrNoAnswer with its cause.
func (s *Session) Request(ctx context.Context, command uint32, body []byte, settle func(Frame)) (Frame, error) {
	select {
	case s.window <- struct{}{}:
		defer func() { <-s.window }()
	case <-s.done:
		return Frame{}, errors.Join(ErrNotSent, io.ErrClosedPipe)
	case <-ctx.Done():
		return Frame{}, errors.Join(ErrNotSent, ctx.Err())
	}
	answers := make(chan Frame, 1)
	sequence := s.register(func(f Frame) {
		settle(f)
		answers <- f
	})
	select {
	case s.out <- outgoing{frame: Frame{Command: command, Sequence: sequence, Body: body}}:
	case <-s.done:
		return Frame{}, errors.Join(ErrNotSent, io.ErrClosedPipe)
	case <-ctx.Done():
		return Frame{}, errors.Join(ErrNotSent, ctx.Err())
	}
	late := time.NewTimer(s.protocol.Response)
	defer late.Stop()
	select {
	case f := <-answers:
		return f, nil
	case <-s.done:
		return Frame{}, errors.Join(ErrNoAnswer, io.ErrClosedPipe)
	case <-ctx.Done():
		return Frame{}, errors.Join(ErrNoAnswer, ctx.Err())
	case <-late.C:
		return Frame{}, errors.Join(ErrNoAnswer, context.DeadlineExceeded)
	}
}

// Leave waits for the answers that are still to come, says good-bye and closes. Both take no longer than a response may.
func (s *Session) Leave() {
	patience, cancel := context.WithTimeout(context.Background(), s.protocol.Response)
	defer cancel()
	for range cap(s.window) - 1 {
		select {
		case s.window <- struct{}{}:
		case <-s.done:
			return
		case <-patience.Done():
			s.close(patience.Err())
			return
		}
	}
	_, err := s.Request(patience, s.protocol.Leave, nil, func(Frame) {})
	s.close(err)
}
