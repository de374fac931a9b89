package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
)

const (
	// heartbeat keeps proxies from closing a quiet feed (the WHATWG's advice is about 15 s).
	heartbeat = 15 * time.Second
	// maxFeeds is how many browser windows of one person may listen.
	maxFeeds = 3
	// slowest is how long one write to a browser may take before it is given up.
	slowest = 10 * time.Second
)

// eventID writes a change number as it stands in the feed.
func eventID(n uint64) string { return strconv.FormatUint(n, 36) }

// change is one event of the feed: whose state has changed, and how their cases now look on the board.
type change struct {
	Customer string `json:"customer"`
	// Clock is the bank's time as the page's header writes it.
	Clock string      `json:"clock"`
	Cases []caseEvent `json:"cases"`
}

type caseEvent struct {
	ID     string `json:"id"`
	Closed bool   `json:"closed"`
	// HTML is the inside of the case's row.
	HTML string `json:"html"`
}

// liveFeed is what a page's live feed begins with.
type liveFeed struct {
	// After is the number of the change that the page already shows.
	After string
	// Customer narrows the feed to one customer's changes; empty shows all cases'.
	Customer string
}

// live notes where the feed stands. A page asks before it reads anything, so that no change falls between the two.
func (s *Server) live() liveFeed {
	_, next, _, _ := s.hub.Since(0)
	return liveFeed{After: eventID(next)}
}

// events is the live feed (server-sent events). It begins after the event named by Last-Event-ID, or by ?after= on the first
// connection. When that is too long ago it sends "reset": the page is out of date and has to be loaded anew.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	actor := actorOf(r)
	if !s.openFeed(actor) {
		s.fail(w, r, http.StatusTooManyRequests, nil)
		return
	}
	defer s.closeFeed(actor)
	w.Header().Set("Content-Type", "text/event-stream")
	f := &feed{out: w, control: http.NewResponseController(w)}
	f.write("retry: 3000\n\n")
	from, err := strconv.ParseUint(orElse(r.Header.Get("Last-Event-ID"), r.URL.Query().Get("after")), 36, 64)
	if err != nil {
		_, from, _, _ = s.hub.Since(0)
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for f.err == nil {
		customers, next, woken, known := s.hub.Since(from)
		if !known {
			f.write("id: %s\nevent: reset\ndata: {}\n\n", eventID(next))
		}
		for i, customer := range customers {
			// Only the last event of a round carries the number to go on from, so that a cut between two loses neither.
			id := from
			if i == len(customers)-1 {
				id = next
			}
			s.sendChange(f, id, customer, languageOf(r))
		}
		from = next
		select {
		case <-woken:
		case <-beat.C:
			f.write(": still here\n\n")
		case <-r.Context().Done():
			return
		case <-s.closed:
			return
		}
	}
}

func (s *Server) sendChange(f *feed, id uint64, customer string, lang card.Language) {
	desk, err := s.cfg.View.Desk(customer)
	// Customers whom the desk only knows how to reach, thousands on the first day, are no news.
	if err != nil || len(desk.Cases) == 0 && len(desk.Messages) == 0 {
		return
	}
	event := change{Customer: customer, Clock: s.day(s.now()), Cases: []caseEvent{}}
	for i := range desk.Cases {
		row := s.caseRow(&desk.Cases[i], customer, lang)
		var html strings.Builder
		if err := s.pages[lang].ExecuteTemplate(&html, "case-row", row); err != nil {
			s.cfg.Log.Error("web: row cannot be shown", "error", err)
			return
		}
		event.Cases = append(event.Cases, caseEvent{ID: row.ID, Closed: row.Disposition != "", HTML: html.String()})
	}
	data, err := json.Marshal(event)
	if err != nil {
		s.cfg.Log.Error("web: event cannot be written", "error", err)
		return
	}
	f.write("id: %s\nevent: change\ndata: %s\n\n", eventID(id), data)
}

// feed writes to one browser and remembers when that failed.
type feed struct {
	out     http.ResponseWriter
	control *http.ResponseController
	err     error
}

func (f *feed) write(format string, args ...any) {
	if f.err != nil {
		return
	}
	// A browser that does not read is given up, not waited for. Test recorders know no deadline.
	_ = f.control.SetWriteDeadline(time.Now().Add(slowest))
	if _, f.err = fmt.Fprintf(f.out, format, args...); f.err == nil {
		f.err = f.control.Flush()
	}
}

func (s *Server) openFeed(actor string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.feeds[actor] >= maxFeeds {
		return false
	}
	s.feeds[actor]++
	return true
}

func (s *Server) closeFeed(actor string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.feeds[actor]--; s.feeds[actor] == 0 {
		delete(s.feeds, actor)
	}
}
