package detectors

// The facts of slow_clone that it does not share.
const (
	HurriedRoundTrip ReasonCode = "hurried_round_trip"
)

// explain names every fact that gave points. The journey is the way back from the use that the alert is about.
func (d *SlowClone) explain(in *Sighting, w *Witness, f *cloneFacts) []Reason {
	place, here := spotName(w.Spot), spotName(in.Use.Spot)
	reasons := []Reason{{Code: DistanceFromHome, Value: int64(f.km), Limit: int64(d.NearKm), Unit: Kilometres, Baseline: habitOfPlaces(in.Window)}}
	back := textf("之后%d分钟即在%s用卡", "used in %[2]s only %[1]d min later", int(in.Use.At.Sub(w.At).Minutes()), here.Zh)
	back.En = textf("", "used in %[2]s only %[1]d min later", int(in.Use.At.Sub(w.At).Minutes()), here.En).En
	kmh := int64(f.km / max(f.elapsed.Hours(), 1.0/60))
	switch {
	case f.impossible:
		reasons = append(reasons, Reason{Code: ImpossibleTravel, Value: kmh, Limit: int64(d.MaxKmh), Unit: KmPerHour, Baseline: back})
	case f.hurried:
		reasons = append(reasons, Reason{Code: HurriedTravel, Value: kmh, Limit: int64(f.km / leastTravel(f.km).Hours()), Unit: KmPerHour, Baseline: back})
	case f.roundTrip:
		least := 2 * leastTravel(f.km).Minutes() * float64(d.RoundTripPercent) / 100
		reasons = append(reasons, Reason{Code: HurriedRoundTrip, Value: int64(f.around.Minutes()), Limit: int64(least), Unit: Minutes, Baseline: back})
	}
	if f.daysThere <= newDays {
		reasons = append(reasons, Reason{Code: NewPlace, Value: int64(f.daysThere), Limit: newDays, Unit: Days,
			Baseline: Text{Zh: "距首次在" + place.Zh + "用卡的天数", En: "days since the first use in " + place.En}})
	}
	if in.Tight {
		reasons = append(reasons, tightReason())
	}
	return reasons
}
