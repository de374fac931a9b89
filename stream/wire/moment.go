package wire

import (
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
)

const (
	maxOffsetMinutes = 18 * 60
	// maxAhead is how far an event may lie after its arrival: a terminal in another zone that sends local time as UTC is at
	// most 14 h off; a day covers it.
	maxAhead = 24 * time.Hour
)

// calendar reads times, and keeps the day it read last: the records of a partition are of few days.
type calendar struct {
	date    [len("2026-03-01")]byte
	minutes int // from 1970 to that day
}

// moment reads RFC 3339 as card.ParseMoment does, for a fraction of the time: the door reads one for every record.
// Digits beyond the millisecond are cut.
func (c *calendar) moment(s []byte) (card.Moment, bool) {
	const dateTime = len("2026-03-01T02:13:05")
	if len(s) <= dateTime || s[10] != 'T' {
		return card.Moment{}, false
	}
	if date := [10]byte(s); date != c.date || c.minutes == 0 {
		minutes, ok := parseDate(s)
		if !ok {
			return card.Moment{}, false
		}
		c.date, c.minutes = date, minutes
	}
	hour, minute, second, ok := timeOfDay(word(s[11:]))
	if !ok {
		return card.Moment{}, false
	}
	millis, rest := fraction(s[dateTime:])
	offset, ok := zone(rest)
	if !ok {
		return card.Moment{}, false
	}
	minutes := c.minutes + hour*60 + minute - offset
	return card.Moment{UnixMilli: int64(minutes)*60_000 + int64(second*1000+millis), OffsetMinutes: int16(offset)}, true
}

// parseDate reads the date at the start of s as minutes since 1970.
func parseDate(s []byte) (minutes int, ok bool) {
	if !hasShape(s, "dddd-dd-dd") {
		return 0, false
	}
	year, month, day := number2(s)*100+number2(s[2:]), number2(s[5:]), number2(s[8:])
	if year < 1970 || year > 2200 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return 0, false
	}
	return daysSinceEpoch(year, month, day) * 24 * 60, true
}

// timeOfDay reads "02:13:05" from a word.
func timeOfDay(x uint64) (hour, minute, second int, ok bool) {
	const (
		shape  = 0x30303a30303a3030 // "00:00:00"
		limits = 0x76767f76767f7676 // a byte above 9, or unlike the colon, becomes 0x80 or more
	)
	x ^= shape
	if (x|(x+limits))&highs != 0 {
		return 0, 0, 0, false
	}
	x = x*10 + x>>8
	hour, minute, second = int(x&0xff), int(x>>24&0xff), int(x>>48&0xff)
	return hour, minute, second, hour < 24 && minute < 60 && second < 60
}

// hasShape compares s with a shape in which d stands for a digit.
func hasShape(s []byte, shape string) bool {
	for i := range len(shape) {
		if shape[i] != s[i] && (shape[i] != 'd' || !isDigit(s[i])) {
			return false
		}
	}
	return true
}

func number2(s []byte) int { return int(s[0]-'0')*10 + int(s[1]-'0') }

// fraction reads ".123" as milliseconds; what it cannot read it leaves for the zone to trip over.
func fraction(s []byte) (millis int, rest []byte) {
	if len(s) < 2 || s[0] != '.' || !isDigit(s[1]) {
		return 0, s
	}
	i := 1
	for unit := 100; i < len(s) && isDigit(s[i]); i++ {
		millis += int(s[i]-'0') * unit
		unit /= 10
	}
	return millis, s[i:]
}

// zone reads "Z" or "+08:00" as minutes east of UTC.
func zone(s []byte) (minutes int, ok bool) {
	if len(s) == 1 && s[0] == 'Z' {
		return 0, true
	}
	if len(s) != 6 || s[0] != '+' && s[0] != '-' || s[3] != ':' ||
		!isDigit(s[1]) || !isDigit(s[2]) || !isDigit(s[4]) || !isDigit(s[5]) {
		return 0, false
	}
	hours, rest := number2(s[1:]), number2(s[4:])
	minutes = hours*60 + rest
	if rest > 59 || minutes > maxOffsetMinutes {
		return 0, false
	}
	if s[0] == '-' {
		minutes = -minutes
	}
	return minutes, true
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// daysSinceEpoch counts from 1970-01-01 in the Gregorian calendar; the year is taken to begin in March, so that the leap
// day comes last (Richards, Explanatory Supplement to the Astronomical Almanac, 2013, §15.11).
func daysSinceEpoch(year, month, day int) int {
	if month < 3 {
		year, month = year-1, month+12
	}
	return 365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 719_469
}
