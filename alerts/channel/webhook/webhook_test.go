package webhook_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/channeltest"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/fake"
	"github.com/cardwatch/cardwatch/alerts/channel/webhook"
	"github.com/cardwatch/cardwatch/detectors/card"
)

func secret(seed string) string {
	return "whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(seed, 32)))
}

var (
	ours, oursNew   = secret("a"), secret("b")
	theirs, theirs2 = secret("c"), secret("d")
)

func independent(t *testing.T, secret string) *standard.Webhook {
	wh, err := standard.NewWebhook(secret)
	require.NoError(t, err)
	return wh
}

func schemaOf(t *testing.T, name string) *jsonschema.Schema {
	f, err := os.Open("schema/" + name)
	require.NoError(t, err)
	defer f.Close()
	document, err := jsonschema.UnmarshalJSON(f)
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	require.NoError(t, compiler.AddResource(name, document))
	schema, err := compiler.Compile(name)
	require.NoError(t, err)
	return schema
}

func follows(schema *jsonschema.Schema, body []byte) error {
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// gateway is a bank's gateway that knows one of our secrets, and believes the standard's own library and our schema alone. Its clock
// is the test's, so the library judges the signature and not the time.
func gateway(t *testing.T, secret string) *fake.Server {
	wh, schema := independent(t, secret), schemaOf(t, "send.json")
	return fake.New(t, func(s *fake.Server, w http.ResponseWriter, r *http.Request, body []byte) {
		if err := wh.VerifyIgnoringTimestamp(body, r.Header); err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		assert.Equal(t, fmt.Sprint(fake.Now().UnixMilli/1000), r.Header.Get("webhook-timestamp"))
		assert.NoError(t, follows(schema, body))
		var call struct {
			Data struct {
				MessageID string `json:"message_id"`
			}
		}
		assert.NoError(t, json.Unmarshal(body, &call))
		assert.Equal(t, r.Header.Get("webhook-id"), call.Data.MessageID)
		s.DeliverOnce(call.Data.MessageID)
		fmt.Fprintf(w, `{"id":"push-%s"}`, call.Data.MessageID)
	})
}

func options(s *fake.Server) webhook.Options {
	return webhook.Options{
		Name: "bank_push", Kind: alerts.App, URL: s.URL + "/push", Secrets: []string{ours}, HookSecrets: []string{theirs},
		AllowPrivate: true, Roots: s.Roots, Now: fake.Now,
	}
}

func open(t *testing.T, o webhook.Options) *webhook.Channel {
	c, err := webhook.New(o)
	require.NoError(t, err)
	return c
}

func TestAGatewayIsAChannel(t *testing.T) {
	for _, kind := range []alerts.ChannelKind{alerts.App, alerts.SMS} {
		t.Run(string(kind), func(t *testing.T) {
			channeltest.Run(t, func(t *testing.T) channeltest.Subject {
				s := gateway(t, ours)
				o := options(s)
				o.Kind = kind
				return channeltest.Subject{
					Channel: open(t, o), Received: s.Received, Hang: s.Hang,
					Break: func() { s.Answer(http.StatusServiceUnavailable, nil, "") },
				}
			})
		})
	}
}

func prompt() channel.Outgoing {
	return channel.Outgoing{
		MessageID: "m1", Customer: "cust-1", Kind: alerts.App, To: "+8613800138000", PushToken: "device-token", PushPlatform: alerts.Android, Title: "示例银行",
		Text: "【示例银行】您尾号1234的卡…", Language: card.Chinese, AnswerURL: "https://cards.bank/answer/x", PromptID: "prompt-1",
		Purpose: alerts.FraudPrompt, ExpiresAt: card.Moment{UnixMilli: 1_772_338_200_000, OffsetMinutes: 480},
	}
}

func TestWhileKeysChangeBothSign(t *testing.T) {
	for _, known := range []string{ours, oursNew} {
		s := gateway(t, known)
		o := options(s)
		o.Secrets = []string{ours, oursNew}
		got, err := open(t, o).Send(t.Context(), prompt())
		require.NoError(t, err)
		require.Equal(t, "push-m1", got.ProviderMessageID)
	}
	s := gateway(t, secret("x"))
	_, err := open(t, options(s)).Send(t.Context(), prompt())
	require.Equal(t, channel.BadCredentials, channel.ReasonOf(err))
}

func TestAGatewayIsToldWhatItNeedsAndNoMore(t *testing.T) {
	sent := make(chan map[string]any, 1)
	s := fake.New(t, func(_ *fake.Server, _ http.ResponseWriter, _ *http.Request, body []byte) {
		var call struct{ Data map[string]any }
		assert.NoError(t, json.Unmarshal(body, &call))
		sent <- call.Data
	})
	o := options(s)
	o.Receipts = true
	got, err := open(t, o).Send(t.Context(), prompt())
	require.NoError(t, err)
	require.Equal(t, channel.Accepted{ProviderMessageID: "m1", ReceiptExpected: true}, got, "a gateway need not have ids of its own")
	require.Equal(t, map[string]any{
		"message_id": "m1", "customer_id": "cust-1", "kind": "app", "purpose": "fraud_prompt", "language": "zh-CN", "title": "示例银行",
		"text": "【示例银行】您尾号1234的卡…", "expires_at": "2026-03-01T12:10:00.000+08:00", "prompt_id": "prompt-1",
		"answer_url": "https://cards.bank/answer/x", "push_token": "device-token", "push_platform": "android",
	}, <-sent)
	o.Kind = alerts.SMS
	_, err = open(t, o).Send(t.Context(), prompt())
	require.NoError(t, err)
	text := <-sent
	require.Equal(t, "+8613800138000", text["to"])
	require.NotContains(t, text, "push_token")
	require.NotContains(t, text, "answer_url", "a link has no place in a text message")
}

func TestWhatAGatewayAnswersMeans(t *testing.T) {
	s := gateway(t, ours)
	c := open(t, options(s))
	for _, x := range []struct {
		status int
		body   string
		want   channel.Reason
		after  time.Duration
	}{
		{status: 410, want: channel.BadAddress},
		{status: 422, want: channel.BadMessage},
		{status: 422, body: `{"reason":"blocked"}`, want: channel.Blocked},
		{status: 400, body: `{"reason":"bad_address"}`, want: channel.BadAddress},
		{status: 400, body: `{"reason":"unavailable"}`, want: channel.BadMessage},
		{status: 400, body: `not JSON`, want: channel.BadMessage},
		{status: 401, want: channel.BadCredentials},
		{status: 404, want: channel.BadCredentials},
		{status: 429, want: channel.RateLimited, after: 7 * time.Second},
		{status: 500, body: `{"reason":"bad_address"}`, want: channel.Unavailable, after: 7 * time.Second},
		{status: 504, want: channel.NoAnswer, after: 7 * time.Second},
		{status: 302, want: channel.Unavailable},
	} {
		h := http.Header{}
		if x.after > 0 {
			h.Set("Retry-After", "7")
		}
		s.Answer(x.status, h, x.body)
		_, err := c.Send(t.Context(), prompt())
		var e *channel.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, x.want, e.Reason, "%d %s", x.status, x.body)
		require.Equal(t, x.after, e.RetryAfter)
	}
	s.Answer(http.StatusAccepted, nil, `{"id":"`+strings.Repeat("x", 100)+`"}`)
	got, err := c.Send(t.Context(), prompt())
	require.NoError(t, err)
	require.LessOrEqual(t, len(got.ProviderMessageID), 64)
}

func TestASetUpIsChecked(t *testing.T) {
	good := options(gateway(t, ours))
	for name, spoil := range map[string]func(*webhook.Options){
		"no secret":              func(o *webhook.Options) { o.Secrets = nil },
		"three secrets":          func(o *webhook.Options) { o.Secrets = []string{ours, oursNew, theirs2} },
		"short secret":           func(o *webhook.Options) { o.Secrets = []string{"whsec_c2hvcnQ="} },
		"no prefix":              func(o *webhook.Options) { o.Secrets = []string{strings.TrimPrefix(ours, "whsec_")} },
		"no base64":              func(o *webhook.Options) { o.HookSecrets = []string{"whsec_!"} },
		"one secret both ways":   func(o *webhook.Options) { o.HookSecrets = []string{theirs, ours} },
		"a kind that is no kind": func(o *webhook.Options) { o.Kind = alerts.Link },
		"no address":             func(o *webhook.Options) { o.URL = "" },
	} {
		o := good
		spoil(&o)
		_, err := webhook.New(o)
		require.Error(t, err, name)
		require.NotContains(t, err.Error(), strings.TrimPrefix(ours, "whsec_"))
	}
}
