package plan

// Cost is what an instalment costs, the cost a year first, since that is what must be shown first (CN-FEE).
type Cost struct {
	// Annual and Nominal as in Figures.
	Annual, Nominal             Rate
	InterestMinor, PayableMinor int64
	// AtOnceMinor is due at the start, PartsMinor at the end of each month; the last part takes what does not divide.
	AtOnceMinor int64
	PartsMinor  []int64
}

// LastMinor is the last part.
func (c Cost) LastMinor() int64 { return c.PartsMinor[len(c.PartsMinor)-1] }

// Cost reckons an offer paid in one of the two ways. It is false when the amount, the fee or the term is out of bounds, or when as much is due
// at once as is lent.
func (o *Offer) Cost(way Collection) (Cost, bool) {
	if o.AmountMinor <= 0 || o.AmountMinor > maxMinor || o.MonthlyFee < 0 || o.MonthlyFee > maxRate || o.Months < 1 || o.Months > MaxMonths {
		return Cost{}, false
	}
	months := int64(o.Months)
	fee, part := o.MonthlyFee.Of(o.AmountMinor), o.AmountMinor/months
	c := Cost{InterestMinor: months * fee, PayableMinor: o.AmountMinor + months*fee, PartsMinor: make([]int64, months)}
	if way == UpFront {
		c.AtOnceMinor, fee = months*fee, 0
	}
	for i := range c.PartsMinor {
		c.PartsMinor[i] = part + fee
	}
	c.PartsMinor[months-1] += o.AmountMinor - months*part
	lent := o.AmountMinor - c.AtOnceMinor
	if lent <= 0 {
		return Cost{}, false
	}
	c.Annual, c.Nominal = annualised(lent, c.PartsMinor)
	return c, true
}
