package app

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/detectors"
)

const (
	// breakerSpan is the number of judged transactions that a budget is for, counted in slices.
	breakerSpan, breakerSlices = 10_000, 10
	// leastAlerts never stop a rule, however small its budget: a few are no flood.
	leastAlerts = 20
)

// breaker watches what each rule about cards raises among the transactions that this process has judged lately. Rules about accounts speak
// once a bill, many on the same day, and are not watched. Safe for concurrent use.
type breaker struct {
	config config.Breaker
	judged atomic.Int64
	trips  chan trip

	mu sync.Mutex
	// version is the set that decides.
	version string
	rules   map[detectors.Name]*ruleCount
	// own are the budgets that rules bring themselves.
	own map[detectors.Name]detectors.RuleBudget
}

// trip is a rule that has raised too much.
type trip struct {
	rule detectors.Name
	why  string
}

// ruleCount is what one rule has raised: by slice of the span, and the times of the newest for a budget of its own.
type ruleCount struct {
	slices [breakerSlices]int
	slice  int64
	times  []int64
	at     int
	// tripped is a rule whose stop is on its way, stopped one that is silent.
	tripped, stopped bool
}

func newBreaker(cfg config.Breaker) *breaker {
	return &breaker{config: cfg, trips: make(chan trip, 64), rules: make(map[detectors.Name]*ruleCount)}
}

// observe sees what one event did.
func (b *breaker) observe(e *detectors.Effects) {
	if e.Judged {
		b.judged.Add(1)
	}
	for i := range e.Alerts {
		if a := &e.Alerts[i]; a.Revision == 1 && a.Card != "" {
			b.raised(a.Detector, a.At.UnixMilli)
		}
	}
}

func (b *breaker) raised(rule detectors.Name, at int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.rules[rule]
	if c == nil {
		c = &ruleCount{}
		b.rules[rule] = c
	}
	if c.tripped {
		return
	}
	why := ""
	if own := b.own[rule]; own.Alerts > 0 && own.Per > 0 {
		if c.within(at, own) {
			why = fmt.Sprintf("more than %d alerts in %v, its own budget", own.Alerts, own.Per)
		}
	} else if budget := b.budget(rule); budget > 0 {
		if n := c.add(b.judged.Load() / (breakerSpan / breakerSlices)); n > max(budget, leastAlerts) {
			why = fmt.Sprintf("%d alerts among the last %d judged transactions, its budget is %d", n, breakerSpan, budget)
		}
	}
	if why == "" {
		return
	}
	select {
	case b.trips <- trip{rule, why}:
		c.tripped = true
	default: // nobody has taken the last ones yet; the next alert tries again
	}
}

// budget is the bound of a rule that brings none; 0 is none.
func (b *breaker) budget(rule detectors.Name) int {
	if n, own := b.config.Rules[string(rule)]; own {
		return n
	}
	return b.config.BudgetPer10k
}

// add counts an alert in a slice of the span and gives the sum over all of it.
func (c *ruleCount) add(slice int64) (sum int) {
	for behind := min(slice-c.slice, breakerSlices); behind > 0; behind-- {
		c.slices[(slice-behind+1)%breakerSlices] = 0
	}
	c.slice = max(c.slice, slice)
	c.slices[c.slice%breakerSlices]++
	for _, n := range c.slices {
		sum += n
	}
	return sum
}

// within counts an alert and reports whether the budget's number came before it in the budget's time.
func (c *ruleCount) within(at int64, budget detectors.RuleBudget) bool {
	if len(c.times) < min(budget.Alerts, breakerSpan) {
		c.times = append(c.times, at)
		return false
	}
	oldest := c.times[c.at]
	c.times[c.at] = at
	c.at = (c.at + 1) % len(c.times)
	return at-oldest < budget.Per.Milliseconds()
}

// decidedBy tells which rules decide from here on. Those of another set, and one that was stopped and speaks again, begin with an empty count.
func (b *breaker) decidedBy(rules *detectors.Rules, stopped []detectors.Name) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.own = make(map[detectors.Name]detectors.RuleBudget)
	for i := range rules.Custom {
		b.own[rules.Custom[i].ID] = rules.Custom[i].Budget
	}
	for rule, c := range b.rules {
		if b.version != rules.Version || c.stopped {
			delete(b.rules, rule)
		}
	}
	b.version = rules.Version
	for _, rule := range stopped {
		b.rules[rule] = &ruleCount{tripped: true, stopped: true}
	}
}

// again is how long a stop that could not be written waits for the next try.
const again = time.Second
