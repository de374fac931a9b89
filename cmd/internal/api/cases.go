package api

import (
	"errors"
	"net/http"
	"slices"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
	"github.com/cardwatch/cardwatch/stream"
)

// maxScan is how many cases one page looks at when a filter leaves most of them out; the page then ends early, with a cursor.
const maxScan = 2000

// groups are the queues by the names they have outside.
var groups = map[string]string{
	queueFirst: alerts.GroupFirst, alerts.GroupEscalated: alerts.GroupEscalated, alerts.GroupSnoozed: alerts.GroupSnoozed,
	alerts.GroupSilenced: alerts.GroupSilenced, alerts.GroupUnblock: alerts.GroupUnblock,
}

// stateClosed is the state by which the closed cases are listed; they are in no queue.
const stateClosed = string(alerts.CaseClosed)

var openStates = []alerts.CaseState{alerts.CaseNew, alerts.CaseWaiting, alerts.CaseQueued, alerts.CaseClaimed}

// casesPage is one page of cases.
type casesPage struct {
	Items []caseView `json:"items"`
	// Next is the cursor of the page after this; absent on the last one.
	Next string `json:"next_cursor,omitempty"`
}

// listCases gives the open cases of a queue by falling priority, or the closed ones, the last closed first.
func (s *Server) listCases(w http.ResponseWriter, r *request) {
	query, refused := r.query("queue", "state", "detector", "limit", "cursor")
	if refused != nil {
		s.refuse(w, r, refused)
		return
	}
	queue, given := query["queue"]
	if !given {
		queue = queueFirst
	}
	group, known := groups[queue]
	if query["state"] == stateClosed {
		group, known = alerts.GroupClosed, !given
	}
	if !known {
		s.refuse(w, r, refusal(CodeInvalid, FieldError{Parameter: "queue", Code: fieldValue}))
		return
	}
	state, detector := alerts.CaseState(query["state"]), query["detector"]
	if _, given := query["state"]; given && group != alerts.GroupClosed && !slices.Contains(openStates, state) {
		s.refuse(w, r, refusal(CodeInvalid, FieldError{Parameter: "state", Code: fieldValue}))
		return
	}
	list := "cases\x00" + group + "\x00" + string(state) + "\x00" + detector
	at, refused := s.pageOf(list, query)
	if refused != nil {
		s.refuse(w, r, refused)
		return
	}
	found, err := s.cases(list, group, at, func(c *alerts.Case) bool {
		return (state == "" || c.State == state) && (detector == "" || foundBy(c, detector))
	})
	if err != nil {
		s.refuse(w, r, s.failed(r, err))
		return
	}
	s.answer(w, http.StatusOK, found)
}

func foundBy(c *alerts.Case, detector string) bool {
	for i := range c.Alerts {
		if string(c.Alerts[i].Detector) == detector {
			return true
		}
	}
	return false
}

// cases reads one page of a group: the cases that are wanted.
func (s *Server) cases(list, group string, at page, wanted func(*alerts.Case) bool) (casesPage, error) {
	found := casesPage{Items: []caseView{}}
	for scanned := 0; ; {
		entries, more, err := s.cfg.Clerk.Page(group, at.after, at.limit)
		if err != nil {
			return found, err
		}
		for i, e := range entries {
			at.after = clerk.Position{Order: e.Order, ID: e.ID}
			desk, err := s.cfg.View.Desk(e.Customer)
			if err != nil && !errors.Is(err, stream.ErrNotFound) {
				return found, err
			}
			// A case that closed, or was reopened, since the list was read is gone from it.
			if c := desk.Case(e.ID); c != nil && (c.State == alerts.CaseClosed) == (group == alerts.GroupClosed) && wanted(c) {
				found.Items = append(found.Items, s.viewOf(e.Customer, c))
			}
			if len(found.Items) == at.limit {
				more = more || i+1 < len(entries)
				break
			}
		}
		scanned += len(entries)
		if len(found.Items) == at.limit || !more || scanned >= maxScan {
			if more {
				found.Next = s.cursor(list, at.after)
			}
			return found, nil
		}
	}
}

// find reads the case that the path names, with its customer.
func (s *Server) find(id string) (customer string, c *alerts.Case, err error) {
	if customer, err = s.cfg.View.CustomerOf(alerts.IndexCase, id); err != nil {
		return "", nil, err
	}
	desk, err := s.cfg.View.Desk(customer)
	if err != nil {
		return "", nil, err
	}
	if c = desk.Case(id); c == nil {
		return "", nil, stream.ErrNotFound
	}
	return customer, c, nil
}

func (s *Server) getCase(w http.ResponseWriter, r *request) {
	customer, c, err := s.find(r.PathValue("id"))
	if err != nil {
		s.refuse(w, r, s.failed(r, err))
		return
	}
	s.answerCase(w, r, customer, c)
}

// answerCase gives a whole case.
func (s *Server) answerCase(w http.ResponseWriter, r *request, customer string, c *alerts.Case) {
	s.answerTagged(w, r, s.fullView(customer, c))
}

// answerTagged gives something whole with its tag, or says that the caller has it already.
func (s *Server) answerTagged(w http.ResponseWriter, r *request, view any) {
	tag, err := tagOf(view)
	if err != nil {
		s.refuse(w, r, s.failed(r, err))
		return
	}
	w.Header().Set("ETag", tag)
	if r.Method == http.MethodGet && matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	s.answer(w, http.StatusOK, view)
}
