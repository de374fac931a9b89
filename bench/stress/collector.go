package stress

import (
	"fmt"
	"slices"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/ledger"
)

// Collector gathers what a fit needs while a history is replayed: the inputs of each customer's last assessment. Hang See
// on the replay after every step. It is not safe for concurrent use.
type Collector struct {
	last map[string]seen
}

type seen struct {
	at     int64
	inputs []float64
}

// NewCollector makes an empty collector.
func NewCollector() *Collector { return &Collector{last: map[string]seen{}} }

// See takes in what a step made of a customer's state: of the assessments among its effects, the last one counts.
func (c *Collector) See(s *detectors.State, out *detectors.Effects) {
	for i := range out.Assessments {
		as := &out.Assessments[i]
		if before, ok := c.last[as.Customer]; ok && before.at > as.At.UnixMilli {
			continue
		}
		at := slices.IndexFunc(s.Accounts, func(a ledger.Account) bool { return a.ID == as.Account && a.Marks.JudgedAt == as.At })
		if at < 0 {
			continue
		}
		if inputs, ok := detectors.StressInputs(&s.Accounts[at]); ok {
			c.last[as.Customer] = seen{at: as.At.UnixMilli, inputs: inputs}
		}
	}
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
