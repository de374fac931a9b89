package fcm_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/channeltest"
	"github.com/cardwatch/cardwatch/alerts/channel/fcm"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/fake"
	"github.com/cardwatch/cardwatch/detectors/card"
)

func open(t *testing.T, o fcm.Options) *fcm.Channel {
	c, err := fcm.New(o)
	require.NoError(t, err)
	return c
}

func TestFirebaseIsAChannel(t *testing.T) {
	channeltest.Run(t, func(t *testing.T) channeltest.Subject {
		g := newGoogle(t)
		return channeltest.Subject{
			Channel: open(t, g.options), Received: g.Received, Hang: g.Hang,
			Break: func() { g.messages.Store(&answer{status: 503, body: failureOf("UNAVAILABLE", "UNAVAILABLE")}) },
		}
	})
}

func prompt() channel.Outgoing {
	return channel.Outgoing{
		MessageID: "m1", PushToken: "device-token", Title: "示例银行", Text: "是您本人操作吗？", PromptID: "prompt-1",
		AnswerURL: "https://cards.bank/answer/x", Purpose: alerts.FraudPrompt, ExpiresAt: fake.Now().Add(10 * time.Minute),
	}
}

func TestWhatFirebaseIsSent(t *testing.T) {
	g := newGoogle(t)
	g.options.AndroidChannel = "fraud"
	got, err := open(t, g.options).Send(t.Context(), prompt())
	require.NoError(t, err)
	require.Equal(t, channel.Accepted{ProviderMessageID: "0:1"}, got)
	require.JSONEq(t, fmt.Sprintf(`{"message":{
		"token":"device-token",
		"notification":{"title":"示例银行","body":"是您本人操作吗？"},
		"data":{"message_id":"m1","purpose":"fraud_prompt","prompt_id":"prompt-1","answer_url":"https://cards.bank/answer/x"},
		"android":{"priority":"HIGH","ttl":"600s","notification":{"tag":"m1","channel_id":"fraud"}},
		"apns":{"headers":{"apns-priority":"10","apns-collapse-id":"m1","apns-expiration":"%d"}}}}`, prompt().ExpiresAt.UnixMilli/1000), g.sent())

	m := prompt()
	m.MessageID, m.ExpiresAt = "m2", fake.Now().Add(1000*time.Hour)
	_, err = open(t, g.options).Send(t.Context(), m)
	require.NoError(t, err)
	require.Contains(t, g.sent(), `"ttl":"2419200s"`)
	m.MessageID, m.ExpiresAt = "m3", card.Moment{}
	_, err = open(t, g.options).Send(t.Context(), m)
	require.NoError(t, err)
	require.NotContains(t, g.sent(), "ttl")
	m.MessageID, m.ExpiresAt = "m4", fake.Now()
	_, err = open(t, g.options).Send(t.Context(), m)
	require.Equal(t, channel.BadMessage, channel.ReasonOf(err), "what has expired is not sent")
}

func TestWhatFirebaseAnswersMeans(t *testing.T) {
	g := newGoogle(t)
	c := open(t, g.options)
	const field = `{"error":{"code":400,"status":"INVALID_ARGUMENT","details":[
		{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"%s","description":"x"}]}]}}`
	for _, x := range []struct {
		status int
		body   string
		want   channel.Reason
	}{
		{404, failureOf("NOT_FOUND", "UNREGISTERED"), channel.BadAddress},
		{403, failureOf("PERMISSION_DENIED", "SENDER_ID_MISMATCH"), channel.BadAddress},
		{400, failureOf("INVALID_ARGUMENT", "INVALID_ARGUMENT"), channel.BadAddress},
		{400, fmt.Sprintf(field, "message.token"), channel.BadAddress},
		{400, fmt.Sprintf(field, "message.data[0].value"), channel.BadMessage},
		{429, failureOf("RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"), channel.RateLimited},
		{503, failureOf("UNAVAILABLE", "UNAVAILABLE"), channel.Unavailable},
		{500, failureOf("INTERNAL", "INTERNAL"), channel.Unavailable},
		{401, failureOf("UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR"), channel.BadCredentials},
		{403, `{"error":{"status":"PERMISSION_DENIED"}}`, channel.BadCredentials},
		{404, `<html>no such project</html>`, channel.BadCredentials},
		{200, `{}`, channel.NoAnswer},
	} {
		g.messages.Store(&answer{status: x.status, body: x.body, retryAfter: "9"})
		_, err := c.Send(t.Context(), prompt())
		var e *channel.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, x.want, e.Reason, x.body)
		require.NotContains(t, fmt.Sprint(err, e.Unwrap()), "device-token")
		if x.status > 200 {
			require.Equal(t, 9*time.Second, e.RetryAfter)
		}
	}
	g.messages.Store(&answer{status: 429, body: failureOf("RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED")})
	_, err := c.Send(t.Context(), prompt())
	var e *channel.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, time.Minute, e.RetryAfter, "as FCM has it when it does not say")
}

