package quality

import "math"

// The least numbers of judged alerts that a fall can be read from.
const (
	leastRecent = 20
	leastBefore = 40
)

// sure makes a steady rule look fallen in one of a hundred weeks (one-sided).
const sure = 2.326

// Fell reports whether precision in the recent days lies clearly below that of the days before: the interval of their difference
// (Newcombe's, of two Wilson intervals) lies below zero. It honours that both are shares of few; a bare ratio of the two would cry wolf every week.
func Fell(recent, before Counts) bool {
	if recent.Judged() < leastRecent || before.Judged() < leastBefore {
		return false
	}
	now, then := recent.Precision(), before.Precision()
	_, most := wilson(recent.Fraud, recent.Judged())
	least, _ := wilson(before.Fraud, before.Judged())
	return now-then+math.Hypot(most-now, then-least) < 0
}

// wilson is the interval that a share's true value lies in.
func wilson(part, whole int) (low, high float64) {
	n := float64(whole)
	p, z := float64(part)/n, sure
	middle := p + z*z/(2*n)
	half := z * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return (middle - half) / (1 + z*z/n), (middle + half) / (1 + z*z/n)
}
