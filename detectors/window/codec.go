package window

import (
	"fmt"
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/pack"
)

// version is the first byte of a window's binary form; a reader refuses others.
const version = 1

// AppendBinary appends the window's binary form: version, periods, places, single uses (times as differences), then what is
// rarely there: counts per hour and ids of late records.
func (w *Window) AppendBinary(dst []byte) []byte {
	dst = append(dst, version)
	dst = pack.Uint(dst, uint64(w.period))
	for i := range w.periods {
		dst = w.periods[i].append(dst)
	}
	dst = pack.Uint(dst, uint64(w.travelDay))
	newest := w.Newest()
	dst = pack.Int(dst, newest)
	dst = pack.Uint(dst, uint64(len(w.places)))
	for i := range w.places {
		dst = w.places[i].append(dst, newest)
	}
	dst = pack.Uint(dst, uint64(len(w.recent)))
	later := card.Moment{UnixMilli: newest}
	for _, u := range slices.Backward(w.recent) {
		dst = w.appendUse(dst, &u, later)
		later = u.At
	}
	dst = pack.Uint(dst, uint64(len(w.spill)))
	for _, h := range w.spill {
		dst = pack.Int(pack.Uint(pack.Uint(dst, uint64(h.hour)), uint64(h.uses)), h.spend)
	}
	dst = pack.Uint(dst, uint64(len(w.stale)))
	for _, s := range w.stale {
		dst = pack.Fixed32(pack.Fixed64(dst, s.id), s.content)
	}
	return dst
}

// Read replaces the window by one that AppendBinary wrote, using the window's memory. Damage is latched in the reader.
func (w *Window) Read(r *pack.Reader) {
	w.Reset()
	if v := r.Byte(); v != version && r.Err() == nil {
		r.Fail(fmt.Errorf("window: version %d, this program reads %d", v, version))
	}
	w.period = int32(r.Uint())
	for i := range w.periods {
		w.periods[i].read(r)
	}
	w.travelDay = int32(r.Uint())
	newest := r.Int()
	for range bounded(r, 8, maxPlaces) {
		w.places = append(w.places, readPlace(r, newest))
	}
	later := card.Moment{UnixMilli: newest}
	for range bounded(r, 12, maxRecent) {
		u := w.readUse(r, later)
		w.recent = append(w.recent, u)
		later = u.At
	}
	slices.Reverse(w.recent)
	for range bounded(r, 3, 26) {
		w.spill = append(w.spill, hourCount{int32(r.Uint()), uint32(r.Uint()), r.Int()})
	}
	for range bounded(r, 12, maxStale) {
		w.stale = append(w.stale, seenID{r.Fixed64(), r.Fixed32()})
	}
}

func bounded(r *pack.Reader, size, most int) int {
	n := r.Count(size)
	if n > most {
		r.Fail(fmt.Errorf("window: %d entries where at most %d are kept", n, most))
		return 0
	}
	return n
}

// append writes an empty period as one byte; the 24 hours are a bit set and the counts of the hours that have some.
func (p *Period) append(dst []byte) []byte {
	dst = pack.Uint(dst, uint64(p.Uses))
	dst = pack.Int(dst, p.Spend)
	if p.Uses == 0 {
		return dst
	}
	dst = pack.Uint(dst, uint64(p.Declined))
	dst = pack.Uint(dst, uint64(p.Remote))
	dst = pack.Uint(dst, uint64(p.Cash))
	var set uint32
	for h, n := range p.Hours {
		if n > 0 {
			set |= 1 << h
		}
	}
	dst = append(dst, byte(set), byte(set>>8), byte(set>>16))
	for _, n := range p.Hours {
		if n > 0 {
			dst = pack.Uint(dst, uint64(n))
		}
	}
	dst = pack.Uint(dst, uint64(len(p.amounts)))
	before := uint8(0)
	for _, a := range p.amounts {
		dst = pack.Uint(append(dst, a.bar-before), uint64(a.uses))
		before = a.bar
	}
	return dst
}

func (p *Period) read(r *pack.Reader) {
	p.Uses, p.Spend = uint32(r.Uint()), r.Int()
	if p.Uses == 0 {
		return
	}
	p.Declined, p.Remote, p.Cash = uint32(r.Uint()), uint32(r.Uint()), uint32(r.Uint())
	set := uint32(r.Byte()) | uint32(r.Byte())<<8 | uint32(r.Byte())<<16
	for h := range p.Hours {
		if set&(1<<h) != 0 {
			p.Hours[h] = uint32(r.Uint())
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
		p.amounts = append(p.amounts, amountCount{bar, uint32(r.Uint())})
	}
}

func (p *Place) append(dst []byte, newest int64) []byte {
	dst = p.Spot.Append(dst)
	dst = pack.Uint(dst, uint64(p.FirstDay))
	dst = pack.Uint(dst, uint64(p.LastDay-p.FirstDay))
	dst = pack.Int(dst, newest/60_000-p.LastAt/60_000)
	for _, n := range p.uses {
		dst = pack.Uint(dst, uint64(n))
	}
	return dst
}

func readPlace(r *pack.Reader, newest int64) Place {
	p := Place{Spot: ReadSpot(r), FirstDay: int32(r.Uint())}
	p.LastDay = p.FirstDay + int32(r.Uint())
	p.LastAt = (newest/60_000 - r.Int()) * 60_000
	for i := range p.uses {
		p.uses[i] = uint32(r.Uint())
	}
	return p
}
