package gen

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/geo"
)

// homes are the cities of the bank with their population in 100,000 (seventh census, 2020, rounded) and typical monthly
// income in 100 CNY.
var homes = [...]struct {
	code           string
	weight, income float64
}{
	{"310100", 249, 120}, {"110100", 219, 125}, {"440300", 176, 115}, {"440100", 187, 100}, {"510100", 209, 80}, {"500100", 220, 72},
	{"120100", 139, 82}, {"420100", 123, 80}, {"610100", 130, 75}, {"330100", 119, 100}, {"320100", 93, 98}, {"320500", 127, 98},
	{"410100", 126, 70}, {"430100", 100, 80}, {"370200", 101, 82}, {"370100", 92, 78}, {"230100", 100, 60}, {"210100", 90, 66},
	{"210200", 75, 72}, {"440600", 95, 84}, {"441900", 105, 84}, {"330200", 94, 95}, {"320200", 75, 92}, {"350200", 52, 90},
	{"350100", 83, 78}, {"340100", 94, 76}, {"530100", 85, 66}, {"450100", 87, 62}, {"220100", 91, 60}, {"130100", 112, 60},
	{"140100", 53, 62}, {"360100", 63, 64}, {"520100", 60, 62}, {"620100", 44, 60}, {"650100", 41, 68}, {"150100", 34, 62},
	{"630100", 25, 58}, {"640100", 29, 60}, {"460100", 29, 64}, {"460200", 10, 64}, {"540100", 9, 75}, {"350500", 88, 74},
	{"330300", 96, 84}, {"330400", 54, 82}, {"320600", 77, 78}, {"320300", 91, 62}, {"320400", 53, 86}, {"371300", 110, 56},
	{"370600", 71, 70}, {"410300", 71, 56}, {"420600", 53, 54}, {"430400", 66, 52}, {"440500", 55, 56}, {"440800", 70, 52},
	{"441300", 60, 70}, {"450300", 49, 52}, {"510700", 49, 56}, {"130200", 77, 64}, {"150200", 27, 66}, {"230200", 41, 50},
	{"230600", 28, 62}, {"210300", 33, 56}, {"360700", 90, 52}, {"411300", 97, 46},
}

const (
	merchantsPerTrade = 12
	onlineMerchants   = 40
)

// merchant is one shop, cash machine or online seller.
type merchant struct {
	id, name, terminal string
	mcc                card.MCC
	place              card.Place
}

// world is what does not change: cities, distances, shops. It is read-only once made.
type world struct {
	seed      uint64
	cities    []geo.City
	km        [][]float64
	merchants []merchant
	// where, hours, shifts and trades are the wheels for homes, daily rhythms and kinds of trade; entries pick how one pays.
	where, hours, shifts   *wheel
	dayTrades, nightTrades *wheel
	entries                [len(styles)]*wheel
	ticket                 float64
}

func newWorld(seed uint64) (*world, error) {
	w := &world{
		seed: seed, cities: make([]geo.City, len(homes)), km: make([][]float64, len(homes)),
		hours: newWheel(hourWeights...), shifts: newWheel(nightShiftWeights...), ticket: meanTicket(),
	}
	weights := make([]float64, len(homes))
	for i, h := range homes {
		city, found := geo.Lookup(h.code)
		if !found {
			return nil, fmt.Errorf("gen: city %s of the bank is missing in detectors/geo", h.code)
		}
		w.cities[i], weights[i] = city, h.weight
	}
	w.where = newWheel(weights...)
	for i := range w.cities {
		w.km[i] = make([]float64, len(w.cities))
		for j := range w.cities {
			w.km[i][j] = geo.Distance(w.cities[i].Point, w.cities[j].Point)
		}
	}
	var byDay, byNight []float64
	for _, c := range categories {
		byDay, byNight = append(byDay, c.day), append(byNight, c.night)
	}
	w.dayTrades, w.nightTrades = newWheel(byDay...), newWheel(byNight...)
	for i, s := range styles {
		w.entries[i] = newWheel(s.weights...)
	}
	w.buildShops()
	return w, nil
}

// buildShops lays out the merchants: by city and trade first, then the online ones, which are acquired in a few large cities.
func (w *world) buildShops() {
	d := newDice()
	d.throw(w.seed, math.MaxUint64, 0)
	w.merchants = make([]merchant, 0, len(w.cities)*firstOnline*merchantsPerTrade+(categoryCount-firstOnline)*onlineMerchants)
	for city := range w.cities {
		for trade := range firstOnline {
			for k := range merchantsPerTrade {
				w.merchants = append(w.merchants, w.newMerchant(d, city, trade, k))
			}
		}
	}
	for trade := firstOnline; trade < categoryCount; trade++ {
		for k := range onlineMerchants {
			w.merchants = append(w.merchants, w.newMerchant(d, d.spin(w.where), trade, k))
		}
	}
}

// newMerchant names a shop. Letters break up the digits of its ids, so that none can look like a card number.
func (w *world) newMerchant(d dice, city, trade, k int) merchant {
	home, c := w.cities[city], &categories[trade]
	m := merchant{
		id:       "m" + home.Code + "g" + strconv.Itoa(int(c.mcc)) + "n" + strconv.Itoa(k),
		terminal: "T" + strconv.Itoa(100+city) + string(rune('A'+k%26)) + strconv.Itoa(100+d.IntN(900)),
		name:     strings.TrimSuffix(home.Zh, "市") + c.zh + strconv.Itoa(k+1) + "店",
		mcc:      c.mcc,
		place:    card.Place{City: home.Code, Country: "CN"},
	}
	if trade >= firstOnline {
		m.name = c.zh + strconv.Itoa(k+1) + "号"
	} else if d.chance(0.8) {
		// One terminal in five knows its city but not its point.
		m.place.HasPoint = true
		m.place.Lat = math.Round((home.Lat+d.between(-0.08, 0.08))*1e5) / 1e5
		m.place.Lon = math.Round((home.Lon+d.between(-0.08, 0.08))*1e5) / 1e5
	}
	return m
}

// shop is the k-th merchant of a trade, in the city unless the trade is online.
func (w *world) shop(city, trade, k int) uint32 {
	if trade < firstOnline {
		return uint32((city*firstOnline+trade)*merchantsPerTrade + k%merchantsPerTrade)
	}
	return uint32(len(w.cities)*firstOnline*merchantsPerTrade + (trade-firstOnline)*onlineMerchants + k%onlineMerchants)
}

// cityBetween draws a city by size whose distance from the given one is in [lo, hi) km; the given one when there is none.
func (w *world) cityBetween(d dice, from int, lo, hi float64) int {
	for range 400 {
		if to := d.spin(w.where); to != from && w.km[from][to] >= lo && w.km[from][to] < hi {
			return to
		}
	}
	return from
}

func lognormalMean(sigma float64) float64 { return math.Exp(sigma * sigma / 2) }
