package gen

// trip is a chain of journeys; between its legs the customer stays where the last one ended.
type trip struct {
	from int16
	legs []leg
}

type leg struct {
	to             int16
	depart, arrive int64
	hotel, onCard  bool
}

// inTransit is the city of somebody who is between two.
const inTransit = -1

// cityAt is where the customer is at an instant of the day that is being planned, or inTransit.
func (c *customer) cityAt(at int64) int {
	if c.trip == nil {
		return int(c.base)
	}
	city := int(c.trip.from)
	for _, l := range c.trip.legs {
		if at < l.depart {
			break
		}
		if at < l.arrive {
			return inTransit
		}
		city = int(l.to)
	}
	return city
}

// journeys books, travels and comes home.
func (p *planner) journeys(c *customer) {
	if c.trip != nil && c.trip.legs[len(c.trip.legs)-1].arrive < p.rhythm.start {
		c.trip = nil
	}
	if c.trip == nil {
		p.bookTrip(c)
		return
	}
	end := p.rhythm.start + fullDay
	for i, l := range c.trip.legs {
		if i > 0 && l.depart >= p.rhythm.start && l.depart < end {
			p.buyTicket(c, i, l.depart-p.dice.span(10*minute, 3*hour))
		}
		checkIn := l.arrive + p.dice.span(25*minute, 90*minute)
		if l.hotel && checkIn >= p.rhythm.start && checkIn < end {
			shop := p.shop(int(l.to), hotel, p.dice.IntN(merchantsPerTrade))
			p.use(c, checkIn, hotel, shop, p.amount(c, hotel, 1.5))
		}
	}
}

// bookTrip decides by the customer's group whether a journey is planned today, and buys the first ticket.
func (p *planner) bookTrip(c *customer) {
	day := p.rhythm.day
	switch {
	case c.group == Traveller && p.dice.chance(1.0/25):
		p.bookTour(c, day+min(1+int(p.dice.lognormal(4, 0.9)), 25))
	case c.group == SpringFestivalHome && p.rhythm.festival == festivalLead(c):
		p.bookFestival(c)
	case c.group == DayTripper && p.rhythm.weekend && p.dice.chance(1.0/12):
		p.bookDayTrip(c)
		return
	case c.group == MovedHome && day == c.moveDay:
		to := p.cityBetween(p.dice, int(c.base), 200, 2500)
		c.trip = &trip{from: c.base}
		c.base = int16(to)
		p.addLeg(c.trip, to, day+3, false)
	}
	if c.trip != nil {
		p.buyTicket(c, 0, p.rhythm.start+p.dice.span(9*hour, 22*hour))
	}
}

// bookTour strings one to three cities together, with hotels and one to four days in each.
func (p *planner) bookTour(c *customer, day int) {
	t := &trip{from: c.base}
	at := c.base
	for range 1 + p.dice.IntN(3) {
		to := p.cityBetween(p.dice, int(at), 150, 2500)
		arrival := p.addLeg(t, to, day, true)
		day, at = dayOf(arrival)+1+p.dice.IntN(4), int16(to)
	}
	p.addLeg(t, int(c.base), day, false)
	c.trip = t
}

// festivalLead is how many days before Spring Festival the customer buys the ticket, 8 … 27.
func festivalLead(c *customer) int { return 8 + int(scramble(uint64(c.index))%20) }

// bookFestival goes to the parents a few days before the festival and comes back five to ten days after it.
func (p *planner) bookFestival(c *customer) {
	first := p.rhythm.day + p.rhythm.festival
	t := &trip{from: c.base}
	p.addLeg(t, int(c.hometown), max(p.rhythm.day+1, first-2-p.dice.IntN(8)), false)
	p.addLeg(t, int(c.base), first+5+p.dice.IntN(6), false)
	c.trip = t
}

// bookDayTrip leaves this morning and is back tonight, half of the time with a ticket on another card.
func (p *planner) bookDayTrip(c *customer) {
	to := p.cityBetween(p.dice, int(c.base), 40, 320)
	if to == int(c.base) {
		return
	}
	ride := p.rideTime(int(c.base), to)
	out := p.rhythm.start + p.dice.span(7*hour, 9*hour)
	back := p.rhythm.start + p.dice.span(17*hour, 20*hour)
	onCard := p.dice.chance(0.5)
	c.trip = &trip{from: c.base, legs: []leg{
		{to: int16(to), depart: out, arrive: out + ride, onCard: onCard},
		{to: c.base, depart: back, arrive: back + ride, onCard: onCard},
	}}
	for i := range c.trip.legs {
		p.buyTicket(c, i, c.trip.legs[i].depart-p.dice.span(10*minute, hour))
	}
	shop := p.shop(to, departmentStore, p.dice.IntN(merchantsPerTrade))
	p.use(c, out+ride+p.dice.span(hour, 5*hour), departmentStore, shop, p.amount(c, departmentStore, 1.5))
}

// addLeg appends a journey that leaves on the day between 7 and 16 h, and gives its arrival.
func (p *planner) addLeg(t *trip, to, day int, stays bool) int64 {
	from := int(t.from)
	if n := len(t.legs); n > 0 {
		from = int(t.legs[n-1].to)
	}
	depart := midnight(day) + p.dice.span(7*hour, 16*hour)
	arrive := depart + p.rideTime(from, to)
	t.legs = append(t.legs, leg{to: int16(to), depart: depart, arrive: arrive, hotel: stays, onCard: p.dice.chance(0.85)})
	return arrive
}

// rideTime is door to door: the train to 900 km at 200 km/h, the aeroplane beyond at 650 km/h.
func (p *planner) rideTime(from, to int) int64 {
	km := p.km[from][to]
	if km > flightFrom {
		return 3*hour + int64(km/650*float64(hour))
	}
	return hour + int64(km/200*float64(hour))
}

const flightFrom = 900

// buyTicket pays for one leg online, by distance.
func (p *planner) buyTicket(c *customer, i int, at int64) {
	l := c.trip.legs[i]
	if !l.onCard || at < p.rhythm.start {
		return
	}
	from := c.trip.from
	if i > 0 {
		from = c.trip.legs[i-1].to
	}
	trade, km := rail, p.km[from][l.to]
	if km > flightFrom {
		trade = air
	}
	price := (30 + km*0.46) * p.dice.between(0.8, 1.5)
	p.use(c, at, trade, p.shop(0, trade, p.dice.IntN(3)), int64(price)*100).entry = styles[online].modes[0]
}
