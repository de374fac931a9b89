package detectors

import "github.com/cardwatch/cardwatch/detectors/card"

// Finding is one detector's judgement of one event; a Score of 0 is "nothing to say".
type Finding struct {
	Detector Name
	Version  int
	// Score is 0 … 100.
	Score    int
	Severity Severity
	Action   Action
	Reasons  []Reason
	// Title names a detector that is no built-in one.
	Title Text
	// EventID is the event that was judged, OccurredAt its time.
	EventID    string
	OccurredAt card.Moment
	// Use is what was judged, and Approved whether it went through; both unset when the finding is about the account.
	Use      Use
	Approved bool
	// Hint is the score of a detector that has not enough to say by itself; Score is 0 then.
	Hint int
	// Earlier is set when the finding is about the sighting's earlier use and not about the use itself.
	Earlier *Witness
	// Card is the card token, empty when the finding is about the account.
	Card, Account string
}

// speaks gives the finding its score, and reports whether it has to be explained: when it reaches the limit, or when detectors are
// asked for what they have together. Else it is a hint, which costs nothing.
func (f *Finding) speaks(in *Sighting, score, alertAt int) bool {
	score = min(max(score, 0), 100)
	if score < alertAt && (!in.Together || score < leastHint) {
		f.Hint = score
		return false
	}
	f.Score, f.Action = score, ConfirmWithCustomer
	return true
}

const (
	// leastHint is the score below which a detector has nothing to add to another's, and togetherAt what hints must come to, to be a
	// finding: more than one detector needs, since each looks at the same use.
	leastHint  = 20
	togetherAt = 60
)

// absorb makes the finding that of two detectors about the same use: the stronger one's, with the facts of the other behind.
func (f *Finding) absorb(o *Finding) {
	if o.Score > f.Score {
		*f, *o = *o, *f
	}
	f.Reasons = joined(f.Reasons, o.Reasons)
}

// subject is what the finding is about: one alert is open per card, and per detector and account.
func (f *Finding) subject() (cardID, account string) {
	if f.Card != "" {
		return f.Card, ""
	}
	return "", f.Account
}

// Severity bands over a score of 0 … 100. A detector alerts at 50 by default, so medium is the lowest that people usually see; 70 takes
// two independent facts, 90 takes about all there are.
const (
	mediumFrom   = 50
	highFrom     = 70
	criticalFrom = 90
)

// SeverityOf orders a score for people.
func SeverityOf(score int) Severity {
	switch {
	case score >= criticalFrom:
		return Critical
	case score >= highFrom:
		return High
	case score >= mediumFrom:
		return Medium
	}
	return Low
}

// severeMinor is the amount, in minor units, that by itself makes a case one step more urgent: a month's rent in a large city.
const severeMinor = 500_000

// severityOf is the score's severity, one step up when so much has gone off that minutes count.
func severityOf(f *Finding) Severity {
	s := SeverityOf(f.Score)
	if !f.Approved || f.Use.Amount.Minor < severeMinor {
		return s
	}
	switch s {
	case Low:
		return Medium
	case Medium:
		return High
	}
	return Critical
}

// rank orders severities, higher for worse.
func (s Severity) rank() int {
	switch s {
	case Critical:
		return 3
	case High:
		return 2
	case Medium:
		return 1
	}
	return 0
}
