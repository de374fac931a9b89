package gen

import (
	"fmt"
	"math"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// customer is one life in the bank: what stays, and where it stands today.
type customer struct {
	index uint32
	group Group
	// home is the city that the profile names, base where the customer lives now, hometown where the parents live.
	home, base, hometown int16
	nightWork, twoCards  bool
	english, autopay     bool
	consent              alerts.Consent
	// rate is the mean number of uses a day; level scales every amount.
	rate, level float64
	// income is monthly, limit the credit limit, in minor units.
	income, limit int64
	billingDay    uint8
	payer         payer
	answers       answerHabit
	// moveDay is when somebody of MovedHome leaves.
	moveDay int
	// number is that of the newest event; episodes counts attacks.
	number, episodes uint32
	trip             *trip
	refund           pendingRefund
	attack           ongoingAttack
	// stolen are the numbers of the newest attack transactions, at most maxStolen.
	stolen   []uint32
	ledger   ledger
	stress   stress
	life     livelihood
	payments []plannedPayment
}

// movingSpan is the number of days, counted from the tenth, in which the people of MovedHome leave.
const movingSpan = 120

func (p *planner) newCustomer(index, firstDay int) customer {
	p.dice.throw(p.seed, uint64(index), math.MaxUint64)
	d := p.dice
	c := customer{index: uint32(index), group: p.drawGroup(), billingDay: uint8(1 + d.IntN(28)), answers: p.drawAnswers()}
	c.home = int16(d.spin(p.where))
	c.base = c.home
	c.hometown = int16(p.cityBetween(d, int(c.home), 300, 2000))
	c.moveDay = firstDay + 10 + d.IntN(movingSpan)
	c.nightWork = c.group == NightWorker
	c.twoCards, c.english = d.chance(0.1), d.chance(p.englishShare)
	c.consent = alerts.Consent{SMS: d.chance(0.93), Push: d.chance(0.8), Profiling: d.chance(0.85)}
	c.rate = min(max(d.lognormal(2.4, 0.4), 0.4), 8)
	// Card holders earn half as much again as their city's typical person.
	income := d.lognormal(homes[c.home].income*150, 0.45)
	c.income = int64(income) * 100
	// The card carries half of an ordinary income, less for those who revolve; level is what makes the customer's tickets add up to that.
	const daysOfMonth = 30.4
	p.drawPayer(&c)
	share := min(d.lognormal(0.5, 0.35), 0.95) * spendingByPayer[c.payer]
	c.level = min(max(income*share/(c.rate*daysOfMonth*p.ticket), 0.3), 5)
	c.limit = roundTo(int64(income*d.between(2, 5))*100, 100_000)
	p.openLedger(&c, int64(income*share)*100)
	p.beginLife(&c, firstDay)
	return c
}

func (p *planner) drawGroup() Group {
	if p.dice.chance(p.lookAlikeShare) {
		return lookAlikes[p.dice.spin(p.likeness)]
	}
	return Ordinary
}

// profile is the customer's record for the monitor. Somebody who moved is still registered at the old home.
func (p *planner) profile(c *customer, head card.Head) *card.Customer {
	city := &p.cities[c.home]
	segment := "mass"
	if c.income >= 2_500_000 {
		segment = "affluent"
	}
	return &card.Customer{
		Head: head, Home: card.Place{City: city.Code, Country: "CN", Lat: city.Lat, Lon: city.Lon, HasPoint: true},
		Timezone: "Asia/Shanghai", MonthlyIncomeMinor: c.income, Currency: cny, Language: c.language(), Segment: segment,
	}
}

// contact is the customer's record for the desk.
func (p *planner) contact(c *customer, head card.Head, index uint32) *alerts.Contact {
	contact := &alerts.Contact{
		Head: head, Phone: phone(index), Language: c.language(), Timezone: "Asia/Shanghai", Consent: c.consent, Region: "CN",
	}
	if c.consent.Push {
		contact.PushToken = "push" + head.Customer
	}
	if !c.consent.SMS {
		contact.OptOut = []alerts.ChannelKind{alerts.SMS}
	}
	return contact
}

func (c *customer) language() card.Language {
	if c.english {
		return card.English
	}
	return card.Chinese
}

// phone invents a number: +86 19900 0xxxxx, and on to 1990x for banks of more than 90,000. Nobody may dial it: the demo
// sends to its sandbox alone. The last digit is one of the nine that fail the Luhn check, since the door takes a run of 13
// digits that passes it for a card number.
func phone(index uint32) alerts.Phone {
	digits := fmt.Sprintf("861990%06d", index/9)
	sum := 0
	for i := range digits {
		v := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			v = v*2/10 + v*2%10
		}
		sum += v
	}
	valid := (10 - sum%10) % 10
	return alerts.Phone(fmt.Sprintf("+%s%d", digits, (valid+1+int(index%9))%10))
}

func roundTo(v, step int64) int64 { return max((v+step/2)/step, 1) * step }
