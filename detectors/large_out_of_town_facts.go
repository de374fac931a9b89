package detectors

import (
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/geo"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// townFacts are what large_out_of_town found out about a use.
type townFacts struct {
	// km is the distance to the nearest place where the card belongs.
	km float64
	// from is the use whose journey here is the fastest, kmh and elapsed that journey; nil when there is none far away.
	from       *window.Use
	journeyKm  float64
	elapsed    time.Duration
	kmh        float64
	impossible bool
	hurried    bool
	// returns counts how often the card was where it belongs between two uses here.
	returns int
	// daysHere is how long ago the card first came to this place, 0 when it never did.
	daysHere int32
	// usualMinor is what counts as large, ratio how many times that the amount is.
	usualMinor int64
	amounts    int
	floored    bool
	ratio      float64
	// travelDays is the age of the newest travel purchase, −1 when none explains a journey.
	travelDays int32
	// holiday says that it is a time of journeys to the family.
	holiday bool
	// swiped says that the stripe was read of a card whose chip was read before.
	swiped bool
	// moving says that the last card-present use was already out of town and near here.
	moving bool
}

func (d *LargeOutOfTown) facts(in *Sighting, km float64) townFacts {
	f := townFacts{km: km, travelDays: -1}
	u, w := in.Use, in.Window
	d.journey(in, &f)
	d.company(in, &f)
	if place := w.PlaceOf(u.Spot.Area); place != nil {
		f.daysHere = u.At.LocalDay() - place.FirstDay
	}
	amounts := w.Amounts()
	f.amounts, f.usualMinor = amounts.N, amounts.Quantile(0.95)
	floor := d.LargeMinor
	if f.amounts < d.ShortHistory {
		floor = d.NewLargeMinor
	}
	if f.usualMinor < floor {
		f.floored, f.usualMinor = true, floor
	}
	f.ratio = float64(u.Minor) / float64(f.usualMinor)
	if age := u.At.LocalDay() - w.TravelDay(); w.TravelDay() > 0 && age <= int32(d.TravelDays) {
		f.travelDays = max(age, 0)
	}
	f.holiday = holidayJourney(u.At)
	f.swiped = u.Entry == card.Magstripe && chipped(w.Recent())
	return f
}

// journey looks for the use from which the card came here fastest.
func (d *LargeOutOfTown) journey(in *Sighting, f *townFacts) {
	u := in.Use
	recent := in.Window.Recent()
	for i := range recent {
		from := &recent[i]
		if !located(from) || u.At.Sub(from.At).Abs() > window.Day {
			continue
		}
		km, known := u.Spot.Distance(from.Spot)
		if !known || km < float64(d.FarKm) || d.intruder(in, from) {
			continue
		}
		elapsed := u.At.Sub(from.At).Abs() + d.ClockTolerance
		if kmh := geo.Speed(km, elapsed); kmh > f.kmh {
			f.from, f.kmh, f.journeyKm, f.elapsed = from, kmh, km, elapsed
		}
	}
	f.impossible = f.kmh > float64(d.MaxKmh)
	f.hurried = f.from != nil && !f.impossible && f.elapsed < leastTravel(f.journeyKm)
}

// intruder reports whether the other use, not this one, is the odd one out: the card was near here before it, and there is
// nowhere it belongs. So the holder's own purchase on a journey is not what alerts after a copy's.
func (d *LargeOutOfTown) intruder(in *Sighting, other *window.Use) bool {
	if d.region().belongs(in, other) {
		return false
	}
	recent := in.Window.Recent()
	for i := range recent {
		o := &recent[i]
		if o.At.UnixMilli >= other.At.UnixMilli {
			return false
		}
		if km, known := in.Use.Spot.Distance(o.Spot); located(o) && known && km < float64(d.NearKm) {
			return true
		}
	}
	return false
}

// newDays is how long a place stays new to the card: a copy is mostly used up within two days.
const newDays = 2

// leastTravel is the least time between a purchase in one city and one in another: half an hour to get into and out of trains that
// make 250 km/h from town to town, or an hour and a half for boarding, landing and leaving around a flight of 800 km/h.
func leastTravel(km float64) time.Duration {
	hours := min(0.5+km/250, 1.5+km/800)
	return time.Duration(hours * float64(time.Hour))
}

// company counts the times that the card was far away, where it belongs, between two uses near here: a copy in use
// while the holder goes on shopping at home. It also sees a holder who is on the way.
func (d *LargeOutOfTown) company(in *Sighting, f *townFacts) {
	u := in.Use
	recent := in.Window.Recent()
	latest, away := true, false
	for i := len(recent) - 1; i >= 0; i-- {
		o := &recent[i]
		if !located(o) || u.At.Sub(o.At) > d.BackAndForth || u.At.Before(o.At) {
			continue
		}
		km, known := u.Spot.Distance(o.Spot)
		switch {
		case !known:
			continue
		case km >= float64(d.FarKm) && d.region().belongs(in, o):
			away = true
		case km < float64(d.NearKm):
			f.moving = f.moving || latest
			if away {
				f.returns++
				away = false
			}
		}
		latest = false
	}
}

// score adds the facts up. Speed between two card-present points is the strongest single sign (notes/data.md §5), being in
// two places at once the next; an amount alone must be extreme, since most people who pay much in another city are
// on a journey. Travel evidence explains being there and paying much, and never being in two places: with a veto the same note's
// clones fall from 95 to 32 %.
func (f *townFacts) score(tight bool) int {
	return f.contradiction() + max(f.strangeness(tight)-f.excuse(), 0)
}

// chipped reports whether the card's chip has been read lately and its stripe has not: a copy has only the stripe.
func chipped(recent []window.Use) bool {
	chip := 0
	for i := range recent {
		switch recent[i].Entry {
		case card.Magstripe:
			return false
		case card.Chip, card.Contactless:
			chip++
		}
	}
	return chip >= 3
}

// contradiction is what no journey explains.
func (f *townFacts) contradiction() int {
	points := 35 * min(f.returns, 2)
	switch {
	case f.impossible:
		points += 60
	case f.hurried:
		points += 25
	}
	return points
}

// strangeness is what a journey would explain.
func (f *townFacts) strangeness(tight bool) int {
	points := 5 + f.amountPoints()
	add := func(holds bool, more int) {
		if holds {
			points += more
		}
	}
	add(f.km >= 300, 5)
	add(f.daysHere <= newDays, 15)
	add(f.swiped, 10)
	add(tight, 10)
	return points
}

// excuse is what speaks for a journey.
func (f *townFacts) excuse() int {
	points := 0
	add := func(holds bool, more int) {
		if holds {
			points += more
		}
	}
	add(f.travelDays >= 0, 15)
	add(f.onTheWay(), 10)
	add(f.holiday, 10)
	return points
}

// onTheWay reports a plausible chain: the card was out of town and near here already, and nowhere else meanwhile.
func (f *townFacts) onTheWay() bool { return f.moving && f.returns == 0 && !f.impossible && !f.hurried }

func (f *townFacts) amountPoints() int {
	switch {
	case f.ratio >= 20:
		return 45
	case f.ratio >= 10:
		return 30
	case f.ratio >= 5:
		return 20
	case f.ratio >= 2:
		return 15
	case f.ratio >= 1:
		return 10
	}
	return 0
}
