package geo_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/detectors/geo"
)

func TestDistanceMatchesKnownDistances(t *testing.T) {
	harbin, shenzhen := geo.Point{Lat: 45.75, Lon: 126.65}, geo.Point{Lat: 22.54, Lon: 114.06}
	london, newYork := geo.Point{Lat: 51.5074, Lon: -0.1278}, geo.Point{Lat: 40.7128, Lon: -74.0060}
	tests := []struct {
		name      string
		a, b      geo.Point
		km, delta float64
	}{
		{"a place and itself", harbin, harbin, 0, 0},
		{"Harbin to Shenzhen", harbin, shenzhen, 2_800, 30},
		{"London to New York", london, newYork, 5_570, 10},
		{"one degree of a great circle", geo.Point{Lon: 10}, geo.Point{Lon: 11}, 111.195, 0.001},
		{"across the date line", geo.Point{Lat: 0, Lon: 179.5}, geo.Point{Lat: 0, Lon: -179.5}, 111.195, 0.001},
		{"pole to pole", geo.Point{Lat: 90}, geo.Point{Lat: -90}, 20_015.1, 0.1},
		{"antipodes", geo.Point{Lat: 31.23, Lon: 121.47}, geo.Point{Lat: -31.23, Lon: -58.53}, 20_015.1, 0.1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.InDelta(t, test.km, geo.Distance(test.a, test.b), test.delta)
		})
	}
}

func TestDistanceIsAMetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := point.Draw(t, "a"), point.Draw(t, "b"), point.Draw(t, "c")
		ab := geo.Distance(a, b)
		require.GreaterOrEqual(t, ab, 0.0)
		require.LessOrEqual(t, ab, 20_040.0, "no two places are further apart than half the equator")
		require.InDelta(t, ab, geo.Distance(b, a), 1e-6, "symmetric")
		require.LessOrEqual(t, ab, geo.Distance(a, c)+geo.Distance(c, b)+1e-3, "no detour is shorter")
	})
}

// The naive model is the angle between the two unit vectors: another formula
// for the same sphere.
func TestDistanceAgreesWithTheAngleBetweenVectors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := point.Draw(t, "a"), point.Draw(t, "b")
		require.InDelta(t, 6371.0088*angle(vector(a), vector(b)), geo.Distance(a, b), 1e-3)
	})
}

func FuzzDistanceOfValidPointsIsFinite(f *testing.F) {
	f.Add(45.75, 126.65, 22.54, 114.06)
	f.Add(90.0, 180.0, -90.0, -180.0)
	f.Add(math.NaN(), 0.0, math.Inf(1), 0.0)
	f.Fuzz(func(t *testing.T, aLat, aLon, bLat, bLon float64) {
		a, b := geo.Point{Lat: aLat, Lon: aLon}, geo.Point{Lat: bLat, Lon: bLon}
		if !a.Valid() || !b.Valid() {
			t.Skip("Distance is defined for valid points only")
		}
		km := geo.Distance(a, b)
		require.True(t, km >= 0 && km <= 20_040, "%v to %v: %v km", a, b, km)
	})
}

func TestPointValid(t *testing.T) {
	tests := []struct {
		name  string
		point geo.Point
		valid bool
	}{
		{"Shenzhen", geo.Point{Lat: 22.54, Lon: 114.06}, true},
		{"the poles and the date line", geo.Point{Lat: -90, Lon: 180}, true},
		{"on the equator", geo.Point{Lat: 0, Lon: 109.3}, true},
		{"on the prime meridian", geo.Point{Lat: 51.48, Lon: 0}, true},
		{"0, 0 means unknown", geo.Point{}, false},
		{"negative zeros mean unknown too", geo.Point{Lat: math.Copysign(0, -1), Lon: 0}, false},
		{"latitude and longitude swapped", geo.Point{Lat: 114.06, Lon: 22.54}, false},
		{"longitude beyond the date line", geo.Point{Lat: 22.54, Lon: 180.001}, false},
		{"latitude not a number", geo.Point{Lat: math.NaN(), Lon: 114}, false},
		{"longitude not a number", geo.Point{Lat: 22, Lon: math.NaN()}, false},
		{"infinite", geo.Point{Lat: 22, Lon: math.Inf(-1)}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.valid, test.point.Valid())
		})
	}
}

func TestSpeed(t *testing.T) {
	tests := []struct {
		name    string
		km      float64
		elapsed time.Duration
		kmh     float64
	}{
		{"a train", 300, time.Hour, 300},
		{"an airliner", 2_800, 4 * time.Hour, 700},
		{"records out of order", 300, -time.Hour, 300},
		{"the same instant counts as a minute", 10, 0, 600},
		{"less than a minute counts as a minute", 10, 5 * time.Second, 600},
		{"the same place", 0, 0, 0},
		{"the longest time there is, 292 years", 2_562_047, math.MinInt64, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.InDelta(t, test.kmh, geo.Speed(test.km, test.elapsed), 1e-6)
		})
	}
}

func BenchmarkDistance(b *testing.B) {
	from, to := geo.Point{Lat: 45.75, Lon: 126.65}, geo.Point{Lat: 22.54, Lon: 114.06}
	for b.Loop() {
		geo.Distance(from, to)
	}
}

var point = rapid.Custom(func(t *rapid.T) geo.Point {
	return geo.Point{
		Lat: rapid.Float64Range(-90, 90).Draw(t, "lat"),
		Lon: rapid.Float64Range(-180, 180).Draw(t, "lon"),
	}
})

func vector(p geo.Point) [3]float64 {
	sinLat, cosLat := math.Sincos(p.Lat * math.Pi / 180)
	sinLon, cosLon := math.Sincos(p.Lon * math.Pi / 180)
	return [3]float64{cosLat * cosLon, cosLat * sinLon, sinLat}
}

func angle(a, b [3]float64) float64 {
	dot := a[0]*b[0] + a[1]*b[1] + a[2]*b[2]
	cross := [3]float64{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
	return math.Atan2(math.Hypot(math.Hypot(cross[0], cross[1]), cross[2]), dot)
}
