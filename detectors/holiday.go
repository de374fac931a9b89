package detectors

import (
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// springFestivals are the first days of the lunar year, as month·100+day, from 2020 to 2035 (Purple Mountain Observatory calendar,
// GB/T 33661-2017).
var springFestivals = [...]int{125, 212, 201, 122, 210, 129, 217, 206, 126, 213, 203, 123, 211, 131, 219, 208}

const (
	firstFestival = 2020
	// The Spring Festival rush (春运) is forty days: fifteen before the festival and twenty-five after it.
	rushBefore, rushAfter = 15, 25
	// The other two long holidays are a week from 1 October and five days from 1 May, each with a day before and after for the journey.
	nationalDays, labourDays = 7, 5
)

// holidayJourney reports whether people in China travel to their families on that local day.
func holidayJourney(at card.Moment) bool {
	date := time.Unix(int64(at.LocalDay())*86_400, 0).UTC()
	if i := date.Year() - firstFestival; i >= 0 && i < len(springFestivals) {
		md := springFestivals[i]
		first := time.Date(date.Year(), time.Month(md/100), md%100, 0, 0, 0, 0, time.UTC)
		days := int(date.Sub(first) / (24 * time.Hour))
		if days >= -rushBefore && days < rushAfter {
			return true
		}
	}
	return around(date, time.October, nationalDays) || around(date, time.May, labourDays)
}

func around(date time.Time, month time.Month, length int) bool {
	first := time.Date(date.Year(), month, 1, 0, 0, 0, 0, time.UTC)
	days := int(date.Sub(first) / (24 * time.Hour))
	return !date.Before(first.AddDate(0, 0, -1)) && days <= length
}
