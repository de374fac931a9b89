package detectors

import (
	"time"

	"github.com/cardwatch/cardwatch/detectors/window"
)

// LargeOutOfTown (大额异地) judges card-present uses by where the card is: how far from everywhere it belongs, whether it can
// have come there, whether it is in two places at once, and whether the amount is large for this card. Facts add points;
// from AlertAt on there is an alert. Without a home or a usual place to measure from it says nothing.
type LargeOutOfTown struct {
	// AlertAt is the score from which an alert is raised.
	AlertAt int `yaml:"alert_at" doc:"The score, 1 to 100, from which an alert is raised."`
	// NearKm is what counts as the same region as home or a usual place.
	NearKm int `yaml:"near_km" doc:"Uses within so many km of home or a usual place are not out of town."`
	// FarKm is the least distance from which speeds are reckoned, MaxKmh the fastest journey, ClockTolerance what two
	// terminals' clocks may differ by.
	FarKm          int           `yaml:"far_km" doc:"The least distance, in km, over which the speed between two uses is judged."`
	MaxKmh         int           `yaml:"max_kmh" doc:"The fastest journey that is possible, in km/h; what is faster speaks of a copied card."`
	ClockTolerance time.Duration `yaml:"clock_tolerance" doc:"What the clocks of two terminals may differ by; it is added to the time of a journey."`
	// UsualUses and UsualDays make a place usual: so many uses, the first so many days ago.
	UsualUses int `yaml:"usual_uses" doc:"A place is usual from so many uses with the card present on."`
	UsualDays int `yaml:"usual_days" doc:"A place is usual only once its first use is so many days ago."`
	// LargeMinor is the least p95 that an amount is held against; below ShortHistory amounts it is NewLargeMinor.
	LargeMinor    int64 `yaml:"large_minor" doc:"The least amount that counts as large for a card, in minor units; above it the p95 of its own 90 days decides."`
	ShortHistory  int   `yaml:"short_history" doc:"Below so many amounts in its history a card is held against new_large_minor instead."`
	NewLargeMinor int64 `yaml:"new_large_minor" doc:"The least amount that counts as large for a card with a short history, in minor units."`
	// BackAndForth is the span in which a card that is here, at home and here again is in two hands.
	BackAndForth time.Duration `yaml:"back_and_forth" doc:"A card that is used here, where it belongs and here again within this time is in two hands."`
	// TravelDays is how long a travel purchase explains a journey.
	TravelDays int `yaml:"travel_days" doc:"For so many days a ticket or hotel that was bought explains a journey and lowers the score."`
}

// DefaultLargeOutOfTown gives the defaults and why.
func DefaultLargeOutOfTown() LargeOutOfTown {
	return LargeOutOfTown{
		// One decisive fact, or a far and new place with an amount five times what is large for the card.
		AlertAt: 50,
		// A day trip by car, or the other end of a large prefecture.
		NearKm: 100,
		// Airliners cruise below 900 km/h, and under 300 km wrong coordinates make any speed (notes/data.md §5, rule A6).
		FarKm: 300, MaxKmh: 900,
		// Terminals set their clocks once a day; two minutes is twice a common drift.
		ClockTolerance: 2 * time.Minute,
		// A week of use is more than most clones live, and less than people take to settle.
		UsualUses: 4, UsualDays: 7,
		// A card that only buys breakfasts has a p95 of 50.00; ten times that is dinner for four, not a large amount. Below
		// 20 amounts a p95 is the largest one, so a new card is held against a month's larger shopping.
		LargeMinor: 50_000, ShortHistory: 20, NewLargeMinor: 200_000,
		// Nobody goes out, home and out again over 300 km within two days without a habit of it.
		BackAndForth: 48 * time.Hour,
		// Tickets and hotels are mostly paid within two weeks of the journey (notes/data.md §4).
		TravelDays: 15,
	}
}

// About says who the detector is.
func (d *LargeOutOfTown) About() About {
	return About{
		Name: "large_out_of_town", Version: 1,
		Title: Text{Zh: "大额异地", En: "Large amount out of town"},
		Summary: Text{
			Zh: "持卡交易远离常驻地和常去地点：行程不可能、两地同时使用，或金额远高于该卡平时水平。",
			En: "A card-present use far from home and usual places: an impossible journey, two places at once, or an amount far above the card's own.",
		},
	}
}

// Validate names everything that is wrong with the configuration.
func (d *LargeOutOfTown) Validate() []Problem {
	var c checks
	c.between("alert_at", d.AlertAt, 1, 100)
	c.between("near_km", d.NearKm, 1, 1000)
	c.between("far_km", d.FarKm, d.NearKm, 5000)
	c.between("max_kmh", d.MaxKmh, 100, 3000)
	c.within("clock_tolerance", d.ClockTolerance, 0, time.Hour)
	c.between("usual_uses", d.UsualUses, 1, 100)
	c.between("usual_days", d.UsualDays, 1, 60)
	c.between("short_history", d.ShortHistory, 1, 200)
	c.that(d.LargeMinor > 0, "large_minor", "must be above 0")
	c.that(d.NewLargeMinor >= d.LargeMinor, "new_large_minor", "must not be below large_minor")
	c.within("back_and_forth", d.BackAndForth, time.Hour, 7*24*time.Hour)
	c.between("travel_days", d.TravelDays, 0, window.NominalDays)
	return c
}

// Evaluate judges one use.
func (d *LargeOutOfTown) Evaluate(in *Sighting, f *Finding) {
	u := in.Use
	if !u.Present() || !u.Spot.HasPoint() {
		return
	}
	km, anchored := d.region().away(in)
	if !anchored || km < float64(d.NearKm) {
		return
	}
	facts := d.facts(in, km)
	if score := facts.score(in.Tight); f.speaks(in, score, d.AlertAt) {
		f.Reasons = d.explain(in, &facts)
	}
}

func (d *LargeOutOfTown) region() region { return region{d.NearKm, d.UsualUses, d.UsualDays} }
