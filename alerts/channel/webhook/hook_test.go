package webhook_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/fake"
	"github.com/cardwatch/cardwatch/alerts/channel/webhook"
	"github.com/cardwatch/cardwatch/detectors/card"
)

var _ channel.Hook = (*webhook.Channel)(nil)

const happened = `"timestamp":"2026-03-01T11:59:58+08:00"`

// called is a call that the standard's own library signs.
func called(t *testing.T, secret, id string, at card.Moment, body string) channel.Call {
	signature, err := independent(t, secret).Sign(id, at.Time(), []byte(body))
	require.NoError(t, err)
	h := http.Header{}
	h.Set("webhook-id", id)
	h.Set("webhook-timestamp", fmt.Sprint(at.UnixMilli/1000))
	h.Set("webhook-signature", signature)
	return channel.Call{Method: http.MethodPost, Header: h, Body: []byte(body), At: fake.Now()}
}

func hook(t *testing.T, kind alerts.ChannelKind) *webhook.Channel {
	o := options(gateway(t, ours))
	o.Kind, o.HookSecrets = kind, []string{theirs, theirs2}
	return open(t, o)
}

func refused(t *testing.T, c *webhook.Channel, call channel.Call, want channel.CallReason) {
	t.Helper()
	heard, err := c.Open(call)
	var e *channel.CallError
	require.ErrorAs(t, err, &e)
	require.Equal(t, want, e.Reason)
	require.Empty(t, heard)
	require.NotContains(t, err.Error(), "m1")
}

func TestReceiptsAreHeard(t *testing.T) {
	c, schema := hook(t, alerts.App), schemaOf(t, "callback.json")
	at := card.Moment{UnixMilli: 1_772_337_598_000, OffsetMinutes: 480}
	for body, want := range map[string]channel.Delivery{
		`{"type":"message.delivered",` + happened + `,"data":{"message_id":"m1","id":"push-m1"}}`: {
			MessageID: "m1", ProviderMessageID: "push-m1", Outcome: alerts.Delivered, At: at},
		`{"type":"message.failed",` + happened + `,"data":{"id":"push-m1","reason":"bad_address"}}`: {
			ProviderMessageID: "push-m1", Outcome: alerts.Undelivered, Reason: channel.BadAddress, At: at},
		`{"type":"message.unknown",` + happened + `,"data":{"message_id":"m1","more":1},"more":2}`: {
			MessageID: "m1", Outcome: alerts.OutcomeUnknown, At: at},
	} {
		require.NoError(t, follows(schema, []byte(body)))
		heard, err := c.Open(called(t, theirs, "msg_1", fake.Now(), body))
		require.NoError(t, err)
		require.Equal(t, []channel.Heard{{ID: "bank_push:msg_1", Delivery: &want}}, heard)
	}
}

func TestRepliesAreHeardAndOnlyASessionProvesWhoAnswered(t *testing.T) {
	schema := schemaOf(t, "callback.json")
	at := card.Moment{UnixMilli: 1_772_337_598_000, OffsetMinutes: 480}
	for _, x := range []struct {
		kind alerts.ChannelKind
		data string
		want alerts.Reply
	}{
		{alerts.App, `{"customer_id":"c1","prompt_id":"p1","answer":"no","session":true}`,
			alerts.Reply{Head: card.Head{Customer: "c1"}, PromptID: "p1", Answer: alerts.No, Verified: true}},
		{alerts.App, `{"customer_id":"c1","prompt_id":"p1","answer":"yes"}`,
			alerts.Reply{Head: card.Head{Customer: "c1"}, PromptID: "p1", Answer: alerts.Yes}},
		{alerts.SMS, `{"from":"+8613800138000","to":"95588","text":"Y","session":true}`,
			alerts.Reply{From: "+8613800138000", To: "95588", Text: "Y"}},
	} {
		body := `{"type":"reply.received",` + happened + `,"data":` + x.data + `}`
		require.NoError(t, follows(schema, []byte(body)))
		heard, err := hook(t, x.kind).Open(called(t, theirs2, "msg_2", fake.Now(), body))
		require.NoError(t, err)
		x.want.ID, x.want.ProviderMessageID = "bank_push:msg_2", "bank_push:msg_2"
		x.want.At, x.want.Channel = at, x.kind
		require.Equal(t, []channel.Heard{{ID: "bank_push:msg_2", Reply: &x.want}}, heard)
	}
}

