// Package geo knows where places are and how far apart they are: points on
// the earth, the cities and countries the contract names, and the speed a
// traveller would have needed.
//
// It is used by the detectors, by the door that checks records, and by
// whatever shows a place to a person. Everything here is a pure function over
// constant tables: safe for any number of goroutines, no allocation on a
// look-up, no failure other than "unknown", which is a false result and never
// a guess.
package geo

import (
	"math"
	"time"
)

// earthRadiusKm is the mean radius R1 of the earth in kilometres, (2a+b)/3 of
// the GRS 80 ellipsoid, as adopted by the IUGG.
const earthRadiusKm = 6371.0088

// minElapsed is the shortest time Speed reckons with. The clocks of two
// terminals differ by seconds, so a shorter gap says nothing about speed.
const minElapsed = time.Minute

// Point is a place on the earth in degrees, WGS 84: Lat from -90 (south) to
// 90, Lon from -180 (west) to 180. The zero Point means "no place".
type Point struct {
	Lat, Lon float64
}

// Valid reports whether p is a place: both numbers finite and in range, and
// not exactly 0, 0, open sea in the Gulf of Guinea, which systems send when they
// do not know where a terminal is.
func (p Point) Valid() bool {
	// A NaN fails both comparisons.
	inRange := math.Abs(p.Lat) <= 90 && math.Abs(p.Lon) <= 180
	return inRange && p != Point{}
}

// Distance returns the great-circle distance between a and b in kilometres,
// by the haversine formula on a sphere: within about 0.6 % of the true
// distance, from 0 to 20,015.1. Both points must be Valid.
func Distance(a, b Point) float64 {
	const radians = math.Pi / 180
	sinLat := math.Sin((b.Lat - a.Lat) * radians / 2)
	sinLon := math.Sin((b.Lon - a.Lon) * radians / 2)
	h := sinLat*sinLat + math.Cos(a.Lat*radians)*math.Cos(b.Lat*radians)*sinLon*sinLon
	// Rounding can lift h just above 1 for antipodes, where Asin is undefined.
	return 2 * earthRadiusKm * math.Asin(math.Sqrt(min(h, 1)))
}

// Speed returns the speed in km/h that covers km kilometres in elapsed. The
// sign of elapsed is ignored, because records may arrive out of order, and
// less than a minute counts as a minute; so the result is finite for any
// finite km.
func Speed(km float64, elapsed time.Duration) float64 {
	return km / max(elapsed.Abs(), minElapsed).Hours()
}
