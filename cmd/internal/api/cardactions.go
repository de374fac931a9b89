package api

import (
	"net/http"
	"slices"

	"github.com/cardwatch/cardwatch/alerts"
)

// pendingActions lists the requests to take a block back that wait for a second person, gravest case first.
func (s *Server) pendingActions(w http.ResponseWriter, r *request) {
	query, refused := r.query("limit", "cursor")
	if refused != nil {
		s.refuse(w, r, refused)
		return
	}
	const list = "card-actions"
	at, refused := s.pageOf(list, query)
	if refused != nil {
		s.refuse(w, r, refused)
		return
	}
	found, err := s.cases(list, alerts.GroupUnblock, at, func(c *alerts.Case) bool { return c.Unblock.By != "" })
	if err != nil {
		s.refuse(w, r, s.failed(r, err))
		return
	}
	s.answer(w, http.StatusOK, found)
}

// actionView is one step of a block or of its end.
type actionView struct {
	CaseID string `json:"case_id"`
	Card   string `json:"card"`
	At     moment `json:"at"`
	Act    string `json:"act"`
	Actor  string `json:"actor"`
	Note   string `json:"note,omitempty"`
}

var cardActs = []alerts.ActCode{
	alerts.ActBlocked, alerts.ActUnblockAsked, alerts.ActUnblocked, alerts.ActUnblockRefused, alerts.ActUnblockCancelled,
	alerts.ActUnblockExpired,
}

// customerActions tells what was requested for a customer's cards and by whom, newest first, as far as the desk remembers. The requests
// themselves go out on cardwatch.card_action.v1.
func (s *Server) customerActions(w http.ResponseWriter, r *request) {
	desk, err := s.cfg.View.Desk(r.PathValue("id"))
	if err != nil {
		s.refuse(w, r, s.failed(r, err))
		return
	}
	page := struct {
		Items []actionView `json:"items"`
	}{[]actionView{}}
	for i := range desk.Cases {
		c := &desk.Cases[i]
		for _, a := range c.History {
			if slices.Contains(cardActs, a.Code) {
				page.Items = append(page.Items, actionView{c.ID, masked(c.Card), moment{a.At}, string(a.Code), a.Actor, a.Note})
			}
		}
	}
	slices.SortStableFunc(page.Items, func(a, b actionView) int { return int(b.At.UnixMilli - a.At.UnixMilli) })
	s.answer(w, http.StatusOK, page)
}
