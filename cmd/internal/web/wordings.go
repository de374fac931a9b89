package web

import (
	"net/http"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// wording is one template in all languages.
type wording struct {
	Template alerts.TemplateID
	In       []alerts.Preview
}

// showWordings shows what customers are sent, word for word: staff who are asked about a message can see the real ones.
func (s *Server) showWordings(w http.ResponseWriter, r *http.Request) {
	policy := s.clerk.Desk().Policy()
	var all []wording
	for _, p := range policy.Previews(card.Chinese) {
		english, _ := policy.Preview(p.Template, card.English)
		all = append(all, wording{Template: p.Template, In: []alerts.Preview{p, english}})
	}
	s.render(w, r, http.StatusOK, "wordings", all)
}
