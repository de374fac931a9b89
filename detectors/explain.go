package detectors

import (
	"fmt"
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/geo"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// spotName is the English name of the spot's city, its code when the table does not have it, or its rounded point.
func spotName(s window.Spot) string {
	code := s.Area.City()
	if city, found := geo.Lookup(code); found {
		return city.En
	}
	if code != "" {
		return code
	}
	p := s.Point()
	return fmt.Sprintf("%.1f, %.1f", p.Lat, p.Lon)
}

// habitOfPlaces says where the card is usually used: "Harbin, 62 of 62 uses in 90 days".
func habitOfPlaces(w *window.Window) string {
	var most *window.Place
	for i := range w.Places() {
		if p := &w.Places()[i]; most == nil || p.Uses() > most.Uses() {
			most = p
		}
	}
	if most == nil || most.Uses() == 0 {
		return "no earlier card-present use"
	}
	return fmt.Sprintf("%s, %d of %d uses in %d days", spotName(most.Spot), most.Uses(), w.PresentUses(), window.NominalDays)
}

// habitOfAmounts says what a limit on amounts comes from: "p95 of 58 amounts in 90 days".
func habitOfAmounts(n int, floored bool) string {
	if floored {
		return fmt.Sprintf("floor; p95 of %d amounts in %d days is lower", n, window.NominalDays)
	}
	return fmt.Sprintf("p95 of %d amounts in %d days", n, window.NominalDays)
}

// ago says how long before a moment another one was: "34 min before".
func ago(from, to card.Moment) string {
	minutes := int64(to.Sub(from).Abs().Minutes())
	if minutes < 120 {
		return fmt.Sprintf("%d min before", minutes)
	}
	return fmt.Sprintf("%d h before", minutes/60)
}

// minutes writes a span as people say it: "10 min".
func minutes(d time.Duration) string { return fmt.Sprintf("%d min", int(d.Minutes())) }
