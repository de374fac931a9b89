package window

import (
	"fmt"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/pack"
)

// version is the first byte of a window's binary form; a reader knows it and the one before.
const version = 2

// AppendBinary appends the window's binary form: version and numbers of entries, months, places, single uses (the oldest first,
// times as differences), then what is rarely there: counts per hour and ids of late records.
func (w *Window) AppendBinary(dst []byte) []byte {
	dst = append(dst, version, byte(len(w.places)), byte(len(w.recent)), byte(len(w.spill)), byte(len(w.stale)))
	dst = pack.Uint(pack.Uint(dst, uint64(w.period)), uint64(w.travelDay))
	for i := range w.months {
		dst = w.months[i].append(dst)
	}
	for i := range w.places {
		dst = w.places[i].append(dst)
	}
	before := card.Moment{}
	if len(w.recent) > 0 {
		before.UnixMilli = w.recent[0].At.UnixMilli &^ (maxGap - 1)
		dst = pack.Int(dst, before.UnixMilli/maxGap)
	}
	for i := range w.recent {
		dst = w.appendUse(dst, &w.recent[i], before)
		before = w.recent[i].At
	}
	for _, h := range w.spill {
		dst = pack.Int(pack.Uint(pack.Uint(dst, uint64(h.hour)), uint64(h.uses)), h.spend)
	}
	for _, s := range w.stale {
		dst = pack.Fixed32(pack.Fixed64(dst, s.id), s.content)
	}
	return dst
}

// Read replaces the window by one that AppendBinary wrote, in this version or the one before, using the window's memory. Damage
// is latched in the reader.
func (w *Window) Read(r *pack.Reader) {
	w.Reset()
	switch v := r.Byte(); {
	case v == 1:
		w.readV1(r)
	case v == version:
		w.read(r)
	case r.Err() == nil:
		r.Fail(fmt.Errorf("window: version %d, this program reads %d", v, version))
	}
}

func (w *Window) read(r *pack.Reader) {
	places, recent, spill, stale := int(r.Byte()), int(r.Byte()), int(r.Byte()), int(r.Byte())
	if places > maxPlaces || recent > maxRecent || spill > maxSpill || stale > maxStale {
		r.Fail(fmt.Errorf("window: %d places, %d uses, %d hours and %d ids are more than are kept", places, recent, spill, stale))
		return
	}
	w.period, w.travelDay = int32(r.Uint()), int32(r.Uint())
	for i := range w.months {
		w.months[i].read(r)
	}
	for range places {
		w.places = append(w.places, readPlace(r))
	}
	w.recent = room(w.recent, recent)
	before := card.Moment{}
	if recent > 0 {
		before.UnixMilli = r.Int() * maxGap
	}
	for i := range w.recent {
		w.readUse(r, &w.recent[i], before)
		before = w.recent[i].At
	}
	for range spill {
		w.spill = append(w.spill, hourCount{int32(r.Uint()), uint32(r.Uint()), r.Int()})
	}
	for range stale {
		w.stale = append(w.stale, seenID{r.Fixed64(), r.Fixed32()})
	}
}

// room gives a slice of n uses whose contents do not matter, with room for one more.
func room(uses []Use, n int) []Use {
	if cap(uses) <= n {
		return make([]Use, n, max(n+1, 2*keepRecent))
	}
	return uses[:n]
}

func bounded(r *pack.Reader, size, most int) int {
	n := r.Count(size)
	if n > most {
		r.Fail(fmt.Errorf("window: %d entries where at most %d are kept", n, most))
		return 0
	}
	return n
}

// append writes a month without uses as two bytes or little more.
func (m *month) append(dst []byte) []byte {
	dst = pack.Int(pack.Uint(dst, uint64(m.uses)), m.spend)
	if m.uses == 0 {
		return dst
	}
	dst = pack.Uint(pack.Uint(pack.Uint(dst, uint64(m.declined)), uint64(m.remote)), uint64(m.cash))
	dst = append(dst, m.hours.width|m.amounts.width<<4, byte(m.hours.from), byte(m.hours.n/2), byte(m.amounts.from), byte(m.amounts.n/2))
	return append(append(dst, m.hours.row...), m.amounts.row...)
}

func (m *month) read(r *pack.Reader) {
	m.uses, m.spend = uint32(r.Uint()), r.Int()
	if m.uses == 0 {
		return
	}
	m.declined, m.remote, m.cash = uint32(r.Uint()), uint32(r.Uint()), uint32(r.Uint())
	if b := r.Take(5); b != nil {
		m.hours.read(r, b[0]&15, b[1], b[2], hoursOfDay)
		m.amounts.read(r, b[0]>>4, b[3], b[4], allBars)
	}
}

func (p *Place) append(dst []byte) []byte {
	dst = p.Spot.Append(dst)
	dst = pack.Fixed32(dst, uint32(p.LastAt/60_000))
	dst = pack.Uint(dst, uint64(p.FirstDay))
	dst = pack.Uint(dst, uint64(p.LastDay-p.FirstDay))
	for _, n := range p.uses {
		dst = pack.Uint(dst, uint64(n))
	}
	return dst
}

func readPlace(r *pack.Reader) Place {
	p := Place{Spot: ReadSpot(r), LastAt: int64(r.Fixed32()) * 60_000, FirstDay: int32(r.Uint())}
	p.LastDay = p.FirstDay + int32(r.Uint())
	for i := range p.uses {
		p.uses[i] = uint32(r.Uint())
	}
	return p
}
