package gen

import (
	"math"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Shares of what goes wrong on the way (notes/data.md §5 for clocks, the rest chosen).
const (
	declineShare   = 0.017
	reversalShare  = 0.006
	refundShare    = 0.008
	lateShare      = 0.03
	veryLateShare  = 0.0015
	duplicateShare = 0.001
	slowClockShare = 0.005
	fastClockShare = 0.003
)

// settle answers each authorisation from the account, numbers it, lets some go wrong, and appends what will arrive.
func (p *planner) settle(queue []draft, c *customer) []draft {
	for i := range p.acts {
		d := p.acts[i]
		c.number++
		d.number = c.number
		if d.kind != isTransaction {
			queue = append(queue, p.book(c, d))
			continue
		}
		p.authorise(c, &d)
		p.deliver(&d)
		if d.attack != noAttack {
			c.remember(d.number)
		}
		queue = append(queue, d)
		if p.dice.chance(duplicateShare) {
			again := d
			again.arrived += p.dice.span(200, 30*second)
			queue = append(queue, again)
		}
		if d.status == approved && d.typ == card.Purchase && d.attack == noAttack {
			queue = p.takeBack(queue, c, &d)
		}
	}
	return queue
}

// book enters a payment, takes one back, or closes the month.
func (p *planner) book(c *customer, d draft) draft {
	switch {
	case d.kind == isStatement:
		d.bill = p.makeBill(c)
	case d.payment == card.Settled:
		c.ledger.pay(d.amount)
		c.noteNumber(&d)
	case d.payment == card.Reversed:
		c.ledger.takeBack(d.amount)
		d.original = c.payments[d.nth].number
	case d.payment == card.Failed && d.method == card.Autopay:
		c.life.bounced++
	}
	d.occurred = d.at
	if d.aside {
		d.arrived = d.at + p.aside(c, d.number)
	} else {
		d.arrived = d.at + p.dice.span(200, 3*second)
	}
	return d
}

// noteNumber lets a later return name the payment. One of the month before that falls on the billing day is named by none.
func (c *customer) noteNumber(d *draft) {
	if n := int(d.nth); n < len(c.payments) && c.payments[n].at == d.at {
		c.payments[n].number = d.number
	}
}

// authorise approves what the credit limit bears and declines the rest, and a few for no reason that we would know.
func (p *planner) authorise(c *customer, d *draft) {
	switch {
	case d.typ == card.Refund:
		c.ledger.balance -= d.amount
		return
	case d.status == card.Declined:
		return
	case c.stress.stage == writtenOff:
		d.status, d.response = card.Declined, respondRestricted
	case c.ledger.balance+d.amount > c.limit:
		d.status, d.response = card.Declined, respondNoFunds
		if d.typ == card.Cash {
			d.response = respondOverLimit
		}
	case d.attack == noAttack && p.dice.chance(declineShare):
		d.status, d.response = card.Declined, respondDoNotHonour
		if d.entry.CardPresent() {
			d.response = respondWrongPIN
		}
	default:
		c.ledger.balance += d.amount
	}
}

// deliver sets the terminal's clock and the way to us: usually a fraction of a second, sometimes minutes, seldom hours.
func (p *planner) deliver(d *draft) {
	d.occurred = d.at
	switch r := p.dice.Float64(); {
	case r < slowClockShare:
		d.occurred -= p.dice.span(8*hour, 12*hour)
	case r < slowClockShare+fastClockShare:
		d.occurred += p.dice.span(10*minute, 12*hour)
	}
	way := p.dice.span(60, 900)
	switch r := p.dice.Float64(); {
	case r < veryLateShare:
		way += p.dice.span(hour, 8*hour)
	case r < veryLateShare+lateShare:
		way += min(int64(p.dice.lognormal(30, 1.2)*float64(second)), 20*minute)
	}
	d.arrived = d.at + way
}

// takeBack lets a few purchases be reversed within minutes or refunded within two weeks. A reversal comes from the same
// terminal, so it shares its clock and its way, and it stays inside the day so that a bill never splits the two.
func (p *planner) takeBack(queue []draft, c *customer, d *draft) []draft {
	r := p.dice.Float64()
	if r > reversalShare && r < reversalShare+refundShare && c.refund.original == 0 {
		c.refund = pendingRefund{
			day: p.rhythm.day + 1 + p.dice.IntN(14), original: d.number, merchant: d.merchant, entry: d.entry, second: d.second,
			amount: d.amount,
		}
		if p.dice.chance(0.3) {
			c.refund.amount = int64(math.Ceil(float64(d.amount) * p.dice.between(0.1, 0.9)))
		}
	}
	after := p.dice.span(20*second, 20*minute)
	if r > reversalShare || d.at+after >= p.rhythm.start+fullDay {
		return queue
	}
	c.number++
	c.ledger.balance -= d.amount
	undo := *d
	undo.typ, undo.original, undo.number = card.Reversal, d.number, c.number
	undo.at, undo.occurred, undo.arrived = d.at+after, d.occurred+after, d.arrived+after
	return append(queue, undo)
}

// remember keeps the newest attack transactions, so that the customer knows what to answer.
func (c *customer) remember(number uint32) {
	if len(c.stolen) == maxStolen {
		c.stolen = c.stolen[:copy(c.stolen, c.stolen[1:])]
	}
	c.stolen = append(c.stolen, number)
}
