package window

import (
	"github.com/cardwatch/cardwatch/detectors/card"
)

// maxPlaces bounds the known places: a commuter has two or three, a travelling salesman about ten.
const maxPlaces = 12

// Place is somewhere the card itself has been.
type Place struct {
	Spot
	// FirstDay and LastDay are the local days (since 1970-01-01) of the first and the last sighting, LastAt the last one's time
	// in Unix milliseconds to the minute. A reversed use was still a sighting.
	FirstDay, LastDay int32
	LastAt            int64
	// uses counts approved card-present uses by period, the newest first.
	uses [Periods]uint32
}

// Uses counts the approved card-present uses at the place within the window.
func (p *Place) Uses() int {
	n := 0
	for _, uses := range p.uses {
		n += int(uses)
	}
	return n
}

// count adds or takes out a use. A place that had to make room and came back has forgotten its older uses.
func (p *Place) count(age int, sign int32) {
	if sign > 0 {
		p.uses[age]++
	} else if p.uses[age] > 0 {
		p.uses[age]--
	}
}

// sight notes that time moves on, where the card was, and whether its holder bought a journey.
func (w *Window) sight(u *Use) {
	w.openPeriod(u.At)
	day := u.At.LocalDay()
	if u.Status != card.Approved || w.periodAge(u.At) >= Periods {
		return
	}
	if u.Type == card.Purchase && IsTravel(u.MCC) && u.Minor >= leastFare {
		w.travelDay = max(w.travelDay, day)
	}
	if u.Spot.Area == 0 || !u.Present() {
		return
	}
	i := w.placeIndex(u.Spot.Area)
	if i < 0 {
		i = w.newPlace()
		w.places[i] = Place{Spot: u.Spot, FirstDay: day}
	}
	p := &w.places[i]
	p.FirstDay, p.LastDay = min(p.FirstDay, day), max(p.LastDay, day)
	minute := u.At.UnixMilli - u.At.UnixMilli%60_000
	if !u.Late && minute >= p.LastAt {
		p.LastAt, p.Spot = minute, u.Spot
	}
}

// newPlace makes room for a place: when there is none, the least used one goes, of equals the one not seen for longest.
func (w *Window) newPlace() int {
	if len(w.places) < maxPlaces {
		w.places = append(w.places, Place{})
		return len(w.places) - 1
	}
	least := 0
	for i := range w.places {
		a, b := &w.places[i], &w.places[least]
		if a.Uses() < b.Uses() || a.Uses() == b.Uses() && a.LastAt < b.LastAt {
			least = i
		}
	}
	return least
}

func (w *Window) placeIndex(a Area) int {
	if a == 0 {
		return -1
	}
	for i := range w.places {
		if w.places[i].Area == a {
			return i
		}
	}
	return -1
}

// leastFare is what a journey or a night away costs at least, in minor units: the slowest train over 300 km. Agencies, car hire and
// ships also sell insurance, parking and ferry tickets.
const leastFare = 6_000

// IsTravel reports whether a purchase in the category shows that its holder is going somewhere: airlines and hotels by brand
// (3000–3350, 3501–3999) and in general (4511, 7011), car hire (3351–3500, 7512), railways 4112, coaches 4131, ships 4411,
// travel agencies 4722 (ISO 18245). Local transport (4111, 4121) shows nothing.
func IsTravel(mcc card.MCC) bool {
	switch mcc {
	case 4112, 4131, 4411, 4511, 4722, 7011, 7512:
		return true
	}
	return mcc >= 3000 && mcc <= 3999
}
