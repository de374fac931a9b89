package window

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/pack"
)

// version is the first byte of a window's binary form; a reader knows it and the one before.
const version = 3

// AppendBinary appends the window's binary form: version and numbers of entries, months, places, single uses (the oldest first,
// times as differences), what is rarely there (counts per hour and ids of late records), and the log.
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
	return w.log.appendBinary(dst)
}

// Read replaces the window by one that AppendBinary wrote, in this version or the one before, using the window's memory. Damage
// is latched in the reader.
func (w *Window) Read(r *pack.Reader) {
	w.Reset()
	switch v := r.Byte(); {
	case v == version || v == version-1:
		w.read(r, v)
	case r.Err() == nil:
		r.Fail(fmt.Errorf("window: version %d, this program reads %d", v, version))
	}
}

func (w *Window) read(r *pack.Reader, v byte) {
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
		w.readUse(r, v, &w.recent[i], before)
		before = w.recent[i].At
	}
	for range spill {
		w.spill = append(w.spill, hourCount{int32(r.Uint()), uint32(r.Uint()), r.Int()})
	}
	for range stale {
		w.stale = append(w.stale, seenID{r.Fixed64(), r.Fixed32()})
	}
	if v == version {
		w.log.read(r)
	} else if recent > 0 {
		w.log.since = w.recent[0].At.UnixMilli
	}
}

// A log that is empty and complete is one zero byte.
func (l *usage) appendBinary(dst []byte) []byte {
	if len(l.entries) == 0 && l.since == 0 {
		return append(dst, 0)
	}
	dst = pack.Fixed64(append(dst, 1), l.newest.Word())
	dst = pack.Int(pack.Fixed64(dst, uint64(l.area)), l.since)
	return append(pack.Fixed16(dst, uint16(len(l.entries))), l.entries...)
}

func (l *usage) read(r *pack.Reader) {
	if !r.Bool() {
		return
	}
	l.newest, l.area, l.since = card.MomentOfWord(r.Fixed64()), Area(r.Fixed64()), r.Int()
	n := int(r.Fixed16())
	if n > maxLog+maxEntry {
		r.Fail(fmt.Errorf("window: a log of %d bytes where at most %d are kept", n, maxLog))
		return
	}
	l.entries = append(l.entries[:0], r.Take(n)...)
}

// room gives a slice of n uses whose contents do not matter, with room for one more.
func room(uses []Use, n int) []Use {
	if cap(uses) <= n {
		return make([]Use, n, max(n+1, 2*keepRecent))
	}
	return uses[:n]
}

// A month starts with its widths and the start and length of the row of amounts, that of hours being whole or absent; its numbers
// follow, narrow as long as they fit into a byte each and the spend into four, and then the rows.
const (
	monthBytes  = 3
	narrowBytes = 4*1 + 4
	// In the byte of the widths, two bits each for the rows and these flags.
	monthUsed    = 1 << 2
	amountsShift = 4
	monthWide    = 1 << 7
)

func (m *month) append(dst []byte) []byte {
	a := &m.amounts
	widths := m.hours.width | a.width<<amountsShift | bit(m.hours.n > 0, monthUsed)
	if m.uses|m.declined|m.remote|m.cash > 0xff || uint64(m.spend) > math.MaxUint32 {
		dst = append(dst, widths|monthWide, byte(a.from), byte(a.n/2))
		dst = pack.Fixed32(pack.Fixed32(pack.Fixed32(pack.Fixed32(dst, m.uses), m.declined), m.remote), m.cash)
		dst = pack.Fixed64(dst, uint64(m.spend))
	} else {
		dst = append(dst, widths, byte(a.from), byte(a.n/2), byte(m.uses), byte(m.declined), byte(m.remote), byte(m.cash))
		dst = pack.Fixed32(dst, uint32(m.spend))
	}
	return append(append(dst, m.hours.row...), a.row...)
}

func (m *month) read(r *pack.Reader) {
	b := r.Take(monthBytes)
	if b == nil {
		return
	}
	if b[0]&monthWide != 0 {
		m.uses, m.declined, m.remote, m.cash = r.Fixed32(), r.Fixed32(), r.Fixed32(), r.Fixed32()
		m.spend = int64(r.Fixed64())
	} else if n := r.Take(narrowBytes); n != nil {
		m.uses, m.declined, m.remote, m.cash = uint32(n[0]), uint32(n[1]), uint32(n[2]), uint32(n[3])
		m.spend = int64(binary.LittleEndian.Uint32(n[4:]))
	}
	if b[0]&monthUsed != 0 {
		m.hours.read(r, b[0]&3, 0, hoursOfDay)
	}
	m.amounts.read(r, b[0]>>amountsShift&3, int(b[1]), 2*int(b[2]))
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
