package channel_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/aliyun"
	"github.com/cardwatch/cardwatch/alerts/channel/apns"
	"github.com/cardwatch/cardwatch/alerts/channel/fcm"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/fake"
	"github.com/cardwatch/cardwatch/alerts/channel/tencent"
	"github.com/cardwatch/cardwatch/alerts/channel/twilio"
	"github.com/cardwatch/cardwatch/alerts/channel/webhook"
	"github.com/cardwatch/cardwatch/alerts/dispatch"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

const (
	account   = "AC00000000000000000000000000000001"
	authToken = "auth-token"
)

func now() card.Moment { return card.MomentOf(time.Now()) }

func says(body string) func(*fake.Server, http.ResponseWriter, *http.Request, []byte) {
	return func(_ *fake.Server, w http.ResponseWriter, _ *http.Request, _ []byte) { _, _ = io.WriteString(w, body) }
}

func inPEM(t *testing.T, key any, err error) []byte {
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// street is every provider, all of them working, and the channels to them.
type street struct {
	servers map[string]*fake.Server
	apps    []channel.Channel
	texts   []channel.Channel
	twilio  *twilio.Channel
	// callback is where Twilio was last told to call.
	callback chan string
}

func newStreet(t *testing.T) *street {
	s := &street{servers: map[string]*fake.Server{}, callback: make(chan string, 1)}
	for name, body := range map[string]string{
		"webhook": `{"id":"push-1"}`, "apns": ``, "aliyun": `{"Code":"OK","BizId":"1^0"}`,
		"tencent": `{"Response":{"SendStatusSet":[{"Code":"Ok","SerialNo":"5000:1"}]}}`,
		"fcm":     `{"name":"projects/p/messages/0:1","access_token":"token","expires_in":3599}`,
	} {
		s.servers[name] = fake.New(t, says(body))
	}
	s.servers["twilio"] = fake.New(t, func(_ *fake.Server, w http.ResponseWriter, r *http.Request, _ []byte) {
		assert.NoError(t, r.ParseForm())
		s.callback <- r.PostForm.Get("StatusCallback")
		_, _ = io.WriteString(w, `{"sid":"SM1"}`)
	})
	s.open(t)
	return s
}

func (s *street) open(t *testing.T) {
	keep := func(list *[]channel.Channel, c channel.Channel, err error) {
		require.NoError(t, err)
		*list = append(*list, c)
	}
	x := s.servers["webhook"]
	hook, err := webhook.New(webhook.Options{
		Name: "webhook", Kind: alerts.App, URL: x.URL, Secrets: []string{"whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 32))},
		AllowPrivate: true, Roots: x.Roots, Now: now,
	})
	keep(&s.apps, hook, err)
	x = s.servers["fcm"]
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	file, _ := json.Marshal(map[string]string{"type": "service_account", "project_id": "p", "client_email": "e", "token_uri": x.URL,
		"private_key": string(inPEM(t, rsaKey, err))})
	firebase, err := fcm.New(fcm.Options{Name: "fcm", ServiceAccount: file, Endpoint: x.URL, AllowPrivate: true, Roots: x.Roots, Now: now})
	keep(&s.apps, firebase, err)
	x = s.servers["apns"]
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	apple, err := apns.New(apns.Options{Name: "apns", TeamID: "TEAM123456", KeyID: "KEY1234567", PrivateKey: inPEM(t, key, err),
		Topic: "app", Endpoint: x.URL, AllowPrivate: true, Roots: x.Roots, Now: now})
	keep(&s.apps, apple, err)
	x = s.servers["twilio"]
	s.twilio, err = twilio.New(twilio.Options{Name: "twilio", AccountSID: account, AuthTokens: []string{authToken}, From: "+15005550006",
		StatusCallback: "https://desk.bank/hooks/twilio", Endpoint: x.URL, AllowPrivate: true, Roots: x.Roots, Now: now})
	keep(&s.texts, s.twilio, err)
	x = s.servers["aliyun"]
	ali, err := aliyun.New(aliyun.Options{Name: "aliyun", AccessKeyID: "id", AccessKeySecret: "secret", SignName: "示例银行",
		Templates: []aliyun.Template{{Template: alerts.AskSMS, Language: card.English, Code: "SMS_1", Vars: map[string]string{"card": "card"}}},
		Endpoint:  x.URL, AllowPrivate: true, Roots: x.Roots, Now: now})
	keep(&s.texts, ali, err)
	x = s.servers["tencent"]
	ten, err := tencent.New(tencent.Options{Name: "tencent", SecretID: "id", SecretKey: "secret", SDKAppID: "1", SignName: "示例银行",
		Templates: []tencent.Template{{Template: alerts.AskSMS, Language: card.English, ID: "1", Vars: []string{"card"}}},
		Endpoint:  x.URL, AllowPrivate: true, Roots: x.Roots, Now: now})
	keep(&s.texts, ten, err)
}

// desk is a desk in memory, as the dispatcher's outbox.
type desk struct {
	*alerts.Desk
	mu       sync.Mutex
	states   map[string]*alerts.State
	accepted chan alerts.Receipt
	wake     func()
}

func (d *desk) apply(customer string, body card.Body) {
	d.mu.Lock()
	defer d.mu.Unlock()
	body.Meta().Customer, body.Meta().At = customer, now()
	if d.states[customer] == nil {
		d.states[customer] = &alerts.State{}
	}
	d.Step(d.states[customer], card.Event{Arrived: now(), Body: body}, &alerts.Effects{})
	d.wake()
}

func (d *desk) Pending(_ context.Context, kind alerts.ChannelKind, at card.Moment, _ int) (rows []dispatch.Row, _ error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for customer, s := range d.states {
		for _, m := range s.Messages {
			if m.Waiting() && m.Channel == kind && !at.Before(m.DueAt) {
				rows = append(rows, dispatch.Row{Customer: customer, MessageID: m.ID})
			}
		}
	}
	return rows, nil
}

func (d *desk) State(_ context.Context, customer string) (*alerts.State, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := new(alerts.State)
	return s, s.UnmarshalBinary(d.states[customer].AppendBinary(nil))
}

func (d *desk) record(_ context.Context, r alerts.Receipt) error {
	d.apply(r.Customer, &r)
	if r.Outcome == alerts.Accepted {
		d.accepted <- r
	}
	return nil
}

// ask raises an alert and gives the receipt of the message that asks about it.
func (d *desk) ask(customer, pushToken string, phone alerts.Phone) alerts.Receipt {
	d.apply(customer, &alerts.Contact{
		Phone: phone, PushToken: pushToken, Language: card.English, Consent: alerts.Consent{SMS: true, Push: true},
	})
	d.apply(customer, &detectors.Alert{
		AlertID: "alert-" + customer, Revision: 1, State: detectors.Open, Mode: detectors.Live, Severity: detectors.High,
		Card: "tok-" + customer, OccurredAt: now(), Action: detectors.ConfirmWithCustomer,
	})
	return <-d.accepted
}

func newDesk(t *testing.T, s *street) *desk {
	core, err := alerts.NewDesk(alerts.Defaults())
	require.NoError(t, err)
	metrics, err := dispatch.NewMetrics(prometheus.NewRegistry())
	require.NoError(t, err)
	d := &desk{Desk: core, states: map[string]*alerts.State{}, accepted: make(chan alerts.Receipt, 10)}
	var providers []dispatch.Provider
	for _, c := range append(s.apps, s.texts...) {
		providers = append(providers, dispatch.Provider{Channel: c})
	}
	dispatcher, err := dispatch.New(dispatch.Config{
		Policy: core.Policy(), Channels: providers, Outbox: d, Record: d.record, Now: now, Metrics: metrics, Log: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	d.wake = dispatcher.Wake
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		dispatcher.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return d
}

func TestAPromptGoesDownTheStreetUntilSomebodyTakesIt(t *testing.T) {
	s := newStreet(t)
	s.servers["webhook"].Answer(http.StatusServiceUnavailable, nil, "")
	s.servers["fcm"].Answer(http.StatusInternalServerError, nil, "")
	s.servers["twilio"].Answer(http.StatusServiceUnavailable, nil, `{"code":20503}`)
	s.servers["aliyun"].Answer(http.StatusOK, nil, `{"Code":"isv.OUT_OF_SERVICE"}`)
	d := newDesk(t, s)

	r := d.ask("with-app", "device", "+8619900000001")
	require.Equal(t, "apns", r.Provider)
	require.False(t, r.ReceiptExpected)
	require.Equal(t, "tencent", d.ask("without-app", "", "+8619900000002").Provider)
	require.Equal(t, 1, s.servers["apns"].Calls())
	require.Equal(t, 1, s.servers["tencent"].Calls())

	for _, x := range s.servers {
		x.Recover()
	}
	require.Equal(t, "webhook", d.ask("again-with-app", "device", "+8619900000003").Provider)
	require.Equal(t, "twilio", d.ask("again-without-app", "", "+8619900000004").Provider)
}

func TestWhatAProviderTellsFindsItsMessageEvenIfItsAcceptanceWasLost(t *testing.T) {
	s := newStreet(t)
	r := newDesk(t, s).ask("without-app", "", "+8619900000002")
	require.True(t, r.ReceiptExpected)

	address := <-s.callback
	form := url.Values{"AccountSid": {account}, "MessageSid": {"SM1"}, "MessageStatus": {"delivered"}}
	h := hmac.New(sha1.New, []byte(authToken))
	fmt.Fprint(h, address, "AccountSid", account, "MessageSid", "SM1", "MessageStatus", "delivered")
	heard, err := s.twilio.Open(channel.Call{
		Method: http.MethodPost, URL: address, Body: []byte(form.Encode()), At: now(),
		Header: http.Header{"X-Twilio-Signature": {base64.StdEncoding.EncodeToString(h.Sum(nil))}},
	})
	require.NoError(t, err)
	require.Equal(t, r.MessageID, heard[0].Delivery.MessageID)
	require.Equal(t, r.ProviderMessageID, heard[0].Delivery.ProviderMessageID)
	require.True(t, strings.HasPrefix(address, "https://desk.bank/hooks/twilio?"))
}
