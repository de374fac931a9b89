package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
)

func TestQuietFeedShowsThatItIsAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Server{hub: clerk.NewHub(0), feeds: map[string]int{}, closed: make(chan struct{})}
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
