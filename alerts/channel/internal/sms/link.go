package sms

import (
	"context"
	"errors"
	"log/slog"
	mathrand "math/rand/v2"
	"sync"
	"sync/atomic"
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

// ErrRefused is a centre that does not let us in.
var ErrRefused = errors.New("the centre refused the session")

// Link is a channel's way to its centre: the session as long as there is one, and what goes over it in both directions.
type Link struct {
	// Name is the channel's.
	Name   string
	Log    *slog.Logger
	Ledger Ledger
	// Open makes one attempt at a session. A centre that does not know us is an error that wraps ErrRefused.
	Open func(context.Context) (*Session, error)

	inbox   chan heard
	joiner  Joiner
	current atomic.Pointer[Session]
	// refused says that the centre did not let us in when we last tried.
	refused atomic.Bool
}

// NewLink makes a link without a session: Run brings it up.
func NewLink(name string, log *slog.Logger, open func(context.Context) (*Session, error)) *Link {
	return &Link{Name: name, Log: log, Open: open, inbox: make(chan heard, inboxSize)}
}

// Up reports whether there is a session.
func (l *Link) Up() bool { return l.current.Load() != nil }

// Run keeps a session until ctx ends, then says good-bye and returns. It is called once. take reads what the centre delivered.
func (l *Link) Run(ctx context.Context, hear channel.Hear, take Take) {
	var listening sync.WaitGroup
	defer listening.Wait()
	listening.Go(func() { l.listen(ctx, hear, take) })
	for failures := 0; ctx.Err() == nil; failures++ {
		began := time.Now()
		err := l.keep(ctx)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) >= settled {
			failures = 0
		}
		pause := mathrand.N(min(backoffBase<<min(failures, 16), backoffMost))
		l.Log.Warn("no session with the message centre", "channel", l.Name, "err", err, "next_try_in", pause)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// keep opens one session and keeps it until it or ctx ends.
func (l *Link) keep(ctx context.Context) error {
	s, err := l.Open(ctx)
	l.refused.Store(errors.Is(err, ErrRefused))
	if err != nil {
		return err
	}
	l.current.Store(s)
	l.Log.Info("session with the message centre", "channel", l.Name)
	stop := context.AfterFunc(ctx, func() {
		l.current.Store(nil)
		s.Leave()
	})
	defer stop()
	err = s.Run()
	l.current.CompareAndSwap(s, nil)
	return err
}

// Part is one frame of a message.
type Part struct {
	Command uint32
	Body    []byte
	// Accepted reads the centre's answer: its id of the part, or why it did not take it (a *channel.Error).
	Accepted func(Frame) (id string, err error)
}

// Send submits the parts of a message that the centre has not accepted yet, one after the other. All of them must be accepted. It
// gives the centre's id of the last one.
func (l *Link) Send(ctx context.Context, id string, reference uint8, parts []Part) (last string, err error) {
	for n, part := range parts {
		if l.Ledger.Has(id, n, len(parts)) {
			continue
		}
		accept := func(theirs string) { l.Ledger.Accept(id, reference, n, len(parts), theirs) }
		if err := l.submit(ctx, part, accept); err != nil {
			return "", err
		}
	}
	last, _ = l.Ledger.Accepted(id)
	return last, nil
}

func (l *Link) submit(ctx context.Context, part Part, accept func(theirs string)) error {
	s := l.current.Load()
	if s == nil {
		if l.refused.Load() {
			return l.Failed(channel.BadCredentials, nil)
		}
		return l.Failed(channel.Unavailable, nil)
	}
	answer, err := s.Request(ctx, part.Command, part.Body, func(f Frame) {
		if theirs, err := part.Accepted(f); err == nil {
			accept(theirs)
		}
	})
	switch {
	case errors.Is(err, ErrNotSent):
		return l.Failed(channel.Unavailable, err)
	case err != nil:
		return l.Failed(channel.NoAnswer, err)
	}
	_, err = part.Accepted(answer)
	return err
}

// Failed is a failed attempt.
func (l *Link) Failed(reason channel.Reason, cause error) error {
	return &channel.Error{Provider: l.Name, Reason: reason, Err: cause}
}
