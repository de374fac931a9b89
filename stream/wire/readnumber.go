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
	n, err := strconv.ParseInt(view(d.data[t.start:t.end]), 10, 64)
	if err != nil || n < low || n > high {
		d.refuse(wrongValue, f)
		return 0
	}
	return n
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
	x, err := parseNumber(d.data[t.start:t.end])
	if err != nil || x < low || x > high {
		d.refuse(wrong, f)
		return 0
	}
	return x
}

// parseNumber reads a JSON number. A short decimal, as coordinates are, is the exact quotient of two floats that hold their
// integers exactly (Clinger, How to read floating point numbers accurately, 1990); strconv takes the others.
func parseNumber(b []byte) (float64, error) {
	const exactDigits = 15
	digits, point := 0, len(b)
	for i, c := range b {
		switch {
		case isDigit(c) && i <= exactDigits:
			digits = digits*10 + int(c-'0')
		case c == '.':
			point = i + 1
		case c != '-' || i != 0:
			return strconv.ParseFloat(view(b), 64)
		}
	}
	x := float64(digits) / powersOfTen[len(b)-point]
	if b[0] == '-' {
		return -x, nil
	}
	return x, nil
}

var powersOfTen = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}
