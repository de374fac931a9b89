package plan

import "math/big"

// Figures are what a customer is shown of a plan, the cost a year first (CN-FEE), and what the bank and its regulator ask for.
type Figures struct {
	// Annual is the internal rate of return a year, compounded: (1 + monthly)¹² − 1, to the basis point. It is the higher of the two ways,
	// and the one of CCD2; below 0 when part of the debt is waived. Nominal is the monthly rate twelve times, as Reg Z reckons an APR.
	Annual, Nominal Rate
	// InstalmentMinor is what each line asks for, LastMinor the last.
	InstalmentMinor, LastMinor int64
	// InterestMinor and FeesMinor are what is paid beside the principal, PayableMinor everything.
	InterestMinor, FeesMinor, PayableMinor int64
	// Minimum is the way without a plan, SavingMinor how much less the plan costs (below 0: more); 0 when that way never ends.
	Minimum     Path
	SavingMinor int64
	// In36Minor is the level payment that would clear the card's balance in 36 months, as Reg Z shows it.
	In36Minor int64
	// NPVLoss is the part of the debt's value that the bank gives up, discounting at the card's own rate (EBA/GL/2016/07, 51); below 0
	// when it gains. Distressed says that it is above 1 %, which makes the plan a default in the EU.
	NPVLoss    Rate
	Distressed bool
}

// in36 is the period that Reg Z compares with.
const in36 = 36

// distressed is the loss above which the EU sees a default.
const distressed = Percent

// Figures reckons a schedule's figures. minimum is how the card's minimum payment is set.
func (s Schedule) Figures(minimum Minimum) Figures {
	debt := s.Terms.DebtMinor()
	f := Figures{
		InstalmentMinor: s.InstalmentMinor(), InterestMinor: s.InterestMinor(), PayableMinor: s.PayableMinor(),
		FeesMinor: s.Terms.FeesMinor - s.Terms.WaivedFeesMinor,
		Minimum:   minimum.Path(debt, s.Terms.Rate), In36Minor: LevelMinor(min(debt, maxMinor), s.Terms.Rate, in36),
	}
	if n := len(s.Lines); n > 0 {
		f.LastMinor = s.Lines[n-1].TotalMinor()
	}
	if f.Minimum.Ends {
		f.SavingMinor = f.Minimum.PaidMinor - f.PayableMinor
	}
	flows := s.flows()
	f.Annual, f.Nominal = annualised(debt, flows)
	f.NPVLoss, f.Distressed = npvLoss(debt, flows, s.Terms.Rate)
	return f
}

// flows are the payments by month; flows[0] is due one month after the start.
func (s Schedule) flows() []int64 {
	if len(s.Lines) == 0 {
		return nil
	}
	flows := make([]int64, s.Lines[len(s.Lines)-1].Month)
	for _, l := range s.Lines {
		flows[l.Month-1] = l.TotalMinor()
	}
	return flows
}

// grid is how finely the monthly rate is found: 10⁻¹⁰. A year's rate then stands to a millionth of a basis point before it is rounded.
const grid = 10_000_000_000

// annualised finds the monthly rate at which payments are worth the debt, by halving with exact signs, and turns it into a year's.
func annualised(debt int64, flows []int64) (compounded, nominal Rate) {
	low, high := int64(-grid+1), int64(grid) // −100 % … 100 % a month
	for high-low > 1 {
		middle := low + (high-low)/2
		if worth(debt, flows, middle, grid) {
			low = middle
		} else {
			high = middle
		}
	}
	one := big.NewRat(1, 1)
	factor := big.NewRat(grid+low, grid)
	year := big.NewRat(1, 1)
	for range 12 {
		year.Mul(year, factor)
	}
	return toRate(year.Sub(year, one)), toRate(factor.Sub(factor, one).Mul(factor, big.NewRat(12, 1)))
}

// worth reports whether payments, with a monthly rate of num/den, repay a debt at least: what is left after the last is not above 0.
// The balance after k months is an integer over denᵏ, so the answer is exact.
func worth(debt int64, flows []int64, num, den int64) bool {
	left, power := big.NewInt(debt), big.NewInt(1)
	up, scale := big.NewInt(den+num), big.NewInt(den)
	var paid big.Int
	for _, f := range flows {
		power.Mul(power, scale)
		left.Mul(left, up)
		left.Sub(left, paid.Mul(big.NewInt(f), power))
	}
	return left.Sign() <= 0
}

// npvLoss is (debt − present value of the payments) ÷ debt at a rate a year charged monthly, and whether it is above 1 %, both exact.
func npvLoss(debt int64, flows []int64, rate Rate) (Rate, bool) {
	if debt <= 0 {
		return 0, false
	}
	month := big.NewRat(12*int64(Whole), 12*int64(Whole)+int64(rate))
	value := new(big.Rat)
	for i := len(flows) - 1; i >= 0; i-- {
		value.Add(value, new(big.Rat).SetInt64(flows[i]))
		value.Mul(value, month)
	}
	owes := new(big.Rat).SetInt64(debt)
	loss := owes.Sub(owes, value)
	loss.Quo(loss, new(big.Rat).SetInt64(debt))
	return toRate(loss), loss.Cmp(big.NewRat(int64(distressed), int64(Whole))) > 0
}

// toRate rounds a fraction to whole basis points, half to even.
func toRate(x *big.Rat) Rate {
	scaled := new(big.Rat).Mul(x, big.NewRat(int64(Whole/BasisPoint), 1))
	q, rest := new(big.Int).DivMod(scaled.Num(), scaled.Denom(), new(big.Int)) // floor, since the denominator is above 0
	switch rest.Lsh(rest, 1).Cmp(scaled.Denom()) {
	case 1:
		q.Add(q, big.NewInt(1))
	case 0:
		q.Add(q, new(big.Int).SetUint64(uint64(q.Bit(0))))
	}
	return Rate(q.Int64()) * BasisPoint
}
