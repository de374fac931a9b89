package hooks

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// Desk is what an Inbox has to look up.
type Desk interface {
	// CustomerOf finds whose an id is; stream.ErrNotFound when nobody's.
	CustomerOf(kind alerts.IndexKind, id string) (string, error)
	// Desk reads a customer's state.
	Desk(customer string) (*alerts.State, error)
}

// Publish writes one record of a topic under a key and returns when Kafka has acknowledged it.
type Publish func(ctx context.Context, topic, key string, value []byte) error

// Inbox brings what providers tell to the topics. Make one with NewInbox.
type Inbox struct {
	desk    Desk
	publish Publish
	now     func() card.Moment
	log     *slog.Logger
	metrics *Metrics
	held    held
}

// NewInbox makes an inbox; Run it, or receipts that came too early are never brought.
func NewInbox(desk Desk, publish Publish, now func() card.Moment, log *slog.Logger, m *Metrics) *Inbox {
	return &Inbox{desk: desk, publish: publish, now: now, log: log, metrics: m}
}

// Hear is the ear for one channel, by its configured name. It returns once everything is on its topic, or waits here for the message
// that it is about.
func (b *Inbox) Hear(name string) channel.Hear {
	return func(ctx context.Context, heard []channel.Heard) error {
		for _, h := range heard {
			var err error
			if h.Reply != nil {
				err = b.reply(ctx, name, h)
			} else if h.Delivery != nil {
				err = b.delivery(ctx, notice{name, h.ID, *h.Delivery})
			}
			if err != nil {
				return fmt.Errorf("hooks: what %s tells cannot be written: %w", name, err)
			}
		}
		return nil
	}
}

// reply publishes an answer. One from a number of nobody in particular goes under a key of that number, so that a customer's words stay
// in order; the desk finds out whose they are. A customer who writes their card number with their "no" is heard, without the number.
func (b *Inbox) reply(ctx context.Context, name string, h channel.Heard) error {
	r := *h.Reply
	r.Text = wire.MaskPANs(r.Text)
	r.ID, r.ProviderMessageID = eventID("reply", name, h.ID), eventID("said", name, h.ID)
	if r.At.IsZero() {
		r.At = b.now()
	}
	key := r.Customer
	if key == "" {
		key = alerts.PhoneKey(r.From)
	}
	b.metrics.heard(name, "reply")
	return b.publish(ctx, wire.ReplyTopic, key, wire.AppendReply(nil, &r))
}

// notice is a delivery on its way to its message.
type notice struct {
	channel, id string
	channel.Delivery
}

// delivery publishes a receipt, or keeps it while nobody knows its message.
func (b *Inbox) delivery(ctx context.Context, n notice) error {
	found, err := b.bring(ctx, n)
	if err != nil || found {
		return err
	}
	if !b.held.keep(n, time.Now()) {
		b.metrics.heard(n.channel, "receipt_dropped")
		return nil
	}
	b.metrics.heard(n.channel, "receipt_early")
	return nil
}

// bring publishes the receipt if its message is known.
func (b *Inbox) bring(ctx context.Context, n notice) (found bool, err error) {
	customer, m, err := b.message(n)
	if err != nil || m == nil {
		return false, err
	}
	at := n.At
	if at.IsZero() {
		at = b.now()
	}
	r := alerts.Receipt{
		Head:      card.Head{ID: eventID("receipt", n.channel, n.id), Customer: customer, At: at},
		MessageID: m.ID, Channel: m.Channel, Provider: n.channel, Outcome: n.Outcome, ProviderMessageID: n.ProviderMessageID, Reason: string(n.Reason),
	}
	if err := b.publish(ctx, wire.ReceiptTopic, customer, wire.AppendReceipt(nil, &r)); err != nil {
		return false, err
	}
	b.metrics.heard(n.channel, "receipt")
	return true, nil
}

// message finds the message that a receipt is about, by our own id or the provider's; nil when there is none.
func (b *Inbox) message(n notice) (customer string, m *alerts.Message, err error) {
	var keys []string
	if n.ProviderMessageID != "" {
		keys = append(keys, alerts.ProviderKey(n.channel, n.ProviderMessageID))
	}
	if n.MessageID != "" {
		keys = append(keys, alerts.MessageKey(n.MessageID))
	}
	for _, key := range keys {
		customer, err = b.desk.CustomerOf(alerts.IndexProvider, key)
		if errors.Is(err, stream.ErrNotFound) {
			continue
		}
		if err != nil {
			return "", nil, err
		}
		state, err := b.desk.Desk(customer)
		if err != nil {
			return "", nil, err
		}
		for i := range state.Messages {
			m := &state.Messages[i]
			if m.Provider == n.channel && (m.ID == n.MessageID || n.ProviderMessageID != "" && m.ProviderID == n.ProviderMessageID) {
				return customer, m, nil
			}
		}
	}
	return "", nil, nil
}

// eventID derives an id from what a provider calls a thing: the same thing told twice has one.
func eventID(kind, name, id string) string {
	sum := sha256.Sum256([]byte(name + "\x00" + id))
	return kind + "-" + hex.EncodeToString(sum[:16])
}
