package gen

import "github.com/cardwatch/cardwatch/detectors/card"

// Habit is what a customer's way with bills truly is, which no detector may see.
type Habit string

// The habits.
const (
	// PaysInFull, PaysMinimum, PaysPart and Forgets can pay, and do so in their own ways; who forgets pays in full, late.
	PaysInFull  Habit = "full"
	PaysMinimum Habit = "minimum"
	PaysPart    Habit = "partial"
	Forgets     Habit = "forgetful"
	// Sliding lives above the income, which does not change, until the bills win.
	Sliding Habit = "sliding"
	// Hardship loses the income, gets behind with the bills, and mostly recovers.
	Hardship Habit = "hardship"
	// Strategic could pay, and pays each minimum weeks late, just before it costs more.
	Strategic Habit = "strategic"
)

// Habits lists them all.
func Habits() []Habit {
	return []Habit{PaysInFull, PaysMinimum, PaysPart, Forgets, Sliding, Hardship, Strategic}
}

// Trouble is one time of money trouble, in days since 1970-01-01 in China.
type Trouble struct {
	// Began is the billing day on which it began, Recovered the one on which income or will to pay was back; 0 while it is not.
	Began, Recovered int
	// IncomeLost says that the salary fell short or stopped with it.
	IncomeLost bool
}

// livelihood is a customer's income and what was promised of it. It is drawn from dice of its own, so that what the cards do is the
// same bank's as before there were incomes.
type livelihood struct {
	habit Habit
	// payday is the day of the month of the salary, paidMonth the first day of the month that was paid last.
	payday    uint8
	paidMonth int
	// instalment is what is still to be billed each month, instalments in how many months.
	instalment  int64
	instalments uint8
	troubles    []Trouble
	// returned and bounced count payments that were taken back and automatic ones that failed.
	returned, bounced int
	// missed says that the minimum of the newest bill will not be paid in time.
	missed bool
}

// The second part of what the life dice are thrown for, beside the day.
const (
	forBirth uint64 = iota
	forSalary
	forBill
	forWay
	lifeThrows
)

// throwLife sets the life dice for a customer, a day and a purpose.
func (p *planner) throwLife(c *customer, day int, purpose uint64) {
	p.life.throw(p.seed^0x6c696665, uint64(c.index), uint64(day)*lifeThrows+purpose)
}

// paydays are the usual ones of Chinese employers.
var paydays = [...]uint8{5, 8, 10, 12, 15, 20, 25}

// beginLife draws the habit, the payday and an instalment plan from before our time. It follows drawPayer and openLedger.
func (p *planner) beginLife(c *customer, firstDay int) {
	p.throwLife(c, firstDay, forBirth)
	l, d := &c.life, p.life
	l.habit = [...]Habit{fullPayer: PaysInFull, minimumPayer: PaysMinimum, partialPayer: PaysPart, forgetfulPayer: Forgets, stressedPayer: Sliding}[c.payer]
	r := d.Float64()
	switch {
	case c.payer == stressedPayer && r < 0.5:
		l.habit = Hardship
	case (c.payer == minimumPayer || c.payer == partialPayer) && !c.autopay && r < 0.12:
		l.habit = Strategic
	}
	l.payday = paydays[d.IntN(len(paydays))]
	first := newToday(firstDay)
	if first.dayOfMonth > int(l.payday) {
		l.paidMonth = first.month()
	}
	if d.chance(0.25) {
		p.signInstalments(c)
	}
	if len(c.ledger.dues) == 4 {
		// Some have been behind for longer than the other dice know: they are the first beyond 180 days.
		for range d.IntN(5) {
			c.ledger.dues = append(c.ledger.dues, c.ledger.dues[0])
		}
	}
	if c.stress.stage != healthy {
		l.troubles = append(l.troubles, Trouble{Began: firstDay, IncomeLost: l.habit == Hardship})
	}
}

// signInstalments spreads something bought over the months to come: two to eight per cent of the income, three months to two years.
func (p *planner) signInstalments(c *customer) {
	c.life.instalment = roundTo(int64(float64(c.income)*p.life.between(0.02, 0.08)), 1_000)
	c.life.instalments = uint8(3 + p.life.IntN(22))
}

