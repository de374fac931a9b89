package gen

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// MaxCustomers is the largest bank: beyond it the invented phone numbers would repeat.
const MaxCustomers = 9_000_000

// Config is what a Bank is made from. Defaults gives a reasonable one.
type Config struct {
	// Seed decides everything that is drawn.
	Seed uint64
	// Customers is their number, 1 … MaxCustomers. One in ten holds two cards.
	Customers int
	// Start is where the scored time begins, cut to midnight in China.
	Start card.Moment
	// Days counts the days from Start; 0 means without end.
	Days int
	// History counts the days before Start, without attacks, in which baselines form.
	History int
	// AttackRate is how many attack episodes begin per 1,000 cards and day. Attacks fall on ordinary cards alone, so that the
	// look-alike groups stay clean.
	AttackRate float64
	// LendRate is how many honest uses that look just like a far clone happen per 1,000 cards and day: a relative shops with
	// the card's twin. 0 unless customers are wanted who have to answer yes.
	LendRate float64
	// LookAlikeShare is the share of customers, 0 … 1, in one of the groups that resemble an attack.
	LookAlikeShare float64
	// EnglishShare is the share of customers, 0 … 1, who are written to in English; the rest read Chinese.
	EnglishShare float64
}

// Defaults is the bank of notes/data.md §0: 900 customers, 180 days and attacks on a quarter of the cards, after 30 days of history.
func Defaults() Config {
	return Config{
		Seed: 1, Customers: 900, Start: card.Moment{UnixMilli: 1_759_248_000_000, OffsetMinutes: chinaOffset}, // 2025-10-01
		Days: 180, History: 30, AttackRate: 1000 * 0.25 / 180, LookAlikeShare: 0.4, EnglishShare: 0.1,
	}
}

func (c Config) check() error {
	switch {
	case c.Customers < 1 || c.Customers > MaxCustomers:
		return fmt.Errorf("gen: %d customers, want 1 … %d", c.Customers, MaxCustomers)
	case c.Days < 0 || c.History < 0:
		return fmt.Errorf("gen: %d days after %d of history, want 0 or more of each", c.Days, c.History)
	case c.Start.IsZero():
		return fmt.Errorf("gen: the start is missing")
	case !(c.AttackRate >= 0 && c.AttackRate <= 1000):
		return fmt.Errorf("gen: attack rate %v, want 0 … 1000 per 1,000 cards and day", c.AttackRate)
	case !(c.LendRate >= 0 && c.LendRate <= 1000):
		return fmt.Errorf("gen: lend rate %v, want 0 … 1000 per 1,000 cards and day", c.LendRate)
	case !isShare(c.LookAlikeShare) || !isShare(c.EnglishShare):
		return fmt.Errorf("gen: look-alike share %v and English share %v, want 0 … 1", c.LookAlikeShare, c.EnglishShare)
	}
	return nil
}

func isShare(p float64) bool { return p >= 0 && p <= 1 }

// Bank gives its records in the order in which they arrive.
type Bank struct {
	config    Config
	planner   planner
	customers []customer
	// queue[emitted:] is planned and sorted; what arrives before horizon is complete.
	queue     []draft
	emitted   int
	day, last int
	horizon   int64
	scratch   []byte
}

// New makes a bank. It fails on a Config that is out of range, and says in which field.
func New(config Config) (*Bank, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	world, err := newWorld(config.Seed)
	if err != nil {
		return nil, err
	}
	start := dayOf(config.Start.UnixMilli)
	b := &Bank{
		config: config, planner: newPlanner(world, config, start), day: start - config.History,
		customers: make([]customer, config.Customers), last: start + config.Days,
	}
	if config.Days == 0 {
		b.last = math.MaxInt
	}
	opening := midnight(b.day)
	for i := range b.customers {
		b.customers[i] = b.planner.newCustomer(i, b.day)
		at := opening - hour + int64(i)*(hour/2)/int64(config.Customers)
		salary, paidAt := b.planner.lastSalary(&b.customers[i], b.day)
		b.queue = append(b.queue,
			draft{kind: isCustomer, customer: uint32(i), at: at, occurred: at, arrived: at, amount: salary, paidAt: paidAt},
			draft{kind: isContact, customer: uint32(i), at: at, occurred: at, arrived: at + hour/2})
	}
	slices.SortFunc(b.queue, byArrival)
	b.horizon = opening
	return b, nil
}

// Next gives the next record, and false after the last one. Arrived never decreases.
func (b *Bank) Next() (Record, bool) {
	for b.emitted == len(b.queue) || b.queue[b.emitted].arrived >= b.horizon {
		if b.horizon == math.MaxInt64 {
			return Record{}, false
		}
		b.planDay()
	}
	d := &b.queue[b.emitted]
	b.emitted++
	return b.record(d), true
}

// planDay plans one more day of every customer and sorts it in among the records that were still under way.
func (b *Bank) planDay() {
	if b.day == b.last {
		b.horizon = math.MaxInt64
		return
	}
	rest := copy(b.queue, b.queue[b.emitted:])
	clear(b.queue[rest:])
	b.queue, b.emitted = b.queue[:rest], 0
	b.planner.begin(b.day)
	for i := range b.customers {
		b.queue = b.planner.plan(b.queue, &b.customers[i])
	}
	slices.SortFunc(b.queue, byArrival)
	b.day++
	b.horizon = midnight(b.day)
}

// byArrival orders by arrival and, where two arrive in the same millisecond, by what the customers did first.
func byArrival(a, b draft) int {
	if a.arrived != b.arrived {
		return cmp.Compare(a.arrived, b.arrived)
	}
	return cmp.Or(cmp.Compare(a.customer, b.customer), cmp.Compare(a.kind, b.kind), cmp.Compare(a.number, b.number))
}
