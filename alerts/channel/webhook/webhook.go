package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/outbound"
)

// Channel is a bank's gateway. It may be used by many goroutines at once.
type Channel struct {
	kind            alerts.ChannelKind
	client          *outbound.Client
	signing, theirs []key
	receipts        bool
}

// New checks the options and makes a channel of them. It calls nobody.
func New(o Options) (*Channel, error) {
	client, err := outbound.New(outbound.Config{
		Provider: o.Name, Endpoint: o.URL, AllowPrivate: o.AllowPrivate, Roots: o.Roots, Now: o.Now,
	})
	if err != nil {
		return nil, err
	}
	c := &Channel{kind: o.Kind, client: client, receipts: o.Receipts}
	if o.Kind != alerts.App && o.Kind != alerts.SMS {
		return nil, fmt.Errorf("channel %s: a gateway carries %s or %s, not %q", o.Name, alerts.App, alerts.SMS, o.Kind)
	}
	if c.signing, err = keys(o.Secrets); err != nil {
		return nil, fmt.Errorf("channel %s: secrets: %w", o.Name, err)
	}
	if len(c.signing) == 0 {
		return nil, fmt.Errorf("channel %s has no secret to sign with", o.Name)
	}
	if c.theirs, err = keys(o.HookSecrets); err != nil {
		return nil, fmt.Errorf("channel %s: hook secrets: %w", o.Name, err)
	}
	for _, k := range c.theirs {
		if slices.ContainsFunc(c.signing, k.equal) {
			return nil, fmt.Errorf("channel %s: a secret signs both ways; give the gateway one of its own", o.Name)
		}
	}
	return c, nil
}

// Name is the configured name.
func (c *Channel) Name() string { return c.client.Provider }

// Kind is what the gateway carries.
func (c *Channel) Kind() alerts.ChannelKind { return c.kind }

// Send makes one signed call.
func (c *Channel) Send(ctx context.Context, m channel.Outgoing) (channel.Accepted, error) {
	if c.kind == alerts.SMS && m.To == "" || c.kind == alerts.App && m.PushToken == "" {
		return channel.Accepted{}, c.client.Fail(channel.BadAddress, nil)
	}
	now := c.client.Now()
	body, err := json.Marshal(sendOf(c.kind, m, now))
	if err != nil {
		return channel.Accepted{}, c.client.Fail(channel.BadMessage, err)
	}
	at := strconv.FormatInt(now.UnixMilli/1000, 10)
	a, err := c.client.Post(ctx, c.client.Endpoint.String(), http.Header{
		"Content-Type": {"application/json"}, idHeader: {m.MessageID}, timeHeader: {at}, signatureHeader: {sign(c.signing, m.MessageID, at, body)},
	}, body)
	if err != nil {
		return channel.Accepted{}, err
	}
	var answer struct {
		ID     string         `json:"id"`
		Reason channel.Reason `json:"reason"`
	}
	unread := json.Unmarshal(a.Body, &answer)
	if !a.OK() {
		return channel.Accepted{}, c.client.Refused(reasonOf(a.Status, answer.Reason), a)
	}
	if unread != nil || answer.ID == "" {
		answer.ID = m.MessageID
	}
	return channel.Accepted{ProviderMessageID: outbound.ID(answer.ID), ReceiptExpected: c.receipts}, nil
}

// reasonOf believes a gateway that says why it refuses one message; whether the gateway itself is well shows in its status.
func reasonOf(status int, said channel.Reason) channel.Reason {
	if status/100 == 4 && slices.Contains(sayable, said) {
		return said
	}
	return outbound.ReasonOf(status)
}

var sayable = []channel.Reason{channel.BadAddress, channel.BadMessage, channel.Blocked, channel.RateLimited}

var errUnread = errors.New("the call cannot be read")
