package alerts

import "github.com/cardwatch/cardwatch/detectors"

// PriorityCode names one part of a priority.
type PriorityCode string

// The parts of a case's priority.
const (
	PrioritySeverity PriorityCode = "severity"
	PriorityScore    PriorityCode = "score"
	// PriorityFindings counts further findings beside the first.
	PriorityFindings PriorityCode = "findings"
	// PriorityDenied lifts a case whose customer said that it was not them above all others.
	PriorityDenied PriorityCode = "denied"
	// PriorityNeedsAnalyst lifts a case that only an analyst can settle: the customer gave no usable answer, or it came back.
	PriorityNeedsAnalyst PriorityCode = "needs_analyst"
	// PriorityPerson lifts a case whose customer wants a person above its equals.
	PriorityPerson PriorityCode = "person_asked"
	// PriorityAsking lowers a case whose customer has just been asked: the answer may make an analyst's work needless.
	PriorityAsking PriorityCode = "customer_asked"
	// PrioritySLANear and PrioritySLALate lift a case whose clock has run into its last quarter, or out.
	PrioritySLANear PriorityCode = "sla_near"
	PrioritySLALate PriorityCode = "sla_late"
	// PriorityEscalated lifts a case that the first line could not settle.
	PriorityEscalated PriorityCode = "escalated"
)

var severityPoints = map[detectors.Severity]int{detectors.Low: 10, detectors.Medium: 25, detectors.High: 40, detectors.Critical: 55}

// casePriority weighs a case, 0 … 100. The weights are our own choice: severity decides, the score breaks ties within it, a clock lifts
// a case past its equals, and a denial beats everything: nothing else reaches 100.
func casePriority(c *Case) (int, []PriorityReason) {
	if c.State == CaseClosed {
		return 0, nil
	}
	var why []PriorityReason
	add := func(code PriorityCode, points int) {
		if points != 0 {
			why = append(why, PriorityReason{code, points})
		}
	}
	strongest := c.Strongest()
	add(PrioritySeverity, severityPoints[c.severity()])
	add(PriorityScore, strongest.Score/10)
	add(PriorityFindings, min(5*(len(c.Alerts)+c.MoreAlerts-1), 10))
	switch {
	case c.Urgent:
		add(PriorityDenied, 100)
	case c.State == CaseWaiting:
		add(PriorityAsking, -10)
	case c.State == CaseQueued:
		add(PriorityNeedsAnalyst, 15)
	}
	if c.Person {
		add(PriorityPerson, 20)
	}
	switch {
	case c.ClaimClock == ClockLate || c.CloseClock == ClockLate:
		add(PrioritySLALate, 10)
	case c.ClaimClock == ClockNear || c.CloseClock == ClockNear:
		add(PrioritySLANear, 5)
	}
	if c.Escalated {
		add(PriorityEscalated, 5)
	}
	total, most := 0, 99
	if c.Urgent {
		most = 100
	}
	for _, r := range why {
		total += r.Points
	}
	return min(max(total, 0), most), why
}

// severity is the gravest of the case's findings.
func (c *Case) severity() detectors.Severity {
	gravest := detectors.Severity("")
	for i := range c.Alerts {
		if severityRank(c.Alerts[i].Severity) > severityRank(gravest) {
			gravest = c.Alerts[i].Severity
		}
	}
	return gravest
}

func severityRank(s detectors.Severity) int { return severityPoints[s] }
