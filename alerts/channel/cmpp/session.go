package cmpp

import (
	"context"
	"crypto/md5"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/cardwatch/cardwatch/alerts/channel/internal/outbound"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/sms"
)

var errEnded = errors.New("cmpp: the gateway ended the session")

// open connects and says who we are.
func (c *Channel) open(ctx context.Context) (*sms.Session, error) {
	dial := c.options.dial
	if dial == nil {
		dial = func(ctx context.Context) (net.Conn, error) {
			return (&net.Dialer{Timeout: c.options.ResponseTimeout}).DialContext(ctx, "tcp", c.options.Addr)
		}
	}
	conn, err := dial(ctx)
	if err != nil {
		return nil, fmt.Errorf("cmpp: connecting: %w", err)
	}
	cut := context.AfterFunc(ctx, func() { _ = conn.Close() })
	s := sms.NewSession(conn, &c.protocol)
	err = c.connect(s)
	if !cut() {
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return s, nil
}

// connect proves that both sides know the secret, by MD5 as the protocol has it.
func (c *Channel) connect(s *sms.Session) error {
	o := c.options
	stamp := o.Now().Time().In(china).Format("0102150405")
	ours := md5.Sum([]byte(o.SourceAddr + strings.Repeat("\x00", 9) + o.Secret + stamp))
	number, err := strconv.ParseUint(stamp, 10, 32)
	if err != nil {
		return fmt.Errorf("cmpp: writing the time: %w", err)
	}
	body := append(append(text(nil, o.SourceAddr, 6), ours[:]...), uint8(o.Version))
	f, err := s.Open(connect, binary.BigEndian.AppendUint32(body, uint32(number)))
	if err != nil {
		return err
	}
	r := reader{rest: f.Body}
	status := o.Version.readResult(&r)
	theirs := r.octets(md5.Size)
	switch {
	case f.Command != connect|sms.Response || r.bad && status == done:
		return errors.New("cmpp: the gateway answered a connect with something else")
	case status == 2 || status == 3:
		return fmt.Errorf("cmpp: %w with status %d", sms.ErrRefused, status)
	case status != done:
		return fmt.Errorf("cmpp: the gateway answered the connect with status %d", status)
	}
	want := md5.Sum(append(append(o.Version.result(nil, status), ours[:]...), o.Secret...))
	if subtle.ConstantTimeCompare(theirs, want[:]) == 0 {
		return errors.New("cmpp: the gateway does not know the shared secret")
	}
	return nil
}

// handle answers what the gateway asks, or leaves it to be heard. Other commands have no answer in this protocol.
func (c *Channel) handle(s *sms.Session, f sms.Frame) {
	answer := sms.Frame{Command: f.Command | sms.Response, Sequence: f.Sequence}
	switch f.Command {
	case deliver:
		if !c.link.Deliver(s, f) {
			s.Put(c.answer(f, sms.TryAgain))
		}
	case activeTest:
		answer.Body = []byte{0}
		s.Put(answer)
	case terminate:
		s.Last(answer, errEnded)
	}
}

// answer answers a deliver under the Msg_Id that it came with.
func (c *Channel) answer(f sms.Frame, as sms.Answer) sms.Frame {
	result := map[sms.Answer]uint32{sms.Safe: done, sms.TryAgain: flowControl, sms.NeverAgain: badFormat}[as]
	id := (&reader{rest: f.Body}).octets(8)
	return sms.Frame{Command: deliver | sms.Response, Sequence: f.Sequence, Body: c.options.Version.result(append([]byte{}, id...), result)}
}

// read reads one deliver. A reply from what is no number is passed over.
func (c *Channel) read(_ *sms.Session, f sms.Frame) (sms.Took, bool) {
	d, err := c.options.Version.readDelivery(f.Body)
	if err != nil {
		return sms.Took{}, false
	}
	if d.report {
		id, stat, err := readReport(d.content)
		if err != nil {
			return sms.Took{}, false
		}
		outcome, reason := fateOf(stat)
		return sms.Took{Heard: c.link.Receipt(strconv.FormatUint(id, 10), outcome, reason, c.options.Now())}, true
	}
	national := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(d.source, "+"), "00"), "86")
	from, valid := outbound.Phone("+86" + national)
	if !valid || len(national) < 7 {
		return sms.Took{}, true
	}
	to, _ := outbound.Phone(d.destination)
	id := outbound.ID(fmt.Sprintf("%s:%d", c.Name(), d.id))
	t := sms.Took{Reply: &sms.Reply{ID: id, From: from, To: to, Coding: d.format}, Text: d.content}
	if d.udhi != 0 {
		t.Text, t.At = sms.Unwrap(d.content)
	}
	return t, true
}
