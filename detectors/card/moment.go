package card

import (
	"fmt"
	"time"
)

// Moment is an instant with the UTC offset of the place where it happened, to the millisecond. Unlike time.Time it holds no
// pointer, so millions of them cost the garbage collector nothing. The zero Moment is "unknown".
type Moment struct {
	// UnixMilli counts milliseconds since 1970-01-01T00:00:00Z.
	UnixMilli int64
	// OffsetMinutes is the local offset east of UTC, in −1,080 … 1,080 (RFC 3339 allows ±23:59, no place uses more than 14 h).
	OffsetMinutes int16
}

// MomentOf turns a time.Time into a Moment, keeping its offset and cutting it to the millisecond.
func MomentOf(t time.Time) Moment {
	_, seconds := t.Zone()
	return Moment{UnixMilli: t.UnixMilli(), OffsetMinutes: int16(seconds / 60)}
}

// Time gives the moment as a time.Time in its own offset.
func (m Moment) Time() time.Time {
	return time.UnixMilli(m.UnixMilli).In(time.FixedZone("", int(m.OffsetMinutes)*60))
}

// IsZero reports whether the moment is unknown.
func (m Moment) IsZero() bool { return m == Moment{} }

// Word is the moment in one number, for binary forms: the milliseconds in the upper 48 bits, good for the years −2490 … 6429, the
// offset in the lower 16.
func (m Moment) Word() uint64 { return uint64(m.UnixMilli)<<16 | uint64(uint16(m.OffsetMinutes)) }

// MomentOfWord is the reverse of Word.
func MomentOfWord(w uint64) Moment { return Moment{UnixMilli: int64(w) >> 16, OffsetMinutes: int16(w)} }

// Before reports whether m is an earlier instant than o, whatever their offsets.
func (m Moment) Before(o Moment) bool { return m.UnixMilli < o.UnixMilli }

// Sub is the time that passed from o to m; negative when m is the earlier one.
func (m Moment) Sub(o Moment) time.Duration {
	return time.Duration(m.UnixMilli-o.UnixMilli) * time.Millisecond
}

// Add moves the instant by d, cut to the millisecond, and keeps the offset.
func (m Moment) Add(d time.Duration) Moment {
	m.UnixMilli += d.Milliseconds()
	return m
}

// LocalDay is the number of whole local days since 1970-01-01, by the moment's own offset.
func (m Moment) LocalDay() int32 { return int32(floorDiv(m.localMilli(), dayMilli)) }

// LocalHour is the hour of the local day, 0 … 23, by the moment's own offset.
func (m Moment) LocalHour() int {
	return int((m.localMilli() - int64(m.LocalDay())*dayMilli) / int64(time.Hour/time.Millisecond))
}

// String is RFC 3339 with milliseconds and the local offset.
func (m Moment) String() string { return string(m.AppendText(nil)) }

// AppendText appends RFC 3339 with milliseconds and the local offset ("2026-03-01T02:13:05.140+08:00").
func (m Moment) AppendText(dst []byte) []byte {
	return m.Time().AppendFormat(dst, "2006-01-02T15:04:05.000Z07:00")
}

// ParseMoment reads RFC 3339 with a mandatory offset. Calendar mistakes ("2026-02-30"), a missing offset and years outside
// 1970 … 2200 are errors: no card system means them.
func ParseMoment(s string) (Moment, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return Moment{}, fmt.Errorf("time must be RFC 3339 with an offset: %w", err)
	}
	if y := t.Year(); y < 1970 || y > 2200 {
		return Moment{}, fmt.Errorf("year %d is outside 1970 … 2200", y)
	}
	return MomentOf(t), nil
}

const dayMilli = int64(24 * time.Hour / time.Millisecond)

func (m Moment) localMilli() int64 { return m.UnixMilli + int64(m.OffsetMinutes)*60_000 }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
