package window

import (
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/pack"
)

// A use starts with two bytes: type, entry mode and status in the first, these flags in the second.
const (
	flagLate = 1 << iota
	flagReversed
	flagMerchant
	flagMCC
	flagContent
	// flagSpot says that a spot follows, flagPlace that a known place's number follows instead.
	flagSpot
	flagPlace
	flagOffset
)

// appendUse writes a use as a difference from the one after it.
func (w *Window) appendUse(dst []byte, u *Use, later card.Moment) []byte {
	place := w.placeIndex(u.Spot.Area)
	if place >= 0 && w.places[place].Spot != u.Spot {
		place = -1
	}
	var flags byte
	for i, set := range [...]bool{u.Late, u.Reversed, u.Merchant != 0, u.MCC != 0, u.content != 0,
		place < 0 && u.Spot != Spot{}, place >= 0, u.At.OffsetMinutes != later.OffsetMinutes} {
		if set {
			flags |= 1 << i
		}
	}
	dst = append(dst, byte(u.Type)|byte(u.Entry)<<3|byte(u.Status)<<6, flags)
	dst = pack.Int(dst, later.UnixMilli-u.At.UnixMilli)
	dst = pack.Fixed64(dst, u.ID)
	dst = pack.Int(dst, u.Minor)
	if u.Type == card.Reversal {
		dst = pack.Fixed64(dst, u.original)
	}
	if flags&flagMerchant != 0 {
		dst = append(dst, byte(u.Merchant), byte(u.Merchant>>8))
	}
	if flags&flagMCC != 0 {
		dst = append(dst, byte(u.MCC), byte(u.MCC>>8))
	}
	if flags&flagContent != 0 {
		dst = pack.Fixed32(dst, u.content)
	}
	switch {
	case flags&flagSpot != 0:
		dst = u.Spot.Append(dst)
	case flags&flagPlace != 0:
		dst = append(dst, byte(place))
	}
	if flags&flagOffset != 0 {
		dst = pack.Int(dst, int64(u.At.OffsetMinutes))
	}
	return dst
}

func (w *Window) readUse(r *pack.Reader, later card.Moment) Use {
	kind, flags := r.Byte(), r.Byte()
	u := Use{
		Type: card.Type(kind & 7), Entry: card.EntryMode(kind >> 3 & 7), Status: card.Status(kind >> 6),
		Late: flags&flagLate != 0, Reversed: flags&flagReversed != 0,
	}
	u.At = card.Moment{UnixMilli: later.UnixMilli - r.Int(), OffsetMinutes: later.OffsetMinutes}
	u.ID, u.Minor = r.Fixed64(), r.Int()
	if u.Type == card.Reversal {
		u.original = r.Fixed64()
	}
	if flags&flagMerchant != 0 {
		u.Merchant = uint16(r.Byte()) | uint16(r.Byte())<<8
	}
	if flags&flagMCC != 0 {
		u.MCC = card.MCC(r.Byte()) | card.MCC(r.Byte())<<8
	}
	if flags&flagContent != 0 {
		u.content = r.Fixed32()
	}
	if flags&flagSpot != 0 {
		u.Spot = ReadSpot(r)
	}
	if flags&flagPlace != 0 {
		if place := int(r.Byte()); place < len(w.places) {
			u.Spot = w.places[place].Spot
		}
	}
	if flags&flagOffset != 0 {
		u.At.OffsetMinutes = int16(r.Int())
	}
	return u
}
