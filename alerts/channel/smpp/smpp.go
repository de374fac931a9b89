package smpp

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
)

// Channel is an account at an SMSC. It may be used by many goroutines at once.
type Channel struct {
	options Options
	source  address
	ledger  ledger
	inbox   chan heard
	joiner  joiner
	current atomic.Pointer[session]
	// refused says that the SMSC did not let us in when we last tried.
	refused atomic.Bool
}

// New checks the options and makes a channel of them. It calls nobody: Run does.
func New(o Options) (*Channel, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	source, _ := sourceOf(o)
	return &Channel{options: o, source: source, inbox: make(chan heard, inboxSize)}, nil
}

// Name is the configured name.
func (c *Channel) Name() string { return c.options.Name }

// Kind is alerts.SMS.
func (c *Channel) Kind() alerts.ChannelKind { return alerts.SMS }

// Bound reports whether there is a session.
func (c *Channel) Bound() bool { return c.current.Load() != nil }

// Send submits the parts of a message that the SMSC has not accepted yet, one after the other. All of them must be accepted.
func (c *Channel) Send(ctx context.Context, m channel.Outgoing) (channel.Accepted, error) {
	if err := ctx.Err(); err != nil {
		return channel.Accepted{}, c.failed(channel.NoAnswer, err)
	}
	to, valid := destination(m.To)
	if !valid {
		return channel.Accepted{}, c.failed(channel.BadAddress, nil)
	}
	reference := c.ledger.begin(m.MessageID, m.Text)
	if last, all := c.ledger.accepted(m.MessageID); all {
		return c.accepted(last), nil
	}
	parts, err := split(c.envelope(m, to), m.Text, c.options.Alphabet, c.options.Long, reference)
	if err != nil {
		return channel.Accepted{}, c.failed(channel.BadMessage, err)
	}
	for n, part := range parts {
		if c.ledger.has(m.MessageID, n, len(parts)) {
			continue
		}
		err := c.submit(ctx, part, func(theirs string) {
			if theirs == "" {
				theirs = fmt.Sprintf("%s/%d", m.MessageID, n+1)
			}
			c.ledger.accept(m.MessageID, reference, n, len(parts), canonical(theirs, c.options.MessageIDBase))
		})
		if err != nil {
			return channel.Accepted{}, err
		}
	}
	last, _ := c.ledger.accepted(m.MessageID)
	return c.accepted(last), nil
}

func (c *Channel) accepted(id string) channel.Accepted {
	return channel.Accepted{ProviderMessageID: id, ReceiptExpected: c.options.Receipts}
}

// envelope is a message without its text.
func (c *Channel) envelope(m channel.Outgoing, to address) message {
	e := message{source: c.source, destination: to, validity: c.validity(m)}
	if c.options.Receipts {
		e.registered = 1
	}
	if c.options.Reference {
		sum := sha256.Sum256([]byte(m.MessageID))
		e.options = map[tag][]byte{userReference: sum[:2]}
	}
	return e
}

// maxValidity is the longest that an SMSC is asked to keep trying.
const maxValidity = 7 * 24 * time.Hour

// validity is how long the SMSC may try, as a span, which needs no clocks that agree (SMPP 3.4 §7.1.1.2).
func (c *Channel) validity(m channel.Outgoing) string {
	if m.ExpiresAt.IsZero() {
		return ""
	}
	left := time.Duration(m.ExpiresAt.UnixMilli-c.options.Now().UnixMilli) * time.Millisecond
	if m.ExpiresAt.UnixMilli-c.options.Now().UnixMilli > maxValidity.Milliseconds() {
		left = maxValidity
	}
	seconds := int(max(left, time.Second) / time.Second)
	return fmt.Sprintf("0000%02d%02d%02d%02d000R", seconds/86_400, seconds/3600%24, seconds/60%60, seconds%60)
}

// submit submits one part; accepted hears under which id the SMSC took it.
func (c *Channel) submit(ctx context.Context, m message, accepted func(theirs string)) error {
	s := c.current.Load()
	if s == nil {
		if c.refused.Load() {
			return c.failed(channel.BadCredentials, nil)
		}
		return c.failed(channel.Unavailable, nil)
	}
	answer, err := s.request(ctx, submitSM, m.encode(userReference, sarRef, sarTotal, sarPart, messagePayload), func(p pdu) {
		if p.command == submitSM|response && p.status == ok {
			accepted(messageID(p.body))
		}
	})
	switch {
	case errors.Is(err, errNotSent):
		return c.failed(channel.Unavailable, err)
	case err != nil:
		return c.failed(channel.NoAnswer, err)
	case answer.status != ok:
		return &channel.Error{Provider: c.Name(), Reason: answer.status.reason(), RetryAfter: answer.status.wait()}
	case answer.command != submitSM|response:
		return c.failed(channel.NoAnswer, nil)
	}
	return nil
}

func (c *Channel) failed(reason channel.Reason, cause error) error {
	return &channel.Error{Provider: c.Name(), Reason: reason, Err: cause}
}
