package glossary

import (
	"strings"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// symbols are how amounts are written where the code alone would look foreign; other currencies keep their code. Never written to.
var symbols = map[string]string{
	"CNY": "¥", "USD": "US$", "HKD": "HK$", "EUR": "€", "GBP": "£", "JPY": "JP¥", "KRW": "₩",
}

// Money writes an amount for people: "¥8,000.00", "−US$12.50", "KWD 1.250". Without a currency only the number is written.
func Money(minor int64, c card.Currency) string {
	digits := card.FormatMinor(minor, c)
	sign := ""
	if rest, negative := strings.CutPrefix(digits, "-"); negative {
		sign, digits = "−", rest
	}
	whole, fraction, _ := strings.Cut(digits, ".")
	if fraction != "" {
		fraction = "." + fraction
	}
	symbol, short := symbols[c.String()]
	if !short && c.String() != "" {
		symbol = c.String() + "\u00a0"
	}
	return sign + symbol + grouped(whole) + fraction
}

// Number writes a whole number with a comma between every three digits.
func Number(n int64) string {
	digits := card.FormatMinor(n, card.Currency{'J', 'P', 'Y'})
	if rest, negative := strings.CutPrefix(digits, "-"); negative {
		return "−" + grouped(rest)
	}
	return grouped(digits)
}

// Measured writes a number in a reason's unit, amounts in the currency. A unit that the glossary does not know stands as it is.
func Measured(n int64, unit detectors.Unit, c card.Currency) Term {
	if unit == detectors.Minor {
		amount := Money(n, c)
		return Term{amount, amount}
	}
	number := Number(n)
	switch word, known := Lookup(Unit, string(unit)); {
	case unit == "":
		return Term{number, number}
	case !known:
		return Term{number + " " + string(unit), number + " " + string(unit)}
	case unit == detectors.Percent:
		return Term{number + word.Zh, number + " " + word.En}
	default:
		return Term{number + " " + word.Zh, number + " " + word.En}
	}
}

func grouped(digits string) string {
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}
