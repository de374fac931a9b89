package gen

import "github.com/cardwatch/cardwatch/detectors/card"

// payer is a customer's habit with bills while all is well.
type payer uint8

const (
	fullPayer payer = iota
	minimumPayer
	partialPayer
	forgetfulPayer
	stressedPayer
)

var payerWheel = newWheel(48, 14, 14, 14, 10)

// spendingByPayer keeps the balance of those who revolve below their limit: who pays a tenth a month owes ten months of use.
var spendingByPayer = [...]float64{fullPayer: 1, minimumPayer: 0.25, partialPayer: 0.6, forgetfulPayer: 0.9, stressedPayer: 0.5}

// stage is how far money trouble has gone.
type stage uint8

const (
	healthy stage = iota
	strained
	sinking
	recovering
	writtenOff
)

// stress is a customer's money trouble; it changes from bill to bill.
type stress struct{ stage stage }

// spending multiplies the number of purchases.
func (s stress) spending() float64 {
	return [...]float64{healthy: 1, strained: 1.2, sinking: 0.6, recovering: 0.7, writtenOff: 0.1}[s.stage]
}

// shortOfCash reports whether the card is used for cash more than before.
func (s stress) shortOfCash() bool { return s.stage == strained || s.stage == sinking }

// changeFortune moves a customer between the stages, once a bill. Per month 18 % of the stressed and 0.4 % of the others
// slip; about half of the strained come back by themselves.
func (p *planner) changeFortune(c *customer, cycles int) {
	slip := 0.004
	if c.payer == stressedPayer {
		slip = 0.18
	}
	s, r := &c.stress, p.dice.Float64()
	switch s.stage {
	case healthy:
		s.move(r < slip, strained)
	case strained:
		s.move(r < 0.25, sinking)
		s.move(r > 0.75, healthy)
	case sinking:
		s.move(r < 0.12, recovering)
		s.move(r > 0.65 && cycles >= 4, writtenOff)
	case recovering:
		s.move(cycles == 0, healthy)
	case writtenOff:
		s.move(r < 0.03, recovering)
	}
}

func (s *stress) move(when bool, to stage) {
	if when {
		s.stage = to
	}
}

func (p *planner) drawPayer(c *customer) {
	c.payer = payer(p.dice.spin(payerWheel))
	c.autopay = p.dice.chance([...]float64{fullPayer: 0.5, minimumPayer: 0.4, partialPayer: 0, forgetfulPayer: 0, stressedPayer: 0.3}[c.payer])
}

// plannedPayment is a payment that will be made, or tried.
type plannedPayment struct {
	at, amount int64
	method     card.PaymentMethod
	status     card.PaymentStatus
	// number is the event's, once it is booked. returned says that a Reversed one, whose takesBack is its place, will come.
	number    uint32
	returned  bool
	takesBack int
	aside     bool
}

// intend decides what will be paid on a bill until the next one, in order of time.
func (p *planner) intend(c *customer, b *bill, out []plannedPayment) []plannedPayment {
	if b.minDue == 0 {
		return out
	}
	switch c.stress.stage {
	case strained:
		return p.struggle(c, b, out)
	case sinking:
		return p.sink(c, b, out)
	case recovering:
		return p.payAround(out, p.rhythm.day+2, b.dueDay-1, b.minDue, p.caller(b))
	case writtenOff:
		if p.dice.chance(0.05) {
			return p.payAround(out, p.rhythm.day+2, b.dueDay+2, b.minDue/3, card.CollectionPayment)
		}
		return out
	}
	switch {
	case b.cycles > 0:
		return p.payAround(out, p.rhythm.day+2, b.dueDay-2, b.minDue, p.caller(b))
	case c.autopay:
		return p.payByItself(c, b, out)
	case c.payer == forgetfulPayer && p.dice.chance(0.35):
		return p.forget(b, out)
	}
	return p.payAround(out, p.rhythm.day+3, b.dueDay, p.wanted(c, b), card.ManualPayment)
}

