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

// Period sums up the uses of 30 days, aligned with the calendar so that it does not matter in which order they came.
type Period struct {
	// Uses counts purchases and cash, declined ones too; Declined, Remote (card not present) and Cash are parts of it.
	Uses, Declined, Remote, Cash uint32
	// Spend is approved purchases and cash less refunds, in minor units.
	Spend int64
	// Hours counts the uses by local hour.
	Hours   [24]uint32
	amounts []amountCount
}

// amountCount is a bar of the histogram of approved amounts; bars lie four to an octave, so that an amount read back is
// within 12.5 % of the true one.
type amountCount struct {
	bar  uint8
	uses uint32
}

func (p *Period) reset() { *p = Period{amounts: p.amounts[:0]} }

// count adds a record to (or, with sign −1, takes it out of) its period and place.
func (w *Window) count(u *Use, sign int32) {
	age := w.periodAge(u.At)
	if age < 0 || age >= Periods {
		return
	}
	p, step := &w.periods[age], uint32(sign)
	approved := u.Status == card.Approved
	if u.Type == card.Refund && approved {
		p.Spend -= int64(sign) * u.Minor
	}
	if !u.IsUse() {
		return
	}
	p.Uses += step
	p.Hours[u.LocalHour()] += step
	if !u.Present() {
		p.Remote += step
	}
	if u.Type == card.Cash {
		p.Cash += step
	}
	if !approved {
		p.Declined += step
		return
	}
	p.Spend += int64(sign) * u.Minor
	p.countAmount(barOf(u.Minor), step)
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
		last := w.periods[Periods-1]
		copy(w.periods[1:], w.periods[:Periods-1])
		last.reset()
		w.periods[0] = last
		for i := range w.places {
			copy(w.places[i].uses[1:], w.places[i].uses[:Periods-1])
			w.places[i].uses[0] = 0
		}
	}
	// A local day may be one behind the UTC day.
	oldest := (w.period-Periods+1)*30 - 1
	w.places = slices.DeleteFunc(w.places, func(p Place) bool { return p.LastDay < oldest })
}

func (p *Period) countAmount(bar uint8, step uint32) {
	i, found := slices.BinarySearchFunc(p.amounts, bar, func(a amountCount, bar uint8) int { return int(a.bar) - int(bar) })
	if !found {
		p.amounts = slices.Insert(p.amounts, i, amountCount{bar: bar})
	}
	p.amounts[i].uses += step
	if p.amounts[i].uses == 0 {
		p.amounts = slices.Delete(p.amounts, i, i+1)
	}
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
