package detectors

import "github.com/cardwatch/cardwatch/detectors/card"

// Alert is a finding with its proof (cardwatch.alert.v1): one record when it opens, one when it grows or closes, under the
// same AlertID and a higher Revision. Head.ID is "alert_id/revision", Head.At is detected_at.
type Alert struct {
	card.Head
	// AlertID is a pure function of the detector, the card or account and the event that opened it: a replay gives the same.
	AlertID  string
	Revision int
	State    AlertState
	// Detector and DetectorVersion name the code that judged, RuleSet the thresholds it judged by.
	Detector        Name
	DetectorVersion int
	RuleSet         string
	Mode            Mode
	Severity        Severity
	// Score is 0 … 100.
	Score         int
	Card, Account string
	// EventIDs are the transactions behind it, oldest first, at most MaxEventIDs.
	EventIDs []string
	// OccurredAt is the time of the newest event behind it, in the place's own offset.
	OccurredAt card.Moment
	// Use is the one of these that weighed most: the largest approved amount, else the newest attempt.
	Use     Use
	Action  Action
	Reasons []Reason
	// Title names a detector that is no built-in one; empty for the others, whose names are in the glossary.
	Title Text
	// Source is the record that opened the alert.
	Source card.Source
}

// MaxEventIDs bounds the events that one alert lists; further ones still raise its revision.
const MaxEventIDs = 20

// Reason is one fact that spoke for the alert: what was measured, against which limit, in which history.
type Reason struct {
	Code ReasonCode
	// Value and Limit are in Unit; a limit of 0 means that the fact has none.
	Value, Limit int64
	Unit         Unit
	// Baseline is the customer's own normal in plain words, with numbers ("Harbin, 62 of 62 uses in 90 days"); may be empty in
	// both languages. The numbers are the same in both.
	Baseline Text
	// Text names the fact when its code is a rule's own; empty for the others, whose names are in the glossary.
	Text Text
}

// Name is a detector's name on the wire, in metrics and in the configuration.
type Name string

// ReasonCode names a fact; every code has a text in zh-CN and en in the glossary.
type ReasonCode string

// Unit is what a reason's numbers count.
type Unit string

// The units of reasons.
const (
	Kilometres Unit = "km"
	KmPerHour  Unit = "km/h"
	Minor      Unit = "minor"
	Uses       Unit = "uses"
	Percent    Unit = "percent"
	Days       Unit = "days"
	Minutes    Unit = "minutes"
	Points     Unit = "points"
	Months     Unit = "months"
)

// AlertState is the life of an alert at the monitor.
type AlertState string

// The alert states.
const (
	Open   AlertState = "open"
	Closed AlertState = "closed"
)

// Mode says whether an alert may cause anything.
type Mode string

// The modes.
const (
	Live   Mode = "live"
	Shadow Mode = "shadow"
)

// Severity orders alerts for people.
type Severity string

// The severities, lowest first.
const (
	Low      Severity = "low"
	Medium   Severity = "medium"
	High     Severity = "high"
	Critical Severity = "critical"
)

// Action is what the monitor recommends; the desk decides.
type Action string

// The actions of the contract.
const (
	ConfirmWithCustomer Action = "confirm_with_customer"
	Review              Action = "review"
	OfferInstalment     Action = "offer_instalment"
	RemindMinPayment    Action = "remind_min_payment"
	Collect             Action = "collect"
)

// Tier is where an account stands on the way from current to written off (cardwatch.collection.v1).
type Tier string

// The tiers, mildest first, and the state of an account that is in none. Bounds in days past due: watch 0, grace 1–3,
// mild 4–15, moderate 16–30, severe_a 31–90, severe_b 91–180, severe_c beyond (notes/collections.md §3.2).
const (
	NoTier   Tier = ""
	Watch    Tier = "watch"
	Grace    Tier = "grace"
	Mild     Tier = "mild"
	Moderate Tier = "moderate"
	SevereA  Tier = "severe_a"
	SevereB  Tier = "severe_b"
	SevereC  Tier = "severe_c"
)

// Collection says that an account enters, moves between or leaves a tier.
type Collection struct {
	card.Head
	Account string
	// Tier is the new tier, PreviousTier the old one; NoTier when the account is in none.
	Tier, PreviousTier Tier
	DaysPastDue        int
	// Labels are those of DaysPastDue; the zero value on a record from before they were told.
	Labels       Labels
	OverdueMinor int64
	BalanceMinor int64
	Currency     card.Currency
	// RateBps is the card contract's interest a year as the newest statement told it, as on a statement; 0 when it told none.
	RateBps int
	// InstalmentMinor is the part of the newest statement that is instalments already, 0 … its balance.
	InstalmentMinor int64
	// MissProbability is the newest assessment's, 0 … 1.
	MissProbability float64
	// Priority orders a queue, 0 … 100, higher first.
	Priority int
	Reasons  []Reason
}

// Assessment is one repayment-stress judgement, alerting or not (cardwatch.assessment.v1). The reasons' points and
// BasePoints add up to Points.
type Assessment struct {
	card.Head
	Account string
	// MissProbability is the chance of missing the next minimum payment, 0 … 1.
	MissProbability    float64
	Points, BasePoints int
	Band               string
	Reasons            []PointsReason
	ModelVersion       string
}

// PointsReason is one line of a scorecard: the attribute, what it was, and the points it cost.
type PointsReason struct {
	Code   ReasonCode
	Points int
	Value  float64
}
