package transplant

import (
	"math/rand/v2"

	"github.com/cardwatch/cardwatch/detectors/geo"
)

// city is one that cards live in or travel to.
type city struct{ geo.City }

// codes are provincial capitals and larger towns of every region, each as likely as the other: bench/gen draws by population.
var codes = [...]string{
	"110100", "120100", "130100", "130300", "130600", "140100", "140200", "150100", "150200", "210100", "210200", "210600", "220100", "220200",
	"230100", "230200", "231000", "310100", "320100", "320300", "320500", "320700", "330100", "330200", "330300", "330700", "340100", "340200",
	"341000", "350100", "350200", "350600", "360100", "360400", "370100", "370200", "370600", "371300", "410100", "410300", "411300", "420100",
	"420500", "430100", "430600", "440100", "440300", "440400", "440500", "441900", "450100", "450200", "450300", "460100", "460200", "500100",
	"510100", "510500", "511300", "520100", "520300", "530100", "530300", "532900", "540100", "610100", "610300", "620100", "620900", "630100",
	"640100", "650100",
}

func allCities() []city {
	list := make([]city, 0, len(codes))
	for _, code := range codes {
		if c, found := geo.Lookup(code); found {
			list = append(list, city{c})
		}
	}
	return list
}

func (s *Stream) km(a, b int) float64 { return geo.Distance(s.cities[a].Point, s.cities[b].Point) }

// cityWithin draws a city whose distance from another is in [lo, hi) km; that other one when there is none.
func (s *Stream) cityWithin(d *rand.Rand, from int, lo, hi float64) int {
	for range 500 {
		if to := d.IntN(len(s.cities)); to != from && s.km(from, to) >= lo && s.km(from, to) < hi {
			return to
		}
	}
	return from
}
