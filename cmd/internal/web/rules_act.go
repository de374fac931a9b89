package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

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
