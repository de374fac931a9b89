package stress

import (
	"math"
	"slices"
	"sort"
	"strconv"
)

// The bounds of a row of bins: ten are what a person can still read, three in a hundred what a share can be trusted on. Finer
// cuts than twentieths only follow the sample (bench/stress/README.md).
const (
	maxBins     = 10
	minBinShare = 0.03
	fineBins    = 20
)

// bin counts the customers of a stretch of values; below is its upper bound, +Inf for the last.
type bin struct {
	below     float64
	n, missed float64
}

// binned cuts an attribute into at most maxBins bins: fine quantiles first, then the two neighbours that differ least in
// their share of missed payments are merged, again and again. With a sign, shares that run against it are merged too.
func binned(values []float64, missed []bool, sign int) []bin {
	bins := count(values, missed, quantileCuts(values))
	for len(bins) > 1 {
		at, why := leastLoss(bins, func(i int) bool { return tooSmall(bins[i], len(values)) || tooSmall(bins[i+1], len(values)) })
		if !why {
			at, why = leastLoss(bins, func(i int) bool { return float64(sign)*(share(bins[i+1])-share(bins[i])) < 0 })
		}
		if !why && len(bins) > maxBins {
			at, why = leastLoss(bins, func(int) bool { return true })
		}
		if !why {
			break
		}
		bins = merge(bins, at)
	}
	return bins
}

// merge joins a bin with the next one.
func merge(bins []bin, at int) []bin {
	bins[at+1].n += bins[at].n
	bins[at+1].missed += bins[at].missed
	return slices.Delete(bins, at, at+1)
}

// quantileCuts are the distinct values at the fine quantiles, with four significant digits so that a table can be read.
func quantileCuts(values []float64) []float64 {
	sorted := slices.Sorted(slices.Values(values))
	var cuts []float64
	for i := 1; i < fineBins; i++ {
		v := sorted[i*len(sorted)/fineBins]
		for _, cut := range [...]float64{v, next(sorted, v)} {
			if c := fourDigits(cut); c > sorted[0] {
				cuts = append(cuts, c)
			}
		}
	}
	slices.Sort(cuts)
	return slices.Compact(cuts)
}

// next is the smallest value above v, so that a value that many customers share gets a bin of its own.
func next(sorted []float64, v float64) float64 {
	i := sort.Search(len(sorted), func(i int) bool { return sorted[i] > v })
	if i == len(sorted) {
		return v
	}
	return sorted[i]
}

func fourDigits(v float64) float64 { return digits(v, 4) }

func sixDigits(v float64) float64 { return digits(v, 6) }

// digits rounds to n significant digits by way of text, so that the value prints as short as it reads.
func digits(v float64, n int) float64 {
	short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', n, 64), 64)
	if err != nil {
		return v
	}
	return short
}

func count(values []float64, missed []bool, cuts []float64) []bin {
	bins := make([]bin, len(cuts)+1)
	for i := range bins {
		bins[i].below = math.Inf(1)
		if i < len(cuts) {
			bins[i].below = cuts[i]
		}
	}
	for i, v := range values {
		b := &bins[find(bins, v)]
		b.n++
		if missed[i] {
			b.missed++
		}
	}
	return slices.DeleteFunc(bins, func(b bin) bool { return b.n == 0 && !math.IsInf(b.below, 1) })
}

// find is the index of a value's bin.
func find(bins []bin, v float64) int {
	return sort.Search(len(bins)-1, func(i int) bool { return v < bins[i].below })
}

// leastLoss is the index of the pair of neighbours that may be merged and lose the least log likelihood by it.
func leastLoss(bins []bin, may func(int) bool) (at int, found bool) {
	least := math.Inf(1)
	for i := range len(bins) - 1 {
		if !may(i) {
			continue
		}
		a, b := bins[i], bins[i+1]
		if loss := likelihood(a) + likelihood(b) - likelihood(bin{n: a.n + b.n, missed: a.missed + b.missed}); loss < least {
			at, least, found = i, loss, true
		}
	}
	return at, found
}

func likelihood(b bin) float64 {
	if b.missed == 0 || b.missed == b.n {
		return 0
	}
	p := b.missed / b.n
	return b.missed*math.Log(p) + (b.n-b.missed)*math.Log(1-p)
}

func tooSmall(b bin, total int) bool {
	return b.n < minBinShare*float64(total) || b.missed == 0 || b.missed == b.n
}

func share(b bin) float64 { return b.missed / max(b.n, 1) }
