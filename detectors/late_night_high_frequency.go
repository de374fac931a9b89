package detectors

import (
	"time"

	"github.com/cardwatch/cardwatch/detectors/window"
)

// LateNightHighFrequency (凌晨高频) judges uses between midnight and 06:00 of the place's own time, declined ones too: how dense they
// are, whether small charges test the card, whether cash is drawn in a series, and whether the card is ever used at night.
// There is no least amount: a test burst adds up to nothing.
type LateNightHighFrequency struct {
	// AlertAt is the score from which an alert is raised.
	AlertAt int `yaml:"alert_at" doc:"The score, 1 to 100, from which an alert is raised."`
	// UntilHour ends the night, which begins at midnight.
	UntilHour int `yaml:"until_hour" doc:"The local hour at which the night ends; it begins at midnight."`
	// Dense is the span in which three uses are a burst, Series the one in which uses hang together.
	Dense  time.Duration `yaml:"dense" doc:"Three uses within this time are a burst."`
	Series time.Duration `yaml:"series" doc:"Uses within this time hang together: test charges, withdrawals and declined attempts are counted over it."`
	// SmallMinor is the most that a test charge is; it must also be in the lower half of the card's amounts.
	SmallMinor int64 `yaml:"small_minor" doc:"The most that a test charge is, in minor units; it must also be in the lower half of the card's amounts."`
	// SpreeMinor is the least that a series must come to, to be large; three times the card's p95 is the other bound.
	SpreeMinor int64 `yaml:"spree_minor" doc:"The least that a series must exceed to be large, in minor units; three times the card's p95 is the other bound."`
	// PriorUses and PriorPercent are what is believed of a card's night habit before it has one: so many uses, this share
	// of them at night.
	PriorUses    int `yaml:"prior_uses" doc:"Uses that are added to a card's own when its night habit is reckoned, so that a short history does not decide."`
	PriorPercent int `yaml:"prior_percent" doc:"The percentage of these added uses that lies at night."`
	// RarePercent and HabitPercent bound the share of night use that is rare, and the one that is a habit.
	RarePercent  int `yaml:"rare_percent" doc:"Below this percentage of uses at night, a night use is rare and raises the score."`
	HabitPercent int `yaml:"habit_percent" doc:"From this percentage of uses at night on, they are a habit and lower the score."`
}

// DefaultLateNightHighFrequency gives the defaults and why.
func DefaultLateNightHighFrequency() LateNightHighFrequency {
	return LateNightHighFrequency{
		// A burst and a second fact.
		AlertAt: 50,
		// The hours in which both banks' guides and fraud figures place the risk (notes/data.md §2).
		UntilHour: 6,
		// Three uses in ten minutes tell a burst from a night out, three in an hour do not (notes/data.md §5, B3 and B1).
		Dense: 10 * time.Minute, Series: time.Hour,
		// 30.00 is below most that people buy one by one at a distance, and above what testers charge.
		SmallMinor: 3_000,
		// Whoever draws cash twice for a taxi and a noodle soup stays below 1,000.00.
		SpreeMinor: 100_000,
		// About one use in twelve of all cards lies in 00–06; twenty uses are some ten days, in which a habit begins to show.
		PriorUses: 20, PriorPercent: 8,
		// Below 5 % a night use is news; a fifth is a night worker.
		RarePercent: 5, HabitPercent: 20,
	}
}

// About says who the detector is.
func (d *LateNightHighFrequency) About() About {
	return About{
		Name: "late_night_high_frequency", Version: 1,
		Title: Text{Zh: "凌晨高频", En: "High frequency late at night"},
		Summary: Text{
			Zh: "当地凌晨零点至六点内密集用卡、小额试卡或连续取现，与该卡平时的夜间习惯不符。",
			En: "A dense run of uses, small test charges or a series of withdrawals between midnight and six, against the card's own night habit.",
		},
	}
}

// Validate names everything that is wrong with the configuration.
func (d *LateNightHighFrequency) Validate() []Problem {
	var c checks
	c.between("alert_at", d.AlertAt, 1, 100)
	c.between("until_hour", d.UntilHour, 1, 12)
	c.within("dense", d.Dense, time.Minute, time.Hour)
	c.within("series", d.Series, d.Dense, window.Day)
	c.that(d.SmallMinor > 0, "small_minor", "must be above 0")
	c.that(d.SpreeMinor >= 0, "spree_minor", "must not be below 0")
	c.between("prior_uses", d.PriorUses, 1, 1000)
	c.between("prior_percent", d.PriorPercent, 0, 100)
	c.between("rare_percent", d.RarePercent, 0, d.HabitPercent)
	c.between("habit_percent", d.HabitPercent, 0, 100)
	return c
}

// Evaluate judges one use.
func (d *LateNightHighFrequency) Evaluate(in *Sighting, f *Finding) {
	if in.Use.LocalHour() >= d.UntilHour || d.AlertAt > alonePoints && d.alone(in) {
		return
	}
	facts := d.facts(in)
	if score := facts.score(in.Tight); f.speaks(in, score, d.AlertAt) {
		f.Reasons = d.explain(in, &facts)
	}
}
