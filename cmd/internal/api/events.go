package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
	"github.com/cardwatch/cardwatch/stream"
)

const (
	// heartbeat keeps proxies from closing a quiet stream (the WHATWG's advice is about 15 s).
	heartbeat = 15 * time.Second
	// maxStreams is how many streams one caller may hold open.
	maxStreams = 3
	// slowest is how long one write may take before the reader is given up. Nothing is kept for a reader who lags but its place in the hub's
	// ring, so that one who does not read costs no memory and holds nobody up.
	slowest = 10 * time.Second
)

// change is one event: whose cases have changed, and how they are now.
type change struct {
	Customer string       `json:"customer_id"`
	Cases    []caseChange `json:"cases"`
}

type caseChange struct {
	ID       string `json:"id"`
	State    string `json:"state"`
	Queue    string `json:"queue,omitempty"`
	Owner    string `json:"owner,omitempty"`
	Priority int    `json:"priority"`
	Tag      string `json:"etag"`
}

// events streams what changes (server-sent events). It begins after the event that Last-Event-ID names, else with what comes next. When that
// event is too long ago, or another process's, it sends "reset": the caller has to read its lists anew.
func (s *Server) events(w http.ResponseWriter, r *request) {
	if !s.openStream(r.caller.name) {
		s.refuse(w, r, refusal(CodeTooMany))
		return
	}
	defer s.closeStream(r.caller.name)
	hub := s.cfg.Clerk.Hub()
	_, from, _, _ := hub.Since(0)
	if last := r.Header.Get("Last-Event-ID"); last != "" {
		n, err := strconv.ParseUint(last, 36, 64)
		if err != nil {
			n = 0 // no number of ours: the reader has to begin anew
		}
		from = n
	}
	w.Header().Set("Content-Type", "text/event-stream")
	out := &sender{w: w, control: http.NewResponseController(w)}
	out.write("retry: 3000\n\n")
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for out.err == nil {
		customers, next, woken, known := hub.Since(from)
		if !known {
			out.write("id: %s\nevent: reset\ndata: {}\n\n", clerk.EventID(next))
		}
		for i, customer := range customers {
			// Only the last event of a round carries the number to go on from, so that a cut between two loses neither.
			id := from
			if i == len(customers)-1 {
				id = next
			}
			s.sendChange(out, id, customer)
		}
		from = next
		select {
		case <-woken:
		case <-beat.C:
			out.write(": still here\n\n")
		case <-r.Context().Done():
			return
		case <-s.closed:
			return
		}
	}
}

func (s *Server) sendChange(out *sender, id uint64, customer string) {
	desk, err := s.cfg.View.Desk(customer)
	if err != nil {
		if !errors.Is(err, stream.ErrNotFound) {
			out.err = err
		}
		return
	}
	// Customers whom the desk only knows how to reach, thousands on the first day, are no news.
	if len(desk.Cases) == 0 {
		return
	}
	event := change{Customer: customer}
	for i := range desk.Cases {
		event.Cases = append(event.Cases, s.changeOf(customer, &desk.Cases[i]))
	}
	data, err := json.Marshal(event)
	if err != nil {
		out.err = err
		return
	}
	out.write("id: %s\nevent: change\ndata: %s\n\n", clerk.EventID(id), data)
}

func (s *Server) changeOf(customer string, c *alerts.Case) caseChange {
	tag, _ := tagOf(s.fullView(customer, c)) // a view of plain values is always JSON
	return caseChange{c.ID, string(c.State), queueName(c), c.Owner, c.Priority, tag}
}

// sender writes to one reader and remembers when that failed.
type sender struct {
	w       http.ResponseWriter
	control *http.ResponseController
	err     error
}

func (o *sender) write(format string, args ...any) {
	if o.err != nil {
		return
	}
	// A reader that does not read is given up, not waited for. Test recorders know no deadline.
	_ = o.control.SetWriteDeadline(time.Now().Add(slowest))
	if _, o.err = fmt.Fprintf(o.w, format, args...); o.err == nil {
		o.err = o.control.Flush()
	}
}

func (s *Server) openStream(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.streams[name] >= maxStreams {
		return false
	}
	s.streams[name]++
	return true
}

func (s *Server) closeStream(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.streams[name]--; s.streams[name] == 0 {
		delete(s.streams, name)
	}
}
