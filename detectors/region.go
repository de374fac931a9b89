package detectors

import "github.com/cardwatch/cardwatch/detectors/window"

// region says where a card belongs: within so many km of home, or of a place that is usual to it. What is usual is learnt and forgotten
// with the history: a place that was not used for a whole window counts for nothing.
type region struct{ nearKm, usualUses, usualDays int }

// away is the distance to the nearest place where the card belongs. Without any there is no answer. It stops looking once the
// use is near one.
func (g region) away(in *Sighting) (km float64, anchored bool) {
	km, anchored = in.Use.Spot.Distance(in.Home)
	places := in.Window.Places()
	for i := 0; i < len(places) && (!anchored || km >= float64(g.nearKm)); i++ {
		if !g.usual(&places[i]) {
			continue
		}
		if to, known := in.Use.Spot.Distance(places[i].Spot); known && (!anchored || to < km) {
			km, anchored = to, true
		}
	}
	return km, anchored
}

// usual: so many uses over so many days. A town that was once passed through does not become usual by the passing of time.
func (g region) usual(p *window.Place) bool {
	return p.Uses() >= g.usualUses && p.LastDay-p.FirstDay >= int32(g.usualDays)
}

// belongs reports whether an earlier use was at home or at a usual place.
func (g region) belongs(in *Sighting, o *window.Use) bool {
	if km, known := o.Spot.Distance(in.Home); known && km < float64(g.nearKm) {
		return true
	}
	p := in.Window.PlaceOf(o.Spot.Area)
	return p != nil && g.usual(p)
}

// located reports whether the use tells where the card was, and when.
func located(u *window.Use) bool { return u.Present() && !u.Late && u.Spot.HasPoint() }
