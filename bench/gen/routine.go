package gen

import (
	"math"

	"github.com/cardwatch/cardwatch/detectors/card"
)

const approved = card.Approved

// routine is the everyday: so many uses, at the usual hours, where the customer is, mostly at the usual shops.
func (p *planner) routine(c *customer) {
	hours := p.hours
	if c.nightWork && !p.rhythm.weekend {
		hours = p.shifts
	}
	rate := c.rate * p.rhythm.bustle * c.stress.spending() * c.caution()
	if c.cityAt(p.rhythm.start+12*hour) != int(c.base) {
		rate *= 1.2
	}
	for range p.dice.poisson(rate) {
		h := p.dice.spin(hours)
		at := p.rhythm.start + int64(h)*hour + p.dice.span(0, hour)
		p.everyday(c, at, h < 6, c.cityAt(at))
	}
}

// caution makes people whose limit is nearly used up leave the card at home, most of the time.
func (c *customer) caution() float64 {
	if c.ledger.balance*10 > c.limit*9 {
		return 0.2
	}
	return 1
}

// everyday is one ordinary use. In a train or an aeroplane only what needs no terminal can be bought.
func (p *planner) everyday(c *customer, at int64, night bool, city int) {
	trade := p.dice.spin(p.dayTrades)
	if night {
		trade = p.dice.spin(p.nightTrades)
	}
	if c.stress.shortOfCash() && p.dice.chance(0.12) {
		trade = cash
	}
	if city < 0 {
		if trade < firstOnline {
			return
		}
		city = int(c.base)
	}
	factor := 1.0
	if city != int(c.base) {
		factor = 1.3
	}
	p.use(c, at, trade, p.usualShop(c, city, trade), p.amount(c, trade, factor))
}

// usualShop is the customer's regular merchant of a trade seven times in ten, any other of the city else.
func (p *planner) usualShop(c *customer, city, trade int) uint32 {
	k := p.dice.IntN(onlineMerchants)
	if p.dice.chance(0.7) {
		k = int(scramble(uint64(c.index)<<8|uint64(trade)) % onlineMerchants)
	}
	return p.shop(city, trade, k)
}

// amount draws a price in minor units. Cash comes in notes of 100; four prices in ten are whole yuan.
func (p *planner) amount(c *customer, trade int, factor float64) int64 {
	t := &categories[trade]
	price := p.dice.lognormal(t.median*c.level*factor, t.sigma)
	switch {
	case trade == cash:
		return min(roundTo(int64(price*100), 10_000), 2_000_000)
	case p.dice.chance(0.4):
		return int64(max(math.Round(price), 1)) * 100
	default:
		return max(int64(price*100), 50)
	}
}

func (p *planner) entry(trade int) card.EntryMode {
	style := categories[trade].pay
	return styles[style].modes[p.dice.spin(p.entries[style])]
}

func purchaseOrCash(trade int) card.Type {
	if trade == cash {
		return card.Cash
	}
	return card.Purchase
}

// nightOut is an evening at the night market: several small payments between midnight and three, about ten minutes apart.
func (p *planner) nightOut(c *customer) {
	if c.group != NightMarketGoer || !p.rhythm.weekend || !p.dice.chance(0.3) {
		return
	}
	at := p.rhythm.start + p.dice.span(5*minute, 70*minute)
	for range 3 + p.dice.IntN(4) {
		trade := fastFood
		if p.dice.chance(0.25) {
			trade = bar
		}
		shop := p.shop(int(c.base), trade, p.dice.IntN(merchantsPerTrade))
		p.use(c, at, trade, shop, p.amount(c, trade, 1))
		at += p.dice.span(4*minute, 25*minute)
	}
}

// bigTicket is one large purchase at home, by day, chip and PIN.
func (p *planner) bigTicket(c *customer) {
	daily := 1.0 / 500
	if c.group == BigTicket {
		daily = 1.0 / 30
	}
	at := p.rhythm.start + p.dice.span(10*hour, 21*hour)
	if !p.dice.chance(daily) || c.cityAt(at) != int(c.base) {
		return
	}
	trade := [...]int{furniture, jewellery, electronics}[p.dice.IntN(3)]
	shop := p.shop(int(c.base), trade, p.dice.IntN(merchantsPerTrade))
	price := p.dice.lognormal(8_000*math.Sqrt(c.level), 0.6)
	p.use(c, at, trade, shop, int64(price)*100).entry = card.Chip
}

// pendingRefund is goods that will go back to the shop; a customer has at most one on the way.
type pendingRefund struct {
	day      int
	original uint32
	merchant uint32
	amount   int64
	entry    card.EntryMode
	second   bool
}

// returnGoods takes goods back on the day that settle has planned for it.
func (p *planner) returnGoods(c *customer) {
	r := c.refund
	if r.original == 0 || r.day != p.rhythm.day {
		return
	}
	c.refund = pendingRefund{}
	p.acts = append(p.acts, draft{
		kind: isTransaction, customer: c.index, at: p.rhythm.start + p.dice.span(10*hour, 20*hour), merchant: r.merchant,
		amount: r.amount, original: r.original, typ: card.Refund, status: approved, entry: r.entry, second: r.second,
	})
}
