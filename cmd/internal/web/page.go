package web

import (
	"bytes"
	"fmt"
	"html/template"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/figures"
	"github.com/cardwatch/cardwatch/alerts/glossary"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// page is what every template is given.
type page struct {
	// Name is the template's.
	Name  string
	Lang  card.Language
	Bank  string
	Actor string
	// Path is the page's own address, to come back to from the forms in the header.
	Path string
	// Rules says that there is a page about the rules.
	Rules bool
	// Silences says that there is a page about silences.
	Silences bool
	// Figures says that there is a page of figures.
	Figures bool
	// Demo says that there is a sandbox telephone.
	Demo bool
	Now  card.Moment
	// Once makes the forms of this page safe to send twice.
	Once string
	Data any
}

// Up leads from the page to the root that customers see us under, which a reverse proxy may have put into a folder.
func (p page) Up() string {
	path, _, _ := strings.Cut(p.Path, "?")
	return strings.Repeat("../", max(strings.Count(path, "/")-1, 0))
}

// On reports whether the page is in the part of the console that begins with a path.
func (p page) On(path string) bool { return strings.HasPrefix(p.Path, path) }

func (s *Server) parsePages(lang card.Language) (*template.Template, error) {
	texts := s.texts[lang]
	set := template.New("").Funcs(template.FuncMap{
		"t":       texts.text,
		"term":    func(kind glossary.Kind, code any) string { return s.term(lang, kind, fmt.Sprint(code)) },
		"reason":  func(r alertReason) (sentence, error) { return s.sentence(lang, r) },
		"money":   money,
		"date":    dayOnly,
		"field":   newField,
		"costIn":  func(cost waysCost, c card.Currency) costIn { return costIn{cost, c} },
		"ordinal": func(i int) int { return i + 1 },
		"day":     s.day,
		"ago":     func(m card.Moment) (string, error) { return s.ago(texts, m) },
		"iso":     func(m card.Moment) string { return m.String() },
		"last4":   lastFour,
		"join":    func(list []string) string { return strings.Join(list, texts["list.and"]) },
		"sendReason": func(reason string) string {
			return s.term(lang, firstKind(reason, glossary.Rule, glossary.Failure), reason)
		},
		"actNote":     func(c *alerts.Case, a alerts.Act) string { return s.actNote(lang, c, a) },
		"detector":    func(a detectors.Alert) string { return s.detectorName(lang, a.Detector, a.Title) },
		"accountNote": func(a alerts.Act) string { return s.accountNote(lang, a) },
		"days":        func(list []int) string { return strings.Trim(strings.ReplaceAll(fmt.Sprint(list), " ", ", "), "[]") },
		"share":       func(x float64) string { return strconv.FormatFloat(100*x, 'f', 1, 64) + " %" },
		"figureValue": func(by figures.Dimension, value string) string {
			if by == figures.ByTier {
				return s.term(lang, glossary.Tier, value)
			}
			return value
		},
		"percent": func(share *float64) string {
			if share == nil {
				return "—"
			}
			return glossary.Measured(int64(math.Round(100**share)), detectors.Percent, card.Currency{}).In(lang)
		},
	})
	set, err := set.ParseFS(files, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("web: templates: %w", err)
	}
	return set, nil
}

// render writes a page in the visitor's language.
func (s *Server) render(w http.ResponseWriter, r *http.Request, status int, name string, data any) {
	s.renderIn(w, r, status, languageOf(r), name, data)
}

// renderIn writes a page in a given language: all of it, or an error page.
func (s *Server) renderIn(w http.ResponseWriter, r *http.Request, status int, lang card.Language, name string, data any) {
	body, err := s.execute(r, lang, name, data)
	if err != nil {
		s.cfg.Log.Error("web: page cannot be shown", "page", name, "error", err)
		http.Error(w, s.texts[lang]["error.500.title"], http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", lang.String())
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		s.cfg.Log.Debug("web: visitor left", "page", name, "error", err)
	}
}

func (s *Server) execute(r *http.Request, lang card.Language, name string, data any) ([]byte, error) {
	once, err := s.once()
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	err = s.pages[lang].ExecuteTemplate(&body, name, page{
		Name: name, Lang: lang, Bank: bankName(s.clerk.Desk().Policy().BankName, lang), Actor: actorOf(r), Path: r.URL.RequestURI(),
		Rules: s.cfg.Rules != nil, Figures: s.cfg.Figures != nil, Silences: s.cfg.Silences != nil, Demo: s.cfg.Sandbox != nil, Now: s.now(), Once: once, Data: data,
	})
	return body.Bytes(), err
}

// fail answers with an error page, or a problem for programs: what happened and what to do, never what went on inside. err goes to the log.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, status int, err error) {
	if err != nil {
		s.cfg.Log.Error("web: request failed", "method", r.Method, "status", status, "error", err)
	}
	if forPrograms(r) {
		s.answer9457(w, problem{Title: http.StatusText(status), Status: status})
		return
	}
	name := "error"
	if forCustomers(r) {
		name = "customer-error"
	}
	s.render(w, r, status, name, status)
}

func bankName(name alerts.BankName, lang card.Language) string {
	if lang == card.English {
		return name.En
	}
	return name.Zh
}
