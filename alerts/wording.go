package alerts

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/geo"
)

// place is what a prompt says about where a card was used; either part may be empty.
type place struct{ city, merchant string }

// placeOf names the city, or the country of a city that the table does not know.
func placeOf(a Args, english bool) place {
	lang := card.Chinese.String()
	if english {
		lang = card.English.String()
	}
	if city, known := geo.Lookup(a.City); known {
		return place{city.Name(lang), a.Merchant}
	}
	return place{geo.CountryName(a.Country, lang), a.Merchant}
}

// keepGSM7 leaves out what would halve the room of an English text message.
func (w *place) keepGSM7() {
	if !GSM7(w.city) {
		w.city = ""
	}
	if !GSM7(w.merchant) {
		w.merchant = ""
	}
}

// shorten takes away the least that helps: a character of the merchant, then the merchant, then the city. It reports false
// when there is nothing to take.
func (w *place) shorten() bool {
	switch n := len([]rune(w.merchant)); {
	case n > minMerchantRunes:
		w.merchant = firstRunes(w.merchant, n-1)
	case n > 0:
		w.merchant = ""
	case w.city != "":
		w.city = ""
	default:
		return false
	}
	return true
}

// whatZh says "3笔交易（最大18,800.00元，深圳市，便利店）".
func whatZh(a Args, where place) string {
	what, amount := strconv.Itoa(max(a.Uses, 1))+"笔交易", amount(a, card.Chinese)
	details := []string{where.city, where.merchant}
	switch {
	case amount != "" && a.Uses > 1:
		details = []string{"最大" + amount, where.city, where.merchant}
	case amount != "":
		what = amount + "交易"
	}
	details = slices.DeleteFunc(details, func(d string) bool { return d == "" })
	if len(details) == 0 {
		return what
	}
	return what + "（" + strings.Join(details, "，") + "）"
}

// whatEn says "3 charges, up to CNY 18,800.00 in Shenzhen at Corner Shop".
func whatEn(a Args, where place) string {
	what, amount := "a charge", amount(a, card.English)
	switch {
	case amount == "" && a.Uses > 1:
		what = strconv.Itoa(a.Uses) + " charges"
	case a.Uses > 1:
		what = strconv.Itoa(a.Uses) + " charges, up to " + amount
	case amount != "":
		what = "a charge of " + amount
	}
	if where.city != "" {
		what += " in " + where.city
	}
	if where.merchant != "" {
		what += " at " + where.merchant
	}
	return what
}

// amount is empty when no finding named one.
func amount(a Args, lang card.Language) string {
	if a.AmountMinor <= 0 {
		return ""
	}
	return card.Money{Minor: a.AmountMinor, Currency: a.Currency}.In(lang)
}
