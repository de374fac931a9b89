package webhook

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/outbound"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// tolerance is how far a call's time may be off, as Standard Webhooks' own libraries have it.
const tolerance = 5 * time.Minute

// Open reads a call of the gateway.
func (c *Channel) Open(call channel.Call) ([]channel.Heard, error) {
	id, at := call.Header.Get(idHeader), call.Header.Get(timeHeader)
	if id == "" || !verify(c.theirs, id, at, call.Body, call.Header.Get(signatureHeader)) {
		return nil, c.client.BadCall(channel.BadSignature, nil)
	}
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil || seconds < 0 || seconds > maxSeconds {
		return nil, c.client.BadCall(channel.BadCall, err)
	}
	if off := call.At.Sub(card.Moment{UnixMilli: seconds * 1000}); off.Abs() > tolerance {
		return nil, c.client.BadCall(channel.StaleCall, nil)
	}
	heard, err := c.read(outbound.ID(c.Name()+":"+id), call.Body)
	if err != nil {
		return nil, c.client.BadCall(channel.BadCall, err)
	}
	return []channel.Heard{heard}, nil
}

// maxSeconds is the year 2200: nothing later is a time.
const maxSeconds = 7_258_118_400

// Thank is empty: a status of 2xx is all that the standard asks for.
func (c *Channel) Thank() channel.Thanks {
	return channel.Thanks{ContentType: "application/json", Body: "{}"}
}

// callback is the call of schema/callback.json.
type callback struct {
	Type      string          `json:"type"`
	Timestamp string          `json:"timestamp"`
	Data      json.RawMessage `json:"data"`
}

var outcomes = map[string]alerts.SendOutcome{
	"message.delivered": alerts.Delivered, "message.failed": alerts.Undelivered, "message.unknown": alerts.OutcomeUnknown,
}

func (c *Channel) read(id string, body []byte) (channel.Heard, error) {
	var call callback
	if err := json.Unmarshal(body, &call); err != nil {
		return channel.Heard{}, err
	}
	at, err := card.ParseMoment(call.Timestamp)
	if err != nil {
		return channel.Heard{}, err
	}
	if call.Type == "reply.received" {
		r, err := c.reply(call.Data)
		r.Head.ID, r.Head.At, r.ProviderMessageID = id, at, id
		return channel.Heard{ID: id, Reply: &r}, err
	}
	outcome, ok := outcomes[call.Type]
	if !ok {
		return channel.Heard{}, fmt.Errorf("type: %w", errUnread)
	}
	d, err := delivery(call.Data)
	d.Outcome, d.At = outcome, at
	return channel.Heard{ID: id, Delivery: &d}, err
}

func delivery(data []byte) (channel.Delivery, error) {
	var in struct {
		MessageID string         `json:"message_id"`
		ID        string         `json:"id"`
		Reason    channel.Reason `json:"reason"`
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return channel.Delivery{}, err
	}
	if in.MessageID == "" && in.ID == "" || !outbound.Fits(in.MessageID) {
		return channel.Delivery{}, fmt.Errorf("message_id: %w", errUnread)
	}
	switch in.Reason {
	case "", channel.BadAddress, channel.BadMessage, channel.Blocked, channel.RateLimited, channel.Unavailable:
	default:
		return channel.Delivery{}, fmt.Errorf("reason: %w", errUnread)
	}
	return channel.Delivery{MessageID: in.MessageID, ProviderMessageID: outbound.ID(in.ID), Reason: in.Reason}, nil
}

var answers = map[alerts.Answer]bool{
	alerts.Unclear: true, alerts.Yes: true, alerts.No: true, alerts.Stop: true, alerts.Help: true, alerts.Person: true,
}

func (c *Channel) reply(data []byte) (alerts.Reply, error) {
	var in struct {
		Customer string        `json:"customer_id"`
		PromptID string        `json:"prompt_id"`
		From     string        `json:"from"`
		To       string        `json:"to"`
		Text     string        `json:"text"`
		Answer   alerts.Answer `json:"answer"`
		Session  bool          `json:"session"`
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return alerts.Reply{}, err
	}
	from, known := outbound.Phone(in.From)
	to, _ := outbound.Phone(in.To)
	switch {
	case !answers[in.Answer] || in.Answer == alerts.Unclear && in.Text == "":
		return alerts.Reply{}, fmt.Errorf("answer: %w", errUnread)
	case !outbound.Fits(in.Customer) || !outbound.Fits(in.PromptID):
		return alerts.Reply{}, fmt.Errorf("customer_id or prompt_id: %w", errUnread)
	case in.From != "" && !known:
		return alerts.Reply{}, fmt.Errorf("from: %w", errUnread)
	case c.kind == alerts.App && in.Customer == "":
		return alerts.Reply{}, fmt.Errorf("customer_id: %w", errUnread)
	case c.kind == alerts.SMS && in.From == "":
		return alerts.Reply{}, fmt.Errorf("from: %w", errUnread)
	}
	// A session of the app proves who answered; a text message never does, whatever is said of it.
	return alerts.Reply{
		Head: card.Head{Customer: in.Customer}, Channel: c.kind, From: from, To: to, PromptID: in.PromptID, Text: in.Text,
		Answer: in.Answer, Verified: in.Session && c.kind == alerts.App,
	}, nil
}
