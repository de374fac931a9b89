package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// question is a prompt as its customer sees it.
type question struct {
	link   Link
	lang   card.Language
	prompt *alerts.Prompt
	// Card is the last four of the card's token; Amount and City are empty when unknown.
	Card, Amount, City string
	When               card.Moment
	// Why says what was unlike the customer's own use.
	Why []string
}

// inTime reports whether a yes still counts.
func (q *question) inTime(now time.Time) bool {
	return q.prompt.State == alerts.PromptOpen && now.Before(q.link.ExpiresAt)
}

// ask shows the question, or how it ended. Reading changes nothing: mail and message scanners open links.
func (s *Server) ask(w http.ResponseWriter, r *http.Request) {
	q, ok := s.question(w, r)
	switch {
	case !ok:
	case q.inTime(s.cfg.Now()):
		s.renderIn(w, r, http.StatusOK, q.lang, "customer-ask", q)
	default:
		s.renderEnd(w, r, http.StatusGone, q)
	}
}

// answer takes a yes, a no, or the wish for a person to look (PIPL art. 24). A no and a person are always passed on, however late; a yes only
// in time. The desk judges again.
func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	q, ok := s.question(w, r)
	if !ok || !s.form(w, r) {
		return
	}
	said := alerts.Answer(r.PostForm.Get("answer"))
	switch {
	case said != alerts.Yes && said != alerts.No && said != alerts.Person:
		s.fail(w, r, http.StatusBadRequest, nil)
		return
	case said == alerts.Yes && q.prompt.State == alerts.PromptYes:
		// The same answer a second time: a double tap.
		s.renderEnd(w, r, http.StatusOK, q)
		return
	case said == alerts.Yes && !q.inTime(s.cfg.Now()):
		s.renderEnd(w, r, http.StatusGone, q)
		return
	}
	reply := alerts.Reply{
		Head: card.Head{
			ID:       clerk.ActID("link", r.PostForm.Get("once"), q.link.ID, string(said)),
			Customer: q.link.Customer, At: s.now(),
		},
		Channel: alerts.Link, PromptID: q.link.ID, Answer: said, Verified: true,
	}
	if err := s.clerk.Publish(r.Context(), wire.ReplyTopic, &reply, wire.AppendReply(nil, &reply)); err != nil {
		s.fail(w, r, http.StatusServiceUnavailable, err)
		return
	}
	if said == alerts.Person {
		s.renderIn(w, r, http.StatusOK, q.lang, "customer-person", q)
		return
	}
	after, ok := s.question(w, r)
	if !ok {
		return
	}
	if after.prompt.State == alerts.PromptOpen {
		s.renderIn(w, r, http.StatusAccepted, q.lang, "customer-received", said)
		return
	}
	s.renderEnd(w, r, http.StatusOK, after)
}

// renderEnd shows how the question ended, with "it was not me" unless that has been said.
func (s *Server) renderEnd(w http.ResponseWriter, r *http.Request, status int, q *question) {
	page := "customer-ended"
	switch q.prompt.State {
	case alerts.PromptYes:
		page = "customer-yes"
	case alerts.PromptNo:
		page = "customer-no"
	}
	s.renderIn(w, r, status, q.lang, page, q)
}

// question opens the link in the path and reads its prompt, or answers the request itself.
func (s *Server) question(w http.ResponseWriter, r *http.Request) (*question, bool) {
	link, desk, ok := s.follow(w, r, ForAnswer, alerts.IndexPrompt)
	if !ok {
		return nil, false
	}
	prompt := desk.Prompt(link.ID)
	if prompt == nil {
		s.fail(w, r, http.StatusNotFound, nil)
		return nil, false
	}
	return s.describe(r, link, desk, prompt), true
}

// follow opens the link in the path and reads its customer's state, or answers the request itself.
func (s *Server) follow(w http.ResponseWriter, r *http.Request, purpose LinkPurpose, index alerts.IndexKind) (link Link, desk *alerts.State, ok bool) {
	link, err := s.cfg.Links.Open(r.PathValue("token"), purpose, func(id string) (string, error) { return s.cfg.View.CustomerOf(index, id) })
	if errors.Is(err, errBadLink) || errors.Is(err, stream.ErrNotFound) {
		if !s.guesses.allow(source(r), time.Now()) {
			s.fail(w, r, http.StatusTooManyRequests, nil)
			return link, nil, false
		}
		s.fail(w, r, http.StatusNotFound, nil)
		return link, nil, false
	}
	if err == nil {
		desk, err = s.cfg.View.Desk(link.Customer)
	}
	if err != nil {
		s.fail(w, r, http.StatusServiceUnavailable, err)
	}
	return link, desk, err == nil
}

func (s *Server) describe(r *http.Request, link Link, desk *alerts.State, prompt *alerts.Prompt) *question {
	q := &question{link: link, lang: s.customersLanguage(r, desk), prompt: prompt, Card: lastFour(prompt.Card)}
	c := desk.Case(prompt.CaseID)
	if c == nil {
		return q
	}
	for _, why := range alerts.Why(c) {
		q.Why = append(q.Why, why.Text(q.lang))
	}
	about := c.Subject()
	q.City, q.When = cityName(about.City, q.lang), about.When
	if about.AmountMinor > 0 {
		q.Amount = money(about.AmountMinor, about.Currency)
	}
	return q
}

// customersLanguage is the customer's own, or the visitor's when nobody knows it.
func (s *Server) customersLanguage(r *http.Request, desk *alerts.State) card.Language {
	if s.texts[desk.Contact.Language] == nil {
		return languageOf(r)
	}
	return desk.Contact.Language
}
