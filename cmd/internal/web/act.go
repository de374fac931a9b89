package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// command reads an act of staff from a form.
func (s *Server) command(r *http.Request, customer string) alerts.Command {
	verb, note := r.PostForm.Get("verb"), strings.TrimSpace(r.PostForm.Get("note"))
	c := alerts.Command{
		Actor: actorOf(r), Verb: alerts.Verb(verb), Note: note,
		Disposition: alerts.Disposition(r.PostForm.Get("disposition")),
		CaseID:      r.PathValue("id"), Account: r.PostForm.Get("account"),
	}
	if hours, err := strconv.Atoi(r.PostForm.Get("hours")); err == nil && c.Verb == alerts.Snooze {
		c.Until = s.now().Add(time.Duration(hours) * time.Hour)
	}
	id := clerk.ActID("act", r.PostForm.Get("once"), c.Actor, c.CaseID, c.Account, verb, note, string(c.Disposition), r.PostForm.Get("hours"),
		r.PostForm.Get("kind"), r.PostForm.Get("from"), r.PostForm.Get("until"), r.PostForm.Get("channel"), r.PostForm.Get("number"), r.PostForm.Get("restriction"))
	c.Head = card.Head{ID: id, Customer: customer, At: s.now()}
	return c
}

func (s *Server) actOnCase(w http.ResponseWriter, r *http.Request) {
	if !s.form(w, r) {
		return
	}
	live := s.live()
	customer, _, ok := s.findCase(w, r)
	if !ok {
		return
	}
	cmd := s.command(r, customer)
	cmd.Account = ""
	refusal, err := s.clerk.Submit(r.Context(), &cmd)
	if err != nil {
		s.fail(w, r, http.StatusServiceUnavailable, err)
		return
	}
	desk, err := s.cfg.View.Desk(customer)
	if err != nil {
		s.fail(w, r, http.StatusServiceUnavailable, err)
		return
	}
	if refusal != "" {
		s.renderCase(w, r, http.StatusConflict, caseView{live, customer, desk}, refusedAct{cmd, refusal})
		return
	}
	http.Redirect(w, r, r.URL.Path, http.StatusSeeOther)
}
