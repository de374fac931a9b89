package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/cmd/internal/web"
)

func TestReload(t *testing.T) {
	var refused error
	calls := 0
	b := newBank(t, func(c *web.Config) {
		c.Reload = func(context.Context) (any, error) {
			calls++
			return map[string]any{"rule_set": "v2"}, refused
		}
	})
	post := func(change func(*http.Request)) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:9464/-/reload", nil)
		r.RemoteAddr = "127.0.0.1:40000"
		change(r)
		w := httptest.NewRecorder()
		b.web.Probes().ServeHTTP(w, r)
		return w
	}
	same := func(*http.Request) {}

	w := post(same)
	require.Equal(t, http.StatusOK, w.Code)
	require.JSONEq(t, `{"rule_set":"v2"}`, w.Body.String())

	refused = errors.New("rules.yaml:3:1: unknown key\nrules.yaml:9:4: must be more")
	w = post(same)
	require.Equal(t, http.StatusBadRequest, w.Code)
	require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
	var answer struct {
		Type, Title string
		Status      int
		Problems    []string
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer))
	require.Equal(t, "about:blank", answer.Type)
	require.Equal(t, 400, answer.Status)
	require.Len(t, answer.Problems, 2)

	calls = 0
	for name, change := range map[string]func(*http.Request){
		"from another machine":        func(r *http.Request) { r.RemoteAddr = "10.0.0.7:40000" },
		"under a foreign name":        func(r *http.Request) { r.Host = "evil.example" },
		"from another site's page":    func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"from a page of another port": func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") },
		"by a link":                   func(r *http.Request) { r.Method = http.MethodGet },
	} {
		require.GreaterOrEqual(t, post(change).Code, 400, name)
		require.Zero(t, calls, name)
	}

	bare := newBank(t)
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:9464/-/reload", nil)
	r.RemoteAddr = "127.0.0.1:40000"
	w = httptest.NewRecorder()
	bare.web.Probes().ServeHTTP(w, r)
	require.Equal(t, http.StatusNotFound, w.Code, "a process without a monitor has no rules")
}
