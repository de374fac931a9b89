package pack

import (
	"encoding/binary"
	"math/bits"
)

// Numbers are varints one after another that have been counted: so many of them can be read without a failure, whatever the
// bytes are. Parts of a state that are seldom asked for are kept in this form.
type Numbers []byte

// Count is how many varints there are in b, −1 when the last one is cut short.
func Count(b []byte) (n int) {
	const lasts = 0x8080808080808080
	if len(b) > 0 && b[len(b)-1] >= 0x80 {
		return -1
	}
	for ; len(b) >= 8; b = b[8:] {
		n += bits.OnesCount64(^binary.LittleEndian.Uint64(b) & lasts)
	}
	for _, c := range b {
		n += int(^c >> 7)
	}
	return n
}

// Uint takes an unsigned number off the front, 0 when none is left. Of a longer one it gives the low 64 bits.
func (n *Numbers) Uint() (v uint64) {
	for i, c := range *n {
		v |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			*n = (*n)[i+1:]
			return v
		}
	}
	return v
}

// Int takes a signed number off the front.
func (n *Numbers) Int() int64 { return unzigzag(n.Uint()) }

func zigzag(v int64) uint64 { return uint64(v)<<1 ^ uint64(v>>63) }

func unzigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }
