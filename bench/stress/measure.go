package stress

import (
	"cmp"
	"math"
	"slices"
)

// Measures say how good probabilities were.
type Measures struct {
	// Customers is how many were judged.
	Customers int `json:"customers"`
	// AUC is the chance that a customer who missed was given more than one who paid, ties counting half.
	AUC float64 `json:"auc"`
	// PrecisionTopDecile is the share who missed among the tenth with the highest probabilities.
	PrecisionTopDecile float64 `json:"precision_top_decile"`
	// ECE is the expected calibration error over ten bins of equal size.
	ECE float64 `json:"ece"`
	// Brier is the mean squared error of the probabilities.
	Brier float64 `json:"brier"`
}

// Measure compares probabilities with outcomes. Without customers, or with one outcome only, the AUC is NaN.
func Measure(probabilities []float64, missed []bool) Measures {
	n := len(probabilities)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(probabilities[a], probabilities[b]) })
	m := Measures{Customers: n, AUC: auc(probabilities, missed, order)}
	bin := max((n+9)/10, 1)
	for group := range slices.Chunk(order, bin) {
		gap := 0.0
		for _, i := range group {
			gap += probabilities[i] - outcome(missed[i])
		}
		m.ECE += math.Abs(gap) / float64(n)
	}
	top := order[n-min(n, max(n/10, 1)):]
	for _, i := range top {
		m.PrecisionTopDecile += outcome(missed[i]) / float64(len(top))
	}
	for i, p := range probabilities {
		m.Brier += (p - outcome(missed[i])) * (p - outcome(missed[i])) / float64(n)
	}
	return m
}

// auc sums the ranks of those who missed (Mann and Whitney), customers with equal probabilities sharing their mean rank.
func auc(probabilities []float64, missed []bool, order []int) float64 {
	var ranks, bad float64
	for at := 0; at < len(order); {
		end := at
		for end < len(order) && probabilities[order[end]] == probabilities[order[at]] {
			end++
		}
		for _, i := range order[at:end] {
			if missed[i] {
				ranks += float64(at+end+1) / 2
				bad++
			}
		}
		at = end
	}
	return (ranks - bad*(bad+1)/2) / (bad * (float64(len(order)) - bad))
}

func outcome(missed bool) float64 {
	if missed {
		return 1
	}
	return 0
}
