package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/explain"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/window"
	"github.com/cardwatch/cardwatch/stream"
)

// casePage is everything about one case on one page.
type casePage struct {
	caseRow
	Live     liveFeed
	Findings []finding
	// Uses are the card's newest uses, newest first.
	Uses []cardUse
	// Older says that none of the uses behind the findings is among them any more.
	Older    bool
	Prompts  []alerts.Prompt
	Messages []sentMessage
	// Dispositions are the outcomes that a case can be closed with.
	Dispositions []alerts.Disposition
	// Mine says that the visitor holds the case, Taken that somebody else does.
	Mine, Taken bool
	// Refusal says why an act was refused; empty otherwise.
	Refusal alerts.Refusal
	// Note is what the visitor had typed when the act was refused.
	Note string
}

// finding is one alert with what is needed to explain it.
type finding struct {
	detectors.Alert
	Sentences []alertReason
	// About is the use that weighed most, in words; empty when the alert is about none. It stays when the card's recent uses have
	// moved on.
	About string
	// Why holds what decided and where it stands; nil when that cannot be told.
	Why    *explain.Explanation
	CaseID string
}

// alertReason is one reason and the currency that its amounts are in.
type alertReason struct {
	detectors.Reason
	Currency card.Currency
}

// cardUse is one line of the card's recent use.
type cardUse struct {
	window.Use
	City, Amount string
	// Flagged says that a finding is about it.
	Flagged bool
}

type sentMessage struct {
	alerts.Message
	// Text is the rendered message; empty when its template no longer exists.
	Text string
}

// FirstDetector and FirstMerchant are of the strongest finding: what a silence made from this case would name.
func (p casePage) FirstDetector() detectors.Name { return p.Strongest().Detector }

// FirstMerchant is empty when the finding is about none.
func (p casePage) FirstMerchant() string {
	use := p.Strongest().Use
	return use.Merchant
}

func (s *Server) showCase(w http.ResponseWriter, r *http.Request) {
	live := s.live()
	customer, desk, ok := s.findCase(w, r)
	if ok {
		s.renderCase(w, r, http.StatusOK, caseView{live, customer, desk}, refusedAct{})
	}
}

// findCase reads the desk's state of the customer whose case the path names, or answers the request itself.
func (s *Server) findCase(w http.ResponseWriter, r *http.Request) (string, *alerts.State, bool) {
	id := r.PathValue("id")
	customer, err := s.cfg.View.CustomerOf(alerts.IndexCase, id)
	if err == nil {
		var desk *alerts.State
		if desk, err = s.cfg.View.Desk(customer); err == nil && desk.Case(id) != nil {
			return customer, desk, true
		}
	}
	if err == nil || errors.Is(err, stream.ErrNotFound) {
		s.fail(w, r, http.StatusNotFound, nil)
	} else {
		s.fail(w, r, http.StatusServiceUnavailable, err)
	}
	return "", nil, false
}

// caseView is a case's customer as they were read for one page.
type caseView struct {
	live     liveFeed
	customer string
	desk     *alerts.State
}

// refusedAct is an act that was not possible, and why; the zero value is none.
type refusedAct struct {
	command alerts.Command
	why     alerts.Refusal
}

func (s *Server) renderCase(w http.ResponseWriter, r *http.Request, status int, v caseView, refused refusedAct) {
	v.live.Customer = v.customer
	c := v.desk.Case(r.PathValue("id"))
	lang, actor, history := languageOf(r), actorOf(r), s.history(v.customer)
	data := casePage{
		Live:         v.live,
		caseRow:      s.caseRow(c, v.customer, lang),
		Uses:         cardUses(c, history, lang),
		Dispositions: []alerts.Disposition{alerts.ConfirmedFraud, alerts.GenuineUse, alerts.Inconclusive, alerts.DuplicateCase},
		Mine:         c.Owner == actor, Taken: c.Owner != "" && c.Owner != actor,
		Refusal: refused.why, Note: refused.command.Note,
	}
	data.Older = !slices.ContainsFunc(data.Uses, func(u cardUse) bool { return u.Flagged })
	for _, a := range c.Alerts {
		f := finding{Alert: a, CaseID: c.ID, About: useInWords(&a.Use, lang)}
		if why, err := explain.Of([]detectors.Alert{a}, s.cfg.RuleSet); err == nil {
			f.Why = why
		}
		for _, reason := range a.Reasons {
			f.Sentences = append(f.Sentences, alertReason{reason, history.Profile.Currency})
		}
		data.Findings = append(data.Findings, f)
	}
	slices.SortStableFunc(data.Findings, func(a, b finding) int { return b.Score - a.Score })
	for _, p := range v.desk.Prompts {
		if p.CaseID == c.ID {
			data.Prompts = append(data.Prompts, p)
		}
	}
	for _, m := range v.desk.Messages {
		if m.CaseID == c.ID {
			words, err := s.clerk.Desk().Policy().Render(m)
			if err != nil {
				s.cfg.Log.Warn("web: message cannot be rendered", "template", m.Template, "error", err)
			}
			data.Messages = append(data.Messages, sentMessage{m, words.Text})
		}
	}
	s.render(w, r, status, "case", data)
}

// useInWords is a use on one line: amount, place and merchant.
func useInWords(u *detectors.Use, lang card.Language) string {
	if *u == (detectors.Use{}) {
		return ""
	}
	parts := []string{money(u.Amount.Minor, u.Amount.Currency), cityName(u.City, lang), u.MerchantName}
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " · ")
}

// cardUses are the card's recent uses, newest first.
func cardUses(c *alerts.Case, history *detectors.State, lang card.Language) []cardUse {
	ids := flaggedIDs(c)
	var uses []cardUse
	for _, u := range recentUses(history, c.Card) {
		uses = append(uses, cardUse{
			Use: u, City: cityName(u.Spot.Area.City(), lang), Amount: money(u.Minor, history.Profile.Currency), Flagged: ids[u.ID],
		})
	}
	slices.Reverse(uses)
	return uses
}
