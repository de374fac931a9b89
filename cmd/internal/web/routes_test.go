package web_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/cmd/internal/web"
	"github.com/cardwatch/cardwatch/detectors/card"
)

func TestEveryRouteAnswersItsMethodsOnly(t *testing.T) {
	b := newBank(t)
	b.contact(card.Chinese)
	id := b.suspect()
	link := b.link()
	for path, allowed := range map[string]string{
		"/": "GET, HEAD", "/cases/" + id: "GET, HEAD, POST", "/queue": "GET, HEAD, POST", "/phone": "GET, HEAD, POST",
		"/phone/outage": "POST", "/preferences": "POST", "/static/console.css": "GET, HEAD", "/static/customer.css": "GET, HEAD",
		"/static/live.js": "GET, HEAD", "/static/icon.svg": "GET, HEAD", link: "GET, HEAD, POST", "/healthz": "GET, HEAD",
		"/readyz": "GET, HEAD", "/metrics": "GET, HEAD", "/calculator": "GET, HEAD", "/calculator/plan": "GET, HEAD", "/calculator/instalment": "GET, HEAD", "/static/plan.css": "GET, HEAD",
	} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"} {
			for _, lang := range []string{"zh-CN", "en"} {
				r := request(method, path, url.Values{"x": {"1"}})
				r.Header.Set("Accept-Language", lang)
				r.Header.Set("X-HTTP-Method-Override", "POST")
				w := b.do(r)
				if strings.Contains(allowed, method) {
					require.NotEqual(t, http.StatusMethodNotAllowed, w.Code, "%s %s", method, path)
					require.Less(t, w.Code, 500, "%s %s", method, path)
				} else {
					require.Equal(t, http.StatusMethodNotAllowed, w.Code, "%s %s", method, path)
					require.Equal(t, allowed, w.Header().Get("Allow"))
				}
				requireSafe(t, w, path)
			}
		}
	}
}

func requireSafe(t *testing.T, w *httptest.ResponseRecorder, path string) {
	t.Helper()
	h := w.Header()
	policy := h.Get("Content-Security-Policy")
	require.True(t, strings.HasPrefix(policy, "default-src 'none'; "), path)
	require.Contains(t, policy, "frame-ancestors 'none'")
	require.NotContains(t, policy, "unsafe")
	open := strings.HasPrefix(path, "/p/") || strings.HasPrefix(path, "/calculator")
	require.Equal(t, !open, strings.Contains(policy, "script-src"), "scripts on the console alone: %s", path)
	require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"))
	require.Equal(t, "no-referrer", h.Get("Referrer-Policy"))
	require.Equal(t, "same-origin", h.Get("Cross-Origin-Opener-Policy"))
	require.NotEmpty(t, h.Get("Strict-Transport-Security"))
	want := "no-store"
	if strings.HasPrefix(path, "/static/") && w.Code == http.StatusOK {
		want = "no-cache"
	}
	require.Equal(t, want, h.Get("Cache-Control"), path)
}

func TestUnknownAddressesAreNotFoundInBothLanguages(t *testing.T) {
	b := newBank(t)
	for _, path := range []string{"/nope", "/cases/case-unknown", "/p/x/y", "/static/", "/static/../server.go", "/.git/config", "/%2e%2e/etc/passwd"} {
		require.Contains(t, words(b.get(path, "zh-CN")), "找不到页面", path)
		en := b.get(path, "en")
		require.Equal(t, http.StatusNotFound, en.Code, path)
		require.Contains(t, words(en), "Not found", path)
		requireSafe(t, en, path)
	}
}

func TestActsOfOtherSitesAreRefused(t *testing.T) {
	b := newBank(t)
	for _, path := range []string{"/preferences", "/queue", "/phone", "/phone/outage", "/cases/" + b.suspect()} {
		for header, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
			r := request(http.MethodPost, path, url.Values{"on": {"1"}, "verb": {"claim"}})
			r.Header.Del("Sec-Fetch-Site")
			r.Header.Set(header, value)
			require.Equal(t, http.StatusForbidden, b.do(r).Code, "%s with %s", path, header)
		}
	}
	require.Empty(t, b.published)
}

