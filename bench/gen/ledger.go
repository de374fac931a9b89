package gen

import (
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
)

const (
	// minDueFloor is the least that a bill asks for: 50.00 yuan.
	minDueFloor = 5_000
	// maxCycles bounds the unpaid minimum dues that are kept apart; older ones are kept together.
	maxCycles = 12
)

// ledger is an account's books. There is no interest and no fee, so that they add up from the records alone:
// balance = last balance + approved purchases and cash − reversals − refunds − settled payments.
type ledger struct {
	balance int64
	// dues are what is left of each bill's own minimum due, oldest first; none is zero.
	dues []int64
	// asked are the dues as the last bill left them and paid the payments since, from which dues can be made again without one of them.
	asked, paid []int64
}

// pay books a settled payment: against the balance, and against the oldest dues first.
func (l *ledger) pay(amount int64) {
	l.balance -= amount
	l.paid = append(l.paid, amount)
	l.settle(amount)
}

// takeBack undoes a payment since the last bill: the dues are as if it had never come.
func (l *ledger) takeBack(amount int64) {
	l.balance += amount
	if i := slices.Index(l.paid, amount); i >= 0 {
		l.paid = slices.Delete(l.paid, i, i+1)
	}
	l.dues = append(l.dues[:0:0], l.asked...)
	for _, paid := range l.paid {
		l.settle(paid)
	}
}

func (l *ledger) settle(amount int64) {
	for len(l.dues) > 0 && amount > 0 {
		part := min(amount, l.dues[0])
		amount -= part
		l.dues[0] -= part
		if l.dues[0] == 0 {
			l.dues = l.dues[1:]
		}
	}
}

// pastDue is what earlier bills asked for and did not get, after refunds that left less than that owing.
func (l *ledger) pastDue() int64 {
	sum := int64(0)
	for i, due := range l.dues {
		l.dues[i] = min(due, max(l.balance-sum, 0))
		sum += l.dues[i]
		if l.dues[i] == 0 {
			l.dues = l.dues[:i]
			break
		}
	}
	return sum
}

// ask adds a new bill's own minimum due: 10 % of what is not past due, at least 50.00 and at most all of it.
func (l *ledger) ask(pastDue int64) int64 {
	open := max(l.balance-pastDue, 0)
	due := min(max(open/10, minDueFloor), open)
	switch {
	case due == 0:
	case len(l.dues) == maxCycles:
		l.dues[maxCycles-1] += due
	default:
		l.dues = append(l.dues, due)
	}
	l.asked, l.paid = append(l.asked[:0], l.dues...), l.paid[:0]
	return due
}

// bill is one monthly statement and whether its minimum will be missed.
type bill struct {
	dueDay                   int
	balance, minDue, pastDue int64
	instalment               int64
	cycles                   int
	missed                   bool
}

// billing puts the statement of a billing day into its small hours.
func (p *planner) billing(c *customer) {
	if p.rhythm.dayOfMonth == int(c.billingDay) {
		p.acts = append(p.acts, draft{kind: isStatement, customer: c.index, at: p.rhythm.start + p.dice.span(0, 4*hour)})
	}
}

// makeBill closes the books of a month, and decides what the customer will do about it.
func (p *planner) makeBill(c *customer) *bill {
	pastDue := c.ledger.pastDue()
	b := &bill{
		dueDay:  p.rhythm.day + 20 + int(scramble(uint64(c.index)^p.seed)%6),
		balance: c.ledger.balance, pastDue: pastDue, cycles: len(c.ledger.dues),
	}
	p.throwLife(c, p.rhythm.day, forBill)
	before := c.stress.stage
	p.changeFortune(c, b.cycles)
	p.noteFortune(c, before)
	own := c.ledger.ask(pastDue)
	b.minDue, b.instalment = pastDue+own, p.billInstalment(c, own)
	c.payments = p.intend(c, b, c.payments[:0])
	if c.life.habit == Strategic && c.stress.stage == healthy {
		p.delay(c, b)
	}
	p.bringBack(c)
	paid := int64(0)
	for _, pay := range c.payments {
		if pay.status == card.Settled && !pay.returned && pay.at <= dueMoment(b.dueDay) {
			paid += pay.amount
		}
	}
	b.missed = paid < b.minDue
	c.life.missed = b.missed
	return b
}

// dueMoment is the last second of the due day.
func dueMoment(day int) int64 { return midnight(day+1) - second }

func (b *bill) statement(c *customer, head card.Head, account string) *card.Statement {
	return &card.Statement{
		Head: head, Account: account, DueAt: moment(dueMoment(b.dueDay)), BalanceMinor: b.balance, MinDueMinor: b.minDue,
		PastDueMinor: b.pastDue, CyclesPastDue: b.cycles, CreditLimitMinor: c.limit, Currency: cny, Autopay: c.autopay,
		InstalmentMinor: b.instalment, RateBps: c.rateBps(),
	}
}

// The bank's terms: good customers, by their limits, pay 0.04 % a day; of the others' rate it says nothing, and it is the usual 0.05 %.
const (
	goodLimit   = 5_000_000
	goodRateBps = 1460
)

func (c *customer) rateBps() int {
	if c.limit >= goodLimit {
		return goodRateBps
	}
	return 0
}

// duePayments adds the payments that fall on this day.
func (p *planner) duePayments(c *customer) {
	for i, pay := range c.payments {
		if dayOf(pay.at) != p.rhythm.day {
			continue
		}
		nth := i
		if pay.status == card.Reversed {
			nth = pay.takesBack
		}
		p.acts = append(p.acts, draft{kind: isPayment, customer: c.index, at: pay.at, amount: pay.amount, method: pay.method, payment: pay.status,
			nth: uint8(nth), aside: pay.aside})
	}
}

// openLedger gives the account a past: a balance, and for some of the stressed unpaid bills.
func (p *planner) openLedger(c *customer, monthly int64) {
	c.ledger.balance = int64(float64(monthly) * p.dice.between(0.2, 1.2))
	if c.payer != fullPayer {
		c.ledger.balance = min(c.ledger.balance*2, c.limit*9/10)
	}
	if c.payer != stressedPayer || !p.dice.chance(0.35) {
		return
	}
	c.stress.stage = sinking
	for range p.dice.IntN(5) {
		c.ledger.dues = append(c.ledger.dues, max(c.ledger.balance/12, 100))
	}
}