func send(t *testing.T, c *fcm.Channel, id string) error {
	m := prompt()
	m.MessageID, m.ExpiresAt = id, card.Moment{}
	_, err := c.Send(t.Context(), m)
	return err
}

func TestAnAccessTokenIsKeptUntilItsEnd(t *testing.T) {
	g := newGoogle(t)
	c := open(t, g.options)
	for i := range 3 {
		require.NoError(t, send(t, c, fmt.Sprint("a", i)))
	}
	require.EqualValues(t, 1, g.granted.Load())
	g.pass(58 * time.Minute)
	require.NoError(t, send(t, c, "b"))
	require.EqualValues(t, 1, g.granted.Load())
	g.pass(time.Minute)
	require.NoError(t, send(t, c, "c"))
	require.EqualValues(t, 2, g.granted.Load(), "renewed a minute before its end")
}

func TestATokenThatIsNoLongerKnownIsRenewedOnce(t *testing.T) {
	g := newGoogle(t)
	c := open(t, g.options)
	require.NoError(t, send(t, c, "a"))
	g.revoke()
	require.NoError(t, send(t, c, "b"))
	require.EqualValues(t, 2, g.granted.Load())
	require.Equal(t, []string{"a", "b"}, g.Received())

	g.messages.Store(&answer{status: 401, body: `{"error":{"status":"UNAUTHENTICATED"}}`})
	require.Equal(t, channel.BadCredentials, channel.ReasonOf(send(t, c, "c")))
	require.LessOrEqual(t, g.granted.Load(), int64(3), "one more try, not an endless one")
}

func TestManyAtOnceFetchOneToken(t *testing.T) {
	g := newGoogle(t)
	c := open(t, g.options)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			_, _ = c.Send(t.Context(), channel.Outgoing{MessageID: fmt.Sprint("m", i), PushToken: "d", Text: "x"})
		})
	}
	wg.Wait()
	require.Len(t, g.Received(), 20)
	require.EqualValues(t, 1, g.granted.Load())
}

func TestWithoutATokenNoMessageHasBeenTaken(t *testing.T) {
	g := newGoogle(t)
	c := open(t, g.options)
	for status, want := range map[int]channel.Reason{
		400: channel.BadCredentials, 401: channel.BadCredentials, 403: channel.BadCredentials, 429: channel.RateLimited,
		500: channel.Unavailable, 503: channel.Unavailable, 200: channel.Unavailable,
	} {
		g.grants.Store(&answer{status: status, body: `{"error":"invalid_grant"}`})
		require.Equal(t, want, channel.ReasonOf(send(t, c, "a")), status)
	}
	g.grants.Store(&answer{cut: true})
	require.Equal(t, channel.Unavailable, channel.ReasonOf(send(t, c, "a")), "no answer about a token is no message sent")

	g.grants.Store(&answer{hang: true})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := c.Send(ctx, prompt())
			done <- err
		}()
	}
	cancel()
	for range 2 {
		require.True(t, channel.Cancelled(<-done), "who waits for a token waits no longer than asked to")
	}
	require.Empty(t, g.Received())
}

func TestASetUpIsChecked(t *testing.T) {
	g := newGoogle(t)
	change := func(name string, value any) []byte {
		var file map[string]any
		require.NoError(t, json.Unmarshal(g.options.ServiceAccount, &file))
		file[name] = value
		b, err := json.Marshal(file)
		require.NoError(t, err)
		return b
	}
	for name, file := range map[string][]byte{
		"no file":         nil,
		"no JSON":         []byte("secret-key"),
		"another type":    change("type", "authorized_user"),
		"no project":      change("project_id", ""),
		"no email":        change("client_email", ""),
		"no key":          change("private_key", ""),
		"a broken key":    change("private_key", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0LWtleQ==\n-----END PRIVATE KEY-----\n"),
		"an elliptic key": change("private_key", string(ellipticKey(t))),
		"a plain address": change("token_uri", "http://oauth2.googleapis.com/token"),
		"a file":          change("token_uri", "file:///etc/passwd"),
	} {
		o := g.options
		o.ServiceAccount = file
		_, err := fcm.New(o)
		require.Error(t, err, name)
		require.NotContains(t, err.Error(), "secret-key")
		require.NotContains(t, err.Error(), "c2VjcmV0")
	}
	_, err := fcm.New(fcm.Options{Name: "fcm", ServiceAccount: g.options.ServiceAccount, AllowPrivate: true, Now: fake.Now})
	require.NoError(t, err, "Google's own address is the default")
}
