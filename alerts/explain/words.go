package explain

import (
	"github.com/cardwatch/cardwatch/alerts/glossary"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/geo"
)

// word is the glossary's word for a code, or the code itself, which newer data may hold.
func word(kind glossary.Kind, code string) Words {
	term, known := glossary.Lookup(kind, code)
	if !known {
		return Words{code, code}
	}
	return Words(term)
}

func code(kind glossary.Kind, c string) Code { return Code{c, word(kind, c)} }

// orElse is a text that a rule brings along, in the place of the glossary's.
func orElse(own detectors.Text, otherwise Words) Words {
	if own == (detectors.Text{}) {
		return otherwise
	}
	return Words{own.In(card.Chinese), own.In(card.English)}
}

// titleOf names what was found: a rule of a user's brings its own title.
func titleOf(a *detectors.Alert) Words {
	return orElse(a.Title, word(glossary.Detector, string(a.Detector)))
}

func useOf(u *detectors.Use) Use {
	out := Use{
		City: u.City, Country: u.Country, Merchant: u.Merchant, MerchantName: u.MerchantName, CardPresent: u.CardPresent,
		CityName: Words{u.City, u.City},
	}
	if city, known := geo.Lookup(u.City); known {
		out.CityName = Words{city.Name(card.Chinese.String()), city.Name(card.English.String())}
	}
	if u.Amount.Currency != (card.Currency{}) {
		out.Amount, out.AmountMinor, out.Currency = glossary.Money(u.Amount.Minor, u.Amount.Currency), u.Amount.Minor, u.Amount.Currency.String()
	}
	return out
}

func factOf(r *detectors.Reason, c card.Currency) Fact {
	f := Fact{
		Code: r.Code, Name: orElse(r.Text, word(glossary.Reason, string(r.Code))), Value: r.Value, Limit: r.Limit, Unit: r.Unit,
		Measured: Words(glossary.Measured(r.Value, r.Unit, c)), Baseline: Words(r.Baseline), Own: r.Text != (detectors.Text{}),
	}
	if r.Limit != 0 {
		f.Bound = Words(glossary.Measured(r.Limit, r.Unit, c))
	}
	return f
}

// told is the fact's name as a customer may read it: a user's sentence may hold the limit, which is then left out with it.
func (e *Explanation) told(f *Fact) Words {
	if f.Own && f.Limit != 0 {
		return e.Title
	}
	return f.Name
}

// lastFour is all of a card or account that anybody is shown.
func lastFour(token string) string {
	runes := []rune(token)
	return string(runes[max(len(runes)-4, 0):])
}

// setOf is the rule set of an alert. A rule in shadow inside a set judges under the set's version and its own name.
func setOf(a *detectors.Alert, sets RuleSets) (*detectors.Rules, bool) {
	if rules, known := sets(a.RuleSet); known {
		return rules, true
	}
	if set, inShadow := trimSuffix(a.RuleSet, "+"+string(a.Detector)); inShadow {
		return sets(set)
	}
	return nil, false
}

func trimSuffix(s, suffix string) (string, bool) {
	if n := len(s) - len(suffix); n > 0 && s[n:] == suffix {
		return s[:n], true
	}
	return s, false
}