func TestOnlyTheCustomersPageIsReachedByThePublicName(t *testing.T) {
	b := newBank(t)
	b.contact(card.English)
	b.suspect()
	get := func(host, path string) int {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Host = host
		return b.do(r).Code
	}
	require.Equal(t, http.StatusOK, get("bank.example", b.link()))
	require.Equal(t, http.StatusOK, get("bank.example", "/static/customer.css"))
	for _, path := range []string{"/", "/queue", "/phone", "/events", "/static/console.css"} {
		require.Equal(t, http.StatusMisdirectedRequest, get("bank.example", path), path)
		require.Equal(t, http.StatusMisdirectedRequest, get("rebound.evil.example:8080", path), path)
	}
	require.Equal(t, http.StatusOK, get("localhost:8080", "/"))
	require.Equal(t, http.StatusOK, get("[::1]:8080", "/"))
	require.Equal(t, http.StatusOK, get("cardwatch-0.cardwatch:9464", "/metrics"), "a scraper may use any name")
}

func TestBodiesThatAreNoFormsOrTooLargeAreRefused(t *testing.T) {
	b := newBank(t)
	for kind, want := range map[string]int{
		"": 415, "text/plain": 415, "application/json": 415, "multipart/form-data; boundary=x": 415,
		"application/x-www-form-urlencoded; charset=utf-8": 303,
	} {
		r := httptest.NewRequest(http.MethodPost, "/preferences", strings.NewReader("lang=en"))
		r.Host = "127.0.0.1"
		r.Header.Set("Content-Type", kind)
		require.Equal(t, want, b.do(r).Code, kind)
	}
	require.Equal(t, http.StatusRequestEntityTooLarge, b.post("/preferences", "actor", strings.Repeat("a", 70_000)).Code)
	r := request(http.MethodPost, "/preferences", nil)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.URL.RawQuery = "%zz"
	require.Equal(t, http.StatusBadRequest, b.do(r).Code)
}

func TestProbesTellTheirReasons(t *testing.T) {
	b := newBank(t, func(c *web.Config) {
		c.Ready = func() error {
			return errors.Join(errors.New("monitor: no partitions yet"), errors.New("desk: restoring"))
		}
	})
	require.JSONEq(t, `{"status":"ok"}`, b.get("/healthz", "").Body.String())
	w := b.get("/readyz", "")
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.JSONEq(t, `{"status":"failed","reasons":["monitor: no partitions yet","desk: restoring"]}`, w.Body.String())
	require.Contains(t, b.get("/metrics", "").Body.String(), "cardwatch_up 1")
	probes := httptest.NewRecorder()
	b.web.Probes().ServeHTTP(probes, request(http.MethodGet, "/", nil))
	require.Equal(t, http.StatusNotFound, probes.Code, "no console on the metrics port")
}

func TestWithoutASandboxThereIsNoPhone(t *testing.T) {
	b := newBank(t, func(c *web.Config) { c.Sandbox = nil })
	require.Equal(t, http.StatusNotFound, b.get("/phone", "en").Code)
	require.NotContains(t, b.get("/", "en").Body.String(), "/phone")
}

func TestServerHasItsTimeouts(t *testing.T) {
	s := web.HTTPServer("127.0.0.1:0", http.NotFoundHandler())
	require.Positive(t, s.ReadHeaderTimeout)
	require.Positive(t, s.ReadTimeout)
	require.Positive(t, s.WriteTimeout)
	require.Positive(t, s.IdleTimeout)
	require.LessOrEqual(t, s.MaxHeaderBytes, 64<<10)
}

func TestConfigurationThatCannotWorkIsRefused(t *testing.T) {
	_, err := web.New(web.Config{})
	require.ErrorContains(t, err, "needs View")
}

// The API has no sign-in by default, so a browser must not be led to it: not from another site, and not under another name.
func TestTheAPIIsOutOfForeignSitesReach(t *testing.T) {
	b := newBank(t)
	id := b.suspect()
	ask := func(change func(*http.Request)) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "/api/v1/cases/"+id+"/acts", strings.NewReader(`{"verb":"claim"}`))
		r.Host, r.RemoteAddr = "127.0.0.1:8080", "127.0.0.1:4711"
		r.Header.Set("Content-Type", "application/json")
		change(r)
		return b.do(r)
	}
	for name, tt := range map[string]struct {
		status int
		change func(*http.Request)
	}{
		"another origin":  {http.StatusForbidden, func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }},
		"a foreign site":  {http.StatusForbidden, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }},
		"a foreign name":  {http.StatusMisdirectedRequest, func(r *http.Request) { r.Host = "evil.example" }},
		"customers' name": {http.StatusMisdirectedRequest, func(r *http.Request) { r.Host = "bank.example" }},
		"another machine": {http.StatusUnauthorized, func(r *http.Request) { r.RemoteAddr = "192.0.2.7:4711" }},
	} {
		w := ask(tt.change)
		require.Equal(t, tt.status, w.Code, name)
		require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"), name)
	}
	require.Empty(t, b.state().Cases[0].Owner)
	require.Equal(t, http.StatusOK, ask(func(*http.Request) {}).Code)
}
