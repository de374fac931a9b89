package hooks_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/stream/wire"
)

func TestAnAnswerFromTheAppReachesItsTopic(t *testing.T) {
	b := newTown(t)
	status, _ := b.call(gatewayCall("msg-1", said("no")))
	require.Equal(t, http.StatusOK, status)
	r := b.reply()
	require.Equal(t, customer, r.Customer)
	require.Equal(t, alerts.No, r.Answer)
	require.True(t, r.Verified, "the gateway vouches for the session")
}

func TestATextOfNobodyInParticularGoesUnderItsNumber(t *testing.T) {
	b := newTown(t)
	status, body := b.call(text("SM1", "+8613800138000", "N"))
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, "<Response/>")
	r := b.reply()
	require.Empty(t, r.Customer, "the desk finds out whose the number is")
	require.False(t, r.Verified, "a text message proves nothing but its number")
	require.Equal(t, alerts.PhoneKey("+8613800138000"), b.records[0].key)
	require.NotContains(t, b.records[0].key, "138")
}

func TestACardNumberInACustomersWordsIsNotWrittenAndTheWordsAre(t *testing.T) {
	b := newTown(t)
	status, _ := b.call(text("SM1", "+8613800138000", "N! my card is 4111 1111 1111 1111"))
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "N! my card is **** **** **** 1111", b.reply().Text, "the desk's door takes it")
}

// Rows 39 to 41 of notes/reliability-security.md §6, and what else may come over the wire.
func TestCallsThatAreRefused(t *testing.T) {
	changed := func(r *http.Request) *http.Request {
		return withBody(r, strings.Replace(said("no"), `"no"`, `"yes"`, 1))
	}
	without := func(r *http.Request, header string) *http.Request {
		r.Header.Del(header)
		return r
	}
	for _, tc := range []struct {
		name   string
		call   *http.Request
		status int
		answer string
	}{
		{"no signature", without(gatewayCall("m", said("no")), "webhook-signature"), 401, "bad_signature"},
		{"no id", without(gatewayCall("m", said("no")), "webhook-id"), 401, "bad_signature"},
		{"by a key that is no longer in use", gatewayCallAt("m", said("no"), gone, 0), 401, "bad_signature"},
		{"one word of the body changed", changed(gatewayCall("m", said("no"))), 401, "bad_signature"},
		{"signed five minutes and a second ago", gatewayCallAt("m", said("no"), newSecret, -301*time.Second), 401, "stale"},
		{"signed five minutes and a second ahead", gatewayCallAt("m", said("no"), newSecret, 301*time.Second), 401, "stale"},
		{"signed, but no JSON", gatewayCall("m", "{"), 400, "bad_call"},
		{"signed, but nobody's answer", gatewayCall("m", said("maybe")), 400, "bad_call"},
		{"Twilio without a signature", without(text("SM1", "+8613800138000", "N"), "X-Twilio-Signature"), 401, "bad_signature"},
		{"Twilio with another's field", withBody(text("SM1", "+8613800138000", "N"), "Body=Y&From=%2B8613800138000"), 401, "bad_signature"},
		{"not a POST", httptest.NewRequest(http.MethodGet, "/hooks/push", nil), 405, ""},
		{"no such channel", httptest.NewRequest(http.MethodPost, "/hooks/pigeon", nil), 404, ""},
		{"a path with no secret", httptest.NewRequest(http.MethodPost, "/hooks/quiet", nil), 404, ""},
		{"a path with a wrong secret", httptest.NewRequest(http.MethodPost, "/hooks/quiet/"+strings.Repeat("0", 32), nil), 404, ""},
		{"a secret for one that signs", httptest.NewRequest(http.MethodPost, "/hooks/push/"+aSecret, nil), 404, ""},
		{"the console", httptest.NewRequest(http.MethodPost, "/cases/1", nil), 404, ""},
		{"a flood of bytes", withBody(gatewayCall("m", ""), strings.Repeat("x", 256<<10+1)), 413, "too_large"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newTown(t)
			status, answer := b.call(tc.call)
			require.Equal(t, tc.status, status)
			if tc.answer != "" {
				require.Equal(t, tc.answer, answer)
			}
			require.Empty(t, b.written())
		})
	}
}

func withBody(r *http.Request, body string) *http.Request {
	again := httptest.NewRequest(r.Method, r.URL.Path, strings.NewReader(body))
	again.Header = r.Header
	return again
}

func TestBothKeysCountWhileTheyRotate(t *testing.T) {
	b := newTown(t)
	for n, secret := range []string{newSecret, oldSecret} {
		status, _ := b.call(gatewayCallAt(fmt.Sprint("m", n), said("no"), secret, 0))
		require.Equal(t, http.StatusOK, status)
	}
}

// The desk has no second effect of an event_id that it has seen.
func TestTheSameCallTwiceHasOneEventID(t *testing.T) {
	b := newTown(t)
	for range 2 {
		status, _ := b.call(gatewayCall("m", said("no")))
		require.Equal(t, http.StatusOK, status)
	}
	require.Equal(t, b.records[0], b.records[1])
	status, _ := b.call(gatewayCall("another", said("no")))
	require.Equal(t, http.StatusOK, status)
	require.NotEqual(t, b.records[0], b.records[2])
}

func TestAProviderIsThankedOnlyWhenItsWordIsSafe(t *testing.T) {
	b := newTown(t)
	b.kafkaOff = true
	status, _ := b.call(gatewayCall("m", said("no")))
	require.Equal(t, http.StatusServiceUnavailable, status, "so that it calls again")
	b.kafkaOff = false
	status, _ = b.call(gatewayCall("m", said("no")))
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, []string{wire.ReplyTopic}, b.written())
}

