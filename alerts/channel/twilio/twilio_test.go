package twilio_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/channeltest"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/fake"
	"github.com/cardwatch/cardwatch/alerts/channel/twilio"
)

const (
	account = "AC00000000000000000000000000000001"
	token   = "first-auth-token"
	hookURL = "https://desk.bank/hooks/twilio?bank=1"
)

// server plays Twilio as its documentation has it: basic auth, a form, every call another message.
func server(t *testing.T) *fake.Server {
	return fake.New(t, func(s *fake.Server, w http.ResponseWriter, r *http.Request, _ []byte) {
		user, password, _ := r.BasicAuth()
		if user != account || password != token {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"code":20003,"message":"Authenticate","status":401}`)
			return
		}
		assert.Equal(t, "/2010-04-01/Accounts/"+account+"/Messages.json", r.URL.Path)
		assert.NoError(t, r.ParseForm())
		assert.NotEmpty(t, r.PostForm.Get("To"))
		assert.NotEmpty(t, r.PostForm.Get("From"))
		callback, err := url.Parse(r.PostForm.Get("StatusCallback"))
		assert.NoError(t, err)
		assert.Equal(t, "1", callback.Query().Get("bank"), "the address keeps what it had")
		s.Deliver(callback.Query().Get("message_id"))
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"sid":"SM%032d","status":"queued","error_code":null}`, len(s.Received()))
	})
}

func options(s *fake.Server) twilio.Options {
	return twilio.Options{
		Name: "twilio", AccountSID: account, AuthTokens: []string{token, "second-auth-token"}, From: "+15005550006",
		StatusCallback: hookURL, Endpoint: s.URL, AllowPrivate: true, Roots: s.Roots, Now: fake.Now,
	}
}

func open(t *testing.T, o twilio.Options) *twilio.Channel {
	c, err := twilio.New(o)
	require.NoError(t, err)
	return c
}

func TestTwilioIsAChannel(t *testing.T) {
	channeltest.Run(t, func(t *testing.T) channeltest.Subject {
		s := server(t)
		return channeltest.Subject{
			Channel: open(t, options(s)), Received: s.Received, Hang: s.Hang,
			Break: func() { s.Answer(http.StatusServiceUnavailable, nil, `{"code":20503}`) },
		}
	})
}

func text() channel.Outgoing {
	return channel.Outgoing{
		MessageID: "m1", To: "+8613800138000", Text: "【示例银行】回复Y确认", ExpiresAt: fake.Now().Add(10 * time.Minute),
	}
}

func TestWhatTwilioIsSent(t *testing.T) {
	sent := make(chan url.Values, 1)
	s := fake.New(t, func(_ *fake.Server, w http.ResponseWriter, r *http.Request, _ []byte) {
		assert.NoError(t, r.ParseForm())
		sent <- r.PostForm
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, `{"sid":"SM1"}`)
	})
	got, err := open(t, options(s)).Send(t.Context(), text())
	require.NoError(t, err)
	require.Equal(t, channel.Accepted{ProviderMessageID: "SM1", ReceiptExpected: true}, got)
	require.Equal(t, url.Values{
		"To": {"+8613800138000"}, "From": {"+15005550006"}, "Body": {"【示例银行】回复Y确认"}, "ValidityPeriod": {"600"},
		"StatusCallback": {"https://desk.bank/hooks/twilio?bank=1&message_id=m1"},
	}, <-sent)

	o := options(s)
	o.From, o.MessagingServiceSID, o.StatusCallback = "", "MG00000000000000000000000000000002", ""
	m := text()
	m.ExpiresAt = fake.Now().Add(72 * time.Hour)
	got, err = open(t, o).Send(t.Context(), m)
	require.NoError(t, err)
	require.False(t, got.ReceiptExpected)
	form := <-sent
	require.Equal(t, "36000", form.Get("ValidityPeriod"))
	require.Equal(t, o.MessagingServiceSID, form.Get("MessagingServiceSid"))
	require.NotContains(t, form, "From")
	require.NotContains(t, form, "StatusCallback")
}

func TestWhatTwilioAnswersMeans(t *testing.T) {
	s := server(t)
	c := open(t, options(s))
	for _, x := range []struct {
		status, code int
		want         channel.Reason
	}{
		{400, 21211, channel.BadAddress}, {400, 21614, channel.BadAddress}, {400, 21612, channel.BadAddress},
		{400, 21408, channel.BadAddress}, {400, 21610, channel.Blocked}, {400, 21617, channel.BadMessage},
		{400, 21606, channel.BadCredentials}, {401, 20003, channel.BadCredentials}, {404, 20404, channel.BadCredentials},
		{429, 20429, channel.RateLimited}, {400, 21611, channel.RateLimited}, {429, 0, channel.RateLimited},
		{500, 20500, channel.Unavailable}, {503, 0, channel.Unavailable}, {400, 99999, channel.BadMessage},
		{200, 0, channel.NoAnswer},
	} {
		s.Answer(x.status, http.Header{"Retry-After": {"3"}}, fmt.Sprintf(`{"code":%d,"message":"to +8613800138000"}`, x.code))
		_, err := c.Send(t.Context(), text())
		var e *channel.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, x.want, e.Reason, x)
		require.NotContains(t, fmt.Sprint(err, e.Unwrap()), "138001380")
		if x.status >= 400 {
			require.Equal(t, 3*time.Second, e.RetryAfter)
		}
	}
	m := text()
	m.ExpiresAt = fake.Now()
	_, err := c.Send(t.Context(), m)
	require.Equal(t, channel.BadMessage, channel.ReasonOf(err), "what has expired is not sent")
}

