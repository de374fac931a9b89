package api_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/explain"
	"github.com/cardwatch/cardwatch/alerts/figures"
	"github.com/cardwatch/cardwatch/alerts/quality"
	"github.com/cardwatch/cardwatch/cmd/internal/api"
	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
	"github.com/cardwatch/cardwatch/cmd/internal/desktest"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// office is a small bank with an API, and what its systems are called by. Every exchange is held against the document.
type office struct {
	*desktest.Bank
	t      *testing.T
	server *api.Server
	checks *document
	quiet  *desktest.Silences
}

// The secrets of the machines that the tests call as.
var secrets = map[string]struct {
	name string
	role api.Role
}{
	"r-secret": {"reports", api.Read}, "a-secret": {"bot", api.Analyst}, "d-secret": {"workbench", api.Delegate}, "p-secret": {"bank-app", api.App},
}

func tokens() (list []api.Token) {
	for secret, of := range secrets {
		list = append(list, api.Token{Name: of.name, Role: of.role, Hash: sha256.Sum256([]byte(secret))})
	}
	return list
}

func newOffice(t *testing.T, change ...func(*api.Config)) *office {
	o := &office{Bank: desktest.New(t, alerts.Defaults()), t: t, checks: theDocument(t)}
	o.quiet = &desktest.Silences{Now: o.Now}
	o.open(change...)
	return o
}

// open starts the API's process, again when it ran before.
func (o *office) open(change ...func(*api.Config)) {
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	hub := clerk.NewHub(1 << 20)
	o.Committed = append(o.Committed, hub.Changed)
	cfg := api.Config{
		View: o.View, Now: o.Now, Tokens: tokens(), CursorKey: []byte(strings.Repeat("k", 32)), Log: log, Silences: o.quiet,
		Clerk:   clerk.New(clerk.Config{View: o.View, Desk: o.Desk, Publish: o.Publish, Now: o.Now, Hub: hub, Log: log}),
		Figures: someFigures, Experiments: someExperiments(o.Now),
		Quality: func() (quality.Report, bool) { return quality.Report{}, true },
		Explain: func(_ context.Context, id, _ string) (*explain.Explanation, error) {
			switch id {
			case "known":
				return &explain.Explanation{AlertID: id}, nil
			case "busy":
				return nil, api.ErrBusy
			}
			return nil, explain.ErrUnknown
		},
	}
	for _, c := range change {
		c(&cfg)
	}
	var err error
	o.server, err = api.New(cfg)
	require.NoError(o.t, err)
}

// call makes a call as the machine with a secret.
func (o *office) call(secret, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	o.t.Helper()
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	r := httptest.NewRequest(method, "/api/v1"+path, in)
	r.Header.Set("Accept-Language", "en")
	if secret != "" {
		r.Header.Set("Authorization", "Bearer "+secret)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i+1] == "-" {
			r.Header.Del(headers[i])
		}
	}
	return o.send(r)
}

func (o *office) send(r *http.Request) *httptest.ResponseRecorder {
	o.t.Helper()
	w := httptest.NewRecorder()
	o.checks.exchange(o.t, o.server, w, r)
	return w
}

// do is a call that must succeed; it gives the answer.
func (o *office) do(secret, method, path, body string, headers ...string) map[string]any {
	o.t.Helper()
	w := o.call(secret, method, path, body, headers...)
	require.Less(o.t, w.Code, 300, w.Body.String())
	return decode(o.t, w)
}

// refused is a call that must fail, with a status and a code.
func (o *office) refused(status int, code, secret, method, path, body string, headers ...string) map[string]any {
	o.t.Helper()
	w := o.call(secret, method, path, body, headers...)
	require.Equal(o.t, status, w.Code, w.Body.String())
	problem := decode(o.t, w)
	require.Equal(o.t, code, problem["code"])
	require.Equal(o.t, "application/problem+json", w.Header().Get("Content-Type"))
	require.Equal(o.t, w.Header().Get("X-Request-Id"), problem["request_id"])
	return problem
}

func decode(t *testing.T, w *httptest.ResponseRecorder) (body map[string]any) {
	t.Helper()
	if w.Body.Len() > 0 {
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &body), w.Body.String())
	}
	return body
}

// document is openapi.yaml, which every exchange of the tests is held against.
type document struct {
	doc    *openapi3.T
	router routers.Router
}

var theDocument = func() func(t *testing.T) *document {
	var once sync.Once
	var d document
	var err error
	return func(t *testing.T) *document {
		once.Do(func() {
			loader := openapi3.NewLoader()
			if d.doc, err = loader.LoadFromFile("openapi.yaml"); err == nil {
				d.router, err = legacy.NewRouter(d.doc)
			}
		})
		require.NoError(t, err)
		return &d
	}
}()

// exchange lets a handler answer a request and checks both. A request that the document does not allow must be refused, and one that was
// answered well must be allowed.
func (d *document) exchange(t *testing.T, handler http.Handler, w *httptest.ResponseRecorder, r *http.Request) {
	t.Helper()
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	handler.ServeHTTP(w, r)
	route, params, err := d.router.FindRoute(r)
	if err != nil {
		require.GreaterOrEqual(t, w.Code, 400, "%s %s is not in the document", r.Method, r.URL)
		return
	}
	again := r.Clone(context.Background())
	again.Body = io.NopCloser(bytes.NewReader(body))
	input := &openapi3filter.RequestValidationInput{
		Request: again, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true},
	}
	if err := openapi3filter.ValidateRequest(context.Background(), input); err != nil {
		require.GreaterOrEqual(t, w.Code, 400, "the document does not allow what was answered with %d: %v", w.Code, err)
	}
	// Only JSON has a schema that could be broken.
	input.Options.ExcludeResponseBody = !strings.Contains(w.Header().Get("Content-Type"), "json")
	err = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: w.Code, Header: w.Header(), Body: io.NopCloser(bytes.NewReader(w.Body.Bytes())), Options: input.Options,
	})
	require.NoError(t, err, "%s %s: %s", r.Method, r.URL, w.Body.String())
}

