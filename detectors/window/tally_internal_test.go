package window

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/detectors/pack"
)

func TestATallyCountsAsAMapDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		model, tal := map[int]int64{}, tally{}
		for range rapid.IntRange(0, 40).Draw(t, "steps") {
			i := rapid.IntRange(0, allBars-1).Draw(t, "number")
			by := rapid.SampledFrom([]int64{1, 1, 1, -1, 14, 300, 1 << 20}).Draw(t, "by")
			model[i] = max(model[i]+by, 0)
			tal.add(uint8(i), by)
		}
		r := pack.NewReader(tal.row)
		var back tally
		back.read(r, tal.width, tal.from, tal.n)
		require.NoError(t, r.Done())
		for _, counted := range []tally{tal, back} {
			got := map[int]int64{}
			for k := range counted.n {
				got[counted.from+k] = int64(counted.at(k))
			}
			for i, n := range model {
				require.Equal(t, n, got[i], i)
			}
		}
	})
}

func TestARowThatReachesTooFarIsAnError(t *testing.T) {
	for name, form := range map[string]struct {
		width   uint8
		from, n int
	}{
		"beyond the last":  {0, 254, 4},
		"from an odd one":  {0, 1, 2},
		"of an odd number": {0, 2, 1},
		"cut short":        {3, 0, 2},
	} {
		r := pack.NewReader([]byte{1, 2})
		new(tally).read(r, form.width, form.from, form.n)
		require.Error(t, r.Done(), name)
	}
}