func TestAReceiptFindsItsMessage(t *testing.T) {
	b := newTown(t)
	b.taken("push", "msg-1", "gw-1", alerts.App)
	b.taken("texts", "msg-2", "SM2", alerts.SMS)
	status, _ := b.call(gatewayCall("m", delivered("msg-1")))
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, b.records[0].value, `"message_id":"msg-1"`)
	require.Contains(t, b.records[0].value, `"outcome":"delivered"`)

	status, _ = b.call(twilioCall(map[string]string{"AccountSid": account, "MessageSid": "SM2", "MessageStatus": "undelivered", "ErrorCode": "30005"}))
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, b.records[1].value, `"message_id":"msg-2"`)
	require.Contains(t, b.records[1].value, `"outcome":"undelivered"`)
	require.Contains(t, b.records[1].value, `"channel":"sms"`)
	require.Equal(t, []string{wire.ReceiptTopic, wire.ReceiptTopic}, b.written())
}

func TestNoProviderSpeaksForAnother(t *testing.T) {
	b := newTown(t)
	b.taken("texts", "msg-2", "SM2", alerts.SMS)
	status, _ := b.call(gatewayCall("m", delivered("msg-2")))
	require.Equal(t, http.StatusOK, status)
	require.Empty(t, b.written())
}

func TestAReceiptThatComesBeforeItsMessageWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newTown(t)
		go b.inbox.Run(t.Context())
		status, _ := b.call(gatewayCall("m", delivered("msg-1")))
		require.Equal(t, http.StatusOK, status)
		require.Empty(t, b.written())
		time.Sleep(500 * time.Millisecond)
		b.taken("push", "msg-1", "gw-1", alerts.App)
		time.Sleep(time.Second)
		require.Equal(t, []string{wire.ReceiptTopic}, b.written())
		time.Sleep(time.Hour)
		require.Len(t, b.written(), 1, "once")
	})
}

func TestAReceiptWaitsADayAndNoLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newTown(t)
		go b.inbox.Run(t.Context())
		status, _ := b.call(gatewayCall("m", delivered("msg-1")))
		require.Equal(t, http.StatusOK, status)
		time.Sleep(25 * time.Hour)
		b.taken("push", "msg-1", "gw-1", alerts.App)
		time.Sleep(time.Hour)
		require.Empty(t, b.written())
	})
}

// Fault 36: an inbound flood.
func TestAFloodIsToldToWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newTown(t)
		taken := 0
		for n := range 100 {
			status, _ := b.call(text(fmt.Sprint("SM", n), "+8613800138000", "Y"))
			if status == http.StatusOK {
				taken++
			} else {
				require.Equal(t, http.StatusTooManyRequests, status)
			}
		}
		require.Equal(t, 10, taken, "one number")
		status, _ := b.call(text("SM-other", "+8613900139000", "N"))
		require.Equal(t, http.StatusOK, status, "is not all numbers")
		time.Sleep(4 * time.Second)
		status, _ = b.call(text("SM-later", "+8613800138000", "N"))
		require.Equal(t, http.StatusOK, status, "and not for ever")
	})
}

func TestASourceIsThePeerUnlessThatIsOurProxy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		flood := func(peer, forwarded string) (refused int) {
			b := newTown(t)
			for n := range 1100 {
				r := httptest.NewRequest(http.MethodPost, "/hooks/push", nil)
				r.RemoteAddr = peer
				r.Header.Set("X-Forwarded-For", strings.Replace(forwarded, "N", fmt.Sprint(n%250), 1))
				if status, _ := b.call(r); status == http.StatusTooManyRequests {
					refused++
				}
			}
			return refused
		}
		require.Equal(t, 100, flood("192.0.2.1:5000", "203.0.113.N"), "anybody can write the header")
		require.Equal(t, 100, flood("10.1.1.1:5000", "198.51.100.7"), "one source behind our proxy")
	})
}

func TestTwoSourcesBehindOurProxyAreTwo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newTown(t)
		refused := 0
		for n := range 1500 {
			r := httptest.NewRequest(http.MethodPost, "/hooks/push", nil)
			r.RemoteAddr = "10.1.1.1:5000"
			r.Header.Set("X-Forwarded-For", fmt.Sprintf("6.6.6.6, 198.51.100.%d, 10.9.9.9", n%2))
			if status, _ := b.call(r); status == http.StatusTooManyRequests {
				refused++
			}
		}
		require.Zero(t, refused, "750 each")
	})
}

func FuzzServer(f *testing.F) {
	f.Add("/hooks/push", said("no"), "msg", "1772302385", "v1,AAAA")
	f.Add("/hooks/texts", "Body=Y&From=%2B8613800138000", "", "", "AAAA")
	f.Fuzz(func(t *testing.T, path, body, id, at, signature string) {
		if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, " \r\n\x00") {
			return
		}
		b := newTown(t)
		r, err := http.NewRequest(http.MethodPost, "http://h"+path, strings.NewReader(body))
		if err != nil {
			return
		}
		r.RemoteAddr = "192.0.2.1:5000"
		r.Header.Set("webhook-id", id)
		r.Header.Set("webhook-timestamp", at)
		r.Header.Set("webhook-signature", signature)
		r.Header.Set("X-Twilio-Signature", signature)
		status, _ := b.call(r)
		require.NotEqual(t, http.StatusOK, status, "nobody has signed that")
		require.Empty(t, b.written())
	})
}