func TestACallThatIsNotTheGatewaysIsRefusedUnread(t *testing.T) {
	c := hook(t, alerts.App)
	body := `{"type":"message.delivered",` + happened + `,"data":{"message_id":"m1"}}`
	good := func() channel.Call { return called(t, theirs, "msg_1", fake.Now(), body) }
	_, err := c.Open(good())
	require.NoError(t, err)
	for name, spoil := range map[string]func(*channel.Call){
		"one byte changed":     func(x *channel.Call) { x.Body[len(x.Body)-4] ^= 1 },
		"a byte added":         func(x *channel.Call) { x.Body = append(x.Body, ' ') },
		"another id":           func(x *channel.Call) { x.Header.Set("webhook-id", "msg_2") },
		"another time":         func(x *channel.Call) { x.Header.Set("webhook-timestamp", "1772337601") },
		"no id":                func(x *channel.Call) { x.Header.Del("webhook-id") },
		"no time":              func(x *channel.Call) { x.Header.Del("webhook-timestamp") },
		"no signature":         func(x *channel.Call) { x.Header.Del("webhook-signature") },
		"empty signature":      func(x *channel.Call) { x.Header.Set("webhook-signature", "v1,") },
		"asymmetric version":   func(x *channel.Call) { x.Header.Set("webhook-signature", "v1a,"+x.Header.Get("webhook-signature")[3:]) },
		"a key of long ago":    func(x *channel.Call) { *x = called(t, secret("old"), "msg_1", fake.Now(), body) },
		"our own call, turned": func(x *channel.Call) { *x = called(t, ours, "msg_1", fake.Now(), body) },
		"signature behind eight": func(x *channel.Call) {
			x.Header.Set("webhook-signature", strings.Repeat("v1,AA== ", 8)+x.Header.Get("webhook-signature"))
		},
		"unsigned and unreadable": func(x *channel.Call) { x.Body, x.Header = []byte("{"), http.Header{} },
	} {
		t.Run(name, func(t *testing.T) {
			call := good()
			spoil(&call)
			refused(t, c, call, channel.BadSignature)
		})
	}
	without := options(gateway(t, ours))
	without.HookSecrets = nil
	refused(t, open(t, without), called(t, theirs, "msg_1", fake.Now(), body), channel.BadSignature)
}

func TestASecondSignatureIsEnough(t *testing.T) {
	call := called(t, theirs2, "msg_1", fake.Now(), `{"type":"message.delivered",`+happened+`,"data":{"message_id":"m1"}}`)
	call.Header.Set("webhook-signature", "v1,AAAA v9,x "+call.Header.Get("webhook-signature"))
	_, err := hook(t, alerts.App).Open(call)
	require.NoError(t, err)
}

func TestAnOldCallIsStale(t *testing.T) {
	c := hook(t, alerts.App)
	body := `{"type":"message.delivered",` + happened + `,"data":{"message_id":"m1"}}`
	for off, stale := range map[time.Duration]bool{
		-301 * time.Second: true, -300 * time.Second: false, 0: false, 300 * time.Second: false, 301 * time.Second: true,
	} {
		call := called(t, theirs, "msg_1", fake.Now().Add(off), body)
		if stale {
			refused(t, c, call, channel.StaleCall)
			continue
		}
		_, err := c.Open(call)
		require.NoError(t, err, off)
	}
}

func TestASignedCallMustStillBeReadable(t *testing.T) {
	for name, body := range map[string]string{
		"no JSON":             `{`,
		"an array":            `[]`,
		"no time":             `{"type":"message.delivered","data":{"message_id":"m1"}}`,
		"unknown type":        `{"type":"message.read",` + happened + `,"data":{"message_id":"m1"}}`,
		"our own type":        `{"type":"message.send",` + happened + `,"data":{"message_id":"m1"}}`,
		"no message":          `{"type":"message.failed",` + happened + `,"data":{}}`,
		"an id too long":      `{"type":"message.failed",` + happened + `,"data":{"message_id":"` + strings.Repeat("m", 65) + `"}}`,
		"unknown reason":      `{"type":"message.failed",` + happened + `,"data":{"message_id":"m1","reason":"tired"}}`,
		"no data":             `{"type":"message.failed",` + happened + `}`,
		"unknown answer":      `{"type":"reply.received",` + happened + `,"data":{"customer_id":"c1","answer":"maybe"}}`,
		"nothing said":        `{"type":"reply.received",` + happened + `,"data":{"customer_id":"c1"}}`,
		"nobody":              `{"type":"reply.received",` + happened + `,"data":{"answer":"yes","session":true}}`,
		"not a number":        `{"type":"reply.received",` + happened + `,"data":{"customer_id":"c1","from":"bank","answer":"yes"}}`,
		"a customer too long": `{"type":"reply.received",` + happened + `,"data":{"customer_id":"` + strings.Repeat("c", 65) + `","answer":"yes"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, hook(t, alerts.App), called(t, theirs, "msg_1", fake.Now(), body), channel.BadCall)
		})
	}
	t.Run("a text message from nowhere", func(t *testing.T) {
		body := `{"type":"reply.received",` + happened + `,"data":{"customer_id":"c1","text":"Y"}}`
		refused(t, hook(t, alerts.SMS), called(t, theirs, "msg_1", fake.Now(), body), channel.BadCall)
	})
}

func FuzzOpen(f *testing.F) {
	f.Add("msg_1", "1772337600", "v1,AAAA", []byte(`{"type":"message.delivered","timestamp":"2026-03-01T11:59:58+08:00","data":{"message_id":"m1"}}`))
	f.Add("msg_1", "1772337600", "v1,AAAA", []byte(`{"type":"reply.received","timestamp":"2026-03-01T11:59:58+08:00","data":{"customer_id":"c1","answer":"yes"}}`))
	o := webhook.Options{
		Name: "g", Kind: alerts.App, URL: "https://gateway", Secrets: []string{ours}, HookSecrets: []string{theirs}, Now: fake.Now,
	}
	c, err := webhook.New(o)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, id, at, signature string, body []byte) {
		h := http.Header{"Webhook-Id": {id}, "Webhook-Timestamp": {at}, "Webhook-Signature": {signature}}
		_, err := c.Open(channel.Call{Header: h, Body: body, At: fake.Now()})
		require.Error(t, err, "nobody can guess a signature")

		heard, err := c.Open(called(t, theirs, "msg_1", fake.Now(), string(body)))
		if err == nil {
			require.Len(t, heard, 1)
			require.NotEqual(t, heard[0].Reply == nil, heard[0].Delivery == nil, "exactly one of the two")
		}
	})
}
