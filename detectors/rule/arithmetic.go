package rule

import (
	"math"

	"github.com/cardwatch/cardwatch/detectors"
)

// The operations on whole numbers, which say so where Go would wrap around or stop.

func add(a, b int64) (int64, detectors.Fault) {
	if sum := a + b; (sum > a) == (b > 0) {
		return sum, ""
	}
	return 0, detectors.Overflow
}

func subtract(a, b int64) (int64, detectors.Fault) {
	if difference := a - b; (difference < a) == (b > 0) {
		return difference, ""
	}
	return 0, detectors.Overflow
}

func multiply(a, b int64) (int64, detectors.Fault) {
	if a == 0 || b == 0 {
		return 0, ""
	}
	product := a * b
	if product/b != a || a == -1 && b == math.MinInt64 || b == -1 && a == math.MinInt64 {
		return 0, detectors.Overflow
	}
	return product, ""
}

func divide(a, b int64) (int64, detectors.Fault) {
	switch {
	case b == 0:
		return 0, detectors.DivisionByZero
	case a == math.MinInt64 && b == -1:
		return 0, detectors.Overflow
	}
	return a / b, ""
}

func modulo(a, b int64) (int64, detectors.Fault) {
	switch {
	case b == 0:
		return 0, detectors.DivisionByZero
	case a == math.MinInt64 && b == -1:
		return 0, detectors.Overflow
	}
	return a % b, ""
}
