package figures

import (
	"fmt"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Month is a calendar month, counted from the year 0.
type Month int32

// MonthOf is the local month of a moment, by its own offset.
func MonthOf(m card.Moment) Month {
	year, month, _ := m.Time().Date()
	return Month(year*12 + int(month) - 1)
}

// String is the month as "2026-03".
func (m Month) String() string { return fmt.Sprintf("%04d-%02d", m/12, m%12+1) }

// Months is how many months a Book remembers, the present one among them.
const Months = 24

// series are the tallies of the last Months months.
type series struct {
	// now is what stands at present; it becomes a month's own when the month ends.
	now    Stock
	months [Months]struct {
		month Month
		Tally
	}
}

// at is the tally of a month, nil when newer months have taken its place.
func (s *series) at(m Month) *Tally {
	t := &s.months[uint32(m)%Months]
	switch {
	case t.month > m:
		return nil
	case t.month < m:
		t.month, t.Tally = m, Tally{}
	}
	return &t.Tally
}
