package alerts

import (
	"strings"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Preview is a template as customers of this bank get it, in one language.
type Preview struct {
	Template TemplateID
	Version  int
	Language card.Language
	// Own says that the bank has worded it itself, AppOnly that it never goes out as a text message.
	Own, AppOnly bool
	// Typical has everyday values, Worst the longest that can be.
	Typical, Worst Sample
}

// Sample is a text and what it costs as a text message.
type Sample struct {
	Text       string
	Characters int
	// Parts is how many text messages it takes, Encoding how its characters travel: "GSM-7" or "UCS-2".
	Parts    int
	Encoding string
}

// Previews shows every template in a language, in the order of their names.
func (p Policy) Previews(lang card.Language) []Preview {
	var all []Preview
	for _, id := range sortedIDs(templates) {
		preview, _ := p.Preview(id, lang)
		all = append(all, preview)
	}
	return all
}

// Preview shows a template in a language, Chinese unless it is English; false when there is no such template.
func (p Policy) Preview(id TemplateID, lang card.Language) (Preview, bool) {
	t, known := p.template(id)
	if !known {
		return Preview{}, false
	}
	english := lang == card.English
	if !english {
		lang = card.Chinese
	}
	_, own := p.Templates[id]
	return Preview{
		Template: id, Version: t.version, Language: lang, Own: own, AppOnly: appOnly[id],
		Typical: sample(p.write(t, id, typicalArgs, english).Text), Worst: sample(p.write(t, id, worstArgs(id, english), english).Text),
	}, true
}

func sample(text string) Sample {
	s := Sample{Text: text, Characters: len([]rune(text)), Parts: Parts(text), Encoding: "UCS-2"}
	if GSM7(text) {
		s.Encoding = "GSM-7"
	}
	return s
}

var typicalArgs = Args{
	Card: "1234", AmountMinor: 188_000, Currency: card.Currency{'C', 'N', 'Y'}, Uses: 1, City: "440300", Country: "CN",
	Merchant: "Corner Shop", When: card.Moment{UnixMilli: 1_772_344_800_000, OffsetMinutes: 480}, Why: WhyPlace, Choices: "7F=1234 8A=5678",
}

// worstArgs are the longest values that can be: a hundred million in a currency that is written as a code, in December, in the city with
// the longest name, at a merchant with the longest.
func worstArgs(id TemplateID, english bool) Args {
	args := Args{
		Card: "9999", AmountMinor: 99_999_999_999, Currency: card.Currency{'U', 'S', 'D'}, Uses: 20, City: "230700", Country: "CN",
		Merchant: strings.Repeat("W", maxMerchantRunes), When: card.Moment{UnixMilli: 1_766_849_580_000, OffsetMinutes: 480},
		Choices: strings.TrimSpace(strings.Repeat("7F=1234 ", maxChoices)),
	}
	for code := range whyTexts {
		if args.Why == "" || len(code.short(english)) > len(args.Why.short(english)) ||
			len(code.short(english)) == len(args.Why.short(english)) && code < args.Why {
			args.Why = code
		}
	}
	return args
}