// wanted is what a customer who can pay as usual pays.
func (p *planner) wanted(c *customer, b *bill) int64 {
	switch c.payer {
	case minimumPayer, stressedPayer:
		return min(roundTo(b.minDue+9_999, 10_000), b.balance)
	case partialPayer:
		return b.minDue + int64(float64(b.balance-b.minDue)*p.dice.between(0.05, 0.6))
	default:
		return b.balance
	}
}

// payAround pays once on a day in [from, to], between 8 and 22 h. Nothing is paid for nothing.
func (p *planner) payAround(out []plannedPayment, from, to int, amount int64, method card.PaymentMethod) []plannedPayment {
	if amount <= 0 {
		return out
	}
	at := midnight(from+p.dice.IntN(max(to-from, 0)+1)) + p.dice.span(8*hour, 22*hour)
	return append(out, plannedPayment{at: at, amount: amount, method: method, status: card.Settled})
}

// payByItself draws on the due day at nine; 3 % of draws fail and are made good by hand, two in five of them late.
func (p *planner) payByItself(c *customer, b *bill, out []plannedPayment) []plannedPayment {
	draw := plannedPayment{at: midnight(b.dueDay) + 9*hour, amount: b.balance, method: card.Autopay, status: card.Settled}
	if c.payer != fullPayer {
		draw.amount = b.minDue
	}
	if !p.dice.chance(0.03) {
		return append(out, draw)
	}
	draw.status = card.Failed
	out = append(out, draw)
	if p.dice.chance(0.6) {
		return append(out, plannedPayment{
			at: midnight(b.dueDay) + p.dice.span(10*hour, 23*hour), amount: draw.amount, method: card.ManualPayment, status: card.Settled,
		})
	}
	return p.payAround(out, b.dueDay+1, b.dueDay+3, draw.amount, card.ManualPayment)
}

// forget pays one to three days late, or four to nine, or not before the next bill.
func (p *planner) forget(b *bill, out []plannedPayment) []plannedPayment {
	switch r := p.dice.Float64(); {
	case r < 0.6:
		return p.payAround(out, b.dueDay+1, b.dueDay+3, b.balance, card.ManualPayment)
	case r < 0.85:
		return p.payAround(out, b.dueDay+4, b.dueDay+9, b.balance, card.ManualPayment)
	default:
		return out
	}
}

// struggle is a month of strain: half of the time the minimum on the last days, else less than that, or late.
func (p *planner) struggle(c *customer, b *bill, out []plannedPayment) []plannedPayment {
	r := p.dice.Float64()
	if r < 0.5 {
		return p.payAround(out, b.dueDay-2, b.dueDay, b.minDue, card.ManualPayment)
	}
	part := int64(0)
	if r < 0.75 {
		part = int64(float64(b.minDue) * p.dice.between(0.3, 0.9))
		out = p.payAround(out, b.dueDay-8, b.dueDay-1, part, card.ManualPayment)
	}
	out = p.bounce(c, b, b.minDue-part, out)
	if p.dice.chance(0.55) {
		out = p.payAround(out, b.dueDay+1, b.dueDay+8, b.minDue-part, card.ManualPayment)
	}
	return out
}

// sink is a month in which hardly anything comes.
func (p *planner) sink(c *customer, b *bill, out []plannedPayment) []plannedPayment {
	some := int64(float64(b.minDue) * p.dice.between(0.15, 0.6))
	r := p.dice.Float64()
	if r < 0.15 {
		out = p.payAround(out, b.dueDay-10, b.dueDay-1, some, card.ManualPayment)
	}
	out = p.bounce(c, b, b.minDue, out)
	if r > 0.85 {
		out = p.payAround(out, b.dueDay+2, b.dueDay+6, some, p.caller(b))
	}
	return out
}

// bounce is an automatic draw that finds no money.
func (p *planner) bounce(c *customer, b *bill, amount int64, out []plannedPayment) []plannedPayment {
	if !c.autopay {
		return out
	}
	return append(out, plannedPayment{at: midnight(b.dueDay) + 9*hour, amount: amount, method: card.Autopay, status: card.Failed})
}

// caller is who brings the money in once a bill is past due: half of the time somebody had to ask.
func (p *planner) caller(b *bill) card.PaymentMethod {
	if b.cycles > 0 && p.dice.chance(0.5) {
		return card.CollectionPayment
	}
	return card.ManualPayment
}
