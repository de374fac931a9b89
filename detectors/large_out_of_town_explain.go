package detectors

import "fmt"

// The facts of large_out_of_town.
const (
	DistanceFromHome ReasonCode = "distance_from_home"
	ImpossibleTravel ReasonCode = "impossible_travel"
	HurriedTravel    ReasonCode = "hurried_travel"
	TwoPlaces        ReasonCode = "two_places"
	NewPlace         ReasonCode = "new_place"
	AmountVsUsual    ReasonCode = "amount_vs_usual"
	EarlierFraud     ReasonCode = "earlier_fraud"
	TravelPurchase   ReasonCode = "travel_purchase"
	JourneyUnderWay  ReasonCode = "journey_under_way"
	HolidayJourney   ReasonCode = "holiday_journey"
	StripeRead       ReasonCode = "stripe_read"
)

// explain names every fact that gave or took points.
func (d *LargeOutOfTown) explain(in *Sighting, f *townFacts) []Reason {
	reasons := []Reason{{Code: DistanceFromHome, Value: int64(f.km), Limit: int64(d.NearKm), Unit: Kilometres, Baseline: habitOfPlaces(in.Window)}}
	add := func(holds bool, r func() Reason) {
		if holds {
			reasons = append(reasons, r())
		}
	}
	add(f.impossible, func() Reason {
		return Reason{Code: ImpossibleTravel, Value: int64(f.kmh), Limit: int64(d.MaxKmh), Unit: KmPerHour, Baseline: f.trip(in)}
	})
	add(f.hurried, func() Reason {
		limit := f.journeyKm / leastTravel(f.journeyKm).Hours()
		return Reason{Code: HurriedTravel, Value: int64(f.kmh), Limit: int64(limit), Unit: KmPerHour, Baseline: f.trip(in)}
	})
	add(f.returns > 0, func() Reason {
		baseline := textf("%d小时内，在此地的两次用卡之间曾在常用地用卡", "used where it belongs between uses here within %d h",
			int(d.BackAndForth.Hours()))
		return Reason{Code: TwoPlaces, Value: int64(f.returns), Unit: Uses, Baseline: baseline}
	})
	add(f.daysHere <= newDays, func() Reason {
		place := spotName(in.Use.Spot)
		baseline := Text{Zh: "距首次在" + place.Zh + "用卡的天数", En: "days since the first use in " + place.En}
		return Reason{Code: NewPlace, Value: int64(f.daysHere), Limit: newDays, Unit: Days, Baseline: baseline}
	})
	add(f.amountPoints() > 0, func() Reason {
		return Reason{Code: AmountVsUsual, Value: in.Use.Minor, Limit: f.usualMinor, Unit: Minor, Baseline: habitOfAmounts(f.amounts, f.floored)}
	})
	add(f.swiped, stripeReason)
	add(in.Tight, tightReason)
	add(f.travelDays >= 0, func() Reason {
		return Reason{Code: TravelPurchase, Value: int64(f.travelDays), Limit: int64(d.TravelDays), Unit: Days,
			Baseline: Text{Zh: "减轻嫌疑：买过票或订过酒店", En: "softens: a ticket or hotel was bought"}}
	})
	add(f.onTheWay(), func() Reason {
		return Reason{Code: JourneyUnderWay, Value: 1, Unit: Uses,
			Baseline: Text{Zh: "减轻嫌疑：上一次用卡就在此地附近", En: "softens: the use before was near here"}}
	})
	add(f.holiday, func() Reason {
		return Reason{Code: HolidayJourney, Value: 1, Unit: Uses,
			Baseline: Text{Zh: "减轻嫌疑：春运或长假期间", En: "softens: Spring Festival or another long holiday"}}
	})
	return reasons
}

// trip describes the journey: "1937 km from Harbin, 34 min before".
func (f *townFacts) trip(in *Sighting) Text {
	km, from, before := int(f.journeyKm), spotName(f.from.Spot), ago(f.from.At, in.Use.At)
	return Text{
		Zh: fmt.Sprintf("距%s%d公里，%s", from.Zh, km, before.Zh),
		En: fmt.Sprintf("%d km from %s, %s", km, from.En, before.En),
	}
}

func stripeReason() Reason {
	return Reason{Code: StripeRead, Value: 1, Unit: Uses,
		Baseline: Text{Zh: "此前读取的是芯片", En: "the chip was read before"}}
}

func tightReason() Reason {
	return Reason{Code: EarlierFraud, Value: 1, Unit: Uses,
		Baseline: Text{Zh: "此卡近期有已确认的欺诈", En: "a fraud on this card was confirmed lately"}}
}
