package fcm_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts/channel/fcm"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/fake"
	"github.com/cardwatch/cardwatch/detectors/card"
)

const email = "push@bank-project.iam.gserviceaccount.com"

// answer is one that a part of Google gives to everything, instead of playing itself.
type answer struct {
	status           int
	body, retryAfter string
	hang, cut        bool
}

func failureOf(status, code string) string {
	return fmt.Sprintf(`{"error":{"code":1,"message":"for device-token","status":%q,"details":[
		{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":%q}]}}`, status, code)
}

// google plays the two services: one grants access tokens for well signed assertions, the other takes messages for those.
type google struct {
	*fake.Server
	t                *testing.T
	options          fcm.Options
	public           *rsa.PublicKey
	messages, grants atomic.Pointer[answer]
	// granted counts the tokens; the newest one alone is known. revoked is the newest that is not any more.
	granted, revoked atomic.Int64
	later            atomic.Int64
	body             atomic.Pointer[string]
}

// theKey is made once: it is what takes time in these tests.
var theKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func newGoogle(t *testing.T) *google {
	key, err := theKey()
	require.NoError(t, err)
	g := &google{t: t, public: &key.PublicKey}
	g.Server = fake.New(t, g.serve)
	file, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": "bank-project", "private_key_id": "key-1", "private_key": string(inPEM(t, key)),
		"client_email": email, "token_uri": g.URL + "/token",
	})
	require.NoError(t, err)
	g.options = fcm.Options{
		Name: "fcm", ServiceAccount: file, Endpoint: g.URL, AllowPrivate: true, Roots: g.Roots, Now: g.now,
	}
	return g
}

func inPEM(t *testing.T, key any) []byte {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func ellipticKey(t *testing.T) []byte {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return inPEM(t, key)
}

func (g *google) now() card.Moment {
	return fake.Now().Add(time.Duration(g.later.Load()) * time.Second)
}

func (g *google) pass(d time.Duration) { g.later.Add(int64(d / time.Second)) }

func (g *google) revoke() { g.revoked.Store(g.granted.Load()) }

func (g *google) sent() string { return *g.body.Load() }

func (g *google) serve(s *fake.Server, w http.ResponseWriter, r *http.Request, body []byte) {
	fixed := &g.messages
	if r.URL.Path == "/token" {
		fixed = &g.grants
	}
	if a := fixed.Load(); a != nil {
		g.say(*a, w, r)
		return
	}
	if r.URL.Path == "/token" {
		g.grant(w, r)
		return
	}
	assert.Equal(g.t, "/v1/projects/bank-project/messages:send", r.URL.Path)
	want := fmt.Sprintf("Bearer token-%d", g.granted.Load())
	if r.Header.Get("Authorization") != want || g.revoked.Load() == g.granted.Load() {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"error":{"status":"UNAUTHENTICATED"}}`)
		return
	}
	var call struct {
		Message struct{ Data map[string]string }
	}
	assert.NoError(g.t, json.Unmarshal(body, &call))
	text := string(body)
	g.body.Store(&text)
	s.Deliver(call.Message.Data["message_id"])
	fmt.Fprintf(w, `{"name":"projects/bank-project/messages/0:%d"}`, len(s.Received()))
}

func (g *google) say(a answer, w http.ResponseWriter, r *http.Request) {
	switch {
	case a.hang:
		<-r.Context().Done()
		return
	case a.cut:
		panic(http.ErrAbortHandler)
	case a.retryAfter != "":
		w.Header().Set("Retry-After", a.retryAfter)
	}
	w.WriteHeader(a.status)
	fmt.Fprint(w, a.body)
}

// grant checks an assertion as RFC 7515 and RFC 7523 have it.
func (g *google) grant(w http.ResponseWriter, r *http.Request) {
	assert.NoError(g.t, r.ParseForm())
	assert.Equal(g.t, "urn:ietf:params:oauth:grant-type:jwt-bearer", r.PostForm.Get("grant_type"))
	if !g.wellSigned(r.PostForm.Get("assertion")) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error":"invalid_grant","error_description":"Invalid JWT Signature."}`)
		return
	}
	fmt.Fprintf(w, `{"access_token":"token-%d","expires_in":3599,"token_type":"Bearer"}`, g.granted.Add(1))
}

func (g *google) wellSigned(assertion string) bool {
	parts := strings.Split(assertion, ".")
	if len(parts) != 3 {
		return false
	}
	var decoded [3][]byte
	for i, part := range parts {
		b, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil {
			return false
		}
		decoded[i] = b
	}
	now := g.now().UnixMilli / 1000
	assert.JSONEq(g.t, `{"alg":"RS256","typ":"JWT","kid":"key-1"}`, string(decoded[0]))
	assert.JSONEq(g.t, fmt.Sprintf(`{"iss":%q,"scope":"https://www.googleapis.com/auth/firebase.messaging","aud":%q,"iat":%d,"exp":%d}`,
		email, g.URL+"/token", now, now+3600), string(decoded[1]))
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	return rsa.VerifyPKCS1v15(g.public, crypto.SHA256, digest[:], decoded[2]) == nil
}
