package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/cmd/internal/api"
)

// The rows are those of notes/reliability-security.md §6 that this interface can meet.
func TestBadInputIsRefusedAndNothingIsWritten(t *testing.T) {
	o := newOffice(t)
	id := o.Finding("cust-1", "tok-1")
	acts := "/cases/" + id + "/acts"
	const claim = `{"verb":"claim"}`
	for _, tt := range []struct {
		row                        string
		status                     int
		code, secret, method, path string
		body                       string
		headers                    []string
	}{
		{"21 no token", 401, "unauthorized", "", "GET", "/cases", "", nil},
		{"21 a wrong token", 401, "unauthorized", "x-secret", "GET", "/cases", "", nil},
		{"21 another scheme", 401, "unauthorized", "", "GET", "/cases", "", []string{"Authorization", "Basic r-secret"}},
		{"21 a case that does not exist", 404, "not_found", "r-secret", "GET", "/cases/case-0000", "", nil},
		{"22 a reader acts", 403, "forbidden", "r-secret", "POST", acts, claim, nil},
		{"22 the app works cases", 403, "forbidden", "p-secret", "GET", "/cases", "", nil},
		{"22 a machine acts for a person", 403, "actor_not_allowed", "a-secret", "POST", acts, claim, []string{"X-Actor", "wang"}},
		{"22 a name that is none", 400, "bad_actor", "d-secret", "POST", acts, claim, []string{"X-Actor", "wang <script>"}},
		{"22 a name that the desk goes by itself", 400, "bad_actor", "d-secret", "POST", acts, claim, []string{"X-Actor", "clock"}},
		{"23 text", 415, "media_type", "a-secret", "POST", acts, claim, []string{"Content-Type", "text/plain"}},
		{"23 no type", 415, "media_type", "a-secret", "POST", acts, claim, []string{"Content-Type", "-"}},
		{"23 a form", 415, "media_type", "a-secret", "POST", acts, "verb=claim", []string{"Content-Type", "application/x-www-form-urlencoded"}},
		{"23 another charset", 415, "media_type", "a-secret", "POST", acts, claim, []string{"Content-Type", "application/json; charset=gbk"}},
		{"23 too large", 413, "too_large", "a-secret", "POST", acts, `{"verb":"note","note":"` + strings.Repeat("a", 2<<20) + `"}`, nil},
		{"24 an unknown field", 400, "unknown_field", "a-secret", "POST", acts, `{"verb":"claim","role":"admin"}`, nil},
		{"24 another case of letters", 400, "unknown_field", "a-secret", "POST", acts, `{"Verb":"claim"}`, nil},
		{"24 mass assignment", 400, "unknown_field", "d-secret", "POST", acts, `{"verb":"claim","actor":"li"}`, nil},
		{"24 a field twice", 400, "invalid", "a-secret", "POST", acts, `{"verb":"claim","verb":"close"}`, nil},
		{"24 no body", 415, "media_type", "a-secret", "POST", acts, "", nil},
		{"24 null", 400, "bad_json", "a-secret", "POST", acts, `null`, nil},
		{"24 a list", 400, "bad_json", "a-secret", "POST", acts, `[{"verb":"claim"}]`, nil},
		{"24 cut off", 400, "bad_json", "a-secret", "POST", acts, `{"verb":"claim"`, nil},
		{"24 two objects", 400, "bad_json", "a-secret", "POST", acts, claim + claim, nil},
		{"24 no UTF-8", 400, "bad_json", "a-secret", "POST", acts, "{\"verb\":\"note\",\"note\":\"\xff\"}", nil},
		{"25 no page at all", 400, "invalid", "r-secret", "GET", "/cases?limit=0", "", nil},
		{"25 a negative page", 400, "invalid", "r-secret", "GET", "/cases?limit=-1", "", nil},
		{"25 a huge page", 400, "invalid", "r-secret", "GET", "/cases?limit=1e9", "", nil},
		{"25 a page of words", 400, "invalid", "r-secret", "GET", "/cases?limit=007", "", nil},
		{"25 a parameter twice", 400, "invalid", "r-secret", "GET", "/cases?limit=5&limit=6", "", nil},
		{"25 an unknown parameter", 400, "unknown_field", "r-secret", "GET", "/cases?sort=asc", "", nil},
		{"25 an unknown queue", 400, "invalid", "r-secret", "GET", "/cases?queue=all", "", nil},
		{"25 an empty state", 400, "invalid", "r-secret", "GET", "/cases?state=", "", nil},
		{"26 a long filter", 400, "invalid", "r-secret", "GET", "/cases?detector=" + strings.Repeat("(a%2B)%2B", 1200), "", nil},
		{"26 a path that climbs", 404, "not_found", "r-secret", "GET", "/cases/..%2F..%2Fetc", "", nil},
		{"26 a zero byte", 404, "not_found", "r-secret", "GET", "/cases/%00", "", nil},
		{"27 another method", 405, "method_not_allowed", "a-secret", "PUT", "/cases", `{}`, nil},
		{"27 trace", 405, "method_not_allowed", "a-secret", "TRACE", "/cases", "", nil},
		{"27 a path that does not exist", 404, "not_found", "a-secret", "GET", "/nothing", "", nil},
		{"31 an empty if-match matches nothing", 412, "stale", "a-secret", "POST", acts, claim, []string{"If-Match", `""`}},
		{"37 a token in the address", 400, "token_in_query", "", "GET", "/events?token=r-secret", "", nil},
		{"37 a stream without a token", 401, "unauthorized", "", "GET", "/events", "", nil},
		{"38 1.0 for an integer", 400, "invalid", "a-secret", "POST", acts, `{"verb":"snooze","for_minutes":1.0}`, nil},
		{"38 a string for an integer", 400, "invalid", "a-secret", "POST", acts, `{"verb":"snooze","for_minutes":"1"}`, nil},
		{"38 1e3 for an integer", 400, "invalid", "a-secret", "POST", acts, `{"verb":"snooze","for_minutes":1e3}`, nil},
		{"38 more than an integer holds", 400, "invalid", "a-secret", "POST", acts, `{"verb":"snooze","for_minutes":99999999999999999999}`, nil},
		{"a negative time", 400, "invalid", "a-secret", "POST", acts, `{"verb":"snooze","for_minutes":-5}`, nil},
		{"a snooze without an end", 400, "invalid", "a-secret", "POST", acts, `{"verb":"snooze"}`, nil},
		{"a snooze with two ends", 400, "invalid", "a-secret", "POST", acts, `{"verb":"snooze","for_minutes":5,"until":"2026-03-01T05:00:00+08:00"}`, nil},
		{"a date that is none", 400, "invalid", "a-secret", "POST", acts, `{"verb":"snooze","until":"2026-02-30T05:00:00+08:00"}`, nil},
		{"a time without a zone", 400, "invalid", "a-secret", "POST", acts, `{"verb":"snooze","until":"2026-03-01T05:00:00"}`, nil},
		{"no verb", 400, "invalid", "a-secret", "POST", acts, `{}`, nil},
		{"an unknown verb", 400, "invalid", "a-secret", "POST", acts, `{"verb":"promise"}`, nil},
		{"null for a verb", 400, "invalid", "a-secret", "POST", acts, `{"verb":null}`, nil},
		{"a close without an outcome", 400, "invalid", "a-secret", "POST", acts, `{"verb":"close"}`, nil},
		{"an outcome of a claim", 400, "invalid", "a-secret", "POST", acts, `{"verb":"claim","disposition":"genuine"}`, nil},
		{"a note too long", 400, "invalid", "a-secret", "POST", acts, `{"verb":"note","note":"` + strings.Repeat("长", 2001) + `"}`, nil},
		{"an unknown line", 400, "invalid", "a-secret", "POST", "/cases/next", `{"queue":"third"}`, nil},
		{"an unknown verdict", 400, "invalid", "a-secret", "POST", "/feedback", `{"case_id":"x","verdict":"maybe"}`, nil},
		{"a verdict on nothing", 400, "invalid", "a-secret", "POST", "/feedback", `{"verdict":"fraud"}`, nil},
		{"an unknown answer", 400, "invalid", "p-secret", "POST", "/prompts/x/answer", `{"answer":"Y"}`, nil},
		{"no answer", 400, "invalid", "p-secret", "POST", "/prompts/x/answer", `{}`, nil},
	} {
		t.Run(tt.row, func(t *testing.T) {
			o.t, o.checks = t, theDocument(t)
			problem := o.refused(tt.status, tt.code, tt.secret, tt.method, tt.path, tt.body, tt.headers...)
			require.NotContains(t, problem["title"], "<")
			require.Equal(t, float64(tt.status), problem["status"])
		})
	}
	o.t = t
	require.Empty(t, o.Records("cardwatch.command.v1"))
	require.Empty(t, o.Records("cards.reply.v1"))
}

