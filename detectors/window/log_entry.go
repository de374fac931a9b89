package window

import (
	"encoding/binary"
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// An entry's first byte of flags says what the use was, the second how wide its fields are; the fields lie before them, the first one named
// here nearest to the flags.
const (
	entryCash = 1 << iota
	entryDeclined
	entryPlace
	entryMCC
	entryMerchant
	entryModeShift = 5

	// gapBits: 0 … 2 for one to three bytes of whole seconds, 3 for five bytes of milliseconds.
	gapBits = 3
	// minorShift: 0 … 2 for one to three bytes, 3 for eight.
	minorShift = 2
	// elderShift: where the next older entry with a place was, if elsewhere: 1 for a code of six digits, 2 for any other area.
	elderShift  = 4
	elderCity   = 1
	elderArea   = 2
	elderOffset = 1 << 6
)

// maxEntry is the longest an entry can be.
const maxEntry = 2 + 5 + 8 + 2 + 4 + 8 + 2

// append files a use behind all others.
func (l *usage) append(p *Past) {
	if old := l.newest.UnixMilli; len(l.entries) > 0 && p.At.UnixMilli/cutEvery.Milliseconds() != old/cutEvery.Milliseconds() {
		l.cut(maxLog, p.At.UnixMilli-LogSpan.Milliseconds())
	}
	before := l.newest
	if len(l.entries) == 0 {
		before, l.area = p.At, p.Area
	}
	var b [maxEntry]byte
	n := 0
	put := func(v uint64, width int) {
		var word [8]byte
		binary.LittleEndian.PutUint64(word[:], v)
		n += copy(b[n:], word[:width])
	}
	what, widths := byte(p.Entry)<<entryModeShift|bit(p.Type == card.Cash, entryCash)|bit(p.Status == card.Declined, entryDeclined), byte(0)
	if p.At.OffsetMinutes != before.OffsetMinutes {
		widths |= elderOffset
		put(uint64(uint16(before.OffsetMinutes)), 2)
	}
	if p.Area != 0 {
		what |= entryPlace
		if code, digits := sixDigits(l.area); l.area == 0 || l.area == p.Area {
			// No elder was anywhere, or the one before was here.
		} else if digits {
			widths |= elderCity << elderShift
			put(code, 3)
		} else {
			widths |= elderArea << elderShift
			put(uint64(l.area), 8)
		}
		l.area = p.Area
	}
	if p.Merchant != 0 {
		what |= entryMerchant
		put(uint64(p.Merchant), 4)
	}
	if p.MCC != 0 {
		what |= entryMCC
		put(uint64(p.MCC), 2)
	}
	minor := widthOf(uint64(p.Minor), 8)
	put(uint64(p.Minor), minor.bytes)
	if gap := uint64(p.At.UnixMilli - before.UnixMilli); gap%1000 != 0 || gap/1000 >= 1<<24 {
		put(gap, 5)
		widths |= 3
	} else {
		w := widthOf(gap/1000, 8)
		put(gap/1000, w.bytes)
		widths |= w.code
	}
	l.entries = append(append(l.entries, b[:n]...), what, widths|minor.code<<minorShift)
	l.newest = p.At
}

type width struct {
	code  byte
	bytes int
}

// widthOf is one, two or three bytes, or so many as more take.
func widthOf(v uint64, more int) width {
	switch {
	case v < 1<<8:
		return width{0, 1}
	case v < 1<<16:
		return width{1, 2}
	case v < 1<<24:
		return width{2, 3}
	}
	return width{3, more}
}

// sixDigits is the number of a GB/T 2260 code.
func sixDigits(a Area) (code uint64, ok bool) {
	if a>>40 == 0 || a>>48 != 0 {
		return 0, false
	}
	for shift := 40; shift >= 0; shift -= 8 {
		digit := byte(a>>shift) - '0'
		if digit > 9 {
			return 0, false
		}
		code = code*10 + uint64(digit)
	}
	return code, true
}

func areaOfDigits(code uint64) (a Area) {
	for shift := 0; shift <= 40; shift += 8 {
		a |= Area('0'+code%10) << shift
		code /= 10
	}
	return a
}

// cursor walks the log from the newest entry to the oldest.
type cursor struct {
	Past
	entries []byte
	// end is where the elders of the current entry end, elder the moment of the next older one, area its place if it has one.
	end   int
	elder card.Moment
	area  Area
}

func (l *usage) cursor() cursor {
	return cursor{entries: l.entries, end: len(l.entries), elder: l.newest, area: l.area}
}

// next moves to the next older entry, false when there is none. Damaged bytes end the walk early.
func (c *cursor) next() bool {
	if c.end < 2 {
		return false
	}
	what, widths := c.entries[c.end-2], c.entries[c.end-1]
	c.end -= 2
	c.At = c.elder
	gapWidth := int(widths&gapBits) + 1
	if gapWidth == 4 {
		gapWidth = 5
	}
	gap, ok := c.take(gapWidth)
	if gapWidth < 5 {
		gap *= uint64(time.Second / time.Millisecond)
	}
	c.elder.UnixMilli -= int64(gap)
	minorWidth := int(widths>>minorShift&3) + 1
	if minorWidth == 4 {
		minorWidth = 8
	}
	var minor, mcc, merchant, elder, offset uint64
	ok = ok && c.field(&minor, minorWidth)
	if what&entryMCC != 0 {
		ok = ok && c.field(&mcc, 2)
	}
	if what&entryMerchant != 0 {
		ok = ok && c.field(&merchant, 4)
	}
	c.Area = 0
	if what&entryPlace != 0 {
		c.Area = c.area
	}
	switch widths >> elderShift & 3 {
	case elderCity:
		ok = ok && c.field(&elder, 3)
		c.area = areaOfDigits(elder)
	case elderArea:
		ok = ok && c.field(&elder, 8)
		c.area = Area(elder)
	}
	if widths&elderOffset != 0 {
		ok = ok && c.field(&offset, 2)
		c.elder.OffsetMinutes = int16(offset)
	}
	c.Minor, c.MCC, c.Merchant = int64(minor), card.MCC(mcc), uint32(merchant)
	c.Type, c.Status, c.Entry = card.Purchase, card.Approved, card.EntryMode(what>>entryModeShift)
	if what&entryCash != 0 {
		c.Type = card.Cash
	}
	if what&entryDeclined != 0 {
		c.Status = card.Declined
	}
	return ok
}

// take reads a number of so many bytes in front of the end.
func (c *cursor) take(width int) (v uint64, ok bool) {
	if c.end < width {
		c.end = 0
		return 0, false
	}
	c.end -= width
	for i := width - 1; i >= 0; i-- {
		v = v<<8 | uint64(c.entries[c.end+i])
	}
	return v, true
}

func (c *cursor) field(v *uint64, width int) (ok bool) {
	*v, ok = c.take(width)
	return ok
}
