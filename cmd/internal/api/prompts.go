package api

import (
	"net/http"
	"slices"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// promptView is a prompt as it goes out. Text is the question in the customer's language, as it was last sent to the app or a phone.
type promptView struct {
	ID          string `json:"id"`
	Customer    string `json:"customer_id"`
	CaseID      string `json:"case_id"`
	Card        string `json:"card"`
	State       string `json:"state"`
	Channel     string `json:"channel"`
	AmountMinor int64  `json:"amount_minor,omitempty"`
	Language    string `json:"language,omitempty"`
	Text        string `json:"text,omitempty"`
	OpenedAt    moment `json:"opened_at"`
	ExpiresAt   moment `json:"expires_at"`
	EndedAt     moment `json:"ended_at,omitzero"`
	EndedBy     string `json:"ended_by,omitempty"`
}

func (s *Server) promptView(desk *alerts.State, p *alerts.Prompt) promptView {
	v := promptView{
		ID: p.ID, Customer: desk.Customer, CaseID: p.CaseID, Card: masked(p.Card), State: string(p.State), Channel: string(p.Rung),
		AmountMinor: p.AmountMinor, OpenedAt: moment{p.OpenedAt}, ExpiresAt: moment{p.ExpiresAt}, EndedAt: moment{p.EndedAt},
		EndedBy: string(p.EndedBy),
	}
	for _, m := range slices.Backward(desk.Messages) {
		if m.PromptID != p.ID || m.Purpose != alerts.FraudPrompt {
			continue
		}
		words, err := s.cfg.Clerk.Desk().Policy().Render(m)
		if err != nil {
			s.cfg.Log.Warn("api: a message cannot be rendered", "template", m.Template, "error", err)
			continue
		}
		v.Text, v.Language = words.Text, m.Language.String()
		break
	}
	return v
}

// findPrompt reads the prompt that the path names, with its customer's state.
func (s *Server) findPrompt(r *request) (*alerts.State, *alerts.Prompt, error) {
	id := r.PathValue("id")
	customer, err := s.cfg.View.CustomerOf(alerts.IndexPrompt, id)
	if err != nil {
		return nil, nil, err
	}
	desk, err := s.cfg.View.Desk(customer)
	if err != nil {
		return nil, nil, err
	}
	if p := desk.Prompt(id); p != nil {
		return desk, p, nil
	}
	return nil, nil, stream.ErrNotFound
}

func (s *Server) getPrompt(w http.ResponseWriter, r *request) {
	desk, p, err := s.findPrompt(r)
	if err != nil {
		s.refuse(w, r, s.failed(r, err))
		return
	}
	s.answer(w, http.StatusOK, s.promptView(desk, p))
}

// listPrompts gives a customer's prompts, newest first; the desk keeps some two dozen.
func (s *Server) listPrompts(w http.ResponseWriter, r *request) {
	desk, err := s.cfg.View.Desk(r.PathValue("id"))
	if err != nil {
		s.refuse(w, r, s.failed(r, err))
		return
	}
	page := struct {
		Items []promptView `json:"items"`
	}{[]promptView{}}
	for i := range slices.Backward(desk.Prompts) {
		page.Items = append(page.Items, s.promptView(desk, &desk.Prompts[i]))
	}
	s.answer(w, http.StatusOK, page)
}

// said is what a customer answered in a session of theirs.
type said struct {
	Answer alerts.Answer `json:"answer"`
}

// answerPrompt passes on what a customer answered in the bank's app. It counts as verified: the app's back end has proved who it was. A yes
// that comes too late is refused, as it would release nothing; a no is always passed on.
func (s *Server) answerPrompt(w http.ResponseWriter, r *request) {
	var a said
	if refused := r.read(&a); refused != nil {
		s.refuse(w, r, refused)
		return
	}
	switch a.Answer {
	case alerts.Yes, alerts.No, alerts.Stop, alerts.Help, alerts.Person:
	case "":
		s.refuse(w, r, missing("/answer"))
		return
	default:
		s.refuse(w, r, badValue("/answer"))
		return
	}
	once, refused := s.once(r, &a)
	if refused != nil {
		s.refuse(w, r, refused)
		return
	}
	desk, p, err := s.findPrompt(r)
	if err != nil {
		s.refuse(w, r, s.failed(r, err))
		return
	}
	reply := alerts.Reply{
		Head:    card.Head{ID: clerk.ActID("api", once), Customer: desk.Customer, At: s.cfg.Now()},
		Channel: alerts.App, PromptID: p.ID, Answer: a.Answer, Verified: true,
	}
	why, err := s.cfg.Clerk.Try(desk.Customer, &reply)
	switch {
	case err != nil:
		s.refuse(w, r, s.failed(r, err))
		return
	case why != "" && why != alerts.RefusedDuplicate:
		s.refuse(w, r, refusedByDesk(why))
		return
	}
	if err := s.cfg.Clerk.Publish(r.Context(), wire.ReplyTopic, &reply, wire.AppendReply(nil, &reply)); err != nil {
		s.refuse(w, r, s.failed(r, err))
		return
	}
	s.getPrompt(w, r)
}
