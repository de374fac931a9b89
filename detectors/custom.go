package detectors

import "time"

// CustomRule is a detector that users write: plain data in a rule file. Package rule checks it and makes a CardDetector of it.
type CustomRule struct {
	// ID is the detector's name on alerts, in metrics and everywhere else.
	ID      Name `yaml:"id" json:"id"`
	Version int  `yaml:"version" json:"version"`
	Title   Text `yaml:"title" json:"title"`
	// Owner is who answers for the rule and hears when it misbehaves.
	Owner string   `yaml:"owner" json:"owner"`
	Mode  RuleMode `yaml:"mode" json:"mode"`
	// Segments are the customers that the rule is about; empty for all.
	Segments []string     `yaml:"segments" json:"segments,omitempty"`
	Windows  []RuleWindow `yaml:"windows" json:"windows,omitempty"`
	// When is the condition (CEL, bool), Score its weight: a number or an expression (CEL, int) of 1 … 100.
	When    string       `yaml:"when" json:"when"`
	Score   string       `yaml:"score" json:"score"`
	Action  Action       `yaml:"action" json:"action"`
	Reasons []RuleReason `yaml:"reasons" json:"reasons,omitempty"`
	Budget  RuleBudget   `yaml:"budget" json:"budget,omitzero"`
	Tests   []RuleTest   `yaml:"tests" json:"tests,omitempty"`
}

// RuleMode says what a rule may cause.
type RuleMode string

// The modes of a rule: live raises alerts, shadow writes to the shadow topic alone, off is not asked.
const (
	RuleLive   RuleMode = "live"
	RuleShadow RuleMode = "shadow"
	RuleOff    RuleMode = "off"
)

// RuleWindow aggregates the uses of the last span of event time, the one being judged among them.
type RuleWindow struct {
	// Name is what the expressions call it.
	Name string `yaml:"name" json:"name"`
	// Key is whose uses: card or customer, and merchant_id, city, country or mcc to count only those that share it with the use being
	// judged.
	Key []string `yaml:"key" json:"key"`
	// Aggregate is count, sum, avg, max, min, distinct or quantile, of a Field; Q is the quantile's share.
	Aggregate string        `yaml:"aggregate" json:"aggregate"`
	Field     string        `yaml:"field" json:"field,omitempty"`
	Q         float64       `yaml:"q" json:"q,omitempty"`
	Span      time.Duration `yaml:"span" json:"span"`
	// Where (CEL, bool) picks uses; empty for all.
	Where string `yaml:"where" json:"where,omitempty"`
	// PastOnly leaves out the use being judged.
	PastOnly bool `yaml:"past_only" json:"past_only,omitempty"`
}

// RuleReason is one fact that an alert of the rule tells.
type RuleReason struct {
	Code ReasonCode `yaml:"code" json:"code"`
	// Value and Limit are CEL, int; Limit may be empty.
	Value string `yaml:"value" json:"value"`
	Limit string `yaml:"limit" json:"limit,omitempty"`
	Unit  Unit   `yaml:"unit" json:"unit"`
	// Text names the fact; {value}, {limit} and {NAME} of any variable or window stand for their values.
	Text Text `yaml:"text" json:"text"`
}

// RuleBudget bounds what a rule may raise before it is stopped and its owner told. The zero RuleBudget leaves that to the budget which
// all rules have (breaker.budget_per_10k).
type RuleBudget struct {
	Alerts int           `yaml:"alerts" json:"alerts,omitempty"`
	Per    time.Duration `yaml:"per" json:"per,omitempty"`
}

// RuleTest is a scenario that is kept beside the rule and played by `cardwatch rules test`.
type RuleTest struct {
	Name     string       `yaml:"name" json:"name"`
	Customer RuleCustomer `yaml:"customer" json:"customer,omitzero"`
	// Start is the moment that the times of uses count from (RFC 3339); noon in China on a Monday when empty.
	Start string `yaml:"start" json:"start,omitempty"`
	// History is what happened before, and may fire or not; Events are what the test is about.
	History []RuleUse  `yaml:"history" json:"history,omitempty"`
	Events  []RuleUse  `yaml:"events" json:"events"`
	Expect  RuleExpect `yaml:"expect" json:"expect"`
}

// RuleCustomer is the cardholder of a test.
type RuleCustomer struct {
	HomeCity           string `yaml:"home_city" json:"home_city,omitempty"`
	MonthlyIncomeMinor int64  `yaml:"monthly_income_minor" json:"monthly_income_minor,omitempty"`
	Segment            string `yaml:"segment" json:"segment,omitempty"`
}

// RuleUse is one use of a card in a test, or several of the same kind; what is empty has a plain default.
type RuleUse struct {
	// At is the time from the test's start, negative for before; with Times, the first one's, Every the time between them.
	At    time.Duration `yaml:"at" json:"at"`
	Times int           `yaml:"times" json:"times,omitempty"`
	Every time.Duration `yaml:"every" json:"every,omitempty"`

	Card        string  `yaml:"card" json:"card,omitempty"`
	Type        string  `yaml:"type" json:"type,omitempty"`
	Status      string  `yaml:"status" json:"status,omitempty"`
	AmountMinor int64   `yaml:"amount_minor" json:"amount_minor,omitempty"`
	Currency    string  `yaml:"currency" json:"currency,omitempty"`
	MCC         int     `yaml:"mcc" json:"mcc,omitempty"`
	Merchant    string  `yaml:"merchant_id" json:"merchant_id,omitempty"`
	Entry       string  `yaml:"entry_mode" json:"entry_mode,omitempty"`
	City        string  `yaml:"city" json:"city,omitempty"`
	Country     string  `yaml:"country" json:"country,omitempty"`
	Lat         float64 `yaml:"lat" json:"lat,omitempty"`
	Lon         float64 `yaml:"lon" json:"lon,omitempty"`
}

// RuleExpect is what a test expects of its rule, whatever else the set would find.
type RuleExpect struct {
	// Fires says that the rule fires on at least one of the events.
	Fires bool `yaml:"fires" json:"fires"`
	// First is the number of the first event that it fires on, Score the highest score and Reasons the codes told with that; what is
	// empty is not looked at.
	First   int          `yaml:"first" json:"first,omitempty"`
	Score   int          `yaml:"score" json:"score,omitempty"`
	Reasons []ReasonCode `yaml:"reasons" json:"reasons,omitempty"`
}

// Fault says why a rule could not answer, from a closed set; a rule that cannot answer does not fire.
type Fault string

// The faults.
const (
	DivisionByZero Fault = "division_by_zero"
	Overflow       Fault = "overflow"
	// PlaceUnknown is a distance from or to a place that nobody told; known() asks first.
	PlaceUnknown Fault = "place_unknown"
	// CostExceeded is an expression that took more steps than it may.
	CostExceeded Fault = "cost_exceeded"
	// ScoreRange is a score outside 1 … 100.
	ScoreRange Fault = "score_range"
	// BadValue is any other value that an operation refuses, such as a text that is no number.
	BadValue Fault = "bad_value"
)

// RuleError counts a rule that could not answer about a use.
type RuleError struct {
	Rule  Name
	Mode  Mode
	Cause Fault
}
