package twilio_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"net/url"
	"sort"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/fake"
	"github.com/cardwatch/cardwatch/alerts/channel/twilio"
)

// signed signs a call as Twilio describes it for forms whose fields stand there once each.
func signed(token, address string, form url.Values) channel.Call {
	var names []string
	for name := range form {
		names = append(names, name)
	}
	sort.Strings(names)
	text := address
	for _, name := range names {
		text += name + form.Get(name)
	}
	h := hmac.New(sha1.New, []byte(token))
	h.Write([]byte(text))
	return channel.Call{
		Method: http.MethodPost, URL: address, Body: []byte(form.Encode()), At: fake.Now(),
		Header: http.Header{"X-Twilio-Signature": {base64.StdEncoding.EncodeToString(h.Sum(nil))}},
	}
}

func FuzzOpen(f *testing.F) {
	f.Add("AAAA", hookURL, replyForm().Encode())
	f.Add("", hookURL+"&message_id=%00", "MessageSid=SM1&AccountSid="+account+"&MessageStatus=failed&ErrorCode=x")
	f.Add("", "%zz", "a=1;b=2")
	c, err := twilio.New(twilio.Options{
		Name: "twilio", AccountSID: account, AuthTokens: []string{token}, From: "+15005550006", Now: fake.Now,
	})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, signature, address, body string) {
		call := channel.Call{URL: address, Body: []byte(body), Header: http.Header{"X-Twilio-Signature": {signature}}, At: fake.Now()}
		_, err := c.Open(call)
		require.Error(t, err, "nobody can guess a signature")

		form, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		heard, err := c.Open(signed(token, address, form))
		if err == nil {
			require.Len(t, heard, 1)
			require.NotEqual(t, heard[0].Reply == nil, heard[0].Delivery == nil, "exactly one of the two")
			require.LessOrEqual(t, len(heard[0].ID), 64)
		}
	})
}
