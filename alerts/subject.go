package alerts

import "github.com/cardwatch/cardwatch/detectors"

// subject is what a prompt asks about: the newest use among the case's findings, the largest amount and the most uses.
func subject(c *Case) Args {
	args := Args{Card: lastFour(c.Card), Uses: 1}
	for i := range c.Alerts {
		a := &c.Alerts[i]
		args.AmountMinor = max(args.AmountMinor, amountOf(a))
		args.Uses = max(args.Uses, len(a.EventIDs))
		if args.When.Before(a.OccurredAt) {
			args.When = a.OccurredAt
		}
	}
	return args
}

// amountOf is the amount of the use that a finding judged, 0 when its reasons do not name it.
func amountOf(a *detectors.Alert) int64 {
	for _, r := range a.Reasons {
		if r.Code == detectors.AmountVsUsual || r.Code == detectors.LargeAfterTests {
			return r.Value
		}
	}
	return 0
}

// largestAmount is the largest sum of money in the case's findings, totals included: what a yes would let pass.
func largestAmount(c *Case) int64 {
	largest := int64(0)
	for i := range c.Alerts {
		for _, r := range c.Alerts[i].Reasons {
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
