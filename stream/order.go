package stream

import (
	"cmp"
	"slices"

	"github.com/cardwatch/cardwatch/detectors/pack"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream/kafka"
)

// The records of a partition's topics apply in the order of their append times, as far as they are known: a record may be applied
// before an older one of another topic has arrived. A replay, which has both before it, would take them the other way round and might
// decide otherwise. So outputs carry, in a header, the order of the records applied since the outputs before them, and a replay
// keeps to it up to the last output that the log holds. What was applied after that, nobody has seen.

// orderHeader is the name of that header.
const orderHeader = "cardwatch-order"

// run is a number of records taken from one input in a row: up to and including the offset through.
type run struct {
	input   int
	through int64
}

// orderNote is the order since the outputs that were acknowledged last, or since everything was stored.
type orderNote struct {
	from []int64
	runs []run
}

// begin starts a new note after the given records.
func (n *orderNote) begin(last []store.Anchor) {
	n.from = n.from[:0]
	for _, a := range last {
		n.from = append(n.from, a.Offset)
	}
	n.runs = n.runs[:0]
}

// add notes a record that is being applied.
func (n *orderNote) add(input int, offset int64) {
	if last := len(n.runs) - 1; last >= 0 && n.runs[last].input == input {
		n.runs[last].through = offset
		return
	}
	n.runs = append(n.runs, run{input, offset})
}

// header is the note in a record's header.
func (n *orderNote) header() kafka.Header {
	b := pack.Uint([]byte{1}, uint64(len(n.from)))
	for _, offset := range n.from {
		b = pack.Int(b, offset)
	}
	b = pack.Uint(b, uint64(len(n.runs)))
	for _, r := range n.runs {
		b = pack.Int(pack.Uint(b, uint64(r.input)), r.through)
	}
	return kafka.Header{Key: orderHeader, Value: b}
}

// script is the order that a predecessor's outputs tell of.
type script struct {
	segments []segment
}

// segment is one note: after the records from, the runs follow.
type segment struct {
	from []int64
	runs []run
}

// read adds what a record's headers tell; headers that tell nothing of this kind, or what an unknown release wrote, are passed over.
func (s *script) read(headers []kafka.Header, inputs int) {
	for _, h := range headers {
		if h.Key != orderHeader || len(h.Value) == 0 || h.Value[0] != 1 {
			continue
		}
		r := pack.NewReader(h.Value[1:])
		var seg segment
		for range r.Count(1) {
			seg.from = append(seg.from, r.Int())
		}
		for range r.Count(2) {
			input, through := r.Uint(), r.Int()
			if input < uint64(inputs) {
				seg.runs = append(seg.runs, run{int(input), through})
			}
		}
		if r.Done() == nil && len(seg.from) == inputs {
			s.segments = append(s.segments, seg)
		}
	}
}

// ready sorts the notes. Of those that begin alike the longest tells what the others do: one may have stood beside outputs of several
// topics, or beside outputs that were not all acknowledged.
func (s *script) ready() {
	slices.SortFunc(s.segments, func(a, b segment) int {
		return cmp.Or(cmp.Compare(total(a.from), total(b.from)), cmp.Compare(len(b.runs), len(a.runs)), cmp.Compare(b.end(), a.end()))
	})
	s.segments = slices.CompactFunc(s.segments, func(a, b segment) bool { return slices.Equal(a.from, b.from) })
}

// end is where the last run ends.
func (s *segment) end() int64 {
	if len(s.runs) == 0 {
		return -1
	}
	return s.runs[len(s.runs)-1].through
}

func total(offsets []int64) (sum int64) {
	for _, o := range offsets {
		sum += o
	}
	return sum
}

// wants is the input that the next record has to come from, and up to which offset, after the given records have been applied; −1
// when append times decide.
func (s *script) wants(last []store.Anchor) (input int, through int64) {
	for len(s.segments) > 0 {
		seg := &s.segments[0]
		if !reached(last, seg.from) {
			return -1, 0
		}
		for len(seg.runs) > 0 {
			if next := seg.runs[0]; last[next.input].Offset < next.through {
				return next.input, next.through
			}
			seg.runs = seg.runs[1:]
		}
		s.segments = s.segments[1:]
	}
	return -1, 0
}

// skip gives up the run in hand: its records are gone.
func (s *script) skip() {
	if len(s.segments) > 0 && len(s.segments[0].runs) > 0 {
		s.segments[0].runs = s.segments[0].runs[1:]
	}
}

// reached reports whether the records of every input up to from have been applied.
func reached(last []store.Anchor, from []int64) bool {
	for i, a := range last {
		if a.Offset < from[i] {
			return false
		}
	}
	return true
}
