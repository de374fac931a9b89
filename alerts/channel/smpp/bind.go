package smpp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"

	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/sms"
)

var errUnbound = errors.New("smpp: the SMSC ended the session")

// open connects and binds.
func (c *Channel) open(ctx context.Context) (*sms.Session, error) {
	conn, err := c.dial(ctx)
	if err != nil {
		return nil, fmt.Errorf("smpp: connecting: %w", err)
	}
	cut := context.AfterFunc(ctx, func() { _ = conn.Close() })
	s := sms.NewSession(conn, &c.protocol)
	err = c.bind(s)
	if !cut() {
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return s, nil
}

func (c *Channel) bind(s *sms.Session) error {
	o := c.options
	body := appendString(appendString(appendString(nil, o.SystemID), o.Password), o.SystemType)
	// The interface is 3.4; the account receives for all its addresses.
	f, err := s.Open(bindTransceiver, append(body, 0x34, 0, 0, 0))
	switch {
	case err != nil:
		return err
	case f.Status != ok && reasonOf(f.Status) == channel.BadCredentials:
		return fmt.Errorf("smpp: %w with command_status %#x", sms.ErrRefused, f.Status)
	case f.Status != ok:
		return fmt.Errorf("smpp: the SMSC answered the bind with command_status %#x", f.Status)
	case f.Command != bindTransceiver|sms.Response || f.Sequence != 1:
		return errors.New("smpp: the SMSC answered the bind with something else")
	}
	return nil
}

func (c *Channel) dial(ctx context.Context) (net.Conn, error) {
	if c.options.dial != nil {
		return c.options.dial(ctx)
	}
	d := &net.Dialer{Timeout: c.options.ResponseTimeout}
	if c.options.TLS == nil {
		return d.DialContext(ctx, "tcp", c.options.Addr)
	}
	return (&tls.Dialer{NetDialer: d, Config: c.options.TLS}).DialContext(ctx, "tcp", c.options.Addr)
}
