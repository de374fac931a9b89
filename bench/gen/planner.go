package gen

import "slices"

// planner turns a customer's day into drafts.
type planner struct {
	*world
	dice dice
	// life are the dice of incomes and of what follows from them.
	life     dice
	likeness *wheel
	rhythm   today
	// firstAttack is the day on which attacks may begin.
	firstAttack                  int
	attackChance, lendChance     float64
	lookAlikeShare, englishShare float64
	// acts collects the day of one customer before it is settled.
	acts []draft
}

func newPlanner(w *world, config Config, start int) planner {
	return planner{
		world: w, dice: newDice(), life: newDice(), likeness: newWheel(lookAlikeWeights...), firstAttack: start,
		// Attacks fall on ordinary customers alone; the rate is per card of the whole bank.
		attackChance:   config.AttackRate / 1000 / max(1-config.LookAlikeShare, 0.01),
		lendChance:     config.LendRate / 1000 / max(1-config.LookAlikeShare, 0.01),
		lookAlikeShare: config.LookAlikeShare, englishShare: config.EnglishShare,
	}
}

func (p *planner) begin(day int) { p.rhythm = newToday(day) }

// plan appends one customer's day, as it will arrive, to the queue.
func (p *planner) plan(queue []draft, c *customer) []draft {
	p.dice.throw(p.seed, uint64(c.index), uint64(p.rhythm.day))
	p.acts = p.acts[:0]
	p.billing(c)
	p.duePayments(c)
	p.salary(c)
	p.journeys(c)
	p.routine(c)
	p.nightOut(c)
	p.bigTicket(c)
	p.returnGoods(c)
	p.attacks(c)
	p.lendings(c)
	slices.SortStableFunc(p.acts, func(a, b draft) int { return int(a.at - b.at) })
	return p.settle(queue, c)
}

// use adds one purchase or withdrawal at a shop; whoever calls it may change the draft.
func (p *planner) use(c *customer, at int64, trade int, shop uint32, amount int64) *draft {
	p.acts = append(p.acts, draft{
		kind: isTransaction, customer: c.index, at: at, merchant: shop, amount: amount,
		typ: purchaseOrCash(trade), status: approved, entry: p.entry(trade), second: c.twoCards && p.dice.chance(0.3),
	})
	return &p.acts[len(p.acts)-1]
}
