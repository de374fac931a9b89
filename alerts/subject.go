package alerts

import "github.com/cardwatch/cardwatch/detectors"

// Subject is what the case is about and what a prompt asks: the largest of its uses, how many there are, and when the newest
// was. The place is named only where the card was at the terminal: an online shop's would be news to its customer.
func (c *Case) Subject() Args {
	args := Args{Card: lastFour(c.Card), Uses: 1}
	events := map[string]bool{}
	largest := &detectors.Use{}
	for i := range c.Alerts {
		a := &c.Alerts[i]
		for _, id := range a.EventIDs {
			events[id] = true
		}
		if i == 0 || a.Use.Amount.Minor > largest.Amount.Minor {
			largest = &a.Use
		}
		if args.When.Before(a.OccurredAt) {
			args.When = a.OccurredAt
		}
	}
	args.Uses = max(args.Uses, len(events))
	args.AmountMinor, args.Currency = largest.Amount.Minor, largest.Amount.Currency
	args.Merchant = merchantName(largest.MerchantName)
	if largest.CardPresent {
		args.City, args.Country = largest.City, largest.Country
	}
	return args
}

// AtStake is the largest sum of money in the case's findings, in minor units and totals included: what a yes would let pass.
func (c *Case) AtStake() int64 {
	largest := int64(0)
	for i := range c.Alerts {
		a := &c.Alerts[i]
		largest = max(largest, a.Use.Amount.Minor)
		for _, r := range a.Reasons {
			if r.Unit == detectors.Minor {
				largest = max(largest, r.Value)
			}
		}
	}
	return largest
}

// lastFour is all that a customer is ever told of a card or account: the end of its token.
func lastFour(token string) string {
	runes := []rune(token)
	return string(runes[max(len(runes)-4, 0):])
}
