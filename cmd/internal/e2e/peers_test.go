package e2e_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// carrier takes text messages to customers' telephones, in a provider's own protocol.
type carrier interface {
	// section is the carrier's part of the channel's configuration; secrets go to files of dir.
	section(t *testing.T, dir string) string
	// shows waits for the n-th text on a number's telephone.
	shows(t *testing.T, phone string, n int) string
	// says sends what a customer types, twice when the provider is not sure that it was heard.
	says(t *testing.T, phone, text string)
}

// telephones keeps what providers have shown, by customer or number.
type telephones[M any] struct {
	mu    sync.Mutex
	shown map[string][]M
}

func (p *telephones[M]) show(whose string, m M) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown == nil {
		p.shown = map[string][]M{}
	}
	p.shown[whose] = append(p.shown[whose], m)
}

func (p *telephones[M]) on(whose string) []M {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.shown[whose])
}

func (p *telephones[M]) await(t *testing.T, whose string, n int) M {
	t.Helper()
	require.Eventually(t, func() bool { return len(p.on(whose)) >= n }, patience, glance, "message %d does not reach %s", n, whose)
	return p.on(whose)[n-1]
}

// pushed is what the bank's gateway is asked to show, by the published schema's names (alerts/channel/webhook/schema/send.json).
type pushed struct {
	MessageID string `json:"message_id"`
	Customer  string `json:"customer_id"`
	Kind      string `json:"kind"`
	Purpose   string `json:"purpose"`
	Text      string `json:"text"`
	PromptID  string `json:"prompt_id"`
	AnswerURL string `json:"answer_url"`
	PushToken string `json:"push_token"`
}

// pushGateway is a bank's gateway for its app. It checks Standard Webhooks' signatures by its own reading of the standard, with the new one
// of two keys.
type pushGateway struct {
	t      *testing.T
	server *httptest.Server
	hook   string
	apps   telephones[pushed]
}

var (
	oldPushKey, pushKey, pushBackKey = []byte("an old key of the bank's gateway"), []byte("the new key of the bank's gateway"), []byte("the key of what the gateway tells")
)

func whsec(key []byte) string { return "whsec_" + base64.StdEncoding.EncodeToString(key) }

func newPushGateway(t *testing.T) *pushGateway {
	g := &pushGateway{t: t}
	g.server = httptest.NewServer(g)
	t.Cleanup(g.server.Close)
	return g
}

// section names the gateway, and two keys, as while they are changed.
func (g *pushGateway) section(t *testing.T, dir string) string {
	return fmt.Sprintf("{name: gateway, kind: app, webhook: {url: %q, allow_private: true, receipts: true, secret_files: [%q, %q], hook_secret_files: [%q]}}",
		g.server.URL+"/push", secretFile(t, dir, "push-old", whsec(oldPushKey)), secretFile(t, dir, "push-new", whsec(pushKey)),
		secretFile(t, dir, "push-back", whsec(pushBackKey)))
}

func secretFile(t *testing.T, dir, name, secret string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	require.NoError(t, os.WriteFile(path, []byte(secret), 0o600))
	return path
}

// ServeHTTP takes a message that is signed.
func (g *pushGateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	id, at := r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp")
	signatures := strings.Fields(r.Header.Get("webhook-signature"))
	var call struct {
		Type string `json:"type"`
		Data pushed `json:"data"`
	}
	good := assert.NoError(g.t, err) &&
		assert.Contains(g.t, signatures, webhookSignature(pushKey, id, at, body), "the call is not signed with the new key") &&
		assert.NoError(g.t, json.Unmarshal(body, &call)) &&
		assert.Equal(g.t, "message.send", call.Type) &&
		assert.Equal(g.t, id, call.Data.MessageID)
	if !good {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	g.apps.show(call.Data.Customer, call.Data)
	_, _ = fmt.Fprintf(w, `{"id":%q}`, "push-"+id) // whoever has left asks again
}

func webhookSignature(key []byte, id, at string, body []byte) string {
	h := hmac.New(sha256.New, key)
	fmt.Fprintf(h, "%s.%s.%s", id, at, body)
	return "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// tells calls Cardwatch back about a message, signed with a key at a time, and gives the status of the answer.
func (g *pushGateway) tells(t *testing.T, key []byte, sent time.Time, id, what, message string) int {
	t.Helper()
	body := fmt.Sprintf(`{"type":%q,"timestamp":%q,"data":{"message_id":%q}}`, what, sent.Format(time.RFC3339), message)
	at := strconv.FormatInt(sent.Unix(), 10)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, g.hook+"/hooks/gateway", strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("webhook-id", id)
	request.Header.Set("webhook-timestamp", at)
	request.Header.Set("webhook-signature", webhookSignature(key, id, at, []byte(body)))
	response, err := browser.Do(request)
	require.NoError(t, err)
	status, _ := drain(response)
	return status
}
