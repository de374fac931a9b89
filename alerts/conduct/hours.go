package conduct

import (
	"fmt"
	"slices"
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Span is a part of the local day, from From to just before Until, both in minutes since midnight and in whole quarters of an hour.
type Span struct{ From, Until int }

const dayMinutes = 24 * 60

// String is "08:00–22:00".
func (s Span) String() string {
	from, until := s.Clock()
	return from + "–" + until
}

// Valid reports whether the span is a part of the day, in whole quarters: neither none of it nor all.
func (s Span) Valid() bool {
	of := func(minute int) bool { return minute >= 0 && minute < dayMinutes && minute%15 == 0 }
	return of(s.From) && of(s.Until) && s.From != s.Until
}

// Clock gives the span's bounds as times of day, such as 08:30.
func (s Span) Clock() (from, until string) {
	return fmt.Sprintf("%02d:%02d", s.From/60, s.From%60), fmt.Sprintf("%02d:%02d", s.Until/60, s.Until%60)
}

// ParseSpan reads two times of day, such as 08:30 and 22:00. A span that is not Valid is an error.
func ParseSpan(from, until string) (Span, error) {
	begins, err := time.Parse("15:04", from)
	ends, bad := time.Parse("15:04", until)
	s := Span{begins.Hour()*60 + begins.Minute(), ends.Hour()*60 + ends.Minute()}
	if err != nil || bad != nil || !s.Valid() {
		return Span{}, fmt.Errorf("conduct: %q to %q are no hours such as 08:30 to 22:00, in whole quarters", from, until)
	}
	return s, nil
}

// holds reports whether a minute of the day lies in the span, which goes over midnight when it ends before it begins.
func (s Span) holds(minute int) bool {
	if s.From > s.Until {
		return minute >= s.From || minute < s.Until
	}
	return s.From <= minute && minute < s.Until
}

// Hours says when contact may be made, by the debtor's clock.
type Hours struct {
	// Channels that it is about, none meaning all.
	Channels []Channel
	// Weekday and Weekend are the open hours; the zero Span is a closed day.
	Weekday, Weekend Span
	// NotOnHolidays closes the pack's holidays.
	NotOnHolidays bool
	// AtWork says that it is about contact at the workplace alone.
	AtWork bool
}

// Kind is HoursKind.
func (h Hours) Kind() Kind { return HoursKind }

func (h Hours) opens(q *inquiry, at card.Moment) (card.Moment, bool) {
	if !among(h.Channels, q.Channel) || h.AtWork && !q.AtWork {
		return at, true
	}
	return q.scan(at, func(local card.Moment) bool { return h.open(local, q.pack.Holidays) })
}

func (h Hours) open(local card.Moment, holidays []int32) bool {
	day := local.LocalDay()
	if _, off := slices.BinarySearch(holidays, day); off && h.NotOnHolidays {
		return false
	}
	span := h.Weekday
	if weekend(day) {
		span = h.Weekend
	}
	return span.holds(minuteOf(local))
}

func minuteOf(local card.Moment) int { return int(sinceMidnight(local) / time.Minute) }

// weekend reports whether a local day is a Saturday or Sunday. Day 0 was a Thursday.
func weekend(day int32) bool {
	n := ((day+4)%7 + 7) % 7
	return n == 0 || n == 6
}

// Asked keeps to the hours that the debtor has asked to be left alone (Flags.Quiet).
type Asked struct{ Channels []Channel }

// Kind is AskedKind.
func (a Asked) Kind() Kind { return AskedKind }

func (a Asked) opens(q *inquiry, at card.Moment) (card.Moment, bool) {
	if !among(a.Channels, q.Channel) || len(q.flags.Quiet) == 0 {
		return at, true
	}
	return q.scan(at, func(local card.Moment) bool {
		return !slices.ContainsFunc(q.flags.Quiet, func(s Span) bool { return s.holds(minuteOf(local)) })
	})
}
