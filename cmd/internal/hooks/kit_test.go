package hooks_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel/twilio"
	"github.com/cardwatch/cardwatch/alerts/channel/webhook"
	"github.com/cardwatch/cardwatch/cmd/internal/hooks"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/wire"
)

const (
	outward   = "https://hooks.bank.example"
	newSecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
	oldSecret = "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="
	gone      = "whsec_Z29uZWdvbmVnb25lZ29uZWdvbmVnb25lZ29uZWdvbmU="
	token     = "twilio-auth-token"
	account   = "AC00000000000000000000000000000001"
	aSecret   = "0123456789abcdef0123456789abcdef"
	customer  = "c-1"
)

var now = card.MomentOf(time.Date(2026, 3, 1, 2, 13, 5, 0, time.FixedZone("", 8*3600)))

// town is a hooks server with a push gateway, Twilio and a provider that does not sign, before a desk of one customer.
type town struct {
	t      *testing.T
	server *hooks.Server
	inbox  *hooks.Inbox

	mu       sync.Mutex
	state    alerts.State
	records  []record
	kafkaOff bool
}

type record struct{ topic, key, value string }

func newTown(t *testing.T) *town {
	b := &town{t: t}
	clock := func() card.Moment { return now }
	gateway, err := webhook.New(webhook.Options{
		Name: "push", Kind: alerts.App, URL: "https://push.bank.example", Secrets: []string{gone}, HookSecrets: []string{newSecret, oldSecret},
		Receipts: true, Now: clock,
	})
	require.NoError(t, err)
	texts, err := twilio.New(twilio.Options{Name: "texts", AccountSID: account, AuthTokens: []string{token}, From: "+15005550006", Now: clock})
	require.NoError(t, err)
	metrics, err := hooks.NewMetrics(prometheus.NewRegistry())
	require.NoError(t, err)
	log := slog.New(slog.DiscardHandler)
	b.inbox = hooks.NewInbox(b, b.publish, clock, log, metrics)
	b.server = hooks.NewServer(hooks.Config{
		Doors:   map[string]hooks.Door{"push": {Hook: gateway}, "texts": {Hook: texts}, "quiet": {Hook: gateway, Secret: aSecret}},
		BaseURL: outward, Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, Inbox: b.inbox, Now: clock, Metrics: metrics, Log: log,
	})
	return b
}

func (b *town) publish(_ context.Context, topic, key string, value []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.kafkaOff {
		return errors.New("no broker")
	}
	b.records = append(b.records, record{topic, key, string(value)})
	return nil
}

// CustomerOf implements hooks.Desk.
func (b *town) CustomerOf(kind alerts.IndexKind, id string) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	owner := ""
	b.state.Index(func(r alerts.IndexRow) {
		if r.Kind == kind && r.Key == id {
			owner = customer
		}
	})
	if owner == "" {
		return "", stream.ErrNotFound
	}
	return owner, nil
}

// Desk implements hooks.Desk.
func (b *town) Desk(string) (*alerts.State, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return &alerts.State{Messages: slices.Clone(b.state.Messages)}, nil
}

// taken is a message that a provider has taken, as the desk knows it.
func (b *town) taken(provider, id, providerID string, kind alerts.ChannelKind) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.state.Messages = append(b.state.Messages, alerts.Message{ID: id, Channel: kind, Outcome: alerts.Accepted, Provider: provider, ProviderID: providerID})
}

// written gives the topics of what was published, in order.
func (b *town) written() (topics []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.records {
		topics = append(topics, r.topic)
	}
	return topics
}

// reply decodes the last record as an answer, through the door of the desk.
func (b *town) reply() alerts.Reply {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	last := b.records[len(b.records)-1]
	var d wire.Decoder
	body, _, err := d.Decode(wire.Record{Topic: last.topic, Key: []byte(last.key), Value: []byte(last.value)})
	require.NoError(b.t, err, "what we publish has to pass our own door")
	return *body.(*alerts.Reply)
}

func (b *town) call(r *http.Request) (status int, body string) {
	b.t.Helper()
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	return w.Code, strings.TrimSpace(w.Body.String())
}

// sign is Standard Webhooks' signature, made here as the standard has it.
func sign(secret, id, at, body string) string {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		panic(err)
	}
	h := hmac.New(sha256.New, key)
	fmt.Fprintf(h, "%s.%s.%s", id, at, body)
	return "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// gatewayCall is a call of the push gateway, signed now.
func gatewayCall(id, body string) *http.Request {
	return gatewayCallAt(id, body, newSecret, 0)
}

func gatewayCallAt(id, body, secret string, off time.Duration) *http.Request {
	at := fmt.Sprint(now.UnixMilli/1000 + int64(off.Seconds()))
	r := httptest.NewRequest(http.MethodPost, "/hooks/push", strings.NewReader(body))
	r.Header.Set("webhook-id", id)
	r.Header.Set("webhook-timestamp", at)
	r.Header.Set("webhook-signature", sign(secret, id, at, body))
	return r
}

func said(answer string) string {
	return `{"type":"reply.received","timestamp":"2026-03-01T02:13:05+08:00","data":{"customer_id":"c-1","prompt_id":"p-1","answer":"` + answer + `","session":true}}`
}

func delivered(message string) string {
	return `{"type":"message.delivered","timestamp":"2026-03-01T02:13:05+08:00","data":{"message_id":"` + message + `"}}`
}

// twilioCall is a call of Twilio, signed as its documentation has it.
func twilioCall(fields map[string]string) *http.Request {
	form, text := url.Values{}, outward+"/hooks/texts"
	names := make([]string, 0, len(fields))
	for name, value := range fields {
		form.Set(name, value)
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		text += name + fields[name]
	}
	h := hmac.New(sha1.New, []byte(token))
	h.Write([]byte(text))
	r := httptest.NewRequest(http.MethodPost, "/hooks/texts", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", base64.StdEncoding.EncodeToString(h.Sum(nil)))
	return r
}

func text(sid, from, body string) *http.Request {
	return twilioCall(map[string]string{"AccountSid": account, "MessageSid": sid, "From": from, "To": "+15005550006", "Body": body})
}
