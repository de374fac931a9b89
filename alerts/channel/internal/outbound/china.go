package outbound

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Mainland reports whether a number is of mainland China, and gives it as it is dialled there.
func Mainland(p alerts.Phone) (national string, ok bool) { return strings.CutPrefix(p.Reveal(), "+86") }

var chinaTime = time.FixedZone("", 8*60*60)

// ChinaTime reads "2006-01-02 15:04:05" as providers in China write it; what cannot be read happened at otherwise.
func ChinaTime(s string, otherwise card.Moment) card.Moment {
	t, err := time.ParseInLocation(time.DateTime, s, chinaTime)
	if err != nil || t.Year() < 2000 || t.Year() > 2200 {
		return otherwise
	}
	return card.MomentOf(t)
}

// Wording is which approved text of a provider stands for one of ours. Providers in China approve every wording beforehand, and
// apart for numbers abroad.
type Wording struct {
	Template alerts.TemplateID
	Language card.Language
	Abroad   bool
}

// WordingOf is what a message needs.
func WordingOf(m channel.Outgoing) Wording {
	_, mainland := Mainland(m.To)
	return wording(m.Template, m.Language, !mainland)
}

func wording(t alerts.TemplateID, l card.Language, abroad bool) Wording {
	if l != card.English {
		l = card.Chinese
	}
	return Wording{Template: t, Language: l, Abroad: abroad}
}

// vars are the names of the values that our templates have (alerts.Policy.Render).
var vars = []string{"bank", "card", "what", "when", "choices", "mark"}

// Wordings indexes a configuration's approved texts by what each stands for. It refuses two for the same thing, and names of values
// that we do not have.
func Wordings[T any](list []T, of func(T) (w Wording, names []string, err error)) (map[Wording]T, error) {
	index := map[Wording]T{}
	for _, t := range list {
		w, names, err := of(t)
		if err != nil {
			return nil, fmt.Errorf("template %s: %w", w.Template, err)
		}
		w = wording(w.Template, w.Language, w.Abroad)
		if _, twice := index[w]; twice {
			return nil, fmt.Errorf("template %s in %s stands there twice", w.Template, w.Language)
		}
		for _, name := range names {
			if !slices.Contains(vars, name) {
				return nil, fmt.Errorf("template %s wants %q, which is none of %s", w.Template, name, strings.Join(vars, ", "))
			}
		}
		index[w] = t
	}
	return index, nil
}
