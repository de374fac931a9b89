package wire

import (
	"encoding/binary"
	"math/bits"
)

// Eight bytes are looked at as one word, the first in its lowest byte. Texts and numbers of a bank are short and of many lengths: a
// loop over their bytes costs a mispredicted branch each.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

func word(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

// nonDigits marks the bytes of x, each a byte of text xor '0', that are above 9. A carry can only mark bytes above the first true mark.
func nonDigits(x uint64) uint64 { return (x + (0x80-10)*ones | x) & highs }

// digitsEnd finds the first byte from pos that is no digit.
func digitsEnd(data []byte, pos int) int {
	for ; pos+8 <= len(data); pos += 8 {
		if marks := nonDigits(word(data[pos:]) ^ '0'*ones); marks != 0 {
			return pos + bits.TrailingZeros64(marks)/8
		}
	}
	for pos < len(data) && isDigit(data[pos]) {
		pos++
	}
	return pos
}

// lastDigits gives the number that the last n bytes before end make, 1 to 8 of them, and false when one is no digit.
func lastDigits(data []byte, end, n int) (uint64, bool) {
	if end < 8 {
		return 0, false
	}
	x := (word(data[end-8:]) ^ '0'*ones) & (^uint64(0) << (64 - 8*n))
	return eightDigits(x), nonDigits(x) == 0
}

// eightDigits combines eight digits by pairs, then fours, then all (Lemire, Number parsing at a gigabyte per second, 2021).
func eightDigits(x uint64) uint64 {
	const halves = 0x000000ff000000ff
	x = x*10 + x>>8
	return ((x&halves)*(100+1_000_000<<32) + (x>>16&halves)*(1+10_000<<32)) >> 32
}
