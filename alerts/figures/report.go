package figures

import (
	"cmp"
	"maps"
	"slices"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Line is one figure of one group in one month.
type Line struct {
	Month     string    `json:"month"`
	Currency  string    `json:"currency"`
	By        Dimension `json:"by"`
	Value     string    `json:"value"`
	Figure    Code      `json:"figure"`
	Numerator int64     `json:"numerator"`
	// Denominator is never 0: a figure of nothing has no line.
	Denominator int64 `json:"denominator"`
	// Share is Numerator ÷ Denominator.
	Share float64 `json:"share"`
}

// RefusedLine is how often a rule kept somebody from being contacted.
type RefusedLine struct {
	Month    string        `json:"month"`
	Currency string        `json:"currency"`
	By       Dimension     `json:"by"`
	Value    string        `json:"value"`
	Rule     alerts.RuleID `json:"rule"`
	Contacts int64         `json:"contacts"`
}

// Report is all figures by a dimension, newest month first.
type Report struct {
	Lines   []Line        `json:"lines"`
	Refused []RefusedLine `json:"refused"`
	// Missed counts records that the figures lack: about accounts without a statement in the log, in a second currency, out of order, or beyond
	// the bounds of memory.
	Missed int64 `json:"missed"`
}

// Report gives the figures of the last months, at most Months of them, told apart by a dimension. The present month is as far as it has come.
func (b *Book) Report(by Dimension, months int) Report {
	r := Report{Lines: []Line{}, Refused: []RefusedLine{}, Missed: b.missed}
	groups := slices.SortedFunc(maps.Keys(b.groups), func(x, y Group) int {
		return cmp.Or(cmp.Compare(x.Currency.String(), y.Currency.String()), cmp.Compare(x.Value, y.Value))
	})
	definitions := Definitions()
	for month := b.month; month > b.month-Month(min(months, Months)) && month > 0; month-- {
		for _, g := range groups {
			if g.By != by {
				continue
			}
			if t, found := b.tally(g, month); found {
				r.add(g, month, &t, definitions)
			}
		}
	}
	return r
}

// tally is a month of a group; the present one's stock is what stands.
func (b *Book) tally(g Group, m Month) (Tally, bool) {
	s := b.groups[g]
	slot := &s.months[uint32(m)%Months]
	t := slot.Tally
	if slot.month != m {
		if m != b.month {
			return Tally{}, false
		}
		t = Tally{}
	}
	if m == b.month {
		t.Stock = s.now
	}
	return t, true
}

func (r *Report) add(g Group, m Month, t *Tally, definitions []Definition) {
	for _, d := range definitions {
		n, of := d.Numerator(t), d.Denominator(t)
		if of == 0 {
			continue
		}
		r.Lines = append(r.Lines, Line{m.String(), g.Currency.String(), g.By, g.Value, d.Code, n, of, float64(n) / float64(of)})
	}
	for _, rule := range slices.Sorted(maps.Keys(t.Refused)) {
		r.Refused = append(r.Refused, RefusedLine{m.String(), g.Currency.String(), g.By, g.Value, rule, t.Refused[rule]})
	}
}

// Currencies lists those that there are figures in, in alphabetical order.
func (b *Book) Currencies() (list []card.Currency) {
	for g := range b.groups {
		if g.By == Whole {
			list = append(list, g.Currency)
		}
	}
	slices.SortFunc(list, func(x, y card.Currency) int { return cmp.Compare(x.String(), y.String()) })
	return list
}
