package mapping

import (
	"strconv"
	"strings"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// appendMoney writes an amount in minor units of the record's currency.
func (f *field) appendMoney(dst []byte, s string, currency card.Currency) ([]byte, Reason) {
	places := 0
	if f.spec.Money == "major" {
		if currency == (card.Currency{}) {
			return dst, BadMoney
		}
		places = currency.Places()
	}
	minor, reason := parseMinor(s, places)
	if reason != "" {
		return dst, reason
	}
	if minor < 0 && f.spec.Negative == "absolute" {
		minor = -minor
	}
	if minor < 0 && f.kind == kindMoney {
		return dst, BadMoney
	}
	return strconv.AppendInt(dst, minor, 10), ""
}

// parseMinor reads a decimal with at most that many places as an integer of the last place: "12.5" with 2 is 1250. It never
// rounds: more decimals are refused, even zeros, since they say that the file's unit is not the one the mapping assumes.
func parseMinor(s string, places int) (int64, Reason) {
	sign, whole, fraction, ok := decimal(s)
	if !ok || len(fraction) > places {
		return 0, BadMoney
	}
	// 15 digits are more than any card will ever carry, and stay exact in every JSON reader.
	digits := strings.TrimLeft(whole+fraction+strings.Repeat("0", places-len(fraction)), "0")
	if len(digits) > 15 {
		return 0, BadMoney
	}
	n, err := strconv.ParseInt(sign+"0"+digits, 10, 64)
	if err != nil {
		return 0, BadMoney
	}
	return n, ""
}

// decimal splits a plain decimal number; sign is "-" or empty.
func decimal(s string) (sign, whole, fraction string, ok bool) {
	if rest, negative := strings.CutPrefix(s, "-"); negative {
		sign, s = "-", rest
	} else {
		s = strings.TrimPrefix(s, "+")
	}
	whole, fraction, point := strings.Cut(s, ".")
	ok = whole != "" && (fraction != "" || !point) && strings.Trim(whole+fraction, "0123456789") == ""
	return sign, whole, fraction, ok
}
