package gen

import (
	"math"
	"math/rand/v2"
)

// dice draws from one generator that is set anew for every customer and day.
type dice struct {
	*rand.Rand
	pcg *rand.PCG
}

func newDice() dice {
	pcg := rand.NewPCG(0, 0)
	return dice{Rand: rand.New(pcg), pcg: pcg}
}

// throw sets the generator to the stream of (seed, who, what).
func (d dice) throw(seed, who, what uint64) {
	d.pcg.Seed(scramble(seed^scramble(who)), scramble(what^scramble(seed+who)))
}

// scramble is the finaliser of SplitMix64 (Steele, Lea and Flood 2014): neighbours in, strangers out.
func scramble(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (d dice) chance(p float64) bool { return d.Float64() < p }

func (d dice) between(lo, hi float64) float64 { return lo + (hi-lo)*d.Float64() }

// span draws milliseconds in [lo, hi).
func (d dice) span(lo, hi int64) int64 { return lo + d.Int64N(hi-lo) }

func (d dice) lognormal(median, sigma float64) float64 {
	return median * math.Exp(sigma*d.NormFloat64())
}

// poisson draws a count by multiplying uniforms (Knuth), which is quick for the small means of a day.
func (d dice) poisson(mean float64) int {
	limit, product := math.Exp(-mean), d.Float64()
	n := 0
	for product > limit {
		product *= d.Float64()
		n++
	}
	return n
}

// wheel draws an index by weight in constant time; weights are rounded to 1/1024 of their sum.
type wheel [1024]uint8

func newWheel(weights ...float64) *wheel {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	var wh wheel
	i, until := 0, weights[0]
	for slot := range wh {
		for i < len(weights)-1 && (float64(slot)+0.5)/float64(len(wh))*sum > until {
			i++
			until += weights[i]
		}
		wh[slot] = uint8(i)
	}
	return &wh
}

func (d dice) spin(w *wheel) int { return int(w[d.Uint64()>>54]) }