func TestEveryRouteIsInTheDocumentAndReverse(t *testing.T) {
	o := newOffice(t)
	var documented, served []string
	for path, item := range o.checks.doc.Paths.Map() {
		for method := range item.Operations() {
			documented = append(documented, method+" "+path)
		}
	}
	served = append(served, o.server.Routes()...)
	require.ElementsMatch(t, documented, served)
	w := o.call("", "GET", "/openapi.yaml", "")
	require.Equal(t, http.StatusOK, w.Code)
	require.Contains(t, w.Body.String(), "openapi: 3.")
}

func TestAProblemsTypeLeadsToItsMeaning(t *testing.T) {
	o := newOffice(t)
	problem := o.refused(http.StatusNotFound, "not_found", "r-secret", "GET", "/cases/nobody", "")
	require.Equal(t, "There is no such thing", problem["title"])
	zh := o.refused(http.StatusNotFound, "not_found", "r-secret", "GET", "/cases/nobody", "", "Accept-Language", "zh-CN,zh;q=0.9,en;q=0.5")
	require.Equal(t, "不存在", zh["title"])
	about := o.do("", "GET", strings.TrimPrefix(problem["type"].(string), "/api/v1"), "")
	require.Equal(t, map[string]any{"zh-CN": zh["title"], "en": problem["title"]}, about["titles"])
	o.refused(http.StatusNotFound, "not_found", "", "GET", "/problems/nothing", "")
	require.Equal(t, "not_owner", o.do("", "GET", "/problems/not_owner", "")["code"], "the desk's refusals are codes, too")
}

func TestTokensAreReadStrictly(t *testing.T) {
	hash := hex.EncodeToString(bytes.Repeat([]byte{7}, 32))
	list, err := api.ParseTokens([]byte("# who may call\n\nreports read " + hash + "\n"))
	require.NoError(t, err)
	require.Equal(t, "reports", list[0].Name)
	for _, tt := range []struct{ file, why string }{
		{"", "no token"}, {"reports read", "line 1: has 2 words"}, {"re/ports read " + hash, "line 1: the name"},
		{"reports root " + hash, "line 1: the role"}, {"reports read abc", "line 1: the third word"},
		{"a read " + hash + "\nb analyst " + hash, "line 2: the same token"},
	} {
		_, err := api.ParseTokens([]byte(tt.file))
		require.ErrorContains(t, err, tt.why)
		require.NotContains(t, err.Error(), hash)
	}
}

func TestQualityOfRulesIsToldInTheDocumentsWords(t *testing.T) {
	tenth, counted := 0.1, true
	rule := quality.RuleReport{Rule: "shoe_shops", Decayed: true}
	rule.Spans[0] = quality.Span{Days: 1}
	rule.Spans[1] = quality.Span{Days: 7, Precision: &tenth}
	o := newOffice(t, func(c *api.Config) {
		c.Quality = func() (quality.Report, bool) { return quality.Report{Rules: []quality.RuleReport{rule}}, counted }
	})
	w := o.call("r-secret", "GET", "/rules/quality", "")
	require.Equal(t, http.StatusOK, w.Code)
	require.Contains(t, w.Body.String(), `"rule":"shoe_shops"`)
	require.Contains(t, w.Body.String(), `"decayed":true`)
	require.Contains(t, w.Body.String(), `"precision":null`, "nothing has been judged")
	require.Contains(t, w.Body.String(), `"precision":0.1`)

	counted = false
	w = o.call("r-secret", "GET", "/rules/quality", "")
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
}

// someFigures are those of a bank with one account.
func someFigures(by figures.Dimension, months int) (figures.Report, bool) {
	b := figures.New()
	at := card.Moment{UnixMilli: 1_772_344_800_000, OffsetMinutes: 480}
	head := card.Head{Customer: "c", At: at}
	b.Hear(&card.Statement{Head: head, Account: "a", BalanceMinor: 100, Currency: card.Currency{'C', 'N', 'Y'}}, at)
	b.Hear(&alerts.Conduct{Head: head, Account: "a", Kind: alerts.ContactRefused, Rules: []alerts.RuleID{"CN-HOURS"}}, at)
	return b.Report(by, months), true
}

func TestFiguresComeWithTheirDefinitions(t *testing.T) {
	o := newOffice(t)
	w := o.call("r-secret", "GET", "/figures?by=cohort&months=1", "")
	require.Equal(t, http.StatusOK, w.Code)
	require.Contains(t, w.Body.String(), `{"month":"2026-03","currency":"CNY","by":"cohort","value":"2026-03","figure":"overdue_rate","numerator":0,"denominator":100,"share":0}`)
	require.Contains(t, w.Body.String(), `"rule":"CN-HOURS","contacts":1`)
	require.Contains(t, w.Body.String(), `"name":"Overdue rate (above 30 days)"`)
	for _, query := range []string{"by=branch", "months=0", "months=x", "months=25", "by=tier&by=tier", "to=x"} {
		require.Equal(t, http.StatusBadRequest, o.call("r-secret", "GET", "/figures?"+query, "").Code, query)
	}
	o = newOffice(t, func(c *api.Config) {
		c.Figures = func(figures.Dimension, int) (figures.Report, bool) { return figures.Report{}, false }
	})
	require.Equal(t, http.StatusServiceUnavailable, o.call("r-secret", "GET", "/figures", "").Code)
}
