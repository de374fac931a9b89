package smpp

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/sms"
)

// Channel is an account at an SMSC. It may be used by many goroutines at once.
type Channel struct {
	options  Options
	source   address
	protocol sms.Protocol
	link     *sms.Link
}

// New checks the options and makes a channel of them. It calls nobody: Run does.
func New(o Options) (*Channel, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	c := &Channel{options: o}
	c.source, _ = sourceOf(o)
	c.protocol = sms.Protocol{
		Read: readPDU, Encode: encodePDU, Ask: enquireLink, Leave: unbind, MaxSequence: maxSequence,
		Window: o.Window, Response: o.ResponseTimeout, Enquire: o.EnquireEvery, Handle: c.handle,
		Garbled: func(f sms.Frame) sms.Frame {
			return sms.Frame{Command: genericNack, Status: invalidLength, Sequence: f.Sequence}
		},
	}
	c.link = sms.NewLink(o.Name, o.Log, c.open)
	return c, nil
}

// Name is the configured name.
func (c *Channel) Name() string { return c.options.Name }

// Kind is alerts.SMS.
func (c *Channel) Kind() alerts.ChannelKind { return alerts.SMS }

// Bound reports whether there is a session.
func (c *Channel) Bound() bool { return c.link.Up() }

// Run keeps the session until ctx ends, then says good-bye and returns nil. It is called once.
func (c *Channel) Run(ctx context.Context, hear channel.Hear) error {
	c.link.Run(ctx, hear, sms.Take{
		Read: c.read, Answer: answer, Now: c.options.Now,
		Decode: func(text []byte, coding uint8) string { return sms.Decode(text, coding, c.options.Alphabet) },
	})
	return nil
}

// Send submits the parts of a message that the SMSC has not accepted yet.
func (c *Channel) Send(ctx context.Context, m channel.Outgoing) (channel.Accepted, error) {
	if err := ctx.Err(); err != nil {
		return channel.Accepted{}, c.link.Failed(channel.NoAnswer, err)
	}
	to, valid := destination(m.To)
	if !valid {
		return channel.Accepted{}, c.link.Failed(channel.BadAddress, nil)
	}
	reference := c.link.Ledger.Begin(m.MessageID, m.Text)
	last, all := c.link.Ledger.Accepted(m.MessageID)
	if !all {
		messages, err := split(c.envelope(m, to), m.Text, c.options.Alphabet, c.options.Long, reference)
		if err != nil {
			return channel.Accepted{}, c.link.Failed(channel.BadMessage, err)
		}
		var parts []sms.Part
		for n, part := range messages {
			parts = append(parts, sms.Part{
				Command: submitSM, Body: part.encode(userReference, sarRef, sarTotal, sarPart, messagePayload),
				Accepted: func(f sms.Frame) (string, error) { return c.accepted(f, fmt.Sprintf("%s/%d", m.MessageID, n+1)) },
			})
		}
		if last, err = c.link.Send(ctx, m.MessageID, reference, parts); err != nil {
			return channel.Accepted{}, err
		}
	}
	return channel.Accepted{ProviderMessageID: last, ReceiptExpected: c.options.Receipts}, nil
}

// accepted reads an answer to submit_sm. An SMSC that gives no id gets ours.
func (c *Channel) accepted(f sms.Frame, otherwise string) (id string, err error) {
	switch {
	case f.Status != ok:
		return "", &channel.Error{Provider: c.Name(), Reason: reasonOf(f.Status), RetryAfter: waitOf(f.Status)}
	case f.Command != submitSM|sms.Response:
		return "", c.link.Failed(channel.NoAnswer, nil)
	}
	return canonical(orElse(messageID(f.Body), otherwise), c.options.MessageIDBase), nil
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