func TestEachWrongFieldIsNamed(t *testing.T) {
	o := newOffice(t)
	id := o.Finding("cust-1", "tok-1")
	problem := o.refused(http.StatusBadRequest, "unknown_field", "a-secret", "POST", "/cases/"+id+"/acts", `{"a/b~c":1,"verb":7,"note":"x","note":"y"}`)
	require.Equal(t, []any{
		map[string]any{"pointer": "/a~1b~0c", "code": "unknown_field"},
		map[string]any{"pointer": "/verb", "code": "wrong_type"},
		map[string]any{"pointer": "/note", "code": "duplicate_field"},
	}, problem["errors"])
}

func TestTheOverrideHeaderIsIgnored(t *testing.T) {
	o := newOffice(t)
	id := o.Finding("cust-1", "tok-1")
	o.do("r-secret", "GET", "/cases/"+id, "", "X-HTTP-Method-Override", "DELETE", "X-Forwarded-For", "127.0.0.1")
	w := o.call("r-secret", "PUT", "/cases/"+id, `{}`, "X-HTTP-Method-Override", "GET")
	require.Equal(t, http.StatusMethodNotAllowed, w.Code)
	require.Equal(t, "GET, HEAD", w.Header().Get("Allow"))
}

func TestWithoutTokensOnlyThisMachineMayCall(t *testing.T) {
	o := newOffice(t, func(c *api.Config) { c.Tokens = nil })
	id := o.Finding("cust-1", "tok-1")
	from := func(address, actor string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", "/api/v1/cases/"+id+"/acts", strings.NewReader(`{"verb":"note","note":"x"}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Forwarded-For", "127.0.0.1")
		r.RemoteAddr = address
		if actor != "" {
			r.Header.Set("X-Actor", actor)
		}
		return o.send(r)
	}
	require.Equal(t, http.StatusUnauthorized, from("192.0.2.7:4711", "wang").Code)
	require.Equal(t, http.StatusOK, from("127.0.0.1:4711", "wang").Code)
	require.Equal(t, http.StatusOK, from("[::1]:4711", "").Code)
	history := o.State("cust-1").Cases[0].History
	require.Equal(t, "wang", history[len(history)-2].Actor)
	require.Equal(t, "api", history[len(history)-1].Actor)
}
