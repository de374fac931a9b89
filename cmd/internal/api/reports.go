package api

import (
	"errors"
	"net/http"
	"strings"

	"github.com/cardwatch/cardwatch/alerts/explain"
	"github.com/cardwatch/cardwatch/alerts/quality"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// ErrBusy is Config.Explain's answer while others are searching: each search reads a topic.
var ErrBusy = errors.New("too many searches at a time")

// explainAlert tells what is behind an alert: the facts, the rule and where it stands.
func (s *Server) explainAlert(w http.ResponseWriter, r *request) {
	query, refused := r.query("case")
	if refused != nil {
		s.refuse(w, r, refused)
		return
	}
	id := r.PathValue("id")
	if !explain.ValidID(id) {
		s.refuse(w, r, refusal(CodeInvalid))
		return
	}
	e, err := s.cfg.Explain(r.Context(), id, query["case"])
	switch {
	case err == nil:
		s.answer(w, http.StatusOK, e)
	case errors.Is(err, explain.ErrUnknown):
		s.refuse(w, r, refusal(CodeNotFound))
	case errors.Is(err, ErrBusy):
		s.refuse(w, r, refusal(CodeTooMany))
	default:
		s.refuse(w, r, s.failed(r, err))
	}
}

// ruleQuality tells how good the rules are.
func (s *Server) ruleQuality(w http.ResponseWriter, r *request) {
	report, counted := s.cfg.Quality()
	if !counted {
		s.refuse(w, r, refusal(CodeIncomplete))
		return
	}
	s.answer(w, http.StatusOK, struct {
		At string `json:"at"`
		quality.Report
	}{s.cfg.Now().String(), report})
}

// languageOf is English for who asks for it before Chinese, else Chinese.
func languageOf(r *http.Request) card.Language {
	for item := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(item)), ";")
		switch primary, _, _ := strings.Cut(tag, "-"); primary {
		case "zh":
			return card.Chinese
		case "en":
			return card.English
		}
	}
	return card.Chinese
}
