package gen

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// answerHabit is how a customer treats a question from the bank.
type answerHabit uint8

const (
	// promptAnswer comes within minutes, lateAnswer after about half an hour, noAnswer never.
	promptAnswer answerHabit = iota
	lateAnswer
	noAnswer
)

var answerWheel = newWheel(70, 14, 16)

func (p *planner) drawAnswers() answerHabit { return answerHabit(p.dice.spin(answerWheel)) }

// Reaction is what a customer does about a question.
type Reaction struct {
	// Answer is Yes for the customer's own use and No for an attack.
	Answer alerts.Answer
	// After is how long the customer takes, in generated time.
	After time.Duration
}

// Reaction says what a customer does who is asked, at the moment sent, whether the events were theirs: No when any of them
// belongs to an attack, else Yes. It is false for customers who never answer and for customers and events that are not of
// this bank. The same question always gets the same reaction while the attack is among the customer's newest 48 attack
// transactions. A sleeper who did not use the card at night answers in the morning.
func (b *Bank) Reaction(customer string, sent card.Moment, events ...string) (Reaction, bool) {
	c := b.find(customer)
	if c == nil || c.answers == noAnswer {
		return Reaction{}, false
	}
	reaction, about := Reaction{Answer: alerts.Yes}, uint64(0)
	for _, event := range events {
		number, err := strconv.ParseUint(strings.TrimPrefix(event, customer+"t"), 10, 32)
		if err != nil || uint32(number) > c.number {
			return Reaction{}, false
		}
		about = scramble(about ^ number)
		if slices.Contains(c.stolen, uint32(number)) {
			reaction.Answer = alerts.No
		}
	}
	reaction.After = b.thinking(c, reaction.Answer, sent, about)
	return reaction, true
}

// thinking is how long an answer takes.
func (b *Bank) thinking(c *customer, answer alerts.Answer, sent card.Moment, about uint64) time.Duration {
	d := newDice()
	d.throw(b.config.Seed, uint64(c.index)<<32, about)
	median := 45 * time.Second
	if c.answers == lateAnswer {
		median = 35 * time.Minute
	}
	after := time.Duration(d.lognormal(float64(median), 0.6))
	clock := sent.UnixMilli - midnight(dayOf(sent.UnixMilli))
	if answer == alerts.No && clock < 6*hour && d.chance(0.5) {
		wake := d.span(7*hour, 9*hour)
		after += time.Duration(wake-clock) * time.Millisecond
	}
	return after
}

// find gives the customer with a token, nil when the bank has none.
func (b *Bank) find(token string) *customer {
	digits, found := strings.CutPrefix(token, "c")
	index, err := strconv.Atoi(digits)
	if !found || err != nil || len(token) != len("c0000000") || index < 0 || index >= len(b.customers) {
		return nil
	}
	return &b.customers[index]
}
