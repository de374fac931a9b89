package api

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/cardwatch/cardwatch/alerts/explain"
	"github.com/cardwatch/cardwatch/alerts/figures"
	"github.com/cardwatch/cardwatch/alerts/glossary"
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

// definedFigure is a figure's name and definition, in the caller's language.
type definedFigure struct {
	Figure  figures.Code `json:"figure"`
	Name    string       `json:"name"`
	Meaning string       `json:"meaning"`
}

// collectingFigures tells the figures about collecting, each with its definition.
func (s *Server) collectingFigures(w http.ResponseWriter, r *request) {
	query, refused := r.query("by", "months")
	if refused != nil {
		s.refuse(w, r, refused)
		return
	}
	by, months := figures.Dimension(query["by"]), figures.Months
	if !slices.Contains([]figures.Dimension{figures.Whole, figures.ByTier, figures.ByCohort, figures.BySegment, figures.ByArm}, by) {
		s.refuse(w, r, refusal(CodeInvalid, FieldError{Parameter: "by", Code: fieldValue}))
		return
	}
	if asked := query["months"]; asked != "" {
		n, err := strconv.Atoi(asked)
		if err != nil || n < 1 || n > figures.Months {
			s.refuse(w, r, refusal(CodeInvalid, FieldError{Parameter: "months", Code: fieldValue}))
			return
		}
		months = n
	}
	report, counted := s.cfg.Figures(by, months)
	if !counted {
		s.refuse(w, r, refusal(CodeIncomplete))
		return
	}
	var defined []definedFigure
	for _, d := range figures.Definitions() {
		name, _ := glossary.Lookup(glossary.Figure, string(d.Code))
		meaning, _ := glossary.Lookup(glossary.FigureMeaning, string(d.Code))
		defined = append(defined, definedFigure{d.Code, name.In(r.lang), meaning.In(r.lang)})
	}
	s.answer(w, http.StatusOK, struct {
		At          string          `json:"at"`
		Definitions []definedFigure `json:"definitions"`
		figures.Report
	}{s.cfg.Now().String(), defined, report})
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
