package quality

import (
	"cmp"
	"slices"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Spans are the numbers of days that figures are given for, today among them.
var Spans = [3]int{1, 7, 28}

// Report is how good the rules are at a moment. Its lists are never nil.
type Report struct {
	Rules  []RuleReport  `json:"rules"`
	Drafts []DraftReport `json:"drafts"`
}

// RuleReport is how good one rule is; Spans are the figures of today, 7 and 28 days.
type RuleReport struct {
	Rule  detectors.Name `json:"rule"`
	Spans [3]Span        `json:"spans"`
	// Before are the 28 days before the last 7, which these are compared with; Decayed says that precision has fallen since.
	Before  Span `json:"before"`
	Decayed bool `json:"decayed"`
}

// DraftReport is what one rule of a set in shadow would have opened, and how much of that the live set opened, too.
type DraftReport struct {
	Set   string         `json:"rule_set"`
	Rule  detectors.Name `json:"rule"`
	Spans [3]Span        `json:"spans"`
}

// Span are the figures of some days.
type Span struct {
	Days int `json:"days"`
	Counts
	// Precision is unknown, nil, while no answer says anything.
	Precision *float64 `json:"precision"`
}

func span(days int, c Counts) Span {
	s := Span{Days: days, Counts: c}
	if c.Judged() > 0 {
		p := c.Precision()
		s.Precision = &p
	}
	return s
}

// Report tells how things stand, rules by name and drafts by set and rule.
func (b *Book) Report(now card.Moment) Report {
	today := now.LocalDay()
	r := Report{Rules: []RuleReport{}, Drafts: []DraftReport{}}
	for rule, s := range b.rules {
		recent, before := s.sum(today-6, today+1), s.sum(today-34, today-7)
		r.Rules = append(r.Rules, RuleReport{Rule: rule, Spans: s.spans(today), Before: span(28, before), Decayed: Fell(recent, before)})
	}
	for draft, s := range b.drafts {
		r.Drafts = append(r.Drafts, DraftReport{Set: draft.Set, Rule: draft.Rule, Spans: s.spans(today)})
	}
	slices.SortFunc(r.Rules, func(x, y RuleReport) int { return cmp.Compare(x.Rule, y.Rule) })
	slices.SortFunc(r.Drafts, func(x, y DraftReport) int {
		return cmp.Or(cmp.Compare(x.Set, y.Set), cmp.Compare(x.Rule, y.Rule))
	})
	return r
}

// spans are the figures of Spans. What a zone further east calls tomorrow is today's.
func (s *series) spans(today int32) (spans [3]Span) {
	for i, days := range Spans {
		spans[i] = span(days, s.sum(today-int32(days)+1, today+1))
	}
	return spans
}

// Draft is the report of one rule of a set in shadow, the zero DraftReport when it would have raised nothing.
func (r Report) Draft(set string, rule detectors.Name) DraftReport {
	for i := range r.Drafts {
		if d := &r.Drafts[i]; d.Set == set && d.Rule == rule {
			return *d
		}
	}
	return DraftReport{}
}

// Rule is the report of one rule, the zero RuleReport when it has raised nothing.
func (r Report) Rule(name detectors.Name) RuleReport {
	for i := range r.Rules {
		if r.Rules[i].Rule == name {
			return r.Rules[i]
		}
	}
	return RuleReport{}
}
