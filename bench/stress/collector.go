package stress

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/ledger"
)

// Collector gathers what a fit needs while a history is replayed: the inputs of each customer's last assessment, and of the
// last whose outcome the history itself tells. Hang See on the replay after every step. It is not safe for concurrent use.
type Collector struct {
	last map[string]seen
	// open is each account's newest bill, whose outcome the next bill tells.
	open map[account]seen
	told map[string]outcomeSeen
}

type account struct {
	customer, id string
	currency     card.Currency
}

type seen struct {
	// at is when the assessment was made, bill when the bill that it rests on.
	at, bill int64
	inputs   []float64
	// whole says that the account had a whole billing cycle behind it; before, nothing is to be learnt from it.
	whole bool
}

type outcomeSeen struct {
	seen
	missed bool
}

// NewCollector makes an empty collector.
func NewCollector() *Collector {
	return &Collector{last: map[string]seen{}, open: map[account]seen{}, told: map[string]outcomeSeen{}}
}

// See takes in what a step made of a customer's state: of the assessments among its effects, the last one counts.
func (c *Collector) See(s *detectors.State, out *detectors.Effects) {
	for i := range out.Assessments {
		as := &out.Assessments[i]
		at := slices.IndexFunc(s.Accounts, func(a ledger.Account) bool { return a.ID == as.Account && a.Marks.JudgedAt == as.At })
		if at < 0 {
			continue
		}
		a := &s.Accounts[at]
		inputs, ok := detectors.StressInputs(a)
		if !ok {
			continue
		}
		_, cycles := a.Closed(ledger.Months)
		now := seen{at: as.At.UnixMilli, bill: a.Newest().At.UnixMilli, inputs: inputs, whole: cycles > 0}
		if before, ok := c.last[as.Customer]; !ok || before.at <= now.at {
			c.last[as.Customer] = now
		}
		c.tell(as.Customer, a, now)
	}
}

// tell keeps what a new bill says about the one before it.
func (c *Collector) tell(customer string, a *ledger.Account, now seen) {
	key := account{customer, a.ID, a.Currency}
	before, ok := c.open[key]
	c.open[key] = now
	if !ok || !before.whole || before.bill == now.bill || a.Bills[len(a.Bills)-2].At.UnixMilli != before.bill {
		return
	}
	if missed, told := a.MissedBefore(toleranceMinor(a.Currency)); told && c.told[customer].at <= before.at {
		c.told[customer] = outcomeSeen{before, missed}
	}
}

// toleranceMinor is what monitors forgive by default.
func toleranceMinor(c card.Currency) int64 {
	return detectors.DefaultDelinquency().Tolerance * int64(math.Pow10(c.Places()))
}

// Told gives the examples that the history labels itself, in the order of the customers' ids: what was known at a customer's last
// bill but one, and whether its minimum was paid by the due date.
func (c *Collector) Told() []Example {
	var examples []Example
	for _, id := range slices.Sorted(maps.Keys(c.told)) {
		examples = append(examples, Example{Inputs: c.told[id].inputs, Missed: c.told[id].missed})
	}
	return examples
}

// Examples joins the inputs with what became of the customers, in the order of their ids. Customers with a label but
// without an assessment are named in the error's count: a label file that does not fit its history makes no table.
func (c *Collector) Examples(missed map[string]bool) ([]Example, error) {
	ids := make([]string, 0, len(missed))
	unseen := 0
	for id := range missed {
		if _, ok := c.last[id]; ok {
			ids = append(ids, id)
		} else {
			unseen++
		}
	}
	if 2*unseen > len(missed) {
		return nil, fmt.Errorf("stress: %d of %d labelled customers have no assessment; do the labels belong to this history?", unseen, len(missed))
	}
	slices.Sort(ids)
	examples := make([]Example, len(ids))
	for i, id := range ids {
		examples[i] = Example{Inputs: c.last[id].inputs, Missed: missed[id]}
	}
	return examples, nil
}
