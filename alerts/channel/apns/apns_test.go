package apns_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/apns"
	"github.com/cardwatch/cardwatch/alerts/channel/channeltest"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/fake"
	"github.com/cardwatch/cardwatch/detectors/card"
)

const (
	team  = "TEAM123456"
	keyID = "KEY1234567"
	topic = "bank.example.app"
)

func newKey(t *testing.T, curve elliptic.Curve) (*ecdsa.PrivateKey, []byte) {
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	require.NoError(t, err)
	return key, inPEM(t, key)
}

func inPEM(t *testing.T, key any) []byte {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// world is Apple's server, the app's key and the clock of both sides.
type world struct {
	*fake.Server
	options apns.Options
	// later is how far the clock has been put on, in seconds.
	later atomic.Int64
	// apple is the server's part; tokens are the provider tokens that came in, in order.
	apple *apple
}

func newWorld(t *testing.T) *world {
	key, file := newKey(t, elliptic.P256())
	w := &world{}
	w.apple = &apple{t: t, public: &key.PublicKey, now: w.now}
	w.Server = fake.New(t, w.apple.serve)
	w.options = apns.Options{
		Name: "apns", TeamID: team, KeyID: keyID, PrivateKey: file, Topic: topic, Endpoint: w.URL, AllowPrivate: true,
		Roots: w.Roots, Now: w.now,
	}
	return w
}

func (w *world) now() card.Moment { return fake.Now().Add(time.Duration(w.later.Load()) * time.Second) }

func (w *world) pass(d time.Duration) { w.later.Add(int64(d / time.Second)) }

func (w *world) open(t *testing.T) *apns.Channel {
	c, err := apns.New(w.options)
	require.NoError(t, err)
	return c
}

func TestAppleIsAChannel(t *testing.T) {
	channeltest.Run(t, func(t *testing.T) channeltest.Subject {
		w := newWorld(t)
		return channeltest.Subject{
			Channel: w.open(t), Received: w.Received, Hang: w.Hang,
			Break: func() { w.Answer(http.StatusServiceUnavailable, nil, `{"reason":"ServiceUnavailable"}`) },
		}
	})
}

func prompt() channel.Outgoing {
	return channel.Outgoing{
		MessageID: "m1", PushToken: "00fc13adff785122", Title: "示例银行", Text: "是您本人操作吗？", PromptID: "prompt-1",
		AnswerURL: "https://cards.bank/answer/x", Purpose: alerts.FraudPrompt, ExpiresAt: fake.Now().Add(3 * time.Hour),
	}
}

func TestWhatAppleIsSent(t *testing.T) {
	w := newWorld(t)
	got, err := w.open(t).Send(t.Context(), prompt())
	require.NoError(t, err)
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, got.ProviderMessageID)
	require.False(t, got.ReceiptExpected, "Apple never says what became of it")
	r := w.apple.last()
	require.Equal(t, "/3/device/00fc13adff785122", r.path)
	for name, want := range map[string]string{
		"apns-topic": topic, "apns-push-type": "alert", "apns-priority": "10", "apns-collapse-id": "m1",
		"apns-id": got.ProviderMessageID, "apns-expiration": fmt.Sprint(prompt().ExpiresAt.UnixMilli / 1000),
	} {
		require.Equal(t, want, r.header.Get(name), name)
	}
	require.JSONEq(t, `{"aps":{"alert":{"title":"示例银行","body":"是您本人操作吗？"},"sound":"default","category":"cardwatch.prompt",
		"interruption-level":"time-sensitive"},"message_id":"m1","purpose":"fraud_prompt","prompt_id":"prompt-1",
		"answer_url":"https://cards.bank/answer/x"}`, string(r.body))

	again, err := w.open(t).Send(t.Context(), prompt())
	require.NoError(t, err)
	require.Equal(t, got, again, "another process gives the same message the same id")

	m := prompt()
	m.MessageID, m.Purpose, m.PromptID, m.AnswerURL, m.ExpiresAt = "m2", alerts.Service, "", "", card.Moment{}
	_, err = w.open(t).Send(t.Context(), m)
	require.NoError(t, err)
	require.NotContains(t, w.apple.last().header, "Apns-Expiration")
	require.JSONEq(t, `{"aps":{"alert":{"title":"示例银行","body":"是您本人操作吗？"},"sound":"default","interruption-level":"active"},
		"message_id":"m2","purpose":"service"}`, string(w.apple.last().body))

	m = prompt()
	m.MessageID, m.ExpiresAt = "m3", fake.Now()
	_, err = w.open(t).Send(t.Context(), m)
	require.Equal(t, channel.BadMessage, channel.ReasonOf(err), "what has expired is not sent")
}

func TestATokenServesForWhileAndIsThenRenewed(t *testing.T) {
	w := newWorld(t)
	c := w.open(t)
	send := func(id string) string {
		m := prompt()
		m.MessageID = id
		_, err := c.Send(t.Context(), m)
		require.NoError(t, err)
		return w.apple.last().header.Get("authorization")
	}
	first := send("m1")
	w.pass(39 * time.Minute)
	require.Equal(t, first, send("m2"), "Apple wants no new token within 20 minutes")
	w.pass(2 * time.Minute)
	require.NotEqual(t, first, send("m3"), "and none older than an hour")
}

