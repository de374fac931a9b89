package gen

import (
	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Record is one record of an input topic, with the truth about it.
type Record struct {
	// Arrived is when the broker would have appended it.
	Arrived card.Moment
	// Body is a *card.Customer, *alerts.Contact, *card.Statement, *card.Payment or *card.Transaction, made for this record.
	Body  card.Body
	Label Label
}

// Topic is the contract's name of the topic that the record belongs to.
func (r Record) Topic() string {
	switch r.Body.(type) {
	case *card.Customer:
		return "cards.customer.v1"
	case *alerts.Contact:
		return "cards.contact.v1"
	case *card.Statement:
		return "cards.statement.v1"
	case *card.Payment:
		return "cards.payment.v1"
	default:
		return "cards.transaction.v1"
	}
}

// Label is the truth about a record, which no detector may see.
type Label struct {
	// Attack is the kind of attack that a transaction belongs to, empty when the holder made it; Episode names the attack.
	Attack  Attack
	Episode string
	// Group is what kind of customer it is.
	Group Group
	// Habit is the customer's way with bills.
	Habit Habit
	// Missed says of a statement that its minimum payment will not be paid in full by the due date.
	Missed bool
}

// Attack is a kind of attack, as notes/data.md §0 names them.
type Attack string

// The attacks.
const (
	// CloneFar is a card used soon after a genuine purchase, larger, at least 400 km away.
	CloneFar Attack = "clone_far"
	// NightTestBurst is, in the small hours, a series of tiny online charges, some declined, then large ones.
	NightTestBurst Attack = "night_test_burst"
	// NightATM is, in the small hours, several withdrawals minutes apart.
	NightATM Attack = "night_atm"
	// SlowClone is days of ordinary amounts in another city while the holder buys at home.
	SlowClone Attack = "slow_clone"
	// TakeoverOnline is a few larger online purchases within hours, by day.
	TakeoverOnline Attack = "takeover_online"
)

// Group is a kind of customer: ordinary, or one whose honest behaviour looks like an attack.
type Group string

// The groups.
const (
	Ordinary Group = "ordinary"
	// Traveller makes chains of plausible journeys with tickets and hotels.
	Traveller Group = "traveller"
	// SpringFestivalHome spends the holiday far away at the parents' home.
	SpringFestivalHome Group = "spring_festival"
	// DayTripper is in another city and back on the same day.
	DayTripper Group = "day_trip"
	// NightMarketGoer pays several times in a night out.
	NightMarketGoer Group = "night_market"
	// NightWorker lives by night.
	NightWorker Group = "night_worker"
	// MovedHome has moved to another city, and the profile does not know it.
	MovedHome Group = "moved_home"
	// BigTicket buys furniture, jewellery or electronics at home now and then.
	BigTicket Group = "big_ticket"
)

// lookAlikes are the groups with their weights among those that are not ordinary.
var (
	lookAlikes       = [...]Group{Traveller, SpringFestivalHome, DayTripper, NightMarketGoer, NightWorker, MovedHome, BigTicket}
	lookAlikeWeights = []float64{8, 10, 6, 4, 4, 4, 4}
)

// attackIndex is an attack in a draft's small form.
type attackIndex uint8

const (
	noAttack attackIndex = iota
	cloneFar
	nightTestBurst
	nightATM
	slowClone
	takeoverOnline
)

var attackNames = [...]Attack{"", CloneFar, NightTestBurst, NightATM, SlowClone, TakeoverOnline}
