package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream"
)

// planDocument is a personalised instalment agreement as the customer reads, signs and keeps it, with the six items of Art. 70 in
// their order. The template "plan-document" writes it; it prints on A4.
type planDocument struct {
	Plan    plan.Plan
	Figures plan.Figures
}

// plansPath shows an account's newest plan as its document: /plans?customer=…&account=….
const plansPath = "/plans"

// showPlan is for staff, who print it or read it out; the customer's own copy is the one they sign.
func (s *Server) showPlan(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	desk, err := s.cfg.View.Desk(query.Get("customer"))
	if err != nil && !errors.Is(err, stream.ErrNotFound) {
		s.fail(w, r, http.StatusServiceUnavailable, err)
		return
	}
	p := desk.Plan(query.Get("account"))
	if p == nil {
		s.fail(w, r, http.StatusNotFound, nil)
		return
	}
	figures := p.Contract.Schedule.Figures(policyIn(p.Contract.Schedule.Terms.Currency).Minimum)
	s.renderIn(w, r, http.StatusOK, calculatorLanguage(r), "plan-document", planDocument{Plan: *p, Figures: figures})
}

// Terms are what was calculated from.
func (d planDocument) Terms() plan.Terms { return d.Plan.Contract.Schedule.Terms }

// Draft reports whether nobody has signed it.
func (d planDocument) Draft() bool { return d.Plan.SignedAt.IsZero() }

// Waived is what the bank lets go.
func (d planDocument) Waived() int64 {
	return d.Terms().WaivedInterestMinor + d.Terms().WaivedFeesMinor
}

// dayOnly is a due day: the date where it falls due.
func dayOnly(m card.Moment) string {
	if m.IsZero() {
		return ""
	}
	return m.Time().Format(time.DateOnly)
}
