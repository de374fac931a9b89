package gen

import "github.com/cardwatch/cardwatch/detectors/card"

// lendings are the honest uses that every detector has to ask about: someone of the family shops with the card's twin far
// away, soon after the holder bought something at home. No history tells it from a clone; only the holder does. They begin
// with the attacks, and only when Config.LendRate asks for them.
func (p *planner) lendings(c *customer) {
	if p.lendChance == 0 || p.rhythm.day < p.firstAttack || c.group != Ordinary || !p.dice.chance(p.lendChance) {
		return
	}
	home, ok := p.lastTouch()
	if !ok {
		return
	}
	city := p.cityBetween(p.dice, int(c.base), farKm, 5000)
	at := home.at + p.dice.span(10*minute, 40*minute)
	for range 1 + p.dice.IntN(2) {
		trade := [...]int{electronics, departmentStore, clothing}[p.dice.IntN(3)]
		shop := p.shop(city, trade, p.dice.IntN(merchantsPerTrade))
		d := p.use(c, at, trade, shop, p.loot(c, 1_800, 5, 12))
		d.second, d.entry = home.second, card.Chip
		at += p.dice.span(5*minute, 30*minute)
	}
}

// lastTouch is the day's last purchase at a terminal between eight and twenty-one.
func (p *planner) lastTouch() (draft, bool) {
	var last draft
	for _, d := range p.acts {
		if d.entry.CardPresent() && d.typ == card.Purchase && d.at < p.rhythm.start+21*hour && d.at > p.rhythm.start+8*hour {
			last = d
		}
	}
	return last, last.at != 0
}
