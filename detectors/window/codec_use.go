package window

import (
	"encoding/binary"
	"fmt"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/pack"
)

// A use starts with its front: type, entry mode and status in a byte, these flags in the next, the ID, how many milliseconds after
// the use before, and the amount. The category and what the flags say follow.
const (
	flagLate = 1 << iota
	flagReversed
	flagMerchant
	flagContent
	// flagWide says that the time or the amount does not fit its place in the front, where it is 0, and follows in full.
	flagWide
	flagOffset
	// The two bits of where say where the card was.
	where     = 3 << 6
	atPlace   = 1 << 6
	nearPlace = 2 << 6
	elsewhere = 3 << 6

	frontBytes = 1 + 1 + 8 + 4 + 3
	maxGap     = 1 << 32
	maxMinor   = 1 << 24
)

// appendUse writes a use; its time is a difference from that of the use before it.
func (w *Window) appendUse(dst []byte, u *Use, before card.Moment) []byte {
	place, flags := w.whereIs(u.Spot)
	gap, minor := uint64(u.At.UnixMilli-before.UnixMilli), uint64(u.Minor)
	wide := gap >= maxGap || minor >= maxMinor
	flags |= bit(u.Late, flagLate) | bit(u.Reversed, flagReversed) | bit(u.Merchant != 0, flagMerchant) |
		bit(u.content != 0, flagContent) | bit(wide, flagWide) | bit(u.At.OffsetMinutes != before.OffsetMinutes, flagOffset)
	front := [frontBytes]byte{byte(u.Type) | byte(u.Entry)<<3 | byte(u.Status)<<6, flags}
	binary.LittleEndian.PutUint64(front[2:], u.ID)
	if !wide {
		binary.LittleEndian.PutUint32(front[10:], uint32(gap))
		front[14], front[15], front[16] = byte(minor), byte(minor>>8), byte(minor>>16)
	}
	dst = append(dst, front[:]...)
	if wide {
		dst = pack.Fixed64(pack.Fixed64(dst, gap), minor)
	}
	dst = pack.Fixed16(dst, uint16(u.MCC))
	if flags&flagMerchant != 0 {
		dst = pack.Fixed32(dst, u.Merchant)
	}
	switch flags & where {
	case atPlace:
		dst = append(dst, byte(place))
	case nearPlace:
		known := &w.places[place].Spot
		dst = append(dst, byte(place), byte(u.Spot.lat-known.lat), byte(u.Spot.lon-known.lon))
	case elsewhere:
		dst = u.Spot.Append(dst)
	}
	if flags&flagContent != 0 {
		dst = pack.Fixed32(dst, u.content)
	}
	if u.Type == card.Reversal {
		dst = pack.Fixed64(dst, u.original)
	}
	if flags&flagOffset != 0 {
		dst = pack.Fixed16(dst, uint16(u.At.OffsetMinutes))
	}
	return dst
}

// whereIs says how a spot is written: nowhere, at a known place, by a difference from one of at most 127 hundredths of a degree, or
// in full.
func (w *Window) whereIs(s Spot) (place int, flags byte) {
	if s == (Spot{}) {
		return 0, 0
	}
	place = w.placeIndex(s.Area)
	if place < 0 {
		return 0, elsewhere
	}
	known := &w.places[place].Spot
	lat, lon := s.lat-known.lat, s.lon-known.lon
	switch {
	case lat == 0 && lon == 0:
		return place, atPlace
	case lat == int16(int8(lat)) && lon == int16(int8(lon)):
		return place, nearPlace
	}
	return 0, elsewhere
}

func bit(set bool, flag byte) byte {
	if set {
		return flag
	}
	return 0
}

// readUse reads a use of a version into u, which may hold anything. Version 2 kept no category and half of the merchant's hash: for the
// day that such a use still counts, its merchant is another one than later uses there.
func (w *Window) readUse(r *pack.Reader, v byte, u *Use, before card.Moment) {
	b := r.Take(frontBytes)
	if b == nil {
		return
	}
	kind, flags := b[0], b[1]
	gap, minor := uint64(binary.LittleEndian.Uint32(b[10:])), uint64(b[14])|uint64(b[15])<<8|uint64(b[16])<<16
	if flags&flagWide != 0 {
		gap, minor = r.Fixed64(), r.Fixed64()
	}
	u.ID, u.Minor = binary.LittleEndian.Uint64(b[2:]), int64(minor)
	u.At = card.Moment{UnixMilli: before.UnixMilli + int64(gap), OffsetMinutes: before.OffsetMinutes}
	u.Type, u.Entry, u.Status = card.Type(kind&7), card.EntryMode(kind>>3&7), card.Status(kind>>6)
	u.Late, u.Reversed = flags&flagLate != 0, flags&flagReversed != 0
	u.Merchant, u.MCC, u.content, u.original, u.Spot = 0, 0, 0, 0, Spot{}
	if v > 2 {
		u.MCC = card.MCC(r.Fixed16())
	}
	switch {
	case flags&flagMerchant == 0:
	case v > 2:
		u.Merchant = r.Fixed32()
	default:
		u.Merchant = uint32(r.Fixed16())
	}
	if flags&where != 0 {
		u.Spot = w.readWhere(r, flags&where)
	}
	if flags&flagContent != 0 {
		u.content = r.Fixed32()
	}
	if u.Type == card.Reversal {
		u.original = r.Fixed64()
	}
	if flags&flagOffset != 0 {
		u.At.OffsetMinutes = int16(r.Fixed16())
	}
}

func (w *Window) readWhere(r *pack.Reader, flags byte) Spot {
	if flags == elsewhere {
		return ReadSpot(r)
	}
	place := int(r.Byte())
	if place >= len(w.places) {
		r.Fail(fmt.Errorf("window: a use at place %d of %d", place, len(w.places)))
		return Spot{}
	}
	s := w.places[place].Spot
	if flags == nearPlace {
		s.lat += int16(int8(r.Byte()))
		s.lon += int16(int8(r.Byte()))
	}
	return s
}
