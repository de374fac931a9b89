package window

import (
	"math/bits"
	"slices"
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
)

const (
	// Periods is how many 30-day periods a window holds, the running one included: 60 to 90 days.
	Periods = 3
	// NominalDays is what the history is called when people read it.
	NominalDays = 90
	periodMilli = int64(30 * 24 * time.Hour / time.Millisecond)
)

// Period sums up the uses of some time.
type Period struct {
	// Uses counts purchases and cash, declined ones too; Declined, Remote (card not present) and Cash are parts of it.
	Uses, Declined, Remote, Cash uint32
	// Spend is approved purchases and cash less refunds, in minor units.
	Spend int64
	// Hours counts the uses by local hour.
	Hours [hoursOfDay]uint32
}

const (
	hoursOfDay = 24
	// allBars is the number of bars of the histogram of approved amounts; they lie four to an octave, so that an amount read
	// back is within 12.5 % of the true one.
	allBars = 256
)

// month sums up the uses of one of the 30-day periods, aligned with the calendar so that it does not matter in which order they
// came. The numbers are as in Period.
type month struct {
	uses, declined, remote, cash uint32
	spend                        int64
	// hours counts the uses by local hour, amounts the approved ones by bar.
	hours, amounts tally
}

func (m *month) reset() {
	m.uses, m.declined, m.remote, m.cash, m.spend = 0, 0, 0, 0, 0
	m.hours.reset()
	m.amounts.reset()
}

// countHour changes the uses of an hour; the row of hours is whole once there is one.
func (m *month) countHour(hour int, by int64) {
	if m.hours.n == 0 {
		m.hours.grow(hoursOfDay)
	}
	m.hours.add(uint8(hour), by)
}

// count adds a record to (or, with sign −1, takes it out of) its period and place.
func (w *Window) count(u *Use, sign int32) {
	age := w.periodAge(u.At)
	if age < 0 || age >= Periods {
		return
	}
	m, step := &w.months[age], uint32(sign)
	approved := u.Status == card.Approved
	if u.Type == card.Refund && approved {
		m.spend -= int64(sign) * u.Minor
	}
	if !u.IsUse() {
		return
	}
	m.uses += step
	m.countHour(u.LocalHour(), int64(sign))
	if !u.Present() {
		m.remote += step
	}
	if u.Type == card.Cash {
		m.cash += step
	}
	if !approved {
		m.declined += step
		return
	}
	m.spend += int64(sign) * u.Minor
	m.amounts.add(barOf(u.Minor), int64(sign))
	if i := w.placeIndex(u.Spot.Area); i >= 0 {
		w.places[i].count(age, sign)
	}
}

// periodAge is 0 for the newest period, 1 for the one before, and so on; negative for one that is not open yet.
func (w *Window) periodAge(at card.Moment) int { return int(w.period) - int(at.UnixMilli/periodMilli) }

// openPeriod makes room when time enters a new period.
func (w *Window) openPeriod(at card.Moment) {
	newer := -w.periodAge(at)
	if newer <= 0 {
		return
	}
	w.period += int32(newer)
	for range min(newer, Periods) {
		last := w.months[Periods-1]
		copy(w.months[1:], w.months[:Periods-1])
		last.reset()
		w.months[0] = last
		for i := range w.places {
			copy(w.places[i].uses[1:], w.places[i].uses[:Periods-1])
			w.places[i].uses[0] = 0
		}
	}
	// A local day may be one behind the UTC day.
	oldest := (w.period-Periods+1)*30 - 1
	w.places = slices.DeleteFunc(w.places, func(p Place) bool { return p.LastDay < oldest })
}

// barOf numbers the bars by the position of the amount's highest bit and the two bits below it.
func barOf(minor int64) uint8 {
	v := uint64(max(minor, 1))
	octave := bits.Len64(v) - 1
	return uint8(octave*4) | uint8(v<<(63-octave)>>61&3)
}

// barMiddle is the amount that stands for a bar.
func barMiddle(bar uint8) int64 {
	octave, quarter := bar/4, int64(bar%4)
	if octave < 2 {
		return int64(1)<<octave + quarter>>(2-octave)
	}
	width := int64(1) << (octave - 2)
	return (4+quarter)*width + width/2
}
