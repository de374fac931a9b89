package gen

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/geo"
)

// MaxTrafficCards is the most cards that Traffic can tell apart: its tokens have seven digits.
const MaxTrafficCards = 10_000_000

// TrafficConfig is what a Traffic is made from.
type TrafficConfig struct {
	Seed uint64
	// Series tells traffics of the same customers apart: their uses differ, and so do their event ids, which begin with it. It
	// may be empty, and else be a few letters.
	Series string
	// Cards is their number, 1 … MaxTrafficCards. Each has a customer of its own.
	Cards int
	// Zipf lets few cards make most of the uses: rank k has a share that goes with 1/(100+k)^1.1, so that of a million cards
	// one in a hundred makes six uses in ten. Without it all are used alike.
	Zipf bool
}

// Traffic writes the same bank's card uses at the speed of a load generator: no life is planned, each use is drawn when it is
// due and appended as the finished record. Most are quiet: at home, at the usual shops, for the usual amounts. Some two in a
// thousand belong to what the detectors look for. The same Config and the same calls give the same bytes.
//
// A Traffic may be used by one goroutine at a time. Its event ids are unique within it.
type Traffic struct {
	config TrafficConfig
	world  *world
	dice   dice
	zipf   *rand.Zipf
	shops  []shopText
	// cityText is the city of a place in the profile, levels what customers' amounts are multiplied by.
	cityText []string
	remote   [len(remoteCities)]int
	levels   [64]float64
	sequence uint64
	// last is the newest use, which a reversal takes back; burst the charges still to come of the night burst that it began.
	last  use
	burst int
	date  dateText
}

// Line is one record of a Traffic.
type Line struct {
	// Customer is the number of the customer, who is the key; At is when it arrives, in Unix milliseconds.
	Customer int
	At       int64
}

// use is one use of a card before it is written.
type use struct {
	number   uint64
	customer int
	at       int64
	amount   int64
	typ      card.Type
	declined bool
	shop     uint32
	entry    card.EntryMode
	original uint64
}

// NewTraffic makes a traffic. It fails on a Config that is out of range, and says in which field.
func NewTraffic(config TrafficConfig) (*Traffic, error) {
	if config.Cards < 1 || config.Cards > MaxTrafficCards {
		return nil, fmt.Errorf("gen: traffic of %d cards, want 1 … %d", config.Cards, MaxTrafficCards)
	}
	world, err := newWorld(config.Seed)
	if err != nil {
		return nil, err
	}
	t := &Traffic{config: config, world: world, dice: newDice()}
	t.dice.throw(config.Seed, 0, 0)
	for i := range t.levels {
		t.levels[i] = min(max(t.dice.lognormal(1, 0.5), 0.3), 5)
	}
	for i, code := range remoteCities {
		t.remote[i] = slices.IndexFunc(world.cities, func(c geo.City) bool { return c.Code == code })
	}
	t.write()
	series := uint64(0)
	for _, c := range []byte(config.Series) {
		series = scramble(series + uint64(c))
	}
	t.dice.throw(config.Seed, 1, series)
	if config.Zipf {
		t.zipf = rand.NewZipf(t.dice.Rand, 1.1, 100, uint64(config.Cards-1))
	}
	return t, nil
}

// Shares of what is not an everyday purchase, by chance of one use.
const (
	farShare       = 0.0008 // a copy of the card in another city
	burstShare     = 0.003  // of the uses by night: the first of a series of test charges
	declinedShare  = 0.01
	takenBackShare = 0.004
	// tripCards of tripOf customers are in another city for tripDays.
	tripCards, tripOf, tripDays = 1, 50, 4
)

// remoteCities are where nobody of the traffic travels: Lhasa and Ürümqi, 1,600 km apart.
var remoteCities = [...]string{"540100", "650100"}

// Next appends the next card's use at a moment (Unix milliseconds). Moments must not go back.
func (t *Traffic) Next(dst []byte, at int64) ([]byte, Line) {
	switch {
	case t.burst > 0:
		return t.appendUse(dst, t.testCharge(at)), Line{t.last.customer, at}
	case t.last.number != 0 && t.last.typ == card.Purchase && !t.last.declined && t.dice.chance(takenBackShare):
		t.sequence++
		u := t.last
		u.number, u.at, u.typ, u.original = t.sequence, at, card.Reversal, t.last.number
		return t.appendUse(dst, u), Line{u.customer, at}
	case t.zipf != nil:
		return t.Use(dst, int(t.zipf.Uint64()), at)
	}
	return t.Use(dst, t.dice.IntN(t.config.Cards), at)
}

