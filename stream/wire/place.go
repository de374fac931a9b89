package wire

import (
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/geo"
)

// place reads where something stands. A wrong city or country is left out; a wrong coordinate refuses the record, since it
// shows that the sender's numbers cannot be trusted. Half a point and 0, 0 (what terminals send that do not know) are left out.
func (d *Decoder) place(city, lat, lon field) card.Place {
	p := card.Place{
		City: parseOrDrop(d, city, parseCity),
		Lat:  d.number(lat, -90, 90, BadGeo),
		Lon:  d.number(lon, -180, 180, BadGeo),
	}
	_, hasLat := d.get(lat)
	_, hasLon := d.get(lon)
	if p.HasPoint = hasLat && hasLon && (p.Lat != 0 || p.Lon != 0); p.HasPoint {
		return p
	}
	p.Lat, p.Lon = 0, 0
	if hasLat {
		d.drop(lat)
	}
	if hasLon {
		d.drop(lon)
	}
	return p
}

// parseCity accepts the shape of a GB/T 2260 code or of an UN/LOCODE; whether the city exists is for those who use it.
func parseCity(s string) (string, bool) {
	switch len(s) {
	case 6:
		return s, isDigit(s[0]) && isDigit(s[1]) && isDigit(s[2]) && isDigit(s[3]) && isDigit(s[4]) && isDigit(s[5])
	case 5:
		return s, allBytes(s[:2], isCapital) && allBytes(s[2:], isLocode)
	}
	return "", false
}

// countries holds a bit for the second letter of each country's code, by its first.
var countries = makeCountries()

func makeCountries() (bits [26]uint32) {
	for i := range bits {
		for j := range 26 {
			if geo.ValidCountry(string([]byte{'A' + byte(i), 'A' + byte(j)})) {
				bits[i] |= 1 << j
			}
		}
	}
	return bits
}

func parseCountry(s string) (string, bool) {
	return s, len(s) == 2 && isCapital(s[0]) && isCapital(s[1]) && countries[s[0]-'A']>>(s[1]-'A')&1 != 0
}

// parseMCC accepts four digits; 0000 is no category.
func parseMCC(s string) (card.MCC, bool) {
	if len(s) != 4 || !isDigit(s[0]) || !isDigit(s[1]) || !isDigit(s[2]) || !isDigit(s[3]) {
		return 0, false
	}
	mcc := card.MCC(s[0]-'0')*1000 + card.MCC(s[1]-'0')*100 + card.MCC(s[2]-'0')*10 + card.MCC(s[3]-'0')
	return mcc, mcc != 0
}

// parseTimezone accepts the shape of an IANA name.
func parseTimezone(s string) (string, bool) {
	return s, len(s) <= maxIDBytes && allBytes(s, func(c byte) bool {
		return isDigit(c) || isCapital(c) || 'a' <= c && c <= 'z' || c == '/' || c == '_' || c == '+' || c == '-'
	})
}

func isCapital(c byte) bool { return 'A' <= c && c <= 'Z' }

// isLocode accepts what follows the country in an UN/LOCODE: capitals and the digits 2 to 9.
func isLocode(c byte) bool { return isCapital(c) || '2' <= c && c <= '9' }

func allBytes(s string, is func(byte) bool) bool {
	for i := range len(s) {
		if !is(s[i]) {
			return false
		}
	}
	return true
}