func TestASetUpIsChecked(t *testing.T) {
	good := options(server(t))
	for name, spoil := range map[string]func(*twilio.Options){
		"no account":      func(o *twilio.Options) { o.AccountSID = "" },
		"a path instead":  func(o *twilio.Options) { o.AccountSID = "../AC" },
		"no token":        func(o *twilio.Options) { o.AuthTokens = nil },
		"an empty token":  func(o *twilio.Options) { o.AuthTokens = []string{token, ""} },
		"three tokens":    func(o *twilio.Options) { o.AuthTokens = []string{"a", "b", "c"} },
		"no sender":       func(o *twilio.Options) { o.From = "" },
		"two senders":     func(o *twilio.Options) { o.MessagingServiceSID = "MG00000000000000000000000000000002" },
		"odd service":     func(o *twilio.Options) { o.From, o.MessagingServiceSID = "", "XX" },
		"odd call-back":   func(o *twilio.Options) { o.StatusCallback = "desk.bank/hooks" },
		"plain http":      func(o *twilio.Options) { o.Endpoint = "http://api.twilio.com" },
		"nameless":        func(o *twilio.Options) { o.Name = "" },
		"without a clock": func(o *twilio.Options) { o.Now = nil },
	} {
		o := good
		spoil(&o)
		_, err := twilio.New(o)
		require.Error(t, err, name)
		require.NotContains(t, err.Error(), token)
	}
	o := good
	o.Endpoint = ""
	_, err := twilio.New(o)
	require.NoError(t, err)
}

var _ channel.Hook = (*twilio.Channel)(nil)

func replyForm() url.Values {
	return url.Values{
		"MessageSid": {"SM7"}, "AccountSid": {account}, "From": {"+8613800138000"}, "To": {"+15005550006"}, "Body": {"N 不是我"},
		"SmsStatus": {"received"}, "NumMedia": {"0"},
	}
}

func TestRepliesAndReceiptsAreHeard(t *testing.T) {
	c := open(t, options(server(t)))
	heard, err := c.Open(signed("second-auth-token", hookURL, replyForm()))
	require.NoError(t, err)
	require.Len(t, heard, 1)
	r := heard[0].Reply
	require.Equal(t, "twilio:SM7", heard[0].ID)
	require.Equal(t, alerts.Phone("+8613800138000"), r.From)
	require.Equal(t, alerts.Phone("+15005550006"), r.To)
	require.Equal(t, "N 不是我", r.Text)
	require.Equal(t, fake.Now(), r.At)
	require.Empty(t, r.Customer)
	require.False(t, r.Verified, "a text message proves nothing")

	f := replyForm()
	f.Set("OptOutType", "STOP")
	heard, err = c.Open(signed(token, hookURL, f))
	require.NoError(t, err)
	require.Equal(t, alerts.Stop, heard[0].Reply.Answer)

	for status, want := range map[string]channel.Delivery{
		"sent":        {Outcome: alerts.Accepted},
		"delivered":   {Outcome: alerts.Delivered},
		"read":        {Outcome: alerts.Delivered},
		"failed":      {Outcome: alerts.Undelivered, Reason: channel.BadAddress},
		"undelivered": {Outcome: alerts.Undelivered, Reason: channel.BadAddress},
	} {
		want.MessageID, want.ProviderMessageID, want.At = "m1", "SM1", fake.Now()
		heard, err := c.Open(signed(token, hookURL+"&message_id=m1", url.Values{
			"MessageSid": {"SM1"}, "AccountSid": {account}, "MessageStatus": {status}, "ErrorCode": {"30005"},
		}))
		require.NoError(t, err)
		require.Equal(t, []channel.Heard{{ID: "twilio:SM1:" + status, Delivery: &want}}, heard)
	}
	require.Equal(t, "text/xml", c.Thank().ContentType)
	require.Contains(t, c.Thank().Body, "<Response/>")
}

func TestACallThatIsNotTwiliosIsRefused(t *testing.T) {
	c := open(t, options(server(t)))
	for name, x := range map[string]struct {
		call func() channel.Call
		want channel.CallReason
	}{
		"another token": {func() channel.Call { return signed("third", hookURL, replyForm()) }, channel.BadSignature},
		"another address": {func() channel.Call {
			call := signed(token, hookURL, replyForm())
			call.URL += "&message_id=other"
			return call
		}, channel.BadSignature},
		"another text": {func() channel.Call {
			call := signed(token, hookURL, replyForm())
			call.Body = []byte(strings.Replace(string(call.Body), "N+", "Y+", 1))
			return call
		}, channel.BadSignature},
		"no signature": {func() channel.Call {
			call := signed(token, hookURL, replyForm())
			call.Header = http.Header{}
			return call
		}, channel.BadSignature},
		"not a form":         {func() channel.Call { return channel.Call{URL: hookURL, Body: []byte("%zz")} }, channel.BadSignature},
		"another account":    {func() channel.Call { return signed(token, hookURL, with("AccountSid", "AC2")) }, channel.BadCall},
		"no sid":             {func() channel.Call { return signed(token, hookURL, with("MessageSid", "")) }, channel.BadCall},
		"from a chat":        {func() channel.Call { return signed(token, hookURL, with("From", "whatsapp:+1")) }, channel.BadCall},
		"a status from Mars": {func() channel.Call { return signed(token, hookURL, with("MessageStatus", "lost")) }, channel.BadCall},
	} {
		t.Run(name, func(t *testing.T) {
			heard, err := c.Open(x.call())
			var e *channel.CallError
			require.ErrorAs(t, err, &e)
			require.Equal(t, x.want, e.Reason)
			require.Empty(t, heard)
		})
	}
}

func with(name, value string) url.Values {
	f := replyForm()
	f.Set(name, value)
	return f
}
