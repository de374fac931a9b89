package clerk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/wire"
)

const (
	// PublishLimit is how long Kafka may take to acknowledge an act.
	PublishLimit = 5 * time.Second
	// showLimit is how long a caller waits to see what an act did. The act counts all the same when it takes longer.
	showLimit = 2 * time.Second
)

// Config is what a Clerk works with.
type Config struct {
	// View reads the committed states.
	View stream.View
	// Desk tries acts before they are published.
	Desk *alerts.Desk
	// Under gives the desk under the silences, and without the experiments, of this moment; nil leaves it as it is.
	Under func(*alerts.Desk) *alerts.Desk
	// Publish writes one event and returns when Kafka has acknowledged it.
	Publish func(ctx context.Context, topic, customer string, value []byte) error
	// Now is the bank's clock.
	Now func() card.Moment
	// Hub tells when states have changed.
	Hub *Hub
	// Log hears of acts that the desk is slow to apply.
	Log *slog.Logger
}

// Clerk publishes acts.
type Clerk struct {
	cfg Config

	mu sync.Mutex
	// handing holds the cases that Next is giving to somebody at this moment.
	handing map[string]bool
}

// New makes a clerk.
func New(cfg Config) *Clerk { return &Clerk{cfg: cfg, handing: map[string]bool{}} }

// Hub tells when states have changed.
func (c *Clerk) Hub() *Hub { return c.cfg.Hub }

// Desk is the desk that acts are tried on.
func (c *Clerk) Desk() *alerts.Desk {
	if c.cfg.Under == nil {
		return c.cfg.Desk
	}
	return c.cfg.Under(c.cfg.Desk)
}

// Try lets the desk apply an event to the customer's present state, without keeping the result, and tells what it says.
func (c *Clerk) Try(customer string, body card.Body) (alerts.Refusal, error) {
	state, err := c.cfg.View.Desk(customer)
	if err != nil && !errors.Is(err, stream.ErrNotFound) {
		return "", err
	}
	var effects alerts.Effects
	c.Desk().Step(state, card.Event{Arrived: c.cfg.Now(), Body: body}, &effects)
	return effects.Refusal, nil
}

// Submit publishes an act of staff, unless the desk would refuse it, and tells what the desk said. An act that was submitted before is not
// refused: it has been done.
func (c *Clerk) Submit(ctx context.Context, cmd *alerts.Command) (alerts.Refusal, error) {
	refusal, err := c.Try(cmd.Customer, cmd)
	if err != nil || refusal != "" && refusal != alerts.RefusedDuplicate {
		return refusal, err
	}
	value := wire.AppendCommand(nil, cmd)
	if refusal, err := inspect(cmd, value); err != nil || refusal != "" {
		return refusal, err
	}
	if err := c.Publish(ctx, wire.CommandTopic, cmd, value); err != nil {
		return "", err
	}
	return c.lostClaim(cmd)
}

// inspect reads an act as the desk will, before it is written: what the decoder refuses would be a dead letter that its author takes for
// done, and a card number would stand in the topic.
func inspect(cmd *alerts.Command, value []byte) (alerts.Refusal, error) {
	var door wire.Decoder
	_, _, err := door.Decode(wire.Record{Topic: wire.CommandTopic, Key: []byte(cmd.Customer), Value: value})
	var reject *wire.RejectError
	switch {
	case err == nil:
		return "", nil
	case !errors.As(err, &reject):
		return "", fmt.Errorf("clerk: read the act %s as the desk will: %w", cmd.Verb, err)
	case reject.Reason == wire.ClearPAN:
		return alerts.RefusedCardNumber, nil
	}
	return alerts.RefusedBadArgument, nil
}

// lostClaim refuses a claim that somebody else's came before: both had passed the try, and the log has decided.
func (c *Clerk) lostClaim(cmd *alerts.Command) (alerts.Refusal, error) {
	if cmd.Verb != alerts.Claim || cmd.CaseID == "" {
		return "", nil
	}
	state, err := c.cfg.View.Desk(cmd.Customer)
	if err != nil {
		return "", err
	}
	if of := state.Case(cmd.CaseID); of != nil && of.Owner != "" && of.Owner != cmd.Actor {
		return alerts.RefusedNotOwner, nil
	}
	return "", nil
}

// Publish writes an event and waits until the desk has applied it, but no longer than showLimit. An event that was applied
// before is not written again.
func (c *Clerk) Publish(ctx context.Context, topic string, body card.Body, value []byte) error {
	customer := body.Meta().Customer
	applied := func() bool {
		refusal, err := c.Try(customer, body)
		return err == nil && refusal == alerts.RefusedDuplicate
	}
	if applied() {
		return nil
	}
	// An impatient caller who leaves must not leave it open whether the act was written.
	writing, cancel := context.WithTimeout(context.WithoutCancel(ctx), PublishLimit)
	defer cancel()
	if err := c.cfg.Publish(writing, topic, customer, value); err != nil {
		return fmt.Errorf("clerk: publish to %s: %w", topic, err)
	}
	if !c.cfg.Hub.Await(ctx, showLimit, applied) {
		c.cfg.Log.Warn("clerk: the desk has not applied an act in time", "topic", topic, "waited", showLimit)
	}
	return nil
}

// ActID makes the id of an act from its kind, what it is, and the once of the form or request that it came from.
func ActID(kind, once string, parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(append(parts, kind, once), "\x00")))
	return kind + "-" + hex.EncodeToString(sum[:12])
}
