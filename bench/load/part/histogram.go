package part

import (
	"math/bits"
	"time"
)

// Histogram counts durations in microseconds without keeping them: 64 steps to each power of two, so that what it says is at most
// 1.6 % above what was measured. The zero Histogram is empty; it is used by one goroutine at a time.
type Histogram struct {
	counts  [steps * 33]int64
	samples int64
	max     time.Duration
}

const (
	stepBits = 6
	steps    = 1 << stepBits
)

// Add counts a duration; what is negative counts as nothing, what is longer than an hour as an hour.
func (h *Histogram) Add(d time.Duration) {
	d = min(max(d, 0), time.Hour)
	h.counts[stepOf(uint64(d.Microseconds()))]++
	h.samples++
	h.max = max(h.max, d)
}

// stepOf keeps the number's stepBits bits below its highest: small numbers are exact.
func stepOf(us uint64) int {
	shift := max(bits.Len64(us)-stepBits-1, 0)
	return shift<<stepBits + int(us>>shift)
}

// ceiling is the largest number of microseconds in a step.
func ceiling(step int) int64 {
	shift := max(step>>stepBits-1, 0)
	return int64(step-shift<<stepBits+1)<<shift - 1
}

// Quantile is the duration that a share of the samples, 0 … 1, does not exceed; 0 when there are none.
func (h *Histogram) Quantile(share float64) time.Duration {
	rank := int64(share*float64(h.samples) + 0.5)
	for step, n := range h.counts {
		if rank -= n; rank <= 0 && n > 0 {
			return min(time.Duration(ceiling(step))*time.Microsecond, h.max)
		}
	}
	return h.max
}

// Latency is what a Histogram says, in milliseconds.
type Latency struct {
	Samples int64   `json:"samples"`
	P50     float64 `json:"p50_ms"`
	P99     float64 `json:"p99_ms"`
	P999    float64 `json:"p999_ms"`
	Max     float64 `json:"max_ms"`
}

// Latency sums the histogram up.
func (h *Histogram) Latency() Latency {
	return Latency{
		Samples: h.samples, P50: milliseconds(h.Quantile(0.5)), P99: milliseconds(h.Quantile(0.99)),
		P999: milliseconds(h.Quantile(0.999)), Max: milliseconds(h.max),
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
