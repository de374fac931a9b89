package detectors

// Effects is what one Step asks of the world. The engine hands in an empty one and reuses it.
type Effects struct {
	Alerts []Alert
	// Shadow are the alerts that drafts would raise: they go to the shadow topic and nowhere else.
	Shadow      []Alert
	Collections []Collection
	Assessments []Assessment
	// RuleErrors are the rules that could not answer, live ones and drafts.
	RuleErrors []RuleError
	// Judged says that the event is a use of a card that the detectors were asked about.
	Judged bool
	// Admission says what became of the event itself.
	Admission Admission
}

// Reset empties the effects for the next event and keeps their memory.
func (e *Effects) Reset() {
	e.Alerts, e.Shadow, e.Collections, e.Assessments = e.Alerts[:0], e.Shadow[:0], e.Collections[:0], e.Assessments[:0]
	e.RuleErrors, e.Admission, e.Judged = e.RuleErrors[:0], Admitted, false
}

// Admission says what became of an event when it met the state.
type Admission string

// The admissions; each is a metric label. Only Conflict is a dead letter.
const (
	// Admitted is an event that was applied.
	Admitted Admission = "admitted"
	// Late is an event older than the allowed lateness: applied to history, not judged by rules about the present.
	Late Admission = "late"
	// ClockSkew is an event from the future: applied at its arrival time.
	ClockSkew Admission = "clock_skew"
	// Duplicate is an event_id seen before with the same content: no effect.
	Duplicate Admission = "duplicate"
	// Conflict is an event_id seen before with other content: the first one stands.
	Conflict Admission = "event_id_conflict"
	// Unmatched is a reversal whose original is no longer, or not yet, in the card's or the account's history. One that comes before its
	// payment is remembered.
	Unmatched Admission = "unmatched_reversal"
)