// Use appends a use of a certain customer's card.
func (t *Traffic) Use(dst []byte, customer int, at int64) ([]byte, Line) {
	t.sequence++
	t.burst = 0
	night := (at+chinaOffset*minute)%fullDay < 6*hour
	u := use{number: t.sequence, customer: customer, at: at, typ: card.Purchase}
	switch d := t.dice; {
	case d.chance(farShare):
		t.far(&u)
	case night && d.chance(burstShare):
		t.burst = 4
		u = t.testCharge(at)
		u.customer = customer
	default:
		t.everyday(&u, night)
	}
	return t.appendUse(dst, u), Line{customer, at}
}

// Plant appends a use that the detectors answer with an alert, under an event id of the caller's: a large purchase with the
// chip in a city to which nobody travels.
func (t *Traffic) Plant(dst []byte, customer int, at int64, id string) []byte {
	u := use{customer: customer, at: at, typ: card.Purchase}
	city := t.remote[0]
	if t.world.km[t.home(customer)][city] < farKm {
		city = t.remote[1]
	}
	t.large(&u, city)
	u.amount *= 40 // far more than any that the card may have had before
	return t.appendAs(dst, &u, []byte(id))
}

// everyday is one ordinary use, where the customer is: mostly at home, at the usual shop.
func (t *Traffic) everyday(u *use, night bool) {
	d, trades := t.dice, t.world.dayTrades
	if night {
		trades = t.world.nightTrades
	}
	trade, city := d.spin(trades), t.home(u.customer)
	trip := scramble(t.config.Seed ^ uint64(u.customer)<<20 ^ uint64(u.at/(tripDays*fullDay)))
	if away := int(trip>>32) % len(t.world.cities); trip%tripOf < tripCards && away != t.remote[0] && away != t.remote[1] {
		city = away
	}
	k := d.IntN(onlineMerchants)
	if d.chance(0.7) {
		k = int(scramble(uint64(u.customer)<<8|uint64(trade)) % onlineMerchants)
	}
	u.shop = t.world.shop(city, trade, k)
	style := categories[trade].pay
	u.entry = styles[style].modes[d.spin(t.world.entries[style])]
	u.amount = int64(d.lognormal(categories[trade].median*t.level(u.customer), categories[trade].sigma) * 100)
	if u.amount = max(u.amount, 50); trade == cash {
		u.typ, u.amount = card.Cash, min(roundTo(u.amount, 10_000), 2_000_000)
	}
	u.declined = d.chance(declinedShare)
}

// far is a large purchase in another city.
func (t *Traffic) far(u *use) {
	home := t.world.km[t.home(u.customer)]
	city := t.dice.IntN(len(home))
	for home[city] < farKm {
		city = (city + 1) % len(home)
	}
	t.large(u, city)
}

func (t *Traffic) large(u *use, city int) {
	trade := [...]int{electronics, jewellery}[t.dice.IntN(2)]
	u.shop, u.entry = t.world.locatedShop(city, trade, t.dice.IntN(merchantsPerTrade)), card.Chip
	u.amount = int64(6_000_000 * t.level(u.customer))
}

// testCharge is the next of a series: small charges by card number half a minute apart, then a large one. They arrive
// together, as from an acquirer that was briefly out of reach.
func (t *Traffic) testCharge(at int64) use {
	if t.burst < 4 {
		t.sequence++
	}
	t.burst--
	u := use{number: t.sequence, customer: t.last.customer, at: at - int64(t.burst)*30*second, typ: card.Purchase, entry: card.Manual}
	u.shop = t.world.shop(0, marketplace, t.dice.IntN(onlineMerchants))
	if u.amount = 100 + t.dice.Int64N(1900); t.burst == 0 {
		u.amount = 300_000 + t.dice.Int64N(600_000)
	}
	return u
}

func (t *Traffic) home(customer int) int {
	return int(t.world.where[scramble(t.config.Seed^uint64(customer))>>54])
}

func (t *Traffic) level(customer int) float64 {
	return t.levels[scramble(uint64(customer)+t.config.Seed)>>58]
}

func (t *Traffic) appendUse(dst []byte, u use) []byte {
	t.last = u
	var id [64]byte
	return t.appendAs(dst, &u, t.appendID(id[:0], u.number))
}
