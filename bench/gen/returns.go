package gen

import "github.com/cardwatch/cardwatch/detectors/card"

// lastReturn is the last day after a statement on which a payment may come back: the month's books are still open.
const lastReturn = 26

// bringBack lets some payments of the month be taken back by the bank that they came from, days after they were booked: 0.6 % of them,
// and 6 % of those of customers in trouble. Most customers then pay again.
func (p *planner) bringBack(c *customer) {
	share := 0.006
	if c.stress.shortOfCash() {
		share = 0.06
	}
	for i := range c.payments {
		pay := &c.payments[i]
		if pay.status != card.Settled || pay.method == card.CollectionPayment || !p.life.chance(share) {
			continue
		}
		day := dayOf(pay.at) + 2 + p.life.IntN(4)
		if day > p.rhythm.day+lastReturn {
			continue
		}
		pay.returned = true
		c.life.returned++
		back := plannedPayment{at: midnight(day) + p.life.span(9*hour, 17*hour), amount: pay.amount, method: pay.method, status: card.Reversed,
			takesBack: i, aside: true}
		again := plannedPayment{at: midnight(day+1+p.life.IntN(4)) + p.life.span(9*hour, 21*hour), amount: pay.amount, method: card.ManualPayment,
			status: card.Settled, aside: true}
		c.payments = append(c.payments, back)
		if !c.stress.shortOfCash() && dayOf(again.at) <= p.rhythm.day+lastReturn && p.life.chance(0.8) {
			c.payments = append(c.payments, again)
		}
	}
}

// delay is a strategic payer's month: nothing of the new bill, and of the old one its minimum, two to three weeks after the new one
// came, which is just before it is a month late.
func (p *planner) delay(c *customer, b *bill) {
	c.payments = c.payments[:0]
	if b.pastDue > 0 {
		at := midnight(p.rhythm.day+13+p.life.IntN(6)) + p.life.span(8*hour, 22*hour)
		c.payments = append(c.payments, plannedPayment{at: at, amount: b.pastDue, method: card.ManualPayment, status: card.Settled, aside: true})
	}
}
