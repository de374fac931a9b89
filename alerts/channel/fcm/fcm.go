package fcm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/outbound"
)

// Channel is a Firebase project. It may be used by many goroutines at once.
type Channel struct {
	client         *outbound.Client
	address        string
	androidChannel string
	tokens         tokens
	accepted       outbound.Memory
}

// New checks the options and makes a channel of them. It calls nobody.
func New(o Options) (*Channel, error) {
	if o.Endpoint == "" {
		o.Endpoint = "https://fcm.googleapis.com"
	}
	client, err := outbound.New(outbound.Config{
		Provider: o.Name, Endpoint: o.Endpoint, AllowPrivate: o.AllowPrivate, Roots: o.Roots, Now: o.Now,
	})
	if err != nil {
		return nil, err
	}
	account, err := readAccount(client, o.ServiceAccount)
	if err != nil {
		return nil, fmt.Errorf("channel %s: service account: %w", o.Name, err)
	}
	return &Channel{
		client: client, androidChannel: o.AndroidChannel, tokens: newTokens(client, account),
		address: client.Endpoint.JoinPath("v1", "projects", url.PathEscape(account.ProjectID), "messages:send").String(),
	}, nil
}

// Name is the configured name.
func (c *Channel) Name() string { return c.client.Provider }

// Kind is alerts.App.
func (c *Channel) Kind() alerts.ChannelKind { return alerts.App }

// Send makes one call, unless the message was accepted before. A call that is refused for its access token is made once more with a
// fresh one: the first has not been taken.
func (c *Channel) Send(ctx context.Context, m channel.Outgoing) (channel.Accepted, error) {
	if m.PushToken == "" {
		return channel.Accepted{}, c.client.Fail(channel.BadAddress, nil)
	}
	if a, ok := c.accepted.Find(m.MessageID); ok {
		return a, nil
	}
	body, err := c.body(m)
	if err != nil {
		return channel.Accepted{}, c.client.Fail(channel.BadMessage, err)
	}
	a, err := c.post(ctx, body)
	if err == nil && a.Status == http.StatusUnauthorized {
		a, err = c.post(ctx, body)
	}
	switch {
	case err != nil:
		return channel.Accepted{}, err
	case !a.OK():
		return channel.Accepted{}, c.refused(a)
	}
	var answer struct {
		Name string `json:"name"`
	}
	if err := json.Unmarshal(a.Body, &answer); err != nil || answer.Name == "" {
		return channel.Accepted{}, c.client.Fail(channel.NoAnswer, errUnread)
	}
	accepted := channel.Accepted{ProviderMessageID: outbound.ID(answer.Name[strings.LastIndex(answer.Name, "/")+1:])}
	c.accepted.Keep(m.MessageID, accepted)
	return accepted, nil
}

var errUnread = errors.New("what Google said cannot be read")

// post makes one call; the access token of one that is refused for it is not used again.
func (c *Channel) post(ctx context.Context, body []byte) (outbound.Answer, error) {
	token, err := c.tokens.get(ctx)
	if err != nil {
		return outbound.Answer{}, err
	}
	a, err := c.client.Post(ctx, c.address, http.Header{
		"Content-Type": {"application/json"}, "Authorization": {"Bearer " + token},
	}, body)
	if err == nil && a.Status == http.StatusUnauthorized {
		c.tokens.drop(ctx, token)
	}
	return a, err
}
