package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/figures"
	"github.com/cardwatch/cardwatch/alerts/glossary"
	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
)

// Experiments is where experiments are judged and stopped. An act whose event was seen before is done already.
type Experiments interface {
	// Trials tells how the configured experiments go; false while the past is still being read.
	Trials() ([]figures.Trial, bool)
	// Stop stops one for good; the error says why it cannot be.
	Stop(ctx context.Context, event, actor, name, note string) error
}

// experimentView is an experiment as it goes out.
type experimentView struct {
	Name       string             `json:"name"`
	State      string             `json:"state"`
	Share      int                `json:"share"`
	From       string             `json:"from,omitempty"`
	Challenger treatmentView      `json:"challenger"`
	Measures   []figures.Measured `json:"measures"`
	Stopped    *stopView          `json:"stopped,omitempty"`
}

type treatmentView struct {
	Rank            alerts.RankBy `json:"rank,omitempty"`
	SelfCurePercent int           `json:"self_cure_percent,omitempty"`
	RemindDays      []int         `json:"remind_days,omitempty"`
}

type stopView struct {
	At      moment              `json:"at"`
	By      string              `json:"by"`
	Reason  string              `json:"reason,omitempty"`
	Reasons []alerts.StopReason `json:"reasons,omitempty"`
}

func (s *Server) experimentView(t *figures.Trial) experimentView {
	x := &t.Experiment
	v := experimentView{
		Name: x.Name, State: "running", Share: x.Share, From: x.From, Challenger: treatmentView(x.Challenger), Measures: t.Measures(),
	}
	switch {
	case t.Stopped != nil:
		v.State = "stopped"
		v.Stopped = &stopView{moment{t.Stopped.At}, t.Stopped.Actor, t.Stopped.Note, t.Stopped.Reasons}
	case !x.Runs(s.cfg.Now()):
		v.State = "pending"
	}
	return v
}

// definedMeasure is a measure's name, in the caller's language.
type definedMeasure struct {
	Measure alerts.StopReason `json:"measure"`
	Name    string            `json:"name"`
	Meaning string            `json:"meaning"`
}

// listExperiments tells how the experiments go, each measure with its definition.
func (s *Server) listExperiments(w http.ResponseWriter, r *request) {
	page := struct {
		Definitions []definedMeasure `json:"definitions"`
		Items       []experimentView `json:"items"`
	}{nil, []experimentView{}}
	for _, m := range alerts.StopReasons() {
		name, _ := glossary.Lookup(glossary.Measure, string(m))
		meaning, _ := glossary.Lookup(glossary.MeasureMeaning, string(m))
		page.Definitions = append(page.Definitions, definedMeasure{m, name.In(r.lang), meaning.In(r.lang)})
	}
	trials, counted := s.cfg.Experiments.Trials()
	if !counted {
		s.refuse(w, r, refusal(CodeIncomplete))
		return
	}
	for i := range trials {
		page.Items = append(page.Items, s.experimentView(&trials[i]))
	}
	s.answer(w, http.StatusOK, page)
}

// stopAsk says why an experiment is stopped.
type stopAsk struct {
	Reason string `json:"reason"`
}

func (a *stopAsk) check() *Problem {
	a.Reason = strings.TrimSpace(a.Reason)
	switch n := utf8.RuneCountInString(a.Reason); {
	case n == 0:
		return missing("/reason")
	case n > alerts.MaxStopNote:
		return badValue("/reason")
	}
	return nil
}

// stopExperiment stops an experiment for good. Stopping one that has stopped does nothing.
func (s *Server) stopExperiment(w http.ResponseWriter, r *request) {
	var ask stopAsk
	once, ok := s.asked(w, r, &ask)
	if !ok {
		return
	}
	name := r.PathValue("name")
	trial := func() *figures.Trial {
		trials, _ := s.cfg.Experiments.Trials()
		if i := slices.IndexFunc(trials, func(t figures.Trial) bool { return t.Experiment.Name == name }); i >= 0 {
			return &trials[i]
		}
		return nil
	}
	t := trial()
	if t == nil {
		s.refuse(w, r, refusal(CodeNotFound))
		return
	}
	if t.Stopped == nil {
		if err := s.cfg.Experiments.Stop(r.Context(), clerk.ActID("stop", once), r.caller.actor, name, ask.Reason); err != nil {
			s.refuse(w, r, s.failed(r, err))
			return
		}
		t = trial()
	}
	s.answer(w, http.StatusOK, s.experimentView(t))
}
