package explain

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/cardwatch/cardwatch/alerts/glossary"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Words are a text in both languages.
type Words struct {
	Zh string `json:"zh-CN"`
	En string `json:"en"`
}

// In gives the text in one language.
func (w Words) In(lang card.Language) string { return detectors.Text(w).In(lang) }

// Explanation is an alert and everything that stands behind it.
type Explanation struct {
	AlertID  string `json:"alert_id"`
	Title    Words  `json:"title"`
	Customer string `json:"customer_id"`
	// Card and Account are the last four characters of the tokens.
	Card    string `json:"card,omitempty"`
	Account string `json:"account,omitempty"`

	Detector        detectors.Name       `json:"detector"`
	DetectorVersion int                  `json:"detector_version"`
	RuleSet         string               `json:"rule_set"`
	Mode            detectors.Mode       `json:"mode"`
	State           detectors.AlertState `json:"state"`
	Severity        Code                 `json:"severity"`
	Score           int                  `json:"score"`
	Action          Code                 `json:"action"`

	OccurredAt string `json:"occurred_at"`
	DetectedAt string `json:"detected_at"`
	Use        Use    `json:"use"`
	Facts      []Fact `json:"facts"`
	// EventIDs are the transactions, oldest first.
	EventIDs []string `json:"event_ids"`
	// Source is the record that opened the alert, nil where older alerts do not tell.
	Source    *Source    `json:"source,omitempty"`
	Revisions []Revision `json:"revisions"`
	// Rule is what decided, nil when nobody knows the text of the rule set any more.
	Rule *Rule `json:"rule,omitempty"`
}

// Code is a code and its word.
type Code struct {
	Code string `json:"code"`
	Word Words  `json:"word"`
}

// Use is the use of the card that weighed most.
type Use struct {
	Amount       string `json:"amount,omitempty"`
	AmountMinor  int64  `json:"amount_minor,omitempty"`
	Currency     string `json:"currency,omitempty"`
	City         string `json:"city,omitempty"`
	CityName     Words  `json:"city_name,omitzero"`
	Country      string `json:"country,omitempty"`
	Merchant     string `json:"merchant_id,omitempty"`
	MerchantName string `json:"merchant_name,omitempty"`
	CardPresent  bool   `json:"card_present"`
}

// Fact is one reason: what was measured, against which limit, in which history.
type Fact struct {
	Code  detectors.ReasonCode `json:"code"`
	Name  Words                `json:"name"`
	Value int64                `json:"value"`
	Limit int64                `json:"limit,omitempty"`
	Unit  detectors.Unit       `json:"unit,omitempty"`
	// Measured and Bound are value and limit as people write them; Bound is empty without a limit.
	Measured Words `json:"measured"`
	Bound    Words `json:"bound,omitzero"`
	// Own says that Name is the sentence of a user's rule, which holds its values already.
	Own bool `json:"own,omitempty"`
	// Baseline is the customer's own normal.
	Baseline Words `json:"baseline,omitzero"`
}

// Source is a place in the log.
type Source struct {
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	Offset    int64  `json:"offset"`
}

// Revision is what the alert said at one time.
type Revision struct {
	Number   int                  `json:"revision"`
	At       string               `json:"at"`
	State    detectors.AlertState `json:"state"`
	Detector detectors.Name       `json:"detector"`
	Severity detectors.Severity   `json:"severity"`
	Score    int                  `json:"score"`
	Events   int                  `json:"events"`
	RuleSet  string               `json:"rule_set"`
}

// Rule is the rule that decided: the text of a user's rule, or the settings of a built-in detector.
type Rule struct {
	Owner string `json:"owner,omitempty"`
	// Text is a user's rule as its author wrote it.
	Text *ruleText `json:"text,omitempty"`
	// Settings are those of a built-in detector. Segments names the segments of customers for whom some of them differ.
	Settings []Setting `json:"settings,omitempty"`
	Segments []string  `json:"segments,omitempty"`
}

// Setting is one value of a detector's section, and what it is for.
type Setting struct {
	Key     string `json:"key"`
	Value   string `json:"value"`
	Meaning string `json:"meaning,omitempty"`
}

// RuleSets gives the rule set of a version; false when it is not known any more.
type RuleSets func(version string) (*detectors.Rules, bool)

// ErrUnknown says that there is no such alert.
var ErrUnknown = errors.New("there is no alert with this id")

// MaxID is the longest id of an alert.
const MaxID = 64

// ValidID reports whether a text can be the id of an alert at all.
func ValidID(id string) bool {
	return id != "" && len(id) <= MaxID && !strings.ContainsFunc(id, func(c rune) bool { return c <= ' ' || c > '~' })
}

// Of explains an alert from its records, in any order and repeated or not. Without a record it is ErrUnknown. Nothing of the records is
// changed; sets may be nil.
func Of(records []detectors.Alert, sets RuleSets) (*Explanation, error) {
	if len(records) == 0 {
		return nil, ErrUnknown
	}
	revisions := slices.Clone(records)
	slices.SortStableFunc(revisions, func(a, b detectors.Alert) int { return cmp.Compare(a.Revision, b.Revision) })
	revisions = slices.CompactFunc(revisions, func(a, b detectors.Alert) bool { return a.Revision == b.Revision })
	a := &revisions[len(revisions)-1]
	e := &Explanation{
		AlertID: a.AlertID, Title: titleOf(a), Customer: a.Customer, Card: lastFour(a.Card), Account: lastFour(a.Account),
		Detector: a.Detector, DetectorVersion: a.DetectorVersion, RuleSet: a.RuleSet, Mode: a.Mode, State: a.State,
		Severity: code(glossary.Severity, string(a.Severity)), Score: a.Score, Action: code(glossary.Action, string(a.Action)),
		OccurredAt: a.OccurredAt.String(), DetectedAt: revisions[0].At.String(), Use: useOf(&a.Use), Facts: []Fact{}, EventIDs: slices.Clone(a.EventIDs),
	}
	for i := range a.Reasons {
		e.Facts = append(e.Facts, factOf(&a.Reasons[i], a.Use.Amount.Currency))
	}
	if a.Source.Topic != "" {
		e.Source = &Source{a.Source.Topic, a.Source.Partition, a.Source.Offset}
	}
	for i := range revisions {
		r := &revisions[i]
		e.Revisions = append(e.Revisions, Revision{
			Number: r.Revision, At: r.At.String(), State: r.State, Detector: r.Detector, Severity: r.Severity, Score: r.Score,
			Events: len(r.EventIDs), RuleSet: r.RuleSet,
		})
	}
	if sets != nil {
		e.Rule = ruleOf(a, sets)
	}
	return e, nil
}
