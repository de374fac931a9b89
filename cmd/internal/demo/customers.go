package demo

import (
	"context"
	"log/slog"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/bench/gen"
	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// Customers answer within these bounds of wall time, however fast the bank's clock runs, so that one can watch.
const (
	soonestAnswer = 3 * time.Second
	latestAnswer  = 18 * time.Second
	// hurry divides the time that the generated customer would take.
	hurry = 60
)

// customers are the bank's people with their telephones: those who answer, answer truthfully.
type customers struct {
	bank *gen.Bank
	app  *app.App
	log  *slog.Logger
	// asked takes the deliveries of prompts.
	asked chan alerts.Receipt
	// thoughts are the instalments that a customer has thought about for long enough.
	thoughts chan thought
}

// delivered hears that a message has reached a telephone; it never blocks the provider.
func (c *customers) delivered(r alerts.Receipt) {
	select {
	case c.asked <- r:
	default:
		c.log.Warn("demo: a customer overlooked a message because too many came at once")
	}
}

// run answers until ctx ends; each answer waits for its own time.
func (c *customers) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case t := <-c.thoughts:
			c.decide(ctx, t)
		case r := <-c.asked:
			if account, offered := c.offered(r); offered {
				c.consider(ctx, thought{customer: r.Customer, account: account})
				continue
			}
			reply, after, ok := c.answer(r)
			if !ok {
				continue
			}
			time.AfterFunc(after, func() {
				if ctx.Err() != nil {
					return
				}
				reply.At = card.MomentOf(c.app.Clock.Now().In(c.app.Zone))
				err := c.app.Publish(ctx, wire.ReplyTopic, reply.Customer, wire.AppendReply(nil, &reply))
				if err != nil && ctx.Err() == nil {
					c.log.Warn("demo: an answer was lost", "error", err)
				}
			})
		}
	}
}

// offered is the account of the message that was delivered, when it offers an instalment unasked. What staff have offered is left to whoever plays
// the customer on the telephone.
func (c *customers) offered(r alerts.Receipt) (account string, ok bool) {
	state, err := c.app.View.Desk(r.Customer)
	if err != nil {
		return "", false
	}
	m := state.Message(r.MessageID)
	if m == nil || m.Template != alerts.InstalmentOffer {
		return "", false
	}
	i := state.Instalment(m.Account)
	return m.Account, i != nil && len(i.Why) > 0
}

// answer is what the customer will say to the message that was delivered; false when it asks nothing or nobody will answer.
func (c *customers) answer(r alerts.Receipt) (alerts.Reply, time.Duration, bool) {
	state, err := c.app.View.Desk(r.Customer)
	if err != nil {
		return alerts.Reply{}, 0, false
	}
	m := state.Message(r.MessageID)
	if m == nil || m.Purpose != alerts.FraudPrompt || m.PromptID == "" {
		return alerts.Reply{}, 0, false
	}
	incident := state.Case(m.CaseID)
	if incident == nil {
		return alerts.Reply{}, 0, false
	}
	var events []string
	for i := range incident.Alerts {
		events = append(events, incident.Alerts[i].EventIDs...)
	}
	reaction, ok := c.bank.Reaction(r.Customer, r.At, events...)
	if !ok {
		return alerts.Reply{}, 0, false
	}
	reply := alerts.Reply{
		Head: card.Head{ID: "reply-" + r.MessageID, Customer: r.Customer}, Channel: m.Channel, PromptID: m.PromptID,
		Answer: reaction.Answer, Verified: m.Channel == alerts.App,
	}
	if m.Channel == alerts.SMS {
		// A text message proves nothing but its number, and says what was typed.
		reply.From, reply.PromptID, reply.Answer = m.To, "", alerts.Unclear
		reply.Text = map[alerts.Answer]string{alerts.Yes: "Y", alerts.No: "N"}[reaction.Answer]
	}
	return reply, min(max(reaction.After/hurry, soonestAnswer), latestAnswer), true
}
