// Package pack is the compact binary form of states: varints, length-prefixed strings and fixed floats, one after another.
//
// Writers append to a byte slice and cannot fail. A Reader latches its first error, so that a codec reads as a list of
// fields and checks once at the end; input from a damaged store is an error, never a panic and never a large allocation.
package pack

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// ErrShort says that the value ends before its last field.
var ErrShort = errors.New("pack: value is cut short")

// Uint appends an unsigned varint.
func Uint(dst []byte, v uint64) []byte {
	if v < 0x80 {
		return append(dst, byte(v))
	}
	return binary.AppendUvarint(dst, v)
}

// Int appends a signed (zig-zag) varint.
func Int(dst []byte, v int64) []byte { return Uint(dst, zigzag(v)) }

// Bool appends one byte.
func Bool(dst []byte, v bool) []byte {
	if v {
		return append(dst, 1)
	}
	return append(dst, 0)
}

// Float appends the eight bytes of a float64.
func Float(dst []byte, v float64) []byte {
	return binary.LittleEndian.AppendUint64(dst, math.Float64bits(v))
}

// Fixed16 appends two bytes.
func Fixed16(dst []byte, v uint16) []byte { return append(dst, byte(v), byte(v>>8)) }

// Fixed32 appends four bytes, for hashes that varints would lengthen.
func Fixed32(dst []byte, v uint32) []byte { return binary.LittleEndian.AppendUint32(dst, v) }

// String appends a length and the bytes.
func String(dst []byte, s string) []byte { return append(Uint(dst, uint64(len(s))), s...) }

// Reader takes a value apart in the order it was written.
type Reader struct {
	buf []byte
	// at is how far buf has been read.
	at  int
	err error
}

// NewReader reads from buf, which must not change meanwhile.
func NewReader(buf []byte) *Reader { return &Reader{buf: buf} }

// Err is the first thing that went wrong, nil when all fields were there.
func (r *Reader) Err() error { return r.err }

// Fail latches an error of the caller's, unless one is latched already.
func (r *Reader) Fail(err error) {
	if r.err == nil {
		r.err, r.buf, r.at = err, nil, 0
	}
}

// Done reports an error also when bytes are left over.
func (r *Reader) Done() error {
	if r.err == nil && r.at < len(r.buf) {
		r.err = fmt.Errorf("pack: %d bytes left over", len(r.buf)-r.at)
	}
	return r.err
}

// Uint reads an unsigned varint.
func (r *Reader) Uint() uint64 {
	if i := r.at; i < len(r.buf) && r.buf[i] < 0x80 {
		r.at = i + 1
		return uint64(r.buf[i])
	}
	return r.long()
}

// long reads a varint of more than one byte.
func (r *Reader) long() uint64 {
	v, n := binary.Uvarint(r.buf[r.at:])
	if n <= 0 {
		r.Fail(ErrShort)
		return 0
	}
	r.at += n
	return v
}

// Int reads a signed varint.
func (r *Reader) Int() int64 {
	return unzigzag(r.Uint())
}

// Byte reads one byte.
func (r *Reader) Byte() byte {
	if i := r.at; i < len(r.buf) {
		r.at = i + 1
		return r.buf[i]
	}
	r.Fail(ErrShort)
	return 0
}

// Bool reads one byte.
func (r *Reader) Bool() bool { return r.Byte() != 0 }

// Float reads a float64.
func (r *Reader) Float() float64 {
	if b := r.Take(8); b != nil {
		return math.Float64frombits(binary.LittleEndian.Uint64(b))
	}
	return 0
}

// Fixed16 reads two bytes.
func (r *Reader) Fixed16() uint16 {
	if b := r.Take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

// Fixed32 reads four bytes.
func (r *Reader) Fixed32() uint32 {
	if b := r.Take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// String reads a string as a copy.
func (r *Reader) String() string { return string(r.Take(int(r.Count(1)))) }

// Count reads the length of a list whose elements take at least size bytes each, so that a damaged length cannot make the
// caller allocate more than the value could hold.
func (r *Reader) Count(size int) int {
	n := r.Uint()
	if n > uint64((len(r.buf)-r.at)/max(size, 1)) {
		r.Fail(ErrShort)
		return 0
	}
	return int(n)
}

// Take reads n bytes as a view into the value, nil when there are fewer.
func (r *Reader) Take(n int) []byte {
	if r.err != nil || len(r.buf)-r.at < n {
		r.Fail(ErrShort)
		return nil
	}
	r.at += n
	return r.buf[r.at-n : r.at]
}

// Rest is everything not read yet, as a view.
func (r *Reader) Rest() []byte { return r.buf[r.at:] }

// Fixed64 appends eight bytes, for hashes that varints would lengthen.
func Fixed64(dst []byte, v uint64) []byte { return binary.LittleEndian.AppendUint64(dst, v) }

// Fixed64 reads eight bytes.
func (r *Reader) Fixed64() uint64 {
	if b := r.Take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// Bytes reads a length and that many bytes as a view into the value.
func (r *Reader) Bytes() []byte { return r.Take(r.Count(1)) }
