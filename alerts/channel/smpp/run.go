package smpp

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	mathrand "math/rand/v2"
	"net"
	"sync"
	"time"

	"github.com/cardwatch/cardwatch/alerts/channel"
)

// Between two attempts at a session lies a random span of at most backoffBase, doubled with every failure up to backoffMost. A
// session that lived for settled ends the doubling.
const (
	backoffBase = 500 * time.Millisecond
	backoffMost = time.Minute
	settled     = time.Minute
)

// Run keeps the session until ctx ends, then says good-bye and returns nil. It is called once.
func (c *Channel) Run(ctx context.Context, hear channel.Hear) error {
	var listening sync.WaitGroup
	defer listening.Wait()
	listening.Go(func() { c.listen(ctx, hear) })
	for failures := 0; ctx.Err() == nil; failures++ {
		began := time.Now()
		err := c.keepSession(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if time.Since(began) >= settled {
			failures = 0
		}
		pause := mathrand.N(min(backoffBase<<min(failures, 16), backoffMost))
		c.options.Log.Warn("no session with the SMSC", "channel", c.Name(), "err", err, "next_try_in", pause)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
	return nil
}

// keepSession opens one session and keeps it until it or ctx ends.
func (c *Channel) keepSession(ctx context.Context) error {
	conn, err := c.dial(ctx)
	if err != nil {
		return fmt.Errorf("smpp: connecting: %w", err)
	}
	s := newSession(conn, &c.options, c.receive)
	s.name = rand.Text()[:12]
	cut := context.AfterFunc(ctx, func() { _ = conn.Close() })
	refusal, err := s.bind()
	if !cut() || err != nil || refusal != ok {
		c.refused.Store(err == nil && refusal.reason() == channel.BadCredentials && refusal != ok)
		_ = conn.Close()
		if err == nil {
			err = fmt.Errorf("smpp: the SMSC refused the bind with command_status %#x", uint32(refusal))
		}
		return err
	}
	c.refused.Store(false)
	c.current.Store(s)
	c.options.Log.Info("bound to the SMSC", "channel", c.Name())
	stop := context.AfterFunc(ctx, func() {
		c.current.Store(nil)
		s.leave()
	})
	defer stop()
	err = s.run()
	c.current.CompareAndSwap(s, nil)
	return err
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
