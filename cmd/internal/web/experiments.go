package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/cardwatch/cardwatch/alerts/figures"
	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
)

const (
	experimentsPath = figuresPath + "/experiments"
	// byArm is the page that shows the experiments.
	byArm = figuresPath + "?by=" + string(figures.ByArm)
)

// stopExperiment stops an experiment for good, for a reason.
func (s *Server) stopExperiment(w http.ResponseWriter, r *http.Request) {
	if !s.form(w, r) {
		return
	}
	form, actor := r.PostForm, actorOf(r)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), clerk.PublishLimit)
	defer cancel()
	name := form.Get("experiment")
	event := clerk.ActID("experiment", form.Get("once"), actor, name)
	if err := s.cfg.Experiments.Stop(ctx, event, actor, name, strings.TrimSpace(form.Get("reason"))); err != nil {
		s.cfg.Log.Warn("web: an experiment was not stopped", "experiment", name, "by", actor, "error", err)
		s.renderFigures(w, r, http.StatusConflict, figures.ByArm, true)
		return
	}
	http.Redirect(w, r, byArm, http.StatusSeeOther)
}
