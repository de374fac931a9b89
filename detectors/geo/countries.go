package geo

import (
	"slices"
	"strings"
)

// country is one entry of ISO 3166-1 with its names as a Chinese bank writes
// them.
type country struct {
	code, zh, en string
}

// ValidCountry reports whether code is an officially assigned ISO 3166-1
// alpha-2 code, in capitals. User-assigned codes such as XK are not.
func ValidCountry(code string) bool {
	_, found := findCountry(code)
	return found
}

// CountryName returns the short name of the country or region with this ISO
// 3166-1 alpha-2 code: Chinese for a language tag that starts with "zh",
// English for any other, and "" for an unknown code.
func CountryName(code, lang string) string {
	c, _ := findCountry(code)
	return pick(lang, c.zh, c.en)
}

func findCountry(code string) (country, bool) {
	i, found := slices.BinarySearchFunc(countries[:], code,
		func(c country, code string) int { return strings.Compare(c.code, code) })
	if !found {
		return country{}, false
	}
	return countries[i], true
}
