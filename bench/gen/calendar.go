package gen

import "time"

const (
	second  = int64(1000)
	minute  = 60 * second
	hour    = 60 * minute
	fullDay = 24 * hour
	// chinaOffset is UTC+8, which holds in all of China.
	chinaOffset = 480
)

// dayOf is the Chinese calendar day as days since 1970-01-01.
func dayOf(unixMilli int64) int { return int((unixMilli + chinaOffset*minute) / fullDay) }

// midnight is the instant at which the Chinese day begins.
func midnight(day int) int64 { return int64(day)*fullDay - chinaOffset*minute }

// today is what all customers share about the day that is being planned.
type today struct {
	day        int
	start      int64
	dayOfMonth int
	weekend    bool
	// bustle multiplies the number of purchases: weekends and holidays lift it, Spring Festival stills it.
	bustle float64
	// festival counts the days until the next Spring Festival, negative up to 30 days after one; noFestival when none is known.
	festival int
}

const noFestival = 1 << 20

func newToday(day int) today {
	date := time.Unix(int64(day)*86_400, 0).UTC()
	t := today{day: day, start: midnight(day), dayOfMonth: date.Day(), bustle: 1, festival: daysToFestival(day, date.Year())}
	t.weekend = date.Weekday() == time.Saturday || date.Weekday() == time.Sunday
	holiday := date.Month() == time.October && date.Day() <= 7 || date.Month() == time.May && date.Day() <= 5
	switch {
	case t.festival <= 0 && t.festival > -7:
		t.bustle = 0.75
	case t.festival > 0 && t.festival <= 10, holiday:
		t.bustle = 1.25
	case t.weekend:
		t.bustle = 1.15
	}
	return t
}

// springFestivals are the first days of the lunar year, as month·100+day, from 2020 on (Purple Mountain Observatory calendar).
var springFestivals = [...]int{125, 212, 201, 122, 210, 129, 217, 206, 126, 213, 203, 123, 211, 131, 219, 208}

func daysToFestival(day, year int) int {
	for _, y := range [...]int{year, year + 1} {
		i := y - 2020
		if i < 0 || i >= len(springFestivals) {
			continue
		}
		md := springFestivals[i]
		first := int(time.Date(y, time.Month(md/100), md%100, 0, 0, 0, 0, time.UTC).Unix() / 86_400)
		if first-day > -30 {
			return first - day
		}
	}
	return noFestival
}

// The hours of use: hourWeights puts 4.5 % of the uses of most people into 00–06 (notes/data.md §2: CardSim 4.6 %, TabFormer 4.5 %),
// nightShiftWeights is the life of somebody who works at night.
var (
	hourWeights       = []float64{1.5, 0.8, 0.5, 0.4, 0.4, 0.9, 2, 4.5, 5.5, 5, 5.2, 7.5, 8.5, 6, 4.5, 4.5, 5, 7, 8.5, 7.5, 6, 4.5, 3, 2}
	nightShiftWeights = []float64{6, 6, 5.5, 6, 5, 5, 6, 6, 5, 1.5, 0.5, 0.5, 0.5, 1, 1.5, 3, 5, 7, 7, 6, 5, 5, 5, 6}
)
