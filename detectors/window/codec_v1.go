package window

import (
	"fmt"
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/pack"
)

// readV1 reads what followed the version byte in version 1: uses from the newest to the oldest, and places by the newest's time.
func (w *Window) readV1(r *pack.Reader) {
	w.period = int32(r.Uint())
	for i := range w.months {
		w.months[i].readV1(r)
	}
	w.travelDay = int32(r.Uint())
	newest := r.Int()
	for range bounded(r, 8, maxPlaces) {
		w.places = append(w.places, readPlaceV1(r, newest))
	}
	later := card.Moment{UnixMilli: newest}
	for range bounded(r, 12, maxRecent) {
		u := w.readUseV1(r, later)
		w.recent = append(w.recent, u)
		later = u.At
	}
	slices.Reverse(w.recent)
	for range bounded(r, 3, maxSpill) {
		w.spill = append(w.spill, hourCount{int32(r.Uint()), uint32(r.Uint()), r.Int()})
	}
	for range bounded(r, 12, maxStale) {
		w.stale = append(w.stale, seenID{id: r.Fixed64()})
		r.Fixed32()
	}
}

func (m *month) readV1(r *pack.Reader) {
	m.uses, m.spend = uint32(r.Uint()), r.Int()
	if m.uses == 0 {
		return
	}
	m.declined, m.remote, m.cash = uint32(r.Uint()), uint32(r.Uint()), uint32(r.Uint())
	set := uint32(r.Byte()) | uint32(r.Byte())<<8 | uint32(r.Byte())<<16
	for h := range hoursOfDay {
		if set&(1<<h) != 0 {
			m.countHour(h, int64(uint32(r.Uint())))
		}
	}
	bar := uint8(0)
	for i := range bounded(r, 2, 256) {
		step := r.Byte()
		if i > 0 && step == 0 || int(bar)+int(step) > 255 {
			r.Fail(fmt.Errorf("window: amounts out of order"))
			return
		}
		bar += step
		m.amounts.add(bar, int64(uint32(r.Uint())))
	}
}

func readPlaceV1(r *pack.Reader, newest int64) Place {
	p := Place{Spot: ReadSpotV1(r), FirstDay: int32(r.Uint())}
	p.LastDay = p.FirstDay + int32(r.Uint())
	p.LastAt = (newest/60_000 - r.Int()) * 60_000
	for i := range p.uses {
		p.uses[i] = uint32(r.Uint())
	}
	return p
}

// The flags of version 1.
const (
	flagLateV1 = 1 << iota
	flagReversedV1
	flagMerchantV1
	flagMCCV1
	flagContentV1
	flagSpotV1
	flagPlaceV1
	flagOffsetV1
)

// readUseV1 reads a use. The category that was kept with it is dropped, and so is its fingerprint, which was made in another way:
// for a day a second copy is taken on trust.
func (w *Window) readUseV1(r *pack.Reader, later card.Moment) Use {
	kind, flags := r.Byte(), r.Byte()
	u := Use{
		Type: card.Type(kind & 7), Entry: card.EntryMode(kind >> 3 & 7), Status: card.Status(kind >> 6),
		Late: flags&flagLateV1 != 0, Reversed: flags&flagReversedV1 != 0,
	}
	u.At = card.Moment{UnixMilli: later.UnixMilli - r.Int(), OffsetMinutes: later.OffsetMinutes}
	u.ID, u.Minor = r.Fixed64(), r.Int()
	if u.Type == card.Reversal {
		u.original = r.Fixed64()
	}
	if flags&flagMerchantV1 != 0 {
		u.Merchant = r.Fixed16()
	}
	if flags&flagMCCV1 != 0 {
		r.Fixed16()
	}
	if flags&flagContentV1 != 0 {
		r.Fixed32()
	}
	if flags&flagSpotV1 != 0 {
		u.Spot = ReadSpotV1(r)
	}
	if flags&flagPlaceV1 != 0 {
		if place := int(r.Byte()); place < len(w.places) {
			u.Spot = w.places[place].Spot
		}
	}
	if flags&flagOffsetV1 != 0 {
		u.At.OffsetMinutes = int16(r.Int())
	}
	return u
}
