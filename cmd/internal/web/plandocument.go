package web

import (
	"time"

	"github.com/cardwatch/cardwatch/alerts/plan"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// planDocument is a personalised instalment agreement as the customer reads, signs and keeps it, with the six items of Art. 70 in
// their order. The template "plan-document" writes it; it prints on A4.
type planDocument struct {
	Plan    plan.Plan
	Figures plan.Figures
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
