package smpp

import (
	"context"
	"fmt"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/outbound"
	"github.com/cardwatch/cardwatch/detectors/card"
)

const (
	// inboxSize is how much may wait to be heard before the SMSC is told to come back.
	inboxSize = 100
	// joinFor is how long the parts of a long reply are waited for.
	joinFor = time.Minute
	// maxReply bounds a reply's text, in characters.
	maxReply = 1600
)

// heard is a deliver_sm, and the session over which to answer it.
type heard struct {
	session *session
	pdu     pdu
}

func (c *Channel) receive(s *session, p pdu) bool {
	select {
	case c.inbox <- heard{s, p}:
		return true
	default:
		return false
	}
}

// listen passes on what was heard, and answers the SMSC when it cannot be lost any more, until ctx ends.
func (c *Channel) listen(ctx context.Context, hear channel.Hear) {
	tidy := time.NewTicker(joinFor / 4)
	defer tidy.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case h := <-c.inbox:
			h.session.reply(h.pdu, c.take(ctx, hear, h))
		case <-tidy.C:
			c.giveUpWaiting(ctx, hear)
		}
	}
}

// take reads one deliver_sm and says how to answer it. What cannot be read is not worth repeating.
func (c *Channel) take(ctx context.Context, hear channel.Hear, h heard) status {
	m, err := decodeMessage(h.pdu.body)
	if err != nil {
		c.options.Log.Warn("what the SMSC delivered cannot be read", "channel", c.Name(), "err", err)
		return neverAgain
	}
	if m.isReceipt() {
		return c.pass(ctx, hear, c.receipt(m))
	}
	text, at := m.unwrap()
	from, known := m.source.phone(c.options.CountryCode)
	if !known {
		c.options.Log.Warn("a reply from what is no number is dropped", "channel", c.Name())
		return ok
	}
	to, _ := m.destination.phone(c.options.CountryCode)
	r := reply{from: from, to: to, coding: m.coding, id: c.replyID(h)}
	if !at.fits(text) {
		return c.pass(ctx, hear, c.reply(r, text))
	}
	key := joinKey{from, to, at.reference, at.total}
	g := c.joiner.add(key, r, at, text)
	if g == nil {
		return c.pass(ctx, hear, c.reply(r, text))
	}
	if !g.complete() {
		return ok
	}
	answer := c.pass(ctx, hear, c.reply(g.reply, g.text()))
	if answer == ok {
		c.joiner.forget(key)
	}
	return answer
}

func (c *Channel) pass(ctx context.Context, hear channel.Hear, list []channel.Heard) status {
	if len(list) == 0 {
		return ok
	}
	if err := hear(ctx, list); err != nil {
		c.options.Log.Warn("what the SMSC delivered could not be stored; it will come again", "channel", c.Name())
		return tryAgain
	}
	return ok
}

// giveUpWaiting passes on what came of replies whose other parts did not.
func (c *Channel) giveUpWaiting(ctx context.Context, hear channel.Hear) {
	for key, g := range c.joiner.overdue(time.Now().Add(-joinFor)) {
		if c.pass(ctx, hear, c.reply(g.reply, g.text())) == ok {
			c.joiner.forget(key)
		}
	}
}

func (c *Channel) receipt(m message) []channel.Heard {
	theirs, f, readable := m.receipt()
	if !readable {
		c.options.Log.Warn("a receipt without an id is dropped", "channel", c.Name())
		return nil
	}
	theirs = canonical(theirs, c.options.ReceiptIDBase)
	ours, decided := c.ledger.fate(theirs, f.outcome)
	if !decided {
		return nil
	}
	return []channel.Heard{{
		ID: outbound.ID(c.Name() + ":" + theirs + ":" + string(f.outcome)),
		Delivery: &channel.Delivery{
			MessageID: ours, ProviderMessageID: theirs, Outcome: f.outcome, Reason: f.reason, At: c.options.Now(),
		},
	}}
}

// replyID names a reply by its session and sequence number.
func (c *Channel) replyID(h heard) string {
	return outbound.ID(fmt.Sprintf("%s:%s:%d", c.Name(), h.session.name, h.pdu.sequence))
}

func (c *Channel) reply(r reply, text []byte) []channel.Heard {
	words := []rune(decodeText(text, r.coding, c.options.Alphabet))
	if len(words) == 0 {
		return nil
	}
	return []channel.Heard{{ID: r.id, Reply: &alerts.Reply{
		Head: card.Head{ID: r.id, At: c.options.Now()}, Channel: alerts.SMS, From: r.from, To: r.to,
		ProviderMessageID: r.id, Text: string(words[:min(len(words), maxReply)]),
	}}}
}
