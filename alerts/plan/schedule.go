package plan

import (
	"sort"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Line is one instalment. Its parts are what the payment goes to.
type Line struct {
	// Month counts from 1: the month at whose end the line is due. The first line of a Deferral has Month DeferMonths + 1.
	Month                                    int
	Due                                      card.Moment
	PrincipalMinor, InterestMinor, FeesMinor int64
	// ChargedMinor is the interest that the plan has charged since the line before, or since the start.
	ChargedMinor int64
	// LeftMinor is all that is still owed after this line: principal, interest charged so far, fees.
	LeftMinor int64
}

// TotalMinor is what is due.
func (l Line) TotalMinor() int64 { return l.PrincipalMinor + l.InterestMinor + l.FeesMinor }

// Schedule is a plan in figures: the terms, and the lines that follow from them. All lines ask for the same but the last, which takes what
// rounding left over and never asks for more. A debt of very few minor units may be paid before Terms.Months are over.
type Schedule struct {
	Terms Terms
	Lines []Line
}

// Schedule calculates the plan: the least level instalment that clears the debt within the term. Its error is a *Problem.
func (t Terms) Schedule() (Schedule, error) {
	if found := t.Problems(); len(found) > 0 {
		return Schedule{}, &Problem{found[0]}
	}
	s := Schedule{Terms: t, Lines: t.lines(t.level())}
	for i := range s.Lines {
		s.Lines[i].Due = MonthsAfter(t.FirstDue, s.Lines[i].Month-1)
	}
	return s, nil
}

// level is the least amount that, paid every month, clears the debt in time. A larger payment leaves less owed in every month, so halving
// the range finds it.
func (t Terms) level() int64 {
	cleared := func(amount int64) bool {
		lines := t.lines(amount)
		return lines[len(lines)-1].LeftMinor == 0
	}
	enough := t.DebtMinor()
	for !cleared(enough) { // interest of the first months comes on top
		enough *= 2
	}
	return 1 + int64(sort.Search(int(enough-1), func(i int) bool { return cleared(int64(i) + 1) }))
}

// lines lets the months pass with a payment of amount at the end of each, until the debt is gone or the term over. There is at least one
// line; they have no dates yet.
func (t Terms) lines(amount int64) []Line {
	d := owed{t.PrincipalMinor, t.InterestMinor - t.WaivedInterestMinor, t.FeesMinor - t.WaivedFeesMinor}
	lines := make([]Line, 0, t.Months)
	charged := int64(0)
	for m := 1; m <= t.Months && d.total() > 0; m++ {
		bearing := d.principal
		if t.InterestOnInterest {
			bearing += d.interest
		}
		interest := t.RunningRate().month(bearing)
		d.interest += interest
		charged += interest
		if m <= t.DeferMonths {
			continue
		}
		line := d.pay(amount, t.Kind == PrincipalFirst)
		line.Month, line.ChargedMinor, line.LeftMinor = m, charged, d.total()
		lines = append(lines, line)
		charged = 0
	}
	return lines
}

// owed is a debt in its parts.
type owed struct{ principal, interest, fees int64 }

func (d *owed) total() int64 { return d.principal + d.interest + d.fees }

// pay takes a payment off the debt, in the order of the card rule: interest and fees before principal, or, as for debts more than
// ninety days late, principal before the rest.
func (d *owed) pay(amount int64, principalFirst bool) (l Line) {
	take := func(part *int64) int64 {
		n := min(amount, *part)
		amount -= n
		*part -= n
		return n
	}
	if principalFirst {
		l.PrincipalMinor = take(&d.principal)
	}
	l.InterestMinor, l.FeesMinor = take(&d.interest), take(&d.fees)
	l.PrincipalMinor += take(&d.principal)
	return l
}

// InstalmentMinor is the amount of every line but the last; of the only one.
func (s Schedule) InstalmentMinor() int64 {
	if len(s.Lines) == 0 {
		return 0
	}
	return s.Lines[0].TotalMinor()
}

// PayableMinor is what all lines ask for together.
func (s Schedule) PayableMinor() (sum int64) {
	for _, l := range s.Lines {
		sum += l.TotalMinor()
	}
	return sum
}

// InterestMinor is the interest in all lines: what had accrued and was not waived, and what the plan charges.
func (s Schedule) InterestMinor() (sum int64) {
	for _, l := range s.Lines {
		sum += l.InterestMinor
	}
	return sum
}

// FeesMinor is the fees in all lines.
func (s Schedule) FeesMinor() (sum int64) {
	for _, l := range s.Lines {
		sum += l.FeesMinor
	}
	return sum
}
