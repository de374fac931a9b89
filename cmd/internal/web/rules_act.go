package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/cardwatch/cardwatch/alerts/quality"
	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
	"github.com/cardwatch/cardwatch/detectors/lifecycle"
)

// actOnRules takes an act on a set, or on one rule of the live set.
func (s *Server) actOnRules(w http.ResponseWriter, r *http.Request) {
	if !s.form(w, r) {
		return
	}
	form := r.PostForm
	e := lifecycle.Event{
		Verb: lifecycle.Verb(form.Get("verb")), Set: form.Get("set"), Rule: form.Get("rule"), At: s.now(), Actor: actorOf(r),
		Note: strings.TrimSpace(form.Get("note")),
	}
	if !slices.Contains(append(setVerbs, lifecycle.Stop, lifecycle.Resume), e.Verb) || e.Set == "" && e.Rule == "" {
		s.fail(w, r, http.StatusBadRequest, nil)
		return
	}
	e.ID = clerk.ActID("rules", form.Get("once"), e.Actor, string(e.Verb), e.Set, e.Rule, e.Note)
	// An impatient visitor who leaves must not leave it open whether the act was written.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), clerk.PublishLimit)
	defer cancel()
	err := s.cfg.Rules.Act(ctx, e)
	var refused *lifecycle.RefusedError
	switch {
	case err == nil, errors.As(err, &refused) && refused.Why == lifecycle.Repeated:
		http.Redirect(w, r, rulesPath, http.StatusSeeOther)
	case refused != nil:
		s.renderRules(w, r, http.StatusConflict, refused.Why, e.Note)
	default:
		s.fail(w, r, http.StatusServiceUnavailable, err)
	}
}

// ruleQuality tells programs how good the rules are.
func (s *Server) ruleQuality(w http.ResponseWriter, _ *http.Request) {
	report, counted := s.cfg.Rules.Quality()
	if !counted {
		w.Header().Set("Retry-After", "5")
		s.answer9457(w, problem{
			Title: "The figures are not complete yet", Status: http.StatusServiceUnavailable, Detail: "alerts and answers of the last weeks are still being read",
		})
		return
	}
	s.answerJSON(w, http.StatusOK, "application/json", struct {
		At string `json:"at"`
		quality.Report
	}{s.now().String(), report})
}
