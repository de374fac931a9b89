package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
)

const silencesPath = "/silences"

type silencesPage struct {
	// Active are those that hold or are still to begin, newest first, Over those that have ended: that is the notice of their end.
	Active, Over []alerts.SilenceEntry
	// Draft is what the form holds; Fields are what its lines can compare.
	Draft  silenceDraft
	Fields []alerts.MatchField
	// Problem says what is wrong with the draft. Covers counts the open cases that it would hide, -1 when nobody has asked.
	Problem string
	Covers  int
}

// silenceDraft is a silence as it is typed.
type silenceDraft struct {
	Lines    []alerts.Matcher
	Reason   string
	Hours    int
	Resolved bool
}

// silenceFields are offered in this order; each is empty in a draft until somebody fills it in.
var silenceFields = []alerts.MatchField{
	alerts.MatchDetector, alerts.MatchMerchant, alerts.MatchCity, alerts.MatchCountry, alerts.MatchSeverity, alerts.MatchCard, alerts.MatchCustomer,
}

func (s *Server) showSilences(w http.ResponseWriter, r *http.Request) {
	s.renderSilences(w, r, http.StatusOK, silencesPage{Draft: draft(r.URL.Query().Get, 4), Covers: -1})
}

// draft reads a silence from what a form or an address says.
func draft(get func(string) string, hours int) silenceDraft {
	d := silenceDraft{Reason: strings.TrimSpace(get("reason")), Resolved: get("resolved") != "", Hours: hours}
	if typed, err := strconv.Atoi(get("hours")); err == nil {
		d.Hours = typed
	}
	for _, field := range silenceFields {
		value := strings.TrimSpace(get(string(field)))
		op := alerts.MatchIs
		if strings.Contains(value, ",") {
			op = alerts.MatchIn
		}
		d.Lines = append(d.Lines, alerts.Matcher{Field: field, Op: op, Value: value})
	}
	return d
}

// silence is the draft as it would be made now.
func (s *Server) silence(d silenceDraft, id, owner string) alerts.Silence {
	now := s.now()
	silence := alerts.Silence{ID: id, Owner: owner, Reason: d.Reason, From: now, UntilResolved: d.Resolved}
	if d.Hours > 0 {
		silence.Until = now.Add(time.Duration(d.Hours) * time.Hour)
	}
	for _, m := range d.Lines {
		if m.Value != "" {
			silence.Matchers = append(silence.Matchers, m)
		}
	}
	return silence
}

func (s *Server) renderSilences(w http.ResponseWriter, r *http.Request, status int, data silencesPage) {
	data.Fields = silenceFields
	now := s.now()
	for _, e := range slices.Backward(s.cfg.Silences.List()) {
		if state := e.State(now); state == alerts.SilenceActive || state == alerts.SilencePending {
			data.Active = append(data.Active, e)
		} else {
			data.Over = append(data.Over, e)
		}
	}
	s.render(w, r, status, "silences", data)
}

// actOnSilences makes or ends a silence, or tells what one would hide.
func (s *Server) actOnSilences(w http.ResponseWriter, r *http.Request) {
	if !s.form(w, r) {
		return
	}
	form, actor := r.PostForm, actorOf(r)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), clerk.PublishLimit)
	defer cancel()
	event := clerk.ActID("silence", form.Get("once"), actor, form.Get("verb"), form.Get("id"))
	if form.Get("verb") == string(alerts.EndSilence) {
		if err := s.cfg.Silences.End(ctx, event, actor, form.Get("id"), strings.TrimSpace(form.Get("note"))); err != nil {
			s.renderSilences(w, r, http.StatusConflict, silencesPage{Draft: draft(form.Get, 4), Problem: err.Error(), Covers: -1})
			return
		}
		http.Redirect(w, r, silencesPath, http.StatusSeeOther)
		return
	}
	page := silencesPage{Draft: draft(form.Get, 0), Covers: -1}
	silence := s.silence(page.Draft, event, actor)
	if err := silence.Validate(); err != nil {
		page.Problem = err.Error()
		s.renderSilences(w, r, http.StatusBadRequest, page)
		return
	}
	if form.Get("verb") == "preview" {
		hidden, err := s.clerk.WouldHide(&silence)
		if err != nil {
			s.fail(w, r, http.StatusServiceUnavailable, err)
			return
		}
		page.Covers = hidden.Cases
		s.renderSilences(w, r, http.StatusOK, page)
		return
	}
	if err := s.cfg.Silences.Add(ctx, event, actor, silence); err != nil {
		page.Problem = err.Error()
		s.renderSilences(w, r, http.StatusConflict, page)
		return
	}
	http.Redirect(w, r, silencesPath, http.StatusSeeOther)
}
