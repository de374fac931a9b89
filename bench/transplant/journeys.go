package transplant

import (
	"math/rand/v2"

	"github.com/cardwatch/cardwatch/bench/gen"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// leg is one journey: the holder is nowhere between depart and arrive, and then in a city.
type leg struct {
	depart, arrive int64
	to             int
}

// onTheWay is the city of somebody between two.
const onTheWay = -1

// base is where the holder lives at a moment.
func (s *Stream) base(l *life, at int64) int {
	if at >= l.moves {
		return l.movedTo
	}
	return l.home
}

func (s *Stream) where(l *life, at int64) int {
	city := l.home
	for _, g := range l.legs {
		if at < g.depart {
			break
		}
		if at < g.arrive {
			return onTheWay
		}
		city = g.to
	}
	return city
}

// travel plans all journeys of a card.
func (s *Stream) travel(d *rand.Rand, index int) {
	l := &s.cards[index]
	end := s.midnight(int64(s.config.Days))
	switch l.group {
	case gen.Traveller:
		for at := s.midnight(int64(d.IntN(25))); at < end; at += int64(8+d.IntN(35)) * fullDay {
			at = s.tour(d, index, at)
		}
	case gen.SpringFestivalHome:
		festival := s.midnight(springFestival - s.config.Start.UnixMilli/fullDay)
		there := festival - int64(1+d.IntN(12))*fullDay
		s.booked(d, index, there, 30, 0.6)
		s.ride(d, index, there, s.cityWithin(d, l.home, 250, 2200))
		back := festival + int64(4+d.IntN(11))*fullDay
		s.booked(d, index, back, 20, 0.5)
		s.ride(d, index, back, l.home)
	case gen.DayTripper:
		for day := int64(5); day < int64(s.config.Days); day += 7 {
			if d.IntN(9) == 0 {
				s.dayTrip(d, index, s.midnight(day+int64(d.IntN(2))))
			}
		}
	case gen.MovedHome:
		l.moves = s.midnight(int64(15+d.IntN(110))) + 8*hour
		l.movedTo = s.cityWithin(d, l.home, 200, 2500)
		s.ride(d, index, l.moves, l.movedTo)
	}
}

// springFestival is 17 February 2026 in days since 1970.
const springFestival = 20_501

// ride goes to a city on a day and gives the arrival.
func (s *Stream) ride(d *rand.Rand, index int, day int64, to int) int64 {
	depart := day - (day-s.config.Start.UnixMilli)%fullDay + 6*hour + d.Int64N(12*hour)
	return s.leave(index, depart, to)
}

// leave takes the train at 220 km/h, or from 800 km on the aeroplane.
func (s *Stream) leave(index int, depart int64, to int) int64 {
	l := &s.cards[index]
	from := l.home
	if n := len(l.legs); n > 0 {
		from, depart = l.legs[n-1].to, max(depart, l.legs[n-1].arrive+hour)
	}
	km := s.km(from, to)
	arrive := depart + 40*minute + int64(km/220*float64(hour))
	if km > 800 {
		arrive = depart + 160*minute + int64(km/700*float64(hour))
	}
	l.legs = append(l.legs, leg{depart, arrive, to})
	return arrive
}

// tour visits up to three cities and comes home; half of the tours leave no trace on the card before they begin.
func (s *Stream) tour(d *rand.Rand, index int, at int64) int64 {
	l := &s.cards[index]
	s.booked(d, index, at, 15, 0.5)
	city := l.home
	for range 1 + d.IntN(3) {
		city = s.cityWithin(d, city, 120, 2500)
		arrived := s.ride(d, index, at, city)
		if d.IntN(5) < 3 {
			s.pay(d, index, arrived+30*minute+d.Int64N(3*hour), 7011, s.spread(d, 250_000, 0.5), card.Chip, city)
		}
		at = arrived + int64(1+d.IntN(5))*fullDay
	}
	return s.ride(d, index, at, l.home)
}

func (s *Stream) dayTrip(d *rand.Rand, index int, day int64) {
	l := &s.cards[index]
	to := s.cityWithin(d, l.home, 60, 360)
	s.booked(d, index, day, 2, 0.4)
	out := s.leave(index, day+6*hour+d.Int64N(3*hour), to)
	if d.IntN(3) > 0 {
		s.pay(d, index, out+d.Int64N(5*hour), 5311, s.spread(d, 60_000, 0.8), card.Contactless, to)
	}
	s.leave(index, day+17*hour+d.Int64N(4*hour), l.home)
}

// booked buys a ticket up to so many days before a journey, in some cases.
func (s *Stream) booked(d *rand.Rand, index int, day int64, daysBefore int, share float64) {
	if d.Float64() < share {
		at := day - int64(d.IntN(daysBefore))*fullDay - d.Int64N(12*hour)
		s.pay(d, index, at, 4112, s.spread(d, 45_000, 0.6), card.Ecommerce, 0)
	}
}
