package conduct

import (
	"fmt"
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/pack"
)

// logVersion is the first byte of an encoded log.
const logVersion = 1

// AppendBinary appends the log's binary form to dst and returns the longer slice: version, the contact missed, stops and contacts, the
// times of these as differences.
func (l *Log) AppendBinary(dst []byte) []byte {
	dst = pack.Uint(append(dst, logVersion), l.missed.Word())
	dst = pack.Uint(dst, uint64(len(l.stops)))
	for _, number := range l.stops {
		dst = pack.Fixed64(dst, uint64(number))
	}
	dst = pack.Uint(dst, uint64(len(l.contacts)))
	before := int64(0)
	for i := range l.contacts {
		c := &l.contacts[i]
		dst = pack.Fixed64(dst, uint64(c.ID))
		dst = pack.Int(pack.Uint(dst, uint64(c.At.UnixMilli-before)), int64(c.At.OffsetMinutes))
		dst = append(dst, number(channels, c.Channel), number(parties, c.Party), number(purposes, c.Purpose), number(results, c.Result))
		dst = pack.Fixed64(pack.Fixed64(dst, uint64(c.Number)), uint64(c.Debt))
		dst = pack.Bool(pack.String(dst, c.Agency), c.Agreed)
		before = c.At.UnixMilli
	}
	return dst
}

// UnmarshalBinary replaces the log by one that AppendBinary wrote. Damaged input is an error and leaves the log empty.
func (l *Log) UnmarshalBinary(data []byte) error {
	r := pack.NewReader(data)
	l.Read(r)
	if err := r.Done(); err != nil {
		*l = Log{}
		return fmt.Errorf("contact log: %w", err)
	}
	return nil
}

// Read replaces the log by one that AppendBinary wrote into a larger form. Damage is latched in the reader.
func (l *Log) Read(r *pack.Reader) {
	*l = Log{}
	if v := r.Byte(); v != logVersion {
		r.Fail(fmt.Errorf("contact log: version %d, this program reads %d", v, logVersion))
	}
	var got Log
	got.missed = card.MomentOfWord(r.Uint())
	for range bounded(r, MaxStops, "third parties") {
		got.stops = append(got.stops, Key(r.Fixed64()))
	}
	before := int64(0)
	for range bounded(r, MaxContacts, "contacts") {
		c := Contact{ID: Key(r.Fixed64()), At: card.Moment{UnixMilli: before + int64(r.Uint()), OffsetMinutes: int16(r.Int())}}
		c.Channel, c.Party, c.Purpose, c.Result = word(r, channels), word(r, parties), word(r, purposes), word(r, results)
		c.Number, c.Debt, c.Agency, c.Agreed = Key(r.Fixed64()), Key(r.Fixed64()), agency(r.String()), r.Bool()
		if c.At.UnixMilli < before && len(got.contacts) > 0 {
			r.Fail(fmt.Errorf("contact log: contact %d is older than the one before", len(got.contacts)))
		}
		if r.Err() != nil {
			return
		}
		got.contacts, before = append(got.contacts, c), c.At.UnixMilli
	}
	if r.Err() == nil {
		*l = got
	}
}

// bounded reads a length.
func bounded(r *pack.Reader, limit int, what string) int {
	n := r.Uint()
	if n > uint64(limit) {
		r.Fail(fmt.Errorf("contact log: %d %s are more than %d", n, what, limit))
		return 0
	}
	return int(n)
}

// number is a word's place in its list. Every word of a log has one: Reserve and Note take no others.
func number[T comparable](words []T, w T) byte { return byte(slices.Index(words, w)) }

// word is the reverse of number.
func word[T comparable](r *pack.Reader, words []T) (w T) {
	n := int(r.Byte())
	if n >= len(words) {
		r.Fail(fmt.Errorf("contact log: word %d of %d", n, len(words)))
		return w
	}
	return words[n]
}
