package smpp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// pendingKept bounds the requests without an answer whose callers have given up: a late answer still says what was accepted.
const pendingKept = 2000

var (
	// errNotSent is a request that did not reach the line, errNoAnswer one that may have.
	errNotSent  = errors.New("smpp: the request was not sent")
	errNoAnswer = errors.New("smpp: the request was not answered")
	errUnbound  = errors.New("smpp: the SMSC ended the session")
)

// session is one bound connection. Any goroutine may call request and reply.
type session struct {
	// name is unlike that of any other session.
	name    string
	conn    net.Conn
	options *Options
	// deliver takes what the SMSC wants heard; false when there is no room for it.
	deliver func(*session, pdu) bool
	out     chan frame
	window  chan struct{}

	end    sync.Once
	done   chan struct{}
	reason error

	mu       sync.Mutex
	sequence uint32
	pending  map[uint32]func(pdu)
}

// frame is one message to write; last ends the session with a cause once it is written.
type frame struct {
	bytes []byte
	last  error
}

func newSession(conn net.Conn, o *Options, deliver func(*session, pdu) bool) *session {
	return &session{
		conn: conn, options: o, deliver: deliver, out: make(chan frame), window: make(chan struct{}, o.Window),
		done: make(chan struct{}), pending: map[uint32]func(pdu){},
	}
}

// close ends the session; the first cause counts.
func (s *session) close(cause error) {
	s.end.Do(func() {
		s.reason = cause
		close(s.done)
		_ = s.conn.Close()
	})
}

// bind opens the session, before its goroutines run. A refusal is a status.
func (s *session) bind() (status, error) {
	_ = s.conn.SetDeadline(time.Now().Add(s.options.ResponseTimeout))
	defer func() { _ = s.conn.SetDeadline(time.Time{}) }()
	o := s.options
	body := appendString(appendString(appendString(nil, o.SystemID), o.Password), o.SystemType)
	// The interface is 3.4; the account receives for all its addresses.
	body = append(body, 0x34, 0, 0, 0)
	s.sequence = 1
	if _, err := s.conn.Write(pdu{command: bindTransceiver, sequence: s.sequence, body: body}.encode()); err != nil {
		return ok, fmt.Errorf("smpp: binding: %w", err)
	}
	p, err := readPDU(s.conn)
	if err != nil {
		return ok, err
	}
	if p.command == genericNack && p.status != ok {
		return p.status, nil
	}
	if p.command != bindTransceiver|response || p.sequence != s.sequence {
		return ok, errors.New("smpp: the SMSC answered a bind with something else")
	}
	return p.status, nil
}

// run reads and writes until the session ends, and says why it did.
func (s *session) run() error {
	var running sync.WaitGroup
	running.Go(s.read)
	running.Go(s.write)
	running.Wait()
	return s.reason
}

// read takes apart what comes. The SMSC has to say something within one round of asking whether it lives.
func (s *session) read() {
	for {
		_ = s.conn.SetReadDeadline(time.Now().Add(s.options.EnquireEvery + s.options.ResponseTimeout))
		p, err := readPDU(s.conn)
		if errors.Is(err, errLength) {
			s.put(frame{pdu{command: genericNack, status: invalidLength, sequence: p.sequence}.encode(), err})
		}
		if err != nil {
			s.close(err)
			return
		}
		s.take(p)
	}
}

func (s *session) take(p pdu) {
	switch {
	case p.command&response != 0:
		s.answered(p)
	case p.command == deliverSM:
		if !s.deliver(s, p) {
			s.reply(p, queueFull)
		}
	case p.command == enquireLink:
		s.reply(p, ok)
	case p.command == unbind:
		s.put(frame{pdu{command: unbind | response, sequence: p.sequence}.encode(), errUnbound})
	case p.command == alert:
		// alert_notification has no answer, and a customer's telephone that is reachable again tells us nothing.
	default:
		s.put(frame{bytes: pdu{command: genericNack, status: invalidCommand, sequence: p.sequence}.encode()})
	}
}

func (s *session) answered(p pdu) {
	s.mu.Lock()
	settle := s.pending[p.sequence]
	delete(s.pending, p.sequence)
	s.mu.Unlock()
	if settle != nil {
		settle(p)
	}
}

// reply answers a request of the SMSC. The message_id of a deliver_sm_resp is empty.
func (s *session) reply(to pdu, as status) {
	p := pdu{command: to.command | response, status: as, sequence: to.sequence}
	if to.command == deliverSM {
		p.body = []byte{0}
	}
	s.put(frame{bytes: p.encode()})
}

func (s *session) put(f frame) {
	select {
	case s.out <- f:
	case <-s.done:
	}
}

// write puts frames on the line, and asks every now and then whether the SMSC lives.
func (s *session) write() {
	enquiry := time.NewTicker(s.options.EnquireEvery)
	defer enquiry.Stop()
	for {
		var f frame
		select {
		case <-s.done:
			return
		case f = <-s.out:
		case <-enquiry.C:
			f = frame{bytes: pdu{command: enquireLink, sequence: s.register(func(pdu) {})}.encode()}
		}
		_ = s.conn.SetWriteDeadline(time.Now().Add(s.options.ResponseTimeout))
		if _, err := s.conn.Write(f.bytes); err != nil {
			s.close(fmt.Errorf("smpp: writing: %w", err))
			return
		}
		if f.last != nil {
			s.close(f.last)
		}
	}
}

// register gives the sequence number under which settle hears the answer. Numbers go round.
func (s *session) register(settle func(pdu)) uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sequence = s.sequence%maxSequence + 1
	delete(s.pending, s.sequence-pendingKept)
	s.pending[s.sequence] = settle
	return s.sequence
}

// request sends one request and waits for its answer, which settle hears first, and hears even when it comes after the caller has
// given up. An error is errNotSent or errNoAnswer with its cause.
func (s *session) request(ctx context.Context, c command, body []byte, settle func(pdu)) (pdu, error) {
	select {
	case s.window <- struct{}{}:
		defer func() { <-s.window }()
	case <-s.done:
		return pdu{}, errors.Join(errNotSent, io.ErrClosedPipe)
	case <-ctx.Done():
		return pdu{}, errors.Join(errNotSent, ctx.Err())
	}
	answers := make(chan pdu, 1)
	sequence := s.register(func(p pdu) {
		settle(p)
		answers <- p
	})
	select {
	case s.out <- frame{bytes: pdu{command: c, sequence: sequence, body: body}.encode()}:
	case <-s.done:
		return pdu{}, errors.Join(errNotSent, io.ErrClosedPipe)
	case <-ctx.Done():
		return pdu{}, errors.Join(errNotSent, ctx.Err())
	}
	late := time.NewTimer(s.options.ResponseTimeout)
	defer late.Stop()
	select {
	case p := <-answers:
		return p, nil
	case <-s.done:
		return pdu{}, errors.Join(errNoAnswer, io.ErrClosedPipe)
	case <-ctx.Done():
		return pdu{}, errors.Join(errNoAnswer, ctx.Err())
	case <-late.C:
		return pdu{}, errors.Join(errNoAnswer, context.DeadlineExceeded)
	}
}

// leave waits for the answers that are still to come, says good-bye and closes. Both take no longer than a response may.
func (s *session) leave() {
	patience, cancel := context.WithTimeout(context.Background(), s.options.ResponseTimeout)
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
	_, err := s.request(patience, unbind, nil, func(pdu) {})
	s.close(err)
}
