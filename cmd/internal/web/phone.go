package web

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel/sandbox"
	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// phoneContacts is how many customers the demo's telephone lists.
const phoneContacts = 24

type phonePage struct {
	Customers []string
	Customer  string
	Live      liveFeed
	// Bubbles are the customer's messages, oldest first.
	Bubbles []bubble
	Outage  bool
}

// bubble is one message on the telephone.
type bubble struct {
	sandbox.Shown
	// Link is the page to answer on; empty unless the message is an app prompt that is still open, or an offer.
	Link string
	// Offer says that the message offers an instalment.
	Offer bool
	// Open says that the message asks and its prompt is open.
	Open bool
}

// Last is the newest message, which a typed reply answers; nil when there is none.
func (p phonePage) Last() *bubble {
	if len(p.Bubbles) == 0 {
		return nil
	}
	return &p.Bubbles[len(p.Bubbles)-1]
}

func (s *Server) showPhone(w http.ResponseWriter, r *http.Request) {
	live := s.live()
	customers := s.cfg.Sandbox.Customers(phoneContacts)
	customer := r.URL.Query().Get("customer")
	if customer == "" && len(customers) > 0 {
		customer = customers[0]
	}
	if customer != "" && !slices.Contains(customers, customer) {
		customers = append([]string{customer}, customers...)
	}
	live.Customer = customer
	data := phonePage{Customers: customers, Customer: customer, Live: live, Outage: s.cfg.Sandbox.Mode() != sandbox.Working}
	messages := s.cfg.Sandbox.Messages(customer)
	slices.Reverse(messages)
	for _, m := range messages {
		data.Bubbles = append(data.Bubbles, s.bubble(m))
	}
	s.render(w, r, http.StatusOK, "phone", data)
}

func (s *Server) bubble(m sandbox.Shown) bubble {
	b := bubble{Shown: m}
	desk, err := s.cfg.View.Desk(m.Customer)
	if err != nil {
		return b
	}
	if prompt := desk.Prompt(m.PromptID); prompt != nil && m.Purpose == alerts.FraudPrompt {
		b.Open = prompt.State == alerts.PromptOpen
	}
	sent := desk.Message(m.MessageID)
	b.Offer = sent != nil && sent.Template == alerts.InstalmentOffer
	if sent != nil && (b.Open || b.Offer) && m.Kind == alerts.App && s.cfg.Links != nil {
		b.Link = s.LinkOf(desk, sent)
	}
	return b
}

// answerOnPhone plays the customer: a button of the app, or a text message from the number that was written to.
func (s *Server) answerOnPhone(w http.ResponseWriter, r *http.Request) {
	if !s.form(w, r) {
		return
	}
	customer := r.PostForm.Get("customer")
	messages := s.cfg.Sandbox.Messages(customer)
	i := slices.IndexFunc(messages, func(m sandbox.Shown) bool { return m.MessageID == r.PostForm.Get("message") })
	if i < 0 {
		s.fail(w, r, http.StatusNotFound, nil)
		return
	}
	text := r.PostForm.Get("text")
	if text == "" || len(text) > 1000 {
		s.fail(w, r, http.StatusBadRequest, nil)
		return
	}
	m := messages[i]
	reply := alerts.Reply{
		Head:    card.Head{ID: clerk.ActID("phone", r.PostForm.Get("once"), m.MessageID, text), Customer: customer, At: s.now()},
		Channel: m.Kind, From: m.To, Text: text,
	}
	// The app knows who is signed in and which prompt its buttons belong to; a text message knows its number only.
	if m.Kind == alerts.App {
		reply.PromptID, reply.Verified = m.PromptID, true
	}
	if err := s.clerk.Publish(r.Context(), wire.ReplyTopic, &reply, wire.AppendReply(nil, &reply)); err != nil {
		s.fail(w, r, http.StatusServiceUnavailable, err)
		return
	}
	http.Redirect(w, r, "/phone?customer="+url.QueryEscape(customer), http.StatusSeeOther)
}

// switchOutage makes the demo's provider fail, or work again.
func (s *Server) switchOutage(w http.ResponseWriter, r *http.Request) {
	if !s.form(w, r) {
		return
	}
	mode := sandbox.Working
	if r.PostForm.Get("on") == "1" {
		mode = sandbox.Failing
	}
	if err := s.cfg.Sandbox.Switch(mode); err != nil {
		s.fail(w, r, http.StatusInternalServerError, err)
		return
	}
	http.Redirect(w, r, "/phone", http.StatusSeeOther)
}
