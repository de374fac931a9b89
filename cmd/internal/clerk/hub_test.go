package clerk

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestHubTellsWhatChangedSince(t *testing.T) {
	h := NewHub(1000)
	h.Changed([]string{"a", "b"})
	h.Changed([]string{"a"})
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
		got, next, _, known := h.Since(tt.from)
		require.Equal(t, tt.want, got, tt.name)
		require.Equal(t, tt.ok, known, tt.name)
		require.Equal(t, uint64(1003), next, tt.name)
	}
}

func TestHubForgetsWhatNoLongerFits(t *testing.T) {
	h := NewHub(0)
	for range ringSize + 1 {
		h.Changed([]string{"a"})
	}
	_, _, _, known := h.Since(0)
	require.False(t, known)
	_, _, _, known = h.Since(1)
	require.True(t, known)
}

func TestAwaitEndsWithTheChangeOrTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHub(0)
		var done atomic.Bool
		go func() {
			<-time.After(time.Second)
			done.Store(true)
			h.Changed([]string{"a"})
		}()
		start := time.Now()
		require.True(t, h.Await(t.Context(), 2*time.Second, done.Load))
		require.Equal(t, time.Second, time.Since(start))
		require.False(t, h.Await(t.Context(), 2*time.Second, func() bool { return false }))
		require.Equal(t, 3*time.Second, time.Since(start))
	})
}
