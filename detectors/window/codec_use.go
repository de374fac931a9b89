package window

import (
	"fmt"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/pack"
)

// A use starts with two bytes: type, entry mode and status in the first, these flags in the second.
const (
	flagLate = 1 << iota
	flagReversed
	flagMerchant
	flagContent
	// flagSpot says that a spot follows, flagPlace that a known place's number does, flagPoint that the use's own point follows
	// that as a difference from the place's.
	flagSpot
	flagPlace
	flagPoint
	flagOffset
)

// appendUse writes a use; its time is a difference from that of the use before it.
func (w *Window) appendUse(dst []byte, u *Use, before card.Moment) []byte {
	place, flags := w.placeIndex(u.Spot.Area), byte(0)
	switch {
	case place < 0 && u.Spot != Spot{}:
		flags = flagSpot
	case place >= 0 && w.places[place].Spot == u.Spot:
		flags = flagPlace
	case place >= 0:
		flags = flagPlace | flagPoint
	}
	flags |= bit(u.Late, flagLate) | bit(u.Reversed, flagReversed) | bit(u.Merchant != 0, flagMerchant) |
		bit(u.content != 0, flagContent) | bit(u.At.OffsetMinutes != before.OffsetMinutes, flagOffset)
	dst = append(dst, byte(u.Type)|byte(u.Entry)<<3|byte(u.Status)<<6, flags)
	dst = pack.Fixed64(dst, u.ID)
	dst = pack.Uint(dst, uint64(u.At.UnixMilli-before.UnixMilli))
	dst = pack.Int(dst, u.Minor)
	if flags&flagMerchant != 0 {
		dst = pack.Fixed16(dst, u.Merchant)
	}
	if flags&flagPlace != 0 {
		dst = append(dst, byte(place))
	}
	if flags&flagPoint != 0 {
		known := &w.places[place].Spot
		dst = pack.Int(pack.Int(dst, int64(u.Spot.lat-known.lat)), int64(u.Spot.lon-known.lon))
	}
	if flags&flagContent != 0 {
		dst = pack.Fixed32(dst, u.content)
	}
	if u.Type == card.Reversal {
		dst = pack.Fixed64(dst, u.original)
	}
	if flags&flagSpot != 0 {
		dst = u.Spot.Append(dst)
	}
	if flags&flagOffset != 0 {
		dst = pack.Int(dst, int64(u.At.OffsetMinutes))
	}
	return dst
}

func bit(set bool, flag byte) byte {
	if set {
		return flag
	}
	return 0
}

func useOfKind(kind, flags byte) Use {
	return Use{
		Type: card.Type(kind & 7), Entry: card.EntryMode(kind >> 3 & 7), Status: card.Status(kind >> 6),
		Late: flags&flagLate != 0, Reversed: flags&flagReversed != 0,
	}
}

// readUse reads a use into u, which may hold anything.
func (w *Window) readUse(r *pack.Reader, u *Use, before card.Moment) {
	kind, flags := r.Byte(), r.Byte()
	*u = useOfKind(kind, flags)
	u.ID = r.Fixed64()
	u.At = card.Moment{UnixMilli: before.UnixMilli + int64(r.Uint()), OffsetMinutes: before.OffsetMinutes}
	u.Minor = r.Int()
	if flags&flagMerchant != 0 {
		u.Merchant = r.Fixed16()
	}
	if flags&flagPlace != 0 {
		place := int(r.Byte())
		if place >= len(w.places) {
			r.Fail(fmt.Errorf("window: a use at place %d of %d", place, len(w.places)))
			return
		}
		u.Spot = w.places[place].Spot
	}
	if flags&flagPoint != 0 {
		u.Spot.lat += int16(r.Int())
		u.Spot.lon += int16(r.Int())
	}
	if flags&flagContent != 0 {
		u.content = r.Fixed32()
	}
	if u.Type == card.Reversal {
		u.original = r.Fixed64()
	}
	if flags&flagSpot != 0 {
		u.Spot = ReadSpot(r)
	}
	if flags&flagOffset != 0 {
		u.At.OffsetMinutes = int16(r.Int())
	}
}
