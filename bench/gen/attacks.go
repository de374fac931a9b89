package gen

import "github.com/cardwatch/cardwatch/detectors/card"

const (
	// restAfterAttack is the number of days in which a card is not attacked again: it would have been replaced.
	restAfterAttack = 90
	// maxStolen bounds the attack transactions that a customer is remembered to have had.
	maxStolen = 48
	// farKm is how far away a clone is used at least.
	farKm = 400
)

// ongoingAttack is an attack that waits for its chance or goes on for days.
type ongoingAttack struct {
	kind     attackIndex
	city     int16
	daysLeft int8
	// quietUntil is the first day on which a new attack may begin.
	quietUntil int32
	second     bool
}

// attacks begins an attack, or goes on with one.
func (p *planner) attacks(c *customer) {
	day := p.rhythm.day
	if day < p.firstAttack || c.group != Ordinary {
		return
	}
	a := &c.attack
	if a.kind == noAttack {
		if !p.dice.chance(p.attackChance) || int32(day) < a.quietUntil {
			return
		}
		*a = ongoingAttack{
			kind: attackIndex(1 + p.dice.IntN(len(attackNames)-1)), daysLeft: 1, quietUntil: int32(day + restAfterAttack),
			city: int16(p.cityBetween(p.dice, int(c.base), farKm, 5000)), second: c.twoCards && p.dice.chance(0.3),
		}
		if a.kind == slowClone {
			a.daysLeft = int8(2 + p.dice.IntN(5))
		}
		c.episodes++
	}
	if p.strike(c) {
		a.daysLeft--
	}
	if a.daysLeft == 0 {
		a.kind = noAttack
	}
}

// strike does today's part of the attack; false when it found no chance.
func (p *planner) strike(c *customer) bool {
	switch c.attack.kind {
	case cloneFar:
		return p.cloneFar(c)
	case nightTestBurst:
		p.nightTestBurst(c)
	case nightATM:
		p.nightATM(c)
	case slowClone:
		p.slowClone(c)
	case takeoverOnline:
		p.takeoverOnline(c)
	}
	return true
}

// steal is one use by the attacker.
func (p *planner) steal(c *customer, at int64, trade int, shop uint32, amount int64, entry card.EntryMode) *draft {
	d := p.use(c, at, trade, shop, max(amount, 100))
	d.attack, d.episode, d.second, d.entry = c.attack.kind, c.episodes, c.attack.second, entry
	return d
}

// loot is a price in minor units: so many times the customer's mean ticket, and worth the attacker's while in yuan.
func (p *planner) loot(c *customer, floor, lo, hi float64) int64 {
	return int64(max(p.ticket*c.level*p.dice.between(lo, hi), floor*p.dice.between(1, 2))) * 100
}

// cloneFar follows a genuine card-present purchase by 5 to 25 minutes, now and then by up to 90: one to four large purchases.
func (p *planner) cloneFar(c *customer) bool {
	bait, ok := p.lastTouch()
	if !ok {
		return false
	}
	c.attack.second = bait.second
	at := bait.at + p.dice.span(5*minute, 25*minute)
	if p.dice.chance(0.1) {
		at = bait.at + p.dice.span(25*minute, 90*minute)
	}
	for range 1 + p.dice.IntN(4) {
		trade := [...]int{jewellery, electronics, departmentStore, clothing}[p.dice.IntN(4)]
		shop := p.shop(int(c.attack.city), trade, p.dice.IntN(merchantsPerTrade))
		p.steal(c, at, trade, shop, p.loot(c, 1_800, 5, 15), p.clonedEntry())
		at += p.dice.span(3*minute, 25*minute)
	}
	return true
}

// clonedEntry is a copied stripe or a relayed chip.
func (p *planner) clonedEntry() card.EntryMode {
	return [...]card.EntryMode{card.Magstripe, card.Magstripe, card.Chip, card.Contactless}[p.dice.IntN(4)]
}

// nightTestBurst tries the card with five to nine tiny charges, a third of them declined, then takes two to four large ones.
func (p *planner) nightTestBurst(c *customer) {
	at := p.rhythm.start + p.dice.span(30*minute, 5*hour)
	for range 5 + p.dice.IntN(5) {
		shop := p.shop(0, digital, p.dice.IntN(onlineMerchants))
		d := p.steal(c, at, digital, shop, p.dice.span(100, 2_500), card.Ecommerce)
		if p.dice.chance(1.0 / 3) {
			d.status, d.response = card.Declined, [...]uint8{respondDoNotHonour, respondExpired}[p.dice.IntN(2)]
		}
		at += p.dice.span(12*second, 100*second)
	}
	for range 2 + p.dice.IntN(3) {
		shop := p.shop(0, marketplace, p.dice.IntN(onlineMerchants))
		p.steal(c, at, marketplace, shop, p.loot(c, 1_500, 4, 14), card.Ecommerce)
		at += p.dice.span(minute, 4*minute)
	}
}

// nightATM draws 1,000 to 3,000 yuan four to seven times, minutes apart, one time in four in another city.
func (p *planner) nightATM(c *customer) {
	city := int(c.base)
	if p.dice.chance(0.25) {
		city = int(c.attack.city)
	}
	at := p.rhythm.start + p.dice.span(20*minute, 5*hour)
	entry, machine := p.clonedEntry(), p.shop(city, cash, p.dice.IntN(merchantsPerTrade))
	for range 4 + p.dice.IntN(4) {
		p.steal(c, at, cash, machine, 100_000*p.dice.span(1, 4), entry)
		at += p.dice.span(minute, 7*minute)
	}
}

// slowClone buys one to three everyday things in the other city.
func (p *planner) slowClone(c *customer) {
	for range 1 + p.dice.IntN(3) {
		trade := [...]int{supermarket, restaurant, petrol, clothing, departmentStore}[p.dice.IntN(5)]
		at := p.rhythm.start + p.dice.span(9*hour, 22*hour)
		shop := p.shop(int(c.attack.city), trade, p.dice.IntN(merchantsPerTrade))
		p.steal(c, at, trade, shop, p.amount(c, trade, 1.2), p.clonedEntry())
	}
}

// takeoverOnline makes three to five larger purchases at online merchants within hours.
func (p *planner) takeoverOnline(c *customer) {
	at := p.rhythm.start + p.dice.span(9*hour, 18*hour)
	for range 3 + p.dice.IntN(3) {
		trade := [...]int{marketplace, marketplace, digital}[p.dice.IntN(3)]
		shop := p.shop(0, trade, p.dice.IntN(onlineMerchants))
		p.steal(c, at, trade, shop, p.loot(c, 500, 3, 9), card.Ecommerce)
		at += p.dice.span(8*minute, 70*minute)
	}
}
