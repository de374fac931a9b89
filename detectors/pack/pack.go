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
func Uint(dst []byte, v uint64) []byte { return binary.AppendUvarint(dst, v) }

// Int appends a signed (zig-zag) varint.
func Int(dst []byte, v int64) []byte { return binary.AppendVarint(dst, v) }

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

// Fixed32 appends four bytes, for hashes that varints would lengthen.
func Fixed32(dst []byte, v uint32) []byte { return binary.LittleEndian.AppendUint32(dst, v) }

// String appends a length and the bytes.
func String(dst []byte, s string) []byte { return append(Uint(dst, uint64(len(s))), s...) }

// Reader takes a value apart in the order it was written.
type Reader struct {
	buf []byte
	err error
}

// NewReader reads from buf, which must not change meanwhile.
func NewReader(buf []byte) *Reader { return &Reader{buf: buf} }

// Err is the first thing that went wrong, nil when all fields were there.
func (r *Reader) Err() error { return r.err }

// Fail latches an error of the caller's, unless one is latched already.
func (r *Reader) Fail(err error) {
	if r.err == nil {
		r.err, r.buf = err, nil
	}
}

// Done reports an error also when bytes are left over.
func (r *Reader) Done() error {
	if r.err == nil && len(r.buf) > 0 {
		r.err = fmt.Errorf("pack: %d bytes left over", len(r.buf))
	}
	return r.err
}

// Uint reads an unsigned varint.
func (r *Reader) Uint() uint64 {
	v, n := binary.Uvarint(r.buf)
	return advance(r, v, n)
}

// Int reads a signed varint.
func (r *Reader) Int() int64 {
	v, n := binary.Varint(r.buf)
	return advance(r, v, n)
}

func advance[T any](r *Reader, v T, n int) T {
	if n <= 0 {
		r.Fail(ErrShort)
		var zero T
		return zero
	}
	r.buf = r.buf[n:]
	return v
}

// Byte reads one byte.
func (r *Reader) Byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

// Bool reads one byte.
func (r *Reader) Bool() bool { return r.Byte() != 0 }

// Float reads a float64.
func (r *Reader) Float() float64 {
	if b := r.take(8); b != nil {
		return math.Float64frombits(binary.LittleEndian.Uint64(b))
	}
	return 0
}

// Fixed32 reads four bytes.
func (r *Reader) Fixed32() uint32 {
	if b := r.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// String reads a string as a copy.
func (r *Reader) String() string { return string(r.take(int(r.Count(1)))) }

// Count reads the length of a list whose elements take at least size bytes each, so that a damaged length cannot make the
// caller allocate more than the value could hold.
func (r *Reader) Count(size int) int {
	n := r.Uint()
	if n > uint64(len(r.buf)/max(size, 1)) {
		r.Fail(ErrShort)
		return 0
	}
	return int(n)
}

func (r *Reader) take(n int) []byte {
	if r.err != nil || len(r.buf) < n {
		r.Fail(ErrShort)
		return nil
	}
	b := r.buf[:n]
	r.buf = r.buf[n:]
	return b
}

// Rest is everything not read yet, as a view.
func (r *Reader) Rest() []byte { return r.buf }

// Fixed64 appends eight bytes, for hashes that varints would lengthen.
func Fixed64(dst []byte, v uint64) []byte { return binary.LittleEndian.AppendUint64(dst, v) }

// Fixed64 reads eight bytes.
func (r *Reader) Fixed64() uint64 {
	if b := r.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// Bytes reads a length and that many bytes as a view into the value.
func (r *Reader) Bytes() []byte { return r.take(r.Count(1)) }
