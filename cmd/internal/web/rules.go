package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/cardwatch/cardwatch/alerts/glossary"
	"github.com/cardwatch/cardwatch/alerts/quality"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/lifecycle"
)

// RuleDesk is how the console sees the rules and acts on them.
type RuleDesk struct {
	// Refresh reads what others have done since; View shows how things stand, without waiting for anybody.
	Refresh func(context.Context) error
	View    func(look func(*lifecycle.Book))
	// Act writes an act, or says with a *lifecycle.RefusedError why not.
	Act func(context.Context, lifecycle.Event) error
	// ReadRules reads the text of a set.
	ReadRules func(text []byte) (detectors.Rules, error)
	// Quality is how good the rules are, false while that is still being worked out.
	Quality func() (quality.Report, bool)
	// FourEyes says that the approved set decides, and not each process's files.
	FourEyes bool
}

const (
	rulesPath = "/rules"
	// freshLimit is how long the page waits for the newest acts before it shows those it knows.
	freshLimit = 500 * time.Millisecond
	// setRows is how many sets are shown, the newest.
	setRows = 30
)

type rulesPage struct {
	// Live is the set that decides, nil before there is one.
	Live     *setRow
	FourEyes bool
	Rules    []ruleRow
	Drafts   []draftRow
	Sets     []setRow
	// Counted says that the figures are complete.
	Counted bool
	Refusal lifecycle.Refusal
	Note    string
}

// ruleLine is one rule of a set.
type ruleLine struct {
	Name    detectors.Name
	Title   string
	Mode    detectors.RuleMode
	Version int
	Owner   string
	// OfCards says that the rule judges uses of cards, which is what drafts are asked about.
	OfCards bool
}

type ruleRow struct {
	ruleLine
	quality.RuleReport
	// Stopped says by whom and why the rule is silent, nil when it is not.
	Stopped *lifecycle.Stopped
}

// draftRow is one rule of a set in shadow, beside what the rule of that name raises in the live set.
type draftRow struct {
	ruleLine
	Set   string
	Spans [3]quality.Span
	Live  int
}

// setRow is one set with what may be done to it next.
type setRow struct {
	lifecycle.Set
	Verbs []lifecycle.Verb
	// Last is the newest act on the set itself, and LiveSince the one by which it went live.
	Last, LiveSince lifecycle.Entry
}

func (s *Server) showRules(w http.ResponseWriter, r *http.Request) {
	s.renderRules(w, r, http.StatusOK, "", "")
}

func (s *Server) renderRules(w http.ResponseWriter, r *http.Request, status int, refusal lifecycle.Refusal, note string) {
	ctx, cancel := context.WithTimeout(r.Context(), freshLimit)
	defer cancel()
	if err := s.cfg.Rules.Refresh(ctx); err != nil {
		s.cfg.Log.Warn("web: the newest acts on rules cannot be read; those known are shown", "error", err)
	}
	data := rulesPage{FourEyes: s.cfg.Rules.FourEyes, Refusal: refusal, Note: note}
	report, counted := s.cfg.Rules.Quality()
	data.Counted = counted
	var stopped []lifecycle.Stopped
	var drafts []lifecycle.Set
	s.cfg.Rules.View(func(b *lifecycle.Book) {
		stopped = b.Stopped()
		for _, set := range slices.Backward(b.Sets()) {
			row := s.setRow(b, set, actorOf(r))
			if set == b.Live() {
				data.Live = &row
			}
			if len(data.Sets) < setRows {
				data.Sets = append(data.Sets, row)
			}
		}
		for _, set := range b.Drafts() {
			drafts = append(drafts, *set)
		}
	})
	lang := languageOf(r)
	if data.Live != nil {
		for _, line := range s.ruleLines(&data.Live.Set, lang) {
			row := ruleRow{ruleLine: line, RuleReport: report.Rule(line.Name)}
			if i := slices.IndexFunc(stopped, func(st lifecycle.Stopped) bool { return st.Rule == string(line.Name) }); i >= 0 {
				row.Stopped = &stopped[i]
			}
			data.Rules = append(data.Rules, row)
		}
	}
	for i := range drafts {
		for _, line := range s.ruleLines(&drafts[i], lang) {
			if !line.OfCards || line.Mode == detectors.RuleOff {
				continue
			}
			data.Drafts = append(data.Drafts, draftRow{
				ruleLine: line, Set: drafts[i].Version, Spans: report.Draft(drafts[i].Version, line.Name).Spans, Live: report.Rule(line.Name).Spans[1].Alerts,
			})
		}
	}
	s.render(w, r, status, "rules", data)
}

// setRow copies a set, for the page is written when the book may have moved on.
func (s *Server) setRow(b *lifecycle.Book, set *lifecycle.Set, actor string) setRow {
	row := setRow{Set: *set}
	row.History = slices.Clone(set.History)
	for _, h := range set.History {
		if h.Rule == "" {
			row.Last = h
		}
		if h.To == lifecycle.Live && h.From != lifecycle.Live {
			row.LiveSince = h
		}
	}
	for _, verb := range setVerbs {
		if !s.cfg.Rules.FourEyes && (verb == lifecycle.GoLive || verb == lifecycle.Rollback) {
			continue
		}
		// Who may not do it is shown the act all the same, and told why it needs somebody else.
		switch b.Refuses(&lifecycle.Event{ID: "probe", Set: set.Version, Verb: verb, At: s.now(), Actor: actor}) {
		case "", lifecycle.SamePerson, lifecycle.TooManyDrafts:
			row.Verbs = append(row.Verbs, verb)
		}
	}
	return row
}

// setVerbs are the acts on a set that the console offers: what brings a text or a result needs the command line.
var setVerbs = []lifecycle.Verb{lifecycle.Shadow, lifecycle.Approve, lifecycle.GoLive, lifecycle.Rollback, lifecycle.Withdraw}

// ruleLines are the rules of a set in the order in which they judge; none when this release cannot read it.
func (s *Server) ruleLines(set *lifecycle.Set, lang card.Language) (lines []ruleLine) {
	rules, err := s.cfg.Rules.ReadRules(set.Text)
	if err != nil {
		s.cfg.Log.Error("web: a rule set cannot be read", "rule_set", set.Version, "error", err)
		return nil
	}
	for _, d := range rules.Catalogue() {
		about := d.About()
		_, ofCards := d.(detectors.CardDetector)
		lines = append(lines, ruleLine{
			Name: about.Name, Title: s.detectorName(lang, about.Name, about.Title), Mode: detectors.RuleLive, Version: about.Version, Owner: set.Author, OfCards: ofCards,
		})
	}
	for i := range rules.Custom {
		c := &rules.Custom[i]
		lines = append(lines, ruleLine{
			Name: c.ID, Title: s.detectorName(lang, c.ID, c.Title), Mode: cmp.Or(c.Mode, detectors.RuleLive), Version: c.Version, Owner: cmp.Or(c.Owner, set.Author), OfCards: true,
		})
	}
	return lines
}

// detectorName is a detector's name for people: the glossary's, else the one that its author gave it, else its code.
func (s *Server) detectorName(lang card.Language, name detectors.Name, title detectors.Text) string {
	if term, known := glossary.Lookup(glossary.Detector, string(name)); known {
		return term.In(lang)
	}
	return orElse(title.In(lang), string(name))
}
