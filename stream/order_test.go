package stream

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream/kafka"
)

// However the records of several inputs were interleaved, whatever of the notes reached the log, and wherever a replay begins, it
// takes the records in the same order up to the last note.
func TestAReplayKeepsToTheOrderThatOutputsTellOf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const inputs = 3
		steps := rapid.SliceOfN(rapid.IntRange(0, inputs-1), 1, 60).Draw(t, "order")
		last := func() []store.Anchor { return []store.Anchor{{Offset: -1}, {Offset: -1}, {Offset: -1}} }

		at, note := last(), orderNote{}
		note.begin(at)
		var written script
		var positions [][]store.Anchor
		told := 0
		for n, input := range steps {
			positions = append(positions, append([]store.Anchor(nil), at...))
			at[input].Offset += rapid.Int64Range(1, 3).Draw(t, "gap") // control records and compacted ones take offsets too
			note.add(input, at[input].Offset)
			if rapid.Bool().Draw(t, "outputs") {
				for range rapid.IntRange(1, 2).Draw(t, "topics") {
					written.read([]kafka.Header{{Key: "trace"}, note.header()}, inputs)
				}
				told = n + 1
				if rapid.IntRange(0, 9).Draw(t, "acknowledged") > 0 {
					note.begin(at)
				}
			}
		}
		written.ready()

		from := rapid.IntRange(0, len(steps)-1).Draw(t, "replay from")
		replayed := positions[from]
		offsets := map[int][]int64{}
		for n, input := range steps {
			after := at
			if n+1 < len(positions) {
				after = positions[n+1]
			}
			if n >= from {
				offsets[input] = append(offsets[input], after[input].Offset)
			}
		}
		for n := from; n < told; n++ {
			input, through := written.wants(replayed)
			require.Equal(t, steps[n], input, "record %d", n)
			require.GreaterOrEqual(t, through, offsets[input][0])
			replayed[input].Offset, offsets[input] = offsets[input][0], offsets[input][1:]
		}
		input, _ := written.wants(replayed)
		require.Equal(t, -1, input, "what came after the last output may be taken by append time")
	})
}

func TestForeignHeadersSayNothing(t *testing.T) {
	for name, value := range map[string][]byte{"empty": nil, "newer": {2, 1}, "cut": {1, 3, 0}, "other inputs": {1, 1, 0, 0}, "huge": {1, 0xff, 0xff, 0xff, 0x7f}} {
		var s script
		s.read([]kafka.Header{{Key: orderHeader, Value: value}}, 3)
		require.Empty(t, s.segments, name)
	}
}
