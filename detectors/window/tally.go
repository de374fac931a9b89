package window

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/cardwatch/cardwatch/detectors/pack"
)

// tally counts things numbered 0 … 255 in the form in which it is stored, so that reading and writing it is copying. It holds a
// row of counts from the first to the last number that was ever counted, each 4 bits wide until one of them needs more.
type tally struct {
	// from is the number of the first count and even, n the number of counts and even.
	from, n int
	// width is 0 … 3 for 4, 8, 16 or 32 bits.
	width uint8
	row   []byte
}

func (t *tally) reset() { *t = tally{row: t.row[:0]} }

// add changes the count of i by so much; a count stays within 0 … 2³²−1.
func (t *tally) add(i uint8, by int64) {
	t.reach(int(i))
	k := int(i) - t.from
	count := min(max(int64(t.at(k))+by, 0), math.MaxUint32)
	for count>>(4<<t.width) != 0 {
		t.widen()
	}
	t.set(k, uint32(count))
}

// at is the count in position k of the row.
func (t *tally) at(k int) uint32 {
	switch t.width {
	case 0:
		return uint32(t.row[k/2]>>(k%2*4)) & 15
	case 1:
		return uint32(t.row[k])
	case 2:
		return uint32(binary.LittleEndian.Uint16(t.row[2*k:]))
	}
	return binary.LittleEndian.Uint32(t.row[4*k:])
}

func (t *tally) set(k int, count uint32) {
	switch t.width {
	case 0:
		shift := k % 2 * 4
		t.row[k/2] = t.row[k/2]&^(15<<shift) | byte(count<<shift)
	case 1:
		t.row[k] = byte(count)
	case 2:
		binary.LittleEndian.PutUint16(t.row[2*k:], uint16(count))
	default:
		binary.LittleEndian.PutUint32(t.row[4*k:], count)
	}
}

// bytes is how long n counts are.
func (t *tally) bytes(n int) int { return n << t.width / 2 }

// reach makes the row hold number i.
func (t *tally) reach(i int) {
	if t.n == 0 {
		t.from = i &^ 1
	}
	if before := t.from - i&^1; before > 0 {
		more := t.bytes(before)
		t.grow(before)
		copy(t.row[more:], t.row)
		clear(t.row[:more])
		t.from = i &^ 1
	}
	if after := i + 1 - t.from - t.n; after > 0 {
		t.grow(after + after%2)
	}
}

// grow adds counts of 0 behind the row.
func (t *tally) grow(counts int) {
	t.n += counts
	for range t.bytes(counts) {
		t.row = append(t.row, 0)
	}
}

// widen doubles the room of every count.
func (t *tally) widen() {
	narrow := *t
	t.width++
	for range len(narrow.row) {
		t.row = append(t.row, 0)
	}
	for k := t.n - 1; k >= 0; k-- {
		t.set(k, narrow.at(k))
	}
}

// read reads the row of a tally of n counts from a number on.
func (t *tally) read(r *pack.Reader, width uint8, from, n int) {
	if from%2 != 0 || n%2 != 0 || from+n > allBars {
		r.Fail(fmt.Errorf("window: a row of %d counts from %d on, of %d in all", n, from, allBars))
		return
	}
	t.from, t.n, t.width = from, n, width
	t.row = append(t.row[:0], r.Take(t.bytes(n))...)
}
