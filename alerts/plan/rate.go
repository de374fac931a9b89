package plan

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Rate is a share or an interest rate a year in millionths: 182,500 is 18.25 %, 100 is one basis point. It is exact for every rate
// that a bank writes with four decimals of a per cent.
type Rate int64

const (
	// BasisPoint is 0.01 %.
	BasisPoint Rate = 100
	// Percent is 1 %.
	Percent Rate = 10_000
	// Whole is 100 %.
	Whole Rate = 1_000_000
)

// maxRate bounds what is believed as a rate of interest: anything above is a slip of the keyboard (own choice; the court's limit for cards
// in China is 24 % a year).
const maxRate = Whole

// ParseRate reads per cent as people type them: "18.25", "18.25%", up to four decimals. Anything else is an error.
func ParseRate(s string) (Rate, error) {
	digits := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(s), "%"))
	n, err := ParseDecimal(digits, 4)
	if err != nil {
		return 0, fmt.Errorf("rate %.20q is no number of per cent with at most four decimals: %w", s, err)
	}
	return Rate(n), nil
}

// ParseDecimal reads an unsigned decimal as a whole number of its smallest places: "18.5" with two places is 1850. It takes digits and one
// point, nothing else, and no more than twelve digits before the point.
func ParseDecimal(s string, places int) (int64, error) {
	whole, fraction, _ := strings.Cut(s, ".")
	if whole == "" || len(whole) > 12 || len(fraction) > places {
		return 0, fmt.Errorf("want at most 12 digits and %d decimals", places)
	}
	for _, c := range whole + fraction {
		if c < '0' || c > '9' {
			return 0, fmt.Errorf("want digits and one point, found %q", c)
		}
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", places-len(fraction)), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("number too large: %w", err)
	}
	return n, nil
}

// String is the rate in per cent with at least two decimals: "18.25%", "−1.20%", "0.0417%".
func (r Rate) String() string {
	sign := ""
	if r < 0 {
		sign, r = "−", -r
	}
	fraction := fmt.Sprintf("%04d", r%Percent)
	if strings.HasSuffix(fraction, "00") {
		fraction = fraction[:2]
	}
	return sign + strconv.FormatInt(int64(r/Percent), 10) + "." + fraction + "%"
}

// Of is the share of an amount, half to even; 0 when one of them is not above 0.
func (r Rate) Of(minor int64) int64 { return share(minor, uint64(max(r, 0)), uint64(Whole)) }

// month is one month's interest on an amount: a twelfth of the year's, half to even.
func (r Rate) month(minor int64) int64 { return share(minor, uint64(max(r, 0)), 12*uint64(Whole)) }

// share is amount·num/den, half to even; 0 for an amount that is not above 0. What does not fit stops at the largest number.
func share(amount int64, num, den uint64) int64 {
	if amount <= 0 || num == 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(amount), num)
	if hi >= den {
		return math.MaxInt64
	}
	q, rest := bits.Div64(hi, lo, den)
	if 2*rest > den || 2*rest == den && q%2 == 1 {
		q++
	}
	return int64(q)
}

// MonthsAfter is the same day and hour m months later, by the moment's own calendar; the last day of the month where it has no such day
// (31 January, 28 February, 31 March …).
func MonthsAfter(at card.Moment, m int) card.Moment {
	t := at.Time()
	first := t.AddDate(0, 0, 1-t.Day()).AddDate(0, m, 0)
	last := first.AddDate(0, 1, -1).Day()
	return card.MomentOf(first.AddDate(0, 0, min(t.Day(), last)-1))
}
