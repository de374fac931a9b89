package api_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/cmd/internal/api"
)

// Two calls a second, four at once: who calls more waits for their own turn, and for nobody else's.
func TestACallerWhoCallsTooOftenWaitsAlone(t *testing.T) {
	figures := prometheus.NewRegistry()
	o := newOffice(t, func(c *api.Config) { c.PerSecond, c.Metrics = 2, figures })
	id := o.Finding("cust-1", "tok-1")
	for _, step := range []struct {
		after       time.Duration
		secret      string
		calls, well int
	}{
		{0, "a-secret", 6, 4},
		{0, "r-secret", 4, 4},
		{499 * time.Millisecond, "a-secret", 1, 0},
		{time.Millisecond, "a-secret", 2, 1},
		{time.Hour, "a-secret", 6, 4}, // a long rest saves up no more than the bucket holds
	} {
		o.Pass(step.after)
		well := 0
		for range step.calls {
			w := o.call(step.secret, "GET", "/cases/"+id, "")
			if w.Code == http.StatusOK {
				well++
				continue
			}
			require.Equal(t, http.StatusTooManyRequests, w.Code)
			require.Equal(t, "1", w.Header().Get("Retry-After"))
			require.Equal(t, "too_many_requests", decode(t, w)["code"])
		}
		require.Equal(t, step.well, well, step)
	}
	gathered, err := figures.Gather()
	require.NoError(t, err)
	require.Len(t, gathered, 1)
	require.Equal(t, "cardwatch_api_throttled_total", gathered[0].GetName())
	refused := gathered[0].Metric
	require.Len(t, refused, 1)
	require.Equal(t, "analyst", refused[0].Label[0].GetValue())
	require.InDelta(t, 6.0, refused[0].Counter.GetValue(), 0) // 2 + 1 + 1 + 2
}

func TestARefusedCallersBodyIsNotRead(t *testing.T) {
	o := newOffice(t, func(c *api.Config) { c.PerSecond = 1 })
	for range 2 {
		o.do("a-secret", "GET", "/cases", "")
	}
	body := &reading{Reader: strings.NewReader(`{}`)}
	r := httptest.NewRequest("POST", "/api/v1/cases/next", body)
	r.Header.Set("Authorization", "Bearer a-secret")
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	o.server.ServeHTTP(w, r)
	require.Equal(t, http.StatusTooManyRequests, w.Code)
	require.False(t, body.begun)
}

// reading tells whether somebody has begun to read.
type reading struct {
	io.Reader
	begun bool
}

func (r *reading) Read(p []byte) (int, error) {
	r.begun = true
	return r.Reader.Read(p)
}

func TestPeopleOfOneWorkbenchAndProgramsWithoutATokenShareTheirTurns(t *testing.T) {
	o := newOffice(t, func(c *api.Config) { c.PerSecond = 1 })
	o.do("d-secret", "GET", "/cases", "", "X-Actor", "li")
	o.do("d-secret", "GET", "/cases", "", "X-Actor", "wang")
	o.refused(http.StatusTooManyRequests, "too_many_requests", "d-secret", "GET", "/cases", "", "X-Actor", "zhao")

	o = newOffice(t, func(c *api.Config) { c.PerSecond, c.Tokens = 1, nil })
	for _, want := range []int{200, 200, 429} {
		r := httptest.NewRequest("GET", "/api/v1/cases", nil)
		r.RemoteAddr = "127.0.0.1:999"
		require.Equal(t, want, o.send(r).Code)
	}
}
