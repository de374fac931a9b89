package aliyun_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cardwatch/cardwatch/alerts/channel/aliyun"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/fake"
)

const (
	keyID  = "LTAI-test"
	secret = "aliyun-secret"
)

var authorization = regexp.MustCompile(`^ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})$`)

// escaped percent-encodes every byte that RFC 3986 does not leave alone.
func escaped(s string) (out string) {
	for _, b := range []byte(s) {
		if strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~", b) >= 0 {
			out += string(b)
		} else {
			out += fmt.Sprintf("%%%02X", b)
		}
	}
	return out
}

// wellSigned recomputes a request's signature from what arrived, by Aliyun's description.
func wellSigned(r *http.Request, body []byte) bool {
	m := authorization.FindStringSubmatch(r.Header.Get("Authorization"))
	hash := fmt.Sprintf("%x", sha256.Sum256(body))
	if m == nil || m[1] != keyID || r.Header.Get("x-acs-content-sha256") != hash {
		return false
	}
	var pairs []string
	for name, values := range r.URL.Query() {
		pairs = append(pairs, escaped(name)+"="+escaped(values[0]))
	}
	sort.Strings(pairs)
	text := r.Method + "\n/\n" + strings.Join(pairs, "&") + "\n"
	for name := range strings.SplitSeq(m[2], ";") {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		text += name + ":" + strings.TrimSpace(value) + "\n"
	}
	text += "\n" + m[2] + "\n" + hash
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "ACS3-HMAC-SHA256\n%x", sha256.Sum256([]byte(text)))
	return m[3] == fmt.Sprintf("%x", mac.Sum(nil))
}

// server plays Aliyun: every call another message, no nonce twice, what is wrong with a call in its body.
func server(t *testing.T) (*fake.Server, chan url.Values) {
	var nonces sync.Map
	sent := make(chan url.Values, 10)
	return fake.New(t, func(s *fake.Server, w http.ResponseWriter, r *http.Request, body []byte) {
		for name, want := range map[string]string{
			"x-acs-action": "SendSms", "x-acs-version": "2017-05-25", "x-acs-date": "2026-03-01T04:00:00Z",
		} {
			assert.Equal(t, want, r.Header.Get(name))
		}
		if _, used := nonces.LoadOrStore(r.Header.Get("x-acs-signature-nonce"), true); used {
			fmt.Fprint(w, `{"Code":"SignatureNonceUsed"}`)
			return
		}
		if !wellSigned(r, body) {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"Code":"SignatureDoesNotMatch","Message":"Specified signature is not matched with our calculation."}`)
			return
		}
		s.Deliver(r.URL.Query().Get("OutId"))
		sent <- r.URL.Query()
		fmt.Fprintf(w, `{"Message":"OK","RequestId":"F655A8D5","Code":"OK","BizId":"%d^0"}`, 9000619746223551+len(s.Received()))
	}), sent
}

func FuzzOpen(f *testing.F) {
	for _, body := range []string{report, up, `[{"sequence_id":{}}]`, `[{"sequence_id":null,"biz_id":"x"}]`, `{}`, `[[]]`} {
		f.Add([]byte(body))
	}
	c := open(f, aliyun.Options{Name: "aliyun", AccessKeyID: keyID, AccessKeySecret: secret, Now: fake.Now})
	f.Fuzz(func(t *testing.T, body []byte) {
		heard, err := c.Open(callOf(string(body)))
		assert.NotEqual(t, err == nil, len(heard) == 0)
		for _, h := range heard {
			assert.NotEqual(t, h.Reply == nil, h.Delivery == nil, "exactly one of the two")
			assert.NotEmpty(t, h.ID)
			assert.LessOrEqual(t, len(h.ID), 64)
			if h.Reply != nil {
				assert.False(t, h.Reply.Verified, "nothing that is not signed proves who answered")
				assert.NotEmpty(t, h.Reply.From)
			}
		}
	})
}
