package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestHubTellsWhatChangedSince(t *testing.T) {
	h := newHub(1000)
	h.changed([]string{"a", "b"})
	h.changed([]string{"a"})
	for _, tt := range []struct {
		name string
		from uint64
		want []string
		ok   bool
	}{
		{"from the start, each once", 1000, []string{"a", "b"}, true},
		{"from the middle", 1002, []string{"a"}, true},
		{"nothing new", 1003, nil, true},
		{"of an earlier process", 12, nil, false},
		{"never given out", 1004, nil, false},
	} {
		got, next, _, known := h.since(tt.from)
		require.Equal(t, tt.want, got, tt.name)
		require.Equal(t, tt.ok, known, tt.name)
		require.Equal(t, uint64(1003), next, tt.name)
	}
}

func TestHubForgetsWhatNoLongerFits(t *testing.T) {
	h := newHub(0)
	for range ringSize + 1 {
		h.changed([]string{"a"})
	}
	_, _, _, known := h.since(0)
	require.False(t, known)
	_, _, _, known = h.since(1)
	require.True(t, known)
}

func TestAwaitEndsWithTheChangeOrTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub(0)
		var done atomic.Bool
		go func() {
			<-time.After(time.Second)
			done.Store(true)
			h.changed([]string{"a"})
		}()
		start := time.Now()
		require.True(t, h.await(t.Context(), 2*time.Second, done.Load))
		require.Equal(t, time.Second, time.Since(start))
		require.False(t, h.await(t.Context(), 2*time.Second, func() bool { return false }))
		require.Equal(t, 3*time.Second, time.Since(start))
	})
}

func TestQuietFeedShowsThatItIsAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Server{hub: newHub(0), feeds: map[string]int{}, closed: make(chan struct{})}
		ctx, leave := context.WithCancel(t.Context())
		w := httptest.NewRecorder()
		go s.events(w, httptest.NewRequest(http.MethodGet, "/events", nil).WithContext(ctx))
		<-time.After(2*heartbeat + time.Second)
		leave()
		synctest.Wait()
		require.Equal(t, 2, strings.Count(w.Body.String(), ": still here\n\n"))
		require.Empty(t, s.feeds, "a browser that left is not counted")
	})
}
