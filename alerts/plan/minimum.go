package plan

// Minimum is how a card's minimum payment is reckoned each month: a share of the balance, with PlusInterest the month's interest on top, at
// least FloorMinor, never more than is owed.
type Minimum struct {
	Share        Rate
	PlusInterest bool
	FloorMinor   int64
}

// Path is what happens to a debt without a plan.
type Path struct {
	// Ends reports whether the debt is ever paid; when not, the other fields tell of the first maxPath months.
	Ends                     bool
	Months                   int
	PaidMinor, InterestMinor int64
	// FirstMinor is the first month's payment.
	FirstMinor int64
}

// maxPath is a hundred years.
const maxPath = 1200

// Path pays a balance back by the minimum alone, at a rate of interest a year charged monthly on the whole balance, with no new
// spending: the assumptions of Reg Z 1026.7(b)(12) and its appendix M1. The balance must be within 0 … maxMinor, the rate within 0 … 100 %.
func (m Minimum) Path(balance int64, rate Rate) (p Path) {
	for left := balance; left > 0; p.Months++ {
		if p.Months == maxPath || left > 4*maxMinor {
			return p
		}
		interest := rate.month(left)
		due := m.Share.Of(left)
		if m.PlusInterest {
			due += interest
		}
		left += interest
		due = min(max(due, m.FloorMinor), left)
		if p.Months == 0 {
			p.FirstMinor = due
		}
		left -= due
		p.PaidMinor += due
		p.InterestMinor += interest
	}
	p.Ends = true
	return p
}

// LevelMinor is the least level payment that clears a balance in a number of months with interest on all of it, such as the one for 36 months
// that Reg Z 1026.7(b)(12) shows beside the minimum. 0 when there is nothing to pay or the figures are out of range.
func LevelMinor(balance int64, rate Rate, months int) int64 {
	t := Terms{Kind: Equal, PrincipalMinor: balance, Rate: rate, Months: months}
	if balance <= 0 || balance > maxMinor || rate < 0 || rate > maxRate || months < 1 || months > MaxMonths {
		return 0
	}
	return t.level()
}