// month is the first day of the month.
func (t *today) month() int { return t.day - t.dayOfMonth + 1 }

// lastSalary is what the profile tells of the income before our time: a month ago at most, or longer for those who lost it.
func (p *planner) lastSalary(c *customer, firstDay int) (minor, at int64) {
	first := newToday(firstDay)
	back := first.dayOfMonth - int(c.life.payday)
	if back <= 0 {
		back += 30
	}
	if len(c.life.troubles) > 0 && c.life.troubles[0].IncomeLost {
		back += 45
	}
	return c.income, midnight(firstDay-back) + 9*hour + 30*minute
}

// salary pays the month's salary, as a new record of the customer. In hardship it comes short and days late, and then not at all.
func (p *planner) salary(c *customer) {
	l := &c.life
	late, share := 0, c.salaryShare()
	if share < 1 && c.stress.stage == strained {
		late = 3
	}
	if share == 0 || l.paidMonth == p.rhythm.month() || p.rhythm.dayOfMonth < int(l.payday)+late {
		return
	}
	l.paidMonth = p.rhythm.month()
	p.throwLife(c, p.rhythm.day, forSalary)
	amount := roundTo(int64(float64(c.income)*share*p.life.between(0.97, 1.03)), 100)
	at := p.rhythm.start + p.life.span(9*hour, 11*hour)
	p.acts = append(p.acts, draft{kind: isCustomer, customer: c.index, at: at, amount: amount, paidAt: at, aside: true})
}

// salaryShare is the part of the income that comes in.
func (c *customer) salaryShare() float64 {
	if n := len(c.life.troubles); n == 0 || !c.life.troubles[n-1].IncomeLost {
		return 1
	}
	return [...]float64{healthy: 1, strained: 0.55, sinking: 0, recovering: 0.9, writtenOff: 0}[c.stress.stage]
}

// noteFortune writes the truth down when a customer gets into trouble or out of it, once a bill. Whoever is not known for either kind
// of trouble mostly lost the income.
func (p *planner) noteFortune(c *customer, before stage) {
	l, now := &c.life, c.stress.stage
	well := func(s stage) bool { return s == healthy || s == recovering }
	switch {
	case well(before) && !well(now):
		lost := l.habit == Hardship || l.habit != Sliding && p.life.chance(0.7)
		l.troubles = append(l.troubles, Trouble{Began: p.rhythm.day, IncomeLost: lost})
	case !well(before) && well(now):
		l.troubles[len(l.troubles)-1].Recovered = p.rhythm.day
	}
}

// billInstalment is the month's instalment, which the bill's own minimum always covers.
func (p *planner) billInstalment(c *customer, own int64) int64 {
	l := &c.life
	if l.instalments == 0 {
		if p.life.chance(0.03) {
			p.signInstalments(c)
		}
		return 0
	}
	l.instalments--
	return min(l.instalment, own)
}

// aside is the way of a record to us that the cards' dice know nothing of, in milliseconds.
func (p *planner) aside(c *customer, number uint32) int64 {
	return 200 + int64(scramble(p.seed^scramble(uint64(c.index)<<32|uint64(number)))%2800)
}

// Truth is what truly was the matter with a customer, as far as the bank has been planned.
type Truth struct {
	Customer string
	Habit    Habit
	Troubles []Trouble
	// Returned counts payments that were taken back, Bounced automatic payments that found no money.
	Returned, Bounced int
	// Missed says that the minimum of the newest bill will not be paid in full by its due date.
	Missed bool
}

// Truth tells it of the customer with a number from 0 on, of Config.Customers.
func (b *Bank) Truth(number int) Truth {
	l := &b.customers[number].life
	token, _, _ := b.ids(&draft{customer: uint32(number)})
	return Truth{Customer: token, Habit: l.habit, Troubles: l.troubles, Returned: l.returned, Bounced: l.bounced, Missed: l.missed}
}

// Date is a Trouble's day as a moment: its midnight in China.
func Date(day int) card.Moment { return moment(midnight(day)) }
