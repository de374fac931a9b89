package plan

import "github.com/cardwatch/cardwatch/detectors/card"

// PaidLines is how many lines are paid, from the first on: payments fill the lines in their order, and one that is short by no more than the
// tolerance counts as paid. What is short stays owed in the lines after it.
func (p *Plan) PaidLines() (n int) {
	left := p.PaidMinor + p.Contract.ToleranceMinor
	for _, l := range p.Contract.Schedule.Lines {
		if left -= l.TotalMinor(); left < 0 {
			return n
		}
		n++
	}
	return n
}

// OverdueMinor is what should have been paid and was not, once its grace is over; 0 within the tolerance. What a reviewer carried to the end is
// owed with the last line.
func (p *Plan) OverdueMinor(now card.Moment) int64 {
	short := -p.PaidMinor
	if !p.over(now) {
		short -= p.CarriedMinor
	}
	for i, l := range p.Contract.Schedule.Lines {
		if !now.Before(p.late(i)) {
			short += l.TotalMinor()
		}
	}
	if short <= p.Contract.ToleranceMinor {
		return 0
	}
	return short
}

// dueBy is what the lines ask for that are due by a moment, whatever their grace.
func (p *Plan) dueBy(now card.Moment) (sum int64) {
	for _, l := range p.Contract.Schedule.Lines {
		if l.Due.LocalDay() <= now.LocalDay() {
			sum += l.TotalMinor()
		}
	}
	return sum
}

// PayoffMinor is what settles the plan at a moment: all that is left without the interest of months that have not begun. It is 0 when
// nothing is owed. For a plan that was kept the moment is that at which it was.
func (p *Plan) PayoffMinor(now card.Moment) int64 {
	if p.State == Kept {
		now = p.Since
	}
	s := p.Contract.Schedule
	left, month := s.PayableMinor()-p.PaidMinor, 0
	for _, l := range s.Lines {
		left -= share(l.ChargedMinor, uint64(s.Terms.notBegun(month, l.Month, now)), uint64(l.Month-month))
		month = l.Month
	}
	return max(0, left)
}

// notBegun counts the months after one and up to another that have not begun.
func (t Terms) notBegun(after, upTo int, now card.Moment) (n int) {
	for m := upTo; m > after && now.Before(MonthsAfter(t.FirstDue, m-2)); m-- {
		n++
	}
	return n
}

// settled reports whether the debt is paid: in full at any time, or up to the tolerance when the last line's grace is over.
func (p *Plan) settled(now card.Moment) bool {
	if p.State == Kept {
		now = p.Since
	}
	return p.PayoffMinor(now) == 0 || p.over(now) && p.OverdueMinor(now) == 0
}
