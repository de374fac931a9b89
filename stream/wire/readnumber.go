package wire

import (
	"math"
	"strconv"
)

// integer reads an integer within low … high, both included, absent as 0.
func (d *Decoder) integer(f field, low, high int64) int64 {
	return d.wholeNumber(f, low, high, BadType, BadValue)
}

// amount reads minor units from low upwards, absent as 0.
func (d *Decoder) amount(f field, low int64) int64 {
	return d.wholeNumber(f, low, math.MaxInt64, BadAmount, BadAmount)
}

func (d *Decoder) wholeNumber(f field, low, high int64, wrongType, wrongValue Reason) int64 {
	t, ok := d.get(f)
	if !ok {
		return 0
	}
	if t.kind != integerToken {
		d.refuse(wrongType, f)
		return 0
	}
	n, err := d.parseInteger(t)
	if err != nil || n < low || n > high {
		d.refuse(wrongValue, f)
		return 0
	}
	return n
}

// parseInteger reads an integer token; those without a sign and of eight digits at most have a shorter way.
func (d *Decoder) parseInteger(t token) (int64, error) {
	if size := t.end - t.start; size <= 8 {
		if n, ok := lastDigits(d.data, int(t.end), int(size)); ok {
			return int64(n), nil
		}
	}
	return strconv.ParseInt(view(d.data[t.start:t.end]), 10, 64)
}

// number reads a number within low … high, both included, absent as 0.
func (d *Decoder) number(f field, low, high float64, wrong Reason) float64 {
	t, ok := d.get(f)
	if !ok {
		return 0
	}
	if t.kind != integerToken && t.kind != decimalToken {
		d.refuse(wrong, f)
		return 0
	}
	x, err := parseNumber(d.data[:t.end], int(t.start))
	if err != nil || x < low || x > high {
		d.refuse(wrong, f)
		return 0
	}
	return x
}

// parseNumber reads the JSON number from start to the end of data. A short decimal, as coordinates are, is the exact quotient of two
// floats that hold their integers exactly (Clinger, How to read floating point numbers accurately, 1990); strconv takes the others.
func parseNumber(data []byte, start int) (float64, error) {
	first := start
	if data[first] == '-' {
		first++
	}
	point := digitsEnd(data, first)
	whole, decimals := point-first, len(data)-point-1
	if whole <= 7 && 1 <= decimals && decimals <= 8 && data[point] == '.' {
		high, _ := lastDigits(data, point, whole)
		low, ok := lastDigits(data, len(data), decimals)
		if ok && point >= 8 {
			x := float64(high*powersOfTen[decimals]+low) / float64(powersOfTen[decimals])
			if first > start {
				x = -x
			}
			return x, nil
		}
	}
	return strconv.ParseFloat(view(data[start:]), 64)
}

var powersOfTen = [...]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8}
