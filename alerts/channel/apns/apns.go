package apns

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/outbound"
)

// Channel is an app at Apple. It may be used by many goroutines at once.
type Channel struct {
	client   *outbound.Client
	topic    string
	tokens   tokens
	accepted outbound.Memory
}

// New checks the options and makes a channel of them. It calls nobody.
func New(o Options) (*Channel, error) {
	if o.Endpoint == "" {
		o.Endpoint = "https://api.push.apple.com"
	}
	client, err := outbound.New(outbound.Config{
		Provider: o.Name, Endpoint: o.Endpoint, AllowPrivate: o.AllowPrivate, Roots: o.Roots, OnlyHTTP2: true, Now: o.Now,
	})
	if err != nil {
		return nil, err
	}
	if o.Topic == "" {
		return nil, fmt.Errorf("channel %s needs the app's bundle id as its topic", o.Name)
	}
	c := &Channel{client: client, topic: o.Topic}
	if err := c.tokens.setUp(o); err != nil {
		return nil, fmt.Errorf("channel %s: %w", o.Name, err)
	}
	return c, nil
}

// Name is the configured name.
func (c *Channel) Name() string { return c.client.Provider }

// Kind is alerts.App.
func (c *Channel) Kind() alerts.ChannelKind { return alerts.App }

// Send makes one call, unless the message was accepted before. A call that is refused because the provider token has grown old is made
// once more with a new one: the first has not been taken.
func (c *Channel) Send(ctx context.Context, m channel.Outgoing) (channel.Accepted, error) {
	if m.PushToken == "" {
		return channel.Accepted{}, c.client.Fail(channel.BadAddress, nil)
	}
	if a, ok := c.accepted.Find(m.MessageID); ok {
		return a, nil
	}
	header, body, err := c.write(m)
	if err != nil {
		return channel.Accepted{}, c.client.Fail(channel.BadMessage, err)
	}
	a, reason, err := c.post(ctx, m.PushToken, header, body)
	if err == nil && reason == "ExpiredProviderToken" && c.tokens.renew(c.client.Now()) {
		a, reason, err = c.post(ctx, m.PushToken, header, body)
	}
	switch {
	case err != nil:
		return channel.Accepted{}, err
	case !a.OK():
		return channel.Accepted{}, c.client.Refused(reasonOf(a.Status, reason), a)
	}
	accepted := channel.Accepted{ProviderMessageID: header.Get("apns-id")}
	c.accepted.Keep(m.MessageID, accepted)
	return accepted, nil
}

func (c *Channel) post(ctx context.Context, device string, header http.Header, body []byte) (outbound.Answer, string, error) {
	token, err := c.tokens.get(c.client.Now())
	if err != nil {
		return outbound.Answer{}, "", c.client.Fail(channel.BadCredentials, err)
	}
	header = header.Clone()
	header.Set("Authorization", "bearer "+token)
	a, err := c.client.Post(ctx, c.client.Endpoint.JoinPath("3", "device", url.PathEscape(device)).String(), header, body)
	var answer struct{ Reason string }
	if err == nil {
		_ = json.Unmarshal(a.Body, &answer)
	}
	return a, answer.Reason, err
}

// The parts of Apple's payload that we use.
type (
	aps struct {
		Alert        alert  `json:"alert"`
		Sound        string `json:"sound"`
		Category     string `json:"category,omitempty"`
		Interruption string `json:"interruption-level"`
	}
	alert struct {
		Title string `json:"title,omitempty"`
		Body  string `json:"body"`
	}
)

// promptCategory is what the app registers its buttons for.
const promptCategory = "cardwatch.prompt"

func (c *Channel) write(m channel.Outgoing) (http.Header, []byte, error) {
	header := http.Header{}
	for name, value := range map[string]string{
		"apns-topic": c.topic, "apns-push-type": "alert", "apns-priority": "10", "apns-id": uuid(m.MessageID),
		"apns-collapse-id": outbound.ID(m.MessageID), "content-type": "application/json",
	} {
		header.Set(name, value)
	}
	if left, limited := c.client.TimeLeft(m); limited {
		if left < time.Second {
			return nil, nil, errors.New("the message has expired")
		}
		header.Set("apns-expiration", strconv.FormatInt(m.ExpiresAt.UnixMilli/1000, 10))
	}
	a := aps{Alert: alert{Title: m.Title, Body: m.Text}, Sound: "default", Interruption: "active"}
	// A question about fraud breaks through a silenced telephone; nothing else does.
	if m.Purpose == alerts.FraudPrompt {
		a.Interruption = "time-sensitive"
	}
	if m.PromptID != "" {
		a.Category = promptCategory
	}
	payload := map[string]any{"aps": a}
	for name, value := range outbound.PushData(m) {
		payload[name] = value
	}
	body, err := json.Marshal(payload)
	return header, body, err
}

// uuid is a UUID of the eighth version (RFC 9562 §5.8), the same for the same message.
func uuid(messageID string) string {
	b := sha256.Sum256([]byte(messageID))
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}
