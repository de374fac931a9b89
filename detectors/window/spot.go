package window

import (
	"math"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/geo"
	"github.com/cardwatch/cardwatch/detectors/pack"
)

// Area names a place in eight bytes without a pointer: a city code, or a half-degree cell of the earth for a terminal
// that tells only its point. The zero Area is "unknown".
type Area uint64

// cellMark is the top byte of an Area that is a cell; no city code starts with it.
const cellMark = 0xff

// AreaOf names the place's city, else its cell.
func AreaOf(p card.Place) Area {
	if a := AreaOfCity(p.City); a != 0 {
		return a
	}
	if !p.HasPoint {
		return 0
	}
	lat, lon := math.Floor((p.Lat+90)*2), math.Floor((p.Lon+180)*2)
	return Area(cellMark<<56 | uint64(lat)<<16 | uint64(lon))
}

// AreaOfCity names a city by its code of at most seven bytes (GB/T 2260 has six, UN/LOCODE five); longer ones are unknown.
func AreaOfCity(code string) Area {
	if len(code) > 7 {
		return 0
	}
	var a Area
	for i := range len(code) {
		a = a<<8 | Area(code[i])
	}
	return a
}

// City is the city's code, empty when the area is a cell or unknown.
func (a Area) City() string {
	if a>>56 == cellMark {
		return ""
	}
	var code [7]byte
	n := len(code)
	for ; a != 0; a >>= 8 {
		n--
		code[n] = byte(a)
	}
	return string(code[n:])
}

// Spot is an area and a point in it, to a hundredth of a degree (about 1 km); the point is the terminal's own, else the city's
// seat of government. The zero Spot is "nowhere known".
type Spot struct {
	Area Area
	// lat and lon count hundredths of a degree; 0, 0 is "no point" (open sea).
	lat, lon int16
}

// SpotOf finds the place's area and point.
func SpotOf(p card.Place) Spot {
	s := Spot{Area: AreaOf(p)}
	point := geo.Point{Lat: p.Lat, Lon: p.Lon}
	if !p.HasPoint || !point.Valid() {
		city, found := geo.Lookup(p.City)
		if !found {
			return s
		}
		point = city.Point
	}
	s.lat, s.lon = int16(math.Round(point.Lat*100)), int16(math.Round(point.Lon*100))
	return s
}

// SpotOfArea is the area with the point of its city or the middle of its cell.
func SpotOfArea(a Area) Spot {
	if a>>56 != cellMark {
		return SpotOf(card.Place{City: a.City()})
	}
	lat, lon := float64(a>>16&0xffff)/2-90, float64(a&0xffff)/2-180
	return Spot{Area: a, lat: int16(math.Round((lat + 0.25) * 100)), lon: int16(math.Round((lon + 0.25) * 100))}
}

// Country is the country or region of the area's city in two letters, one in each byte, as geo.Country tells it; 0 when it is not known, as for a
// cell.
func (a Area) Country() uint16 {
	if _, digits := sixDigits(a); digits {
		return CountryCode("CN")
	}
	if a>>32 == 0 || a>>40 != 0 {
		return 0
	}
	return uint16(a >> 24)
}

// CountryCode is an ISO 3166-1 alpha-2 code as Country gives it, 0 for anything else.
func CountryCode(iso string) uint16 {
	if len(iso) != 2 {
		return 0
	}
	return uint16(iso[0])<<8 | uint16(iso[1])
}

// HasPoint reports whether the spot can be measured from.
func (s Spot) HasPoint() bool { return s.lat != 0 || s.lon != 0 }

// Point is the spot's point, the zero Point when it has none.
func (s Spot) Point() geo.Point {
	return geo.Point{Lat: float64(s.lat) / 100, Lon: float64(s.lon) / 100}
}

// Distance is the way between two spots in kilometres, and false when it cannot be told. The same area is no distance.
func (s Spot) Distance(o Spot) (km float64, known bool) {
	if s.Area != 0 && s.Area == o.Area {
		return 0, true
	}
	if !s.HasPoint() || !o.HasPoint() {
		return 0, false
	}
	return geo.Distance(s.Point(), o.Point()), true
}

// Append appends the spot's binary form.
func (s Spot) Append(dst []byte) []byte {
	return pack.Fixed16(pack.Fixed16(pack.Fixed64(dst, uint64(s.Area)), uint16(s.lat)), uint16(s.lon))
}

// ReadSpot reads a spot that Append wrote.
func ReadSpot(r *pack.Reader) Spot {
	return Spot{Area: Area(r.Fixed64()), lat: int16(r.Fixed16()), lon: int16(r.Fixed16())}
}
