package detectors

import (
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/geo"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// SlowClone (慢速盗刷) sees a copy that buys everyday things by the holder's next purchase: the holder is where the card belongs, sooner
// than anybody comes home from where it was used last. The alert is about that earlier use, not about the holder's own. What is
// too fast when the copy moves is large_out_of_town's.
type SlowClone struct {
	// AlertAt is the score from which an alert is raised.
	AlertAt int `yaml:"alert_at" doc:"The score, 1 to 100, from which an alert is raised."`
	// NearKm and FarKm are what counts as the same region and as another one.
	NearKm int `yaml:"near_km" doc:"Uses within so many km of home or a usual place are where the card belongs."`
	FarKm  int `yaml:"far_km" doc:"A use at least so many km from where the card belongs is remembered as one in another region."`
	// UsualUses and UsualDays make a place usual, as for large_out_of_town.
	UsualUses int `yaml:"usual_uses" doc:"A place is usual from so many uses with the card present on."`
	UsualDays int `yaml:"usual_days" doc:"A place is usual only once its first use is so many days ago."`
	// MaxKmh is the fastest journey, ClockTolerance what two terminals' clocks may differ by.
	MaxKmh         int           `yaml:"max_kmh" doc:"The fastest journey that is possible, in km/h."`
	ClockTolerance time.Duration `yaml:"clock_tolerance" doc:"What the clocks of two terminals may differ by; it is added to the time of a journey."`
	// RoundTripPercent is how much of two hurried journeys a day out takes at least.
	RoundTripPercent int `yaml:"round_trip_percent" doc:"Out and back in less than this percentage of the least time of both journeys is a hurried round trip."`
}

// DefaultSlowClone gives the defaults and why.
func DefaultSlowClone() SlowClone {
	return SlowClone{
		// An impossible way back, or a hurried one from a place that is new.
		AlertAt: 50,
		// As large_out_of_town has them.
		NearKm: 100, FarKm: 300, UsualUses: 4, UsualDays: 7, MaxKmh: 900, ClockTolerance: 2 * time.Minute,
		// Nobody makes two such journeys in a row without a minute at either end.
		RoundTripPercent: 130,
	}
}

// About says who the detector is.
func (d *SlowClone) About() About {
	return About{
		Name: "slow_clone", Version: 1,
		Title: Text{Zh: "慢速盗刷", En: "Slow clone"},
		Summary: Text{
			Zh: "卡在外地使用后，持卡人又在常用地用卡，其间来不及返回：外地那一笔可能是克隆卡。",
			En: "The holder uses the card where it belongs sooner than anybody returns from where it was used before: that use was a copy's.",
		},
	}
}

// Validate names everything that is wrong with the configuration.
func (d *SlowClone) Validate() []Problem {
	var c checks
	c.between("alert_at", d.AlertAt, 1, 100)
	c.between("near_km", d.NearKm, 1, 1000)
	c.between("far_km", d.FarKm, d.NearKm, 5000)
	c.between("usual_uses", d.UsualUses, 1, 100)
	c.between("usual_days", d.UsualDays, 1, 60)
	c.between("max_kmh", d.MaxKmh, 100, 3000)
	c.within("clock_tolerance", d.ClockTolerance, 0, time.Hour)
	c.between("round_trip_percent", d.RoundTripPercent, 100, 300)
	return c
}

// Evaluate asks to remember a use in another region, and judges a remembered one by where the card is now.
func (d *SlowClone) Evaluate(in *Sighting, f *Finding) {
	u := in.Use
	if !located(u) {
		return
	}
	if km, anchored := (region{d.NearKm, d.UsualUses, d.UsualDays}).away(in); !anchored || km >= float64(d.NearKm) {
		in.Remember = in.Remember || anchored && km >= float64(d.FarKm) && u.Status == card.Approved
		return
	}
	w := in.Earlier
	if w == nil || w.At.UnixMilli > u.At.UnixMilli {
		return
	}
	facts, far := d.facts(in, w)
	score := facts.score(in.Tight)
	if !far || score < d.AlertAt {
		return
	}
	f.Score, f.Action, f.Reasons, f.Earlier = min(score, 100), ConfirmWithCustomer, d.explain(in, w, &facts), w
}

// cloneFacts are what speaks against the holder having been there.
type cloneFacts struct {
	km         float64
	elapsed    time.Duration
	impossible bool
	hurried    bool
	// around is the time from the use before, where the card belongs, to this one; roundTrip says that it is too short.
	around    time.Duration
	roundTrip bool
	// daysThere is how long the card had known the other place.
	daysThere int32
}

func (d *SlowClone) facts(in *Sighting, w *Witness) (f cloneFacts, far bool) {
	u := in.Use
	km, known := u.Spot.Distance(w.Spot)
	if !known || km < float64(d.FarKm) {
		return f, false
	}
	f.km, f.elapsed = km, u.At.Sub(w.At)+d.ClockTolerance
	f.impossible = geo.Speed(km, f.elapsed) > float64(d.MaxKmh)
	least := leastTravel(km)
	f.hurried = !f.impossible && f.elapsed < least
	if place := in.Window.PlaceOf(w.Spot.Area); place != nil {
		f.daysThere = w.At.LocalDay() - place.FirstDay
	}
	if before := d.before(in, w); before != nil {
		f.around = u.At.Sub(before.At)
		f.roundTrip = !f.impossible && !f.hurried && f.around < 2*least*time.Duration(d.RoundTripPercent)/100
	}
	return f, true
}

// before is the newest use before the witness where the card is now.
func (d *SlowClone) before(in *Sighting, w *Witness) *window.Use {
	recent := in.Window.Recent()
	for i := len(recent) - 1; i >= 0; i-- {
		o := &recent[i]
		if !located(o) || o.At.UnixMilli >= w.At.UnixMilli || in.Use.At.Sub(o.At) > window.Day {
			continue
		}
		if km, known := in.Use.Spot.Distance(o.Spot); known && km < float64(d.NearKm) {
			return o
		}
	}
	return nil
}

// score adds the facts up, in the measures of large_out_of_town.
func (f *cloneFacts) score(tight bool) int {
	points := 5
	add := func(holds bool, more int) {
		if holds {
			points += more
		}
	}
	add(f.impossible, 65)
	add(f.hurried, 30)
	add(f.roundTrip, 30)
	add(f.daysThere <= newDays, 15)
	add(tight, 10)
	return points
}
