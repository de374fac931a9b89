package detectors

import (
	"fmt"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/geo"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// spotName is the name of the spot's city, its code when the table does not have it, or its rounded point.
func spotName(s window.Spot) Text {
	code := s.Area.City()
	if city, found := geo.Lookup(code); found {
		return Text{Zh: city.Zh, En: city.En}
	}
	if code != "" {
		return Text{Zh: code, En: code}
	}
	p := s.Point()
	return textf("%.1f，%.1f", "%.1f, %.1f", p.Lat, p.Lon)
}

// habitOfPlaces says where the card is usually used: "Harbin, 62 of 62 uses in 90 days".
func habitOfPlaces(w *window.Window) Text {
	var most *window.Place
	for i := range w.Places() {
		if p := &w.Places()[i]; most == nil || p.Uses() > most.Uses() {
			most = p
		}
	}
	if most == nil || most.Uses() == 0 {
		return Text{Zh: "此前没有持卡交易", En: "no earlier card-present use"}
	}
	name := spotName(most.Spot)
	share := textf("%[3]d天内%[2]d次中%[1]d次", "%d of %d uses in %d days", most.Uses(), w.PresentUses(), window.NominalDays)
	return Text{Zh: name.Zh + "，" + share.Zh, En: name.En + ", " + share.En}
}

// habitOfAmounts says what a limit on amounts comes from: "p95 of 58 amounts in 90 days".
func habitOfAmounts(n int, floored bool) Text {
	if floored {
		return textf("取下限；%[2]d天内%[1]d笔金额的95%%分位数更低", "floor; p95 of %d amounts in %d days is lower", n, window.NominalDays)
	}
	return textf("%[2]d天内%[1]d笔金额的95%%分位数", "p95 of %d amounts in %d days", n, window.NominalDays)
}

// ago says how long before a moment another one was: "34 min before".
func ago(from, to card.Moment) Text {
	minutes := int64(to.Sub(from).Abs().Minutes())
	if minutes < 120 {
		return textf("%d分钟前", "%d min before", minutes)
	}
	return textf("%d小时前", "%d h before", minutes/60)
}

// textf writes the same numbers into a sentence of each language. The formats index their arguments where the order differs.
func textf(zh, en string, args ...any) Text {
	return Text{Zh: fmt.Sprintf(zh, args...), En: fmt.Sprintf(en, args...)}
}
