package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors"
)

type event struct {
	id, name string
	data     struct {
		Customer string
		Clock    string
		Cases    []struct {
			ID     string
			Closed bool
			HTML   string
		}
	}
}

// listener reads a live feed as a browser does.
type listener struct {
	t     *testing.T
	lines *bufio.Scanner
	leave context.CancelFunc
}

// serve serves the bank over HTTP until the test ends; the feeds end first, since the server waits for them.
func (b *bank) serve() *httptest.Server {
	server := httptest.NewServer(b.handler)
	b.t.Cleanup(server.Close)
	return server
}

func (b *bank) listen(server *httptest.Server, after, lastID string) *listener {
	ctx, leave := context.WithCancel(b.t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/events?after="+after, nil)
	require.NoError(b.t, err)
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	w, err := server.Client().Do(r)
	require.NoError(b.t, err)
	b.t.Cleanup(leave)
	require.Equal(b.t, "text/event-stream", w.Header.Get("Content-Type"))
	return &listener{b.t, bufio.NewScanner(w.Body), leave}
}

// next waits for the next event.
func (s *listener) next() (e event) {
	for s.lines.Scan() {
		name, value, _ := strings.Cut(s.lines.Text(), ": ")
		switch name {
		case "id":
			e.id = value
		case "event":
			e.name = value
		case "data":
			require.NoError(s.t, json.Unmarshal([]byte(value), &e.data))
		case "":
			if e.name != "" {
				return e
			}
		}
	}
	require.Fail(s.t, "the feed ended")
	return e
}

var afterField = regexp.MustCompile(`data-after="([^"]+)"`)

func TestFeedTellsOfNewAndClosedCasesAndGoesOnAfterACut(t *testing.T) {
	b := newBank(t)
	server := b.serve()
	after := afterField.FindStringSubmatch(b.get("/", "en").Body.String())[1]
	feed := b.listen(server, after, "")
	b.alert("tok-0001", detectors.High, "")
	first := feed.next()
	require.Equal(t, "change", first.name)
	require.Equal(t, customer, first.data.Customer)
	require.Len(t, first.data.Cases, 1)
	require.Contains(t, first.data.Cases[0].HTML, "••0001")
	feed.leave()

	b.alert("tok-0002", detectors.High, "")
	path := "/cases/" + first.data.Cases[0].ID
	b.post(path, "verb", "claim", "once", "1")
	b.post(path, "verb", "close", "disposition", "genuine", "once", "2")
	again := b.listen(server, after, first.id).next()
	require.Len(t, again.data.Cases, 2, "what happened while the browser was away comes in one event")
	require.True(t, again.data.Cases[0].Closed)
	require.False(t, again.data.Cases[1].Closed)
	require.NotEqual(t, first.id, again.id)
}

func TestFeedThatMissedTooMuchStartsOver(t *testing.T) {
	b := newBank(t)
	server := b.serve()
	require.Equal(t, "reset", b.listen(server, "", "zzz").next().name, "an id of an earlier process")
	after := afterField.FindStringSubmatch(b.get("/", "en").Body.String())[1]
	for range 300 {
		b.hub.Changed([]string{customer})
	}
	require.Equal(t, "reset", b.listen(server, after, "").next().name)
}

func TestOnePersonHasThreeFeedsAtMostAndCloseEndsThem(t *testing.T) {
	b := newBank(t)
	server := b.serve()
	feeds := []*listener{b.listen(server, "", ""), b.listen(server, "", ""), b.listen(server, "", "")}
	require.Equal(t, http.StatusTooManyRequests, b.get("/events", "en").Code)
	b.web.Close()
	for _, f := range feeds {
		for f.lines.Scan() {
			require.NotContains(t, f.lines.Text(), "event:")
		}
		require.NoError(t, f.lines.Err(), "the feed ends properly")
	}
}
