package tencent_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/cardwatch/cardwatch/alerts/channel/internal/fake"
	"github.com/cardwatch/cardwatch/alerts/channel/tencent"
)

const (
	secretID  = "AKIDtest"
	secretKey = "tencent-secret"
)

var authorization = regexp.MustCompile(
	`^TC3-HMAC-SHA256 Credential=([^/]+)/([\d-]{10})/sms/tc3_request, SignedHeaders=([a-z;-]+), Signature=([0-9a-f]{64})$`)

func sum(key, text string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))
	return string(h.Sum(nil))
}

// wellSigned recomputes a request's signature from what arrived, by Tencent's description.
func wellSigned(r *http.Request, body []byte) bool {
	m := authorization.FindStringSubmatch(r.Header.Get("Authorization"))
	if m == nil || m[1] != secretID || m[2] != "2026-03-01" {
		return false
	}
	text := fmt.Sprintf("%s\n%s\n%s\n", r.Method, r.URL.Path, r.URL.RawQuery)
	for name := range strings.SplitSeq(m[3], ";") {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		text += name + ":" + strings.ToLower(strings.TrimSpace(value)) + "\n"
	}
	text += fmt.Sprintf("\n%s\n%x", m[3], sha256.Sum256(body))
	toSign := fmt.Sprintf("TC3-HMAC-SHA256\n%s\n%s/sms/tc3_request\n%x", r.Header.Get("X-TC-Timestamp"), m[2], sha256.Sum256([]byte(text)))
	return m[4] == fmt.Sprintf("%x", sum(sum(sum(sum("TC3"+secretKey, m[2]), "sms"), "tc3_request"), toSign))
}

type params struct {
	PhoneNumberSet                                    []string
	SmsSdkAppId, TemplateId, SignName, SessionContext string
	TemplateParamSet                                  []string
}

// server plays Tencent Cloud: every call another message, and 200 whatever is wrong with it.
func server(t *testing.T) (*fake.Server, chan params) {
	sent := make(chan params, 10)
	return fake.New(t, func(s *fake.Server, w http.ResponseWriter, r *http.Request, body []byte) {
		for name, want := range map[string]string{
			"X-TC-Action": "SendSms", "X-TC-Version": "2021-01-11", "X-TC-Region": "ap-guangzhou", "X-TC-Timestamp": "1772337600",
		} {
			assert.Equal(t, want, r.Header.Get(name))
		}
		if !wellSigned(r, body) {
			fmt.Fprint(w, `{"Response":{"Error":{"Code":"AuthFailure.SignatureFailure","Message":"…"},"RequestId":"r"}}`)
			return
		}
		var p params
		assert.NoError(t, json.Unmarshal(body, &p))
		s.Deliver(p.SessionContext)
		sent <- p
		fmt.Fprintf(w, `{"Response":{"SendStatusSet":[{"SerialNo":"5000:%d","PhoneNumber":%q,"Fee":1,"SessionContext":%q,"Code":"Ok",
			"Message":"send success","IsoCode":"CN"}],"RequestId":"a0aabda6"}}`, len(s.Received()), p.PhoneNumberSet[0], p.SessionContext)
	}), sent
}

func FuzzOpen(f *testing.F) {
	for _, body := range []string{reports, said, `[{}]`, `{}`, `[[]]`, `{"time":1e99}`, `{"mobile":"1","nationcode":"86","time":1,"text":"\u0000"}`} {
		f.Add([]byte(body))
	}
	c := open(f, tencent.Options{Name: "tencent", SecretID: secretID, SecretKey: secretKey, SDKAppID: "1400006666", Now: fake.Now})
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
