package alerts

import "github.com/cardwatch/cardwatch/detectors"

// Line is who works an overdue account.
type Line string

// The lines.
const (
	// LineStandard is ordered by money and risk.
	LineStandard Line = "standard"
	// LineFlexible is the team that may agree plans; it has the severe accounts and those whose promises did not hold.
	LineFlexible Line = "flexible"
	// LineHardship has customers who need care before they can be asked for money.
	LineHardship Line = "hardship"
	// LineDisputes verifies debts that are objected to, and answers complaints.
	LineDisputes Line = "disputes"
)

// Lines lists the lines; LineGroup gives the group of IndexQueue that holds one.
func Lines() []Line { return []Line{LineStandard, LineFlexible, LineHardship, LineDisputes} }

// LineGroup is the group of IndexQueue that lists the accounts which a line can work on now.
func LineGroup(l Line) string { return "line/" + string(l) }

// lineOf is who should work an account, by its facts alone: what is objected to is verified first, care comes before money, and the
// flexible team has what is severe, what has broken its word too often, and what a person is wanted for: a plan to be looked at again, a customer
// who asks for somebody.
func lineOf(e *QueueEntry, flags []Flag, brokenLimit int, wanted bool) Line {
	line := LineStandard
	if severe(e.Tier) || e.BrokenInARow() >= brokenLimit || wanted {
		line = LineFlexible
	}
	for _, f := range flags {
		switch to := flagRules[f].line; {
		case to == LineDisputes:
			return LineDisputes
		case to != "":
			line = to
		}
	}
	return line
}

func severe(t detectors.Tier) bool {
	return t == detectors.SevereA || t == detectors.SevereB || t == detectors.SevereC
}
