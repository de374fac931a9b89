package card

import (
	"fmt"
	"strconv"
	"strings"
)

// Money is an amount in integer minor units of one currency (fen, cents, yen). Cardwatch never keeps money in a float.
type Money struct {
	Minor    int64
	Currency Currency
}

// String is the amount in major units with the currency's code, "8000.00 CNY"; for logs and tests, customers read In.
func (m Money) String() string {
	return FormatMinor(m.Minor, m.Currency) + " " + m.Currency.String()
}

// In is the amount as customers read it: "18,800.00元" or, in English, "CNY 18,800.00". Only yuan have a Chinese word; every other
// currency goes by its code in front. An absent currency is left out.
func (m Money) In(lang Language) string {
	number, code := grouped(FormatMinor(m.Minor, m.Currency)), m.Currency.String()
	switch {
	case code == "":
		return number
	case code == "CNY" && lang != English:
		return number + "元"
	}
	return code + " " + number
}

// grouped puts a comma between every three digits before the point.
func grouped(number string) string {
	sign, digits := "", number
	if rest, negative := strings.CutPrefix(number, "-"); negative {
		sign, digits = "-", rest
	}
	whole, _, _ := strings.Cut(digits, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// FormatMinor writes minor units as a decimal with the currency's number of places, "8000.00".
func FormatMinor(minor int64, c Currency) string {
	places := c.Places()
	sign, digits := "", strconv.FormatInt(minor, 10)
	if minor < 0 {
		sign, digits = "-", digits[1:]
	}
	if places == 0 {
		return sign + digits
	}
	for len(digits) <= places {
		digits = "0" + digits
	}
	cut := len(digits) - places
	return sign + digits[:cut] + "." + digits[cut:]
}

// Currency is an ISO 4217 alphabetic code; the zero value is "absent".
type Currency [3]byte

// String is the three-letter code, empty when absent.
func (c Currency) String() string {
	if c == (Currency{}) {
		return ""
	}
	return string(c[:])
}

// ParseCurrency reads an ISO 4217 code in capitals. Codes for tests, for no currency and for precious metals are
// refused: no card is billed in them.
func ParseCurrency(s string) (Currency, error) {
	if len(s) == 3 {
		c := Currency{s[0], s[1], s[2]}
		if c.index() >= 0 {
			return c, nil
		}
	}
	return Currency{}, fmt.Errorf("%d bytes that are no ISO 4217 currency code in capitals", len(s))
}

// Places is the number of decimals of the currency's minor unit (ISO 4217 "E"): CNY 2, JPY 0, KWD 3.
func (c Currency) Places() int {
	for i := 0; i+3 <= len(noDecimals); i += 4 {
		if noDecimals[i:i+3] == c.String() {
			return 0
		}
	}
	for i := 0; i+3 <= len(threeDecimals); i += 4 {
		if threeDecimals[i:i+3] == c.String() {
			return 3
		}
	}
	return 2
}

func (c Currency) index() int {
	for i := 0; i+3 <= len(currencies); i += 4 {
		if currencies[i] == c[0] && currencies[i+1] == c[1] && currencies[i+2] == c[2] {
			return i
		}
	}
	return -1
}

// The active national currencies of ISO 4217 (list one, 2024), without funds codes, metals and test codes. The common ones
// come first, since the list is searched from the front.
const (
	currencies = "CNY HKD USD EUR JPY TWD MOP KRW SGD THB GBP AUD CAD CHF AED AFN ALL AMD ANG AOA ARS AWG AZN BAM BBD BDT BGN " +
		"BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CDF CLP COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB FJD FKP GEL GHS " +
		"GIP GMD GNF GTQ GYD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD KES KGS KHR KMF KPW KWD KYD KZT LAK LBP LKR LRD LSL " +
		"LYD MAD MDL MGA MKD MMK MNT MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR " +
		"RON RSD RUB RWF SAR SBD SCR SDG SEK SHP SLE SOS SRD SSP STN SVC SYP SZL TJS TMT TND TOP TRY TTD TZS UAH UGX UYU UZS " +
		"VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG "
	noDecimals    = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF "
	threeDecimals = "BHD IQD JOD KWD LYD OMR TND "
)
