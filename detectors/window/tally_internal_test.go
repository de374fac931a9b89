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
		r := pack.NewReader(tal.append(nil))
		var back tally
		back.read(r, allBars)
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
	for name, form := range map[string][]byte{
		"beyond the last":  {22, 4 << 2, 0, 0},
		"from an odd one":  {1, 2 << 2, 0},
		"of an odd number": {0, 1 << 2},
		"cut short":        {0, 4 << 2, 0},
	} {
		r := pack.NewReader(form)
		new(tally).read(r, hoursOfDay)
		require.Error(t, r.Done(), name)
	}
}