func TestATokenThatAppleCallsTooOldIsRenewedOnce(t *testing.T) {
	w := newWorld(t)
	c := w.open(t)
	_, err := c.Send(t.Context(), prompt())
	require.NoError(t, err)
	w.pass(25 * time.Minute)
	w.apple.oldest.Store(20 * 60)
	m := prompt()
	m.MessageID = "m2"
	before := w.Calls()
	_, err = c.Send(t.Context(), m)
	require.NoError(t, err)
	require.Equal(t, before+2, w.Calls())
	require.Equal(t, []string{"m1", "m2"}, w.Received())

	w.apple.oldest.Store(-1)
	m.MessageID = "m3"
	before = w.Calls()
	_, err = c.Send(t.Context(), m)
	require.Equal(t, channel.BadCredentials, channel.ReasonOf(err), "our clock is wrong; another token would be no better")
	require.Equal(t, before+1, w.Calls())
}

func TestWhatAppleAnswersMeans(t *testing.T) {
	w := newWorld(t)
	c := w.open(t)
	for _, x := range []struct {
		status int
		word   string
		want   channel.Reason
	}{
		{400, "BadDeviceToken", channel.BadAddress}, {400, "DeviceTokenNotForTopic", channel.BadAddress},
		{410, "Unregistered", channel.BadAddress}, {410, "ExpiredToken", channel.BadAddress}, {410, "", channel.BadAddress},
		{404, "BadPath", channel.BadAddress}, {400, "BadTopic", channel.BadCredentials},
		{403, "InvalidProviderToken", channel.BadCredentials}, {403, "ExpiredProviderToken", channel.BadCredentials},
		{400, "TopicDisallowed", channel.BadCredentials}, {413, "PayloadTooLarge", channel.BadMessage},
		{400, "BadCollapseId", channel.BadMessage}, {400, "SomethingNew", channel.BadMessage},
		{429, "TooManyRequests", channel.RateLimited}, {429, "TooManyProviderTokenUpdates", channel.RateLimited},
		{500, "InternalServerError", channel.Unavailable}, {503, "Shutdown", channel.Unavailable},
	} {
		w.Answer(x.status, http.Header{"Retry-After": {"2"}}, fmt.Sprintf(`{"reason":%q,"timestamp":1}`, x.word))
		_, err := c.Send(t.Context(), prompt())
		var e *channel.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, x.want, e.Reason, x)
		require.Equal(t, 2*time.Second, e.RetryAfter)
		require.NotContains(t, fmt.Sprint(err, e.Unwrap()), "00fc13ad")
	}
	w.Recover()
	_, err := c.Send(t.Context(), prompt())
	require.NoError(t, err)
}

func TestAnotherKeyIsRefused(t *testing.T) {
	w := newWorld(t)
	_, w.options.PrivateKey = newKey(t, elliptic.P256())
	_, err := w.open(t).Send(t.Context(), prompt())
	require.Equal(t, channel.BadCredentials, channel.ReasonOf(err))
	require.Empty(t, w.Received())
}

func TestASetUpIsChecked(t *testing.T) {
	w := newWorld(t)
	_, onP384 := newKey(t, elliptic.P384())
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	for name, spoil := range map[string]func(*apns.Options){
		"no team":       func(o *apns.Options) { o.TeamID = "" },
		"no key id":     func(o *apns.Options) { o.KeyID = "short" },
		"no topic":      func(o *apns.Options) { o.Topic = "" },
		"no key":        func(o *apns.Options) { o.PrivateKey = nil },
		"no PEM":        func(o *apns.Options) { o.PrivateKey = []byte("secret-key") },
		"another curve": func(o *apns.Options) { o.PrivateKey = onP384 },
		"another kind":  func(o *apns.Options) { o.PrivateKey = inPEM(t, rsaKey) },
		"broken PEM": func(o *apns.Options) {
			o.PrivateKey = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")})
		},
		"plain http": func(o *apns.Options) { o.Endpoint = "http://api.push.apple.com" },
	} {
		o := w.options
		spoil(&o)
		_, err := apns.New(o)
		require.Error(t, err, name)
		require.NotContains(t, err.Error(), "secret-key")
	}
}

// request is one call that Apple's server saw.
type request struct {
	path   string
	header http.Header
	body   []byte
}

// apple plays Apple's server: HTTP/2 alone, a token that is well signed, of the team's key and not older than an hour.
type apple struct {
	t      *testing.T
	public *ecdsa.PublicKey
	now    func() card.Moment
	// oldest is the oldest token taken, in seconds; 0 is Apple's own hour.
	oldest   atomic.Int64
	requests atomic.Pointer[request]
}

func (a *apple) last() *request { return a.requests.Load() }

func (a *apple) serve(s *fake.Server, w http.ResponseWriter, r *http.Request, body []byte) {
	assert.Equal(a.t, 2, r.ProtoMajor)
	a.requests.Store(&request{path: r.URL.Path, header: r.Header, body: body})
	issued, ok := readToken(a.public, r.Header.Get("authorization"))
	refuse := func(status int, word string) {
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"reason":%q}`, word)
	}
	oldest := int64(3600)
	if a.oldest.Load() != 0 {
		oldest = a.oldest.Load()
	}
	age := a.now().UnixMilli/1000 - issued
	switch {
	case !ok:
		refuse(http.StatusForbidden, "InvalidProviderToken")
	case age > oldest:
		refuse(http.StatusForbidden, "ExpiredProviderToken")
	case r.Header.Get("apns-topic") != topic:
		refuse(http.StatusBadRequest, "BadTopic")
	case !strings.HasPrefix(r.URL.Path, "/3/device/") || len(r.URL.Path) < 12:
		refuse(http.StatusNotFound, "BadPath")
	default:
		var payload struct {
			MessageID string `json:"message_id"`
		}
		assert.NoError(a.t, json.Unmarshal(body, &payload))
		s.Deliver(payload.MessageID)
		w.Header().Set("apns-id", r.Header.Get("apns-id"))
	}
}
