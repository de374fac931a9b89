package detectors

import (
	"cmp"
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// Rules is what decisions are made by, under one version. A new detector adds its section here, to Defaults and to the
// Catalogue.
type Rules struct {
	// Version names the set on every alert.
	Version string `yaml:"version"`
	// Lateness is how old a transaction may be on arrival and still be judged.
	Lateness time.Duration `yaml:"lateness"`
	// ClockAhead is how far a terminal's clock may run ahead of arrival before it is taken for wrong.
	ClockAhead time.Duration `yaml:"clock_ahead"`

	LargeOutOfTown         LargeOutOfTown         `yaml:"large_out_of_town"`
	LateNightHighFrequency LateNightHighFrequency `yaml:"late_night_high_frequency"`
	SlowClone              SlowClone              `yaml:"slow_clone"`
	OnlineSpree            OnlineSpree            `yaml:"online_spree"`
	RepaymentStress        RepaymentStress        `yaml:"repayment_stress"`
	// Custom are the detectors that users wrote, and Segments what differs for customers of a segment.
	Custom   []CustomRule            `yaml:"rules" doc:"Detectors of your own; 'cardwatch rules examples DIR' writes some to start from."`
	Segments map[string]SegmentRules `yaml:"segments" doc:"Sections of detectors as they judge the customers of one segment: {gold: {large_out_of_town: {alert_at: 60}}}."`
	// Delinquency is no detector: it says what the tiers of overdue accounts go by.
	Delinquency Delinquency `yaml:"delinquency" doc:"What counts as paid, and in which order overdue accounts are worked."`
}

// Defaults are the rules that Cardwatch ships. Five minutes cover a slow acquirer and a clock that is a little off; batches
// and wrong clocks are hours away (notes/data.md §5).
func Defaults() Rules {
	return Rules{
		Version: "default.1", Lateness: 5 * time.Minute, ClockAhead: 5 * time.Minute,
		LargeOutOfTown:         DefaultLargeOutOfTown(),
		LateNightHighFrequency: DefaultLateNightHighFrequency(),
		SlowClone:              DefaultSlowClone(),
		OnlineSpree:            DefaultOnlineSpree(),
		RepaymentStress:        DefaultRepaymentStress(),
		Custom:                 []CustomRule{},
		Segments:               map[string]SegmentRules{},
		Delinquency:            DefaultDelinquency(),
	}
}

// Catalogue lists every detector in the order in which they judge: the configuration's sections, the metrics' labels, the
// console's names and the documentation follow from it.
func (r *Rules) Catalogue() []Detector {
	return []Detector{
		&r.LargeOutOfTown,
		&r.LateNightHighFrequency,
		&r.SlowClone,
		&r.OnlineSpree,
		&r.RepaymentStress,
	}
}

// Detector is one detector's configuration, which knows its own name and limits.
type Detector interface {
	// About says who the detector is.
	About() About
	// Validate names everything that is wrong with the configuration, with paths inside its section.
	Validate() []Problem
}

// CardDetector judges transactions as they come, each against the card's history before it.
type CardDetector interface {
	Detector
	// Evaluate fills in Score, Action and Reasons when there is something to say, and at most Hint otherwise. It allocates only
	// when it says something.
	Evaluate(in *Sighting, f *Finding)
}

// About is a detector for people and for labels.
type About struct {
	Name Name
	// Version rises with every change of the code that changes a judgement.
	Version        int
	Title, Summary Text
}

// Text is a sentence in both languages of the product.
type Text struct {
	Zh string `yaml:"zh-CN"`
	En string `yaml:"en"`
}

// In gives the sentence in one language, Chinese unless it is English. What was written in one language alone is given in that.
func (t Text) In(lang card.Language) string {
	if lang == card.English {
		return cmp.Or(t.En, t.Zh)
	}
	return cmp.Or(t.Zh, t.En)
}

// Sighting is one use of a card with everything that a detector may compare it with.
type Sighting struct {
	Use *window.Use
	// Window is the card's history without the use.
	Window *window.Window
	// Home is where the bank says that the customer lives, nowhere when it does not say.
	Home window.Spot
	// Tight says that the card had a fraud lately.
	Tight bool
	// Settled is the time, in Unix milliseconds, up to which uses were answered for; 0 for none.
	Settled  int64
	Currency card.Currency
	// Transaction is the record of the use, and Profile what the bank says of the customer.
	Transaction *card.Transaction
	Profile     *Profile
	// Cards are all cards of the customer; one of them holds Window.
	Cards []CardState
	// Memo is what the detectors of package rule have worked out about the use, so that each number is worked out once.
	Memo any
	// Fault is set by a detector that cannot answer.
	Fault Fault
	// Earlier is an earlier use that a detector asked to remember, nil when there is none; a detector sets Remember to have this one
	// kept instead.
	Earlier  *Witness
	Remember bool
	// Together asks for findings that are below their own limit, since those of several detectors reach one between them.
	Together bool
}
