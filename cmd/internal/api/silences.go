package api

import (
	"net/http"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// silenceAsk is a silence as a caller asks for it. Its owner is who asks.
type silenceAsk struct {
	Reason        string       `json:"reason"`
	Matchers      []matcherAsk `json:"matchers"`
	From          card.Moment  `json:"from"`
	Until         card.Moment  `json:"until"`
	UntilResolved bool         `json:"until_resolved"`
}

type matcherAsk struct {
	Field string `json:"field"`
	Op    string `json:"op"`
	Value string `json:"value"`
}

// silenceView is a silence as it goes out. A card's token is masked, as everywhere.
type silenceView struct {
	ID            string       `json:"id"`
	Owner         string       `json:"owner"`
	Reason        string       `json:"reason"`
	Matchers      []matcherAsk `json:"matchers"`
	From          moment       `json:"from"`
	Until         moment       `json:"until,omitzero"`
	UntilResolved bool         `json:"until_resolved"`
	State         string       `json:"state"`
	EndedAt       moment       `json:"ended_at,omitzero"`
	EndedBy       string       `json:"ended_by,omitempty"`
}

func (s *Server) silenceView(of *alerts.SilenceEntry) silenceView {
	v := silenceView{
		ID: of.ID, Owner: of.Owner, Reason: of.Reason, From: moment{of.From}, Until: moment{of.Until}, UntilResolved: of.UntilResolved,
		State: string(of.State(s.cfg.Now())), EndedAt: moment{of.EndedAt}, EndedBy: of.EndedBy, Matchers: []matcherAsk{},
	}
	for _, m := range of.Matchers {
		if m.Field == alerts.MatchCard {
			m.Value = masked(m.Value)
		}
		v.Matchers = append(v.Matchers, matcherAsk{string(m.Field), string(m.Op), m.Value})
	}
	return v
}

func (s *Server) listSilences(w http.ResponseWriter, r *request) {
	page := struct {
		Items []silenceView `json:"items"`
	}{[]silenceView{}}
	list := s.cfg.Silences.List()
	for i := range list {
		page.Items = append(page.Items, s.silenceView(&list[i]))
	}
	s.answer(w, http.StatusOK, page)
}

// readSilence reads and checks a silence, or answers the call itself.
func (s *Server) readSilence(w http.ResponseWriter, r *request) (alerts.Silence, bool) {
	var ask silenceAsk
	if refused := r.read(&ask); refused != nil {
		s.refuse(w, r, refused)
		return alerts.Silence{}, false
	}
	var matchers []alerts.Matcher
	for _, m := range ask.Matchers {
		matchers = append(matchers, alerts.Matcher{Field: alerts.MatchField(m.Field), Op: alerts.MatchOp(m.Op), Value: m.Value})
	}
	silence := alerts.Silence{
		ID: "checked", Owner: r.caller.actor, Reason: ask.Reason, Matchers: matchers, From: ask.From, Until: ask.Until, UntilResolved: ask.UntilResolved,
	}
	if silence.From.IsZero() {
		silence.From = s.cfg.Now()
	}
	if wrong := wrongIn(silence); len(wrong) > 0 {
		s.refuse(w, r, refusal(CodeInvalid, wrong...))
		return alerts.Silence{}, false
	}
	once, refused := s.once(r, &ask)
	if refused != nil {
		s.refuse(w, r, refused)
		return alerts.Silence{}, false
	}
	silence.ID = clerk.ActID("silence", once)
	return silence, true
}

// wrongIn names the fields of a silence that are wrong. alerts.Silence judges; what it says in words is traced to its field by mending
// one field at a time.
func wrongIn(s alerts.Silence) (wrong []FieldError) {
	if s.Validate() == nil {
		return nil
	}
	if s.Reason == "" || utf8.RuneCountInString(s.Reason) > 500 {
		wrong = append(wrong, FieldError{Pointer: "/reason", Code: fieldValue})
	}
	end := alerts.Silence{ID: "x", Owner: "x", Reason: "x", From: s.From, Until: s.Until, UntilResolved: s.UntilResolved,
		Matchers: []alerts.Matcher{{Field: alerts.MatchCity, Op: alerts.MatchIs, Value: "x"}}}
	if end.Validate() != nil {
		wrong = append(wrong, FieldError{Pointer: "/until", Code: fieldValue})
	}
	sure := alerts.Matcher{Field: alerts.MatchCity, Op: alerts.MatchIs, Value: "x"}
	for i, m := range s.Matchers {
		alone := alerts.Silence{ID: "x", Owner: "x", Reason: "x", From: s.From, UntilResolved: true, Matchers: []alerts.Matcher{sure, m}}
		if alone.Validate() != nil {
			wrong = append(wrong, FieldError{Pointer: "/matchers/" + strconv.Itoa(i), Code: fieldValue})
		}
	}
	if len(wrong) == 0 {
		wrong = append(wrong, FieldError{Pointer: "/matchers", Code: fieldValue})
	}
	return wrong
}

func (s *Server) addSilence(w http.ResponseWriter, r *request) {
	silence, ok := s.readSilence(w, r)
	if !ok {
		return
	}
	if err := s.cfg.Silences.Add(r.Context(), silence.ID, r.caller.actor, silence); err != nil {
		s.refuse(w, r, s.failed(r, err))
		return
	}
	s.answer(w, http.StatusCreated, s.silenceView(&alerts.SilenceEntry{Silence: silence, AddedAt: s.cfg.Now()}))
}

// previewSilence tells how many open cases a silence would hide if they came now; it adds nothing.
func (s *Server) previewSilence(w http.ResponseWriter, r *request) {
	silence, ok := s.readSilence(w, r)
	if !ok {
		return
	}
	hidden, err := s.cfg.Clerk.WouldHide(&silence)
	if err != nil {
		s.refuse(w, r, s.failed(r, err))
		return
	}
	s.answer(w, http.StatusOK, struct {
		Cases int  `json:"cases"`
		Of    int  `json:"of"`
		More  bool `json:"more"`
	}{hidden.Cases, hidden.Of, hidden.More})
}

// endSilence ends a silence before its time. Ending one that is over does nothing.
func (s *Server) endSilence(w http.ResponseWriter, r *request) {
	id := r.PathValue("id")
	list := s.cfg.Silences.List()
	i := slices.IndexFunc(list, func(e alerts.SilenceEntry) bool { return e.ID == id })
	if i < 0 {
		s.refuse(w, r, refusal(CodeNotFound))
		return
	}
	if state := list[i].State(s.cfg.Now()); state == alerts.SilenceActive || state == alerts.SilencePending {
		if err := s.cfg.Silences.End(r.Context(), clerk.ActID("end", id), r.caller.actor, id, ""); err != nil {
			s.refuse(w, r, s.failed(r, err))
			return
		}
	}
	w.WriteHeader(http.StatusNoContent)
}
