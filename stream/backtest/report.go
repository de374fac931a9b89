package backtest

import (
	"encoding/json"
	"time"

	"github.com/cardwatch/cardwatch/detectors"
)

// Report is what a back-test comes to.
type Report struct {
	Live  string `json:"live"`
	Draft string `json:"draft"`
	// From and To bound what was counted; WarmFrom is the first record that warmed the states.
	From     string `json:"from"`
	To       string `json:"to"`
	WarmFrom string `json:"warm_from"`
	// Records and Refused count what was read, warm-up included; the others count from From on.
	Records      map[string]int64 `json:"records"`
	Refused      map[string]int64 `json:"refused"`
	Transactions int64            `json:"transactions"`
	Cards        int              `json:"cards"`
	Days         float64          `json:"days"`
	// Labelled says that there were labels; without them hits, false cases and attacks are zero.
	Labelled bool `json:"labelled"`
	// Attacks counts the labelled attacks of the counted time.
	Attacks *AttackReport           `json:"attacks,omitempty"`
	Total   Row                     `json:"total"`
	Rules   map[detectors.Name]*Row `json:"rules"`
	// Changes lists the alerts that the draft would add, lose or change, in order of time.
	Changes []Change `json:"-"`

	DurationSeconds    float64 `json:"duration_seconds"`
	RecordsPerSecond   float64 `json:"records_per_second"`
	began, ended, warm int64
	cfg                *Config
	attacks            attackSets
}

// Row compares the two sides, of one rule or of all.
type Row struct {
	// Live and Draft are each side's alerts; Caught those of the draft about incidents that the live set does not see, Missed those of
	// the live set that the draft does not see.
	Live   Figures `json:"live"`
	Draft  Figures `json:"draft"`
	Caught Figures `json:"newly_caught"`
	Missed Figures `json:"newly_missed"`
	// Changed counts incidents that both see and the draft judges by another rule, severity or action.
	Changed int `json:"changed"`
}

// Figures count alerts that were opened.
type Figures struct {
	Alerts int `json:"alerts"`
	// Hits name a labelled transaction; Fraud and Genuine were answered so.
	Hits    int `json:"hits"`
	Fraud   int `json:"answered_fraud"`
	Genuine int `json:"answered_genuine"`
	// Customers were touched; Messages are the prompts that would be sent.
	Customers int `json:"customers"`
	Messages  int `json:"messages"`
	// FalseCases are the alerts of one card within a day of the first that name no labelled transaction.
	FalseCases              int     `json:"false_cases"`
	FalseCasesPer1kCardsDay float64 `json:"false_cases_per_1k_cards_day"`
}

// AttackReport counts labelled attacks and who saw them.
type AttackReport struct {
	Attacks int `json:"attacks"`
	Live    int `json:"found_live"`
	Draft   int `json:"found_draft"`
}

// ChangeKind says what a draft would do to an alert.
type ChangeKind string

// The kinds of change.
const (
	NewlyCaught ChangeKind = "newly_caught"
	NewlyMissed ChangeKind = "newly_missed"
	Changed     ChangeKind = "changed"
)

// Change is one alert that would be other than it was; as JSON a line of the list of changes.
type Change struct {
	Kind ChangeKind `json:"change"`
	At   string     `json:"at"`
	// Hit says that it names a labelled transaction, Answer what the customer or staff said; empty when nobody did.
	Hit    bool   `json:"hit"`
	Answer string `json:"answer,omitempty"`
	// Live and Draft are the records of the sides' alerts; none where a side has none.
	Live  json.RawMessage `json:"live,omitempty"`
	Draft json.RawMessage `json:"draft,omitempty"`
	at    int64
}

// attackSets name the attacks that began in the counted time, and those that each side found.
type attackSets struct{ all, live, draft map[string]bool }

func newReport(cfg *Config) *Report {
	return &Report{
		Live: cfg.Live.Version, Draft: cfg.Draft.Version, Records: map[string]int64{}, Refused: map[string]int64{},
		Labelled: cfg.Frauds != nil, Rules: map[detectors.Name]*Row{}, cfg: cfg,
		attacks: attackSets{map[string]bool{}, map[string]bool{}, map[string]bool{}},
	}
}

// complete fills in what follows from the counts of all lanes.
func (r *Report) complete(spent time.Duration) {
	from, to := r.cfg.bounds()
	r.From, r.To = r.cfg.moment(max(from, r.warm)).String(), r.cfg.moment(min(to, r.ended)).String()
	r.WarmFrom = r.cfg.moment(r.warm).String()
	r.Days = float64(r.ended-r.began) / float64(24*time.Hour/time.Millisecond)
	var read int64
	for _, n := range r.Records {
		read += n
	}
	r.DurationSeconds = spent.Seconds()
	r.RecordsPerSecond = float64(read) / max(r.DurationSeconds, 1e-9)
	r.Total.rate(float64(r.Cards) * r.Days / 1000)
	for _, row := range r.Rules {
		row.rate(float64(r.Cards) * r.Days / 1000)
	}
	if r.Labelled {
		r.Attacks = &AttackReport{len(r.attacks.all), len(r.attacks.live), len(r.attacks.draft)}
	}
	sortChanges(r.Changes)
}

func (row *Row) rate(cardDays float64) {
	for _, f := range []*Figures{&row.Live, &row.Draft, &row.Caught, &row.Missed} {
		if cardDays > 0 {
			f.FalseCasesPer1kCardsDay = float64(f.FalseCases) / cardDays
		}
	}
}

func (r *Report) row(name detectors.Name) *Row {
	row := r.Rules[name]
	if row == nil {
		row = &Row{}
		r.Rules[name] = row
	}
	return row
}
