package load

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cardwatch/cardwatch/bench/gen"
)

// Config says what to measure. Zero values are filled in by Quick or, when all suites are asked for, by Full.
type Config struct {
	// Suites are names out of Suites, in the order in which they run; none means those of Quick, "all" every one.
	Suites []string
	Seed   uint64
	// Cards, Partitions and Distributions are lists: what is measured at all is measured for every combination.
	Cards         []int
	Partitions    []int
	Distributions []string
	// Transactions is how many are measured, History how many uses of each card are applied before, Days how long all of
	// them take.
	Transactions int
	History      int
	Days         int
	// Cold leaves out nothing before the measurement: cards come into being in it.
	Cold bool
	// CacheMiB bounds the states in memory.
	CacheMiB int
	// Rates are transactions a second of the open loop, Seconds how long each is measured, WarmUp how long it runs before;
	// Plants is how many of them a second alert.
	Rates   []int
	Seconds float64
	WarmUp  float64
	Plants  int
	// Turns is how often the suite desk measures each state of a provider.
	Turns int
	// Seeds is how many banks the suite quality judges, from Seed on; Background is a file of Sparkov's rows for its other sources.
	Seeds      int
	Background string
	// Broker is the address of a running Apache Kafka; empty starts the embedded broker in a process of its own. BrokerPID is
	// its process, for its processor time; 0 when that is on another machine.
	Broker    string
	BrokerPID int
	// Overwrite allows that a running broker's Cardwatch topics are deleted.
	Overwrite bool
	// Dir takes stores, BrokerDir the embedded broker's data; both are emptied by whoever made them. On tmpfs the disk is left out.
	Dir, BrokerDir string
	// Peer is the command line of another implementation, for the suite of that name.
	Peer []string
	// PartCommand is this program with the arguments that make it call part.Serve.
	PartCommand []string
	// Progress hears what is being done; may be nil.
	Progress func(text string)
}

// The distributions of uses over cards.
const (
	Uniform = "uniform"
	Zipf    = "zipf"
)

// Quick is a selection that two cores finish within two minutes.
func Quick() Config {
	return Config{
		Suites: []string{"hotpath", "detector", "throughput", "latency"}, Seed: 1,
		Cards: []int{100_000}, Partitions: []int{4}, Distributions: []string{Uniform},
		Transactions: 500_000, History: 1, Days: 90, Rates: []int{20_000}, Seconds: 10, WarmUp: 3, Plants: 200, CacheMiB: 1024, Turns: 3, Seeds: 10,
	}
}

// Full is what the README's table is made from: it takes an hour and 20 GB of disk.
func Full() Config {
	c := Quick()
	c.Suites = []string{"hotpath", "detector", "throughput", "latency", "memory", "restore", "desk"}
	c.Cards, c.Partitions, c.Distributions = []int{1_000_000, 10_000_000}, []int{4, 16}, []string{Uniform, Zipf}
	c.Transactions, c.Rates, c.Seconds = 4_000_000, []int{5_000, 20_000, 50_000}, 30
	return c
}

// Or fills in from another Config what is left open.
func (c Config) Or(o Config) Config {
	c.Suites, c.Cards, c.Partitions = orList(c.Suites, o.Suites), orList(c.Cards, o.Cards), orList(c.Partitions, o.Partitions)
	c.Distributions, c.Rates = orList(c.Distributions, o.Distributions), orList(c.Rates, o.Rates)
	c.Transactions, c.History, c.Days = or(c.Transactions, o.Transactions), or(c.History, o.History), or(c.Days, o.Days)
	c.CacheMiB, c.Seeds, c.Turns = or(c.CacheMiB, o.CacheMiB), or(c.Seeds, o.Seeds), or(c.Turns, o.Turns)
	c.Seconds, c.WarmUp, c.Plants, c.Seed = or(c.Seconds, o.Seconds), or(c.WarmUp, o.WarmUp), or(c.Plants, o.Plants), or(c.Seed, o.Seed)
	return c
}

func or[T comparable](v, otherwise T) T {
	if v == *new(T) {
		return otherwise
	}
	return v
}

func orList[T any](v, otherwise []T) []T {
	if len(v) == 0 {
		return otherwise
	}
	return v
}

// check names the first thing that is wrong.
func (c *Config) check() error {
	for _, name := range c.Suites {
		if _, known := suites[name]; !known {
			return fmt.Errorf("load: there is no suite %q; there are: %s", name, strings.Join(Suites(), ", "))
		}
	}
	for _, n := range c.Cards {
		if n < 1 || n > gen.MaxTrafficCards {
			return fmt.Errorf("load: %d cards, want 1 … %d", n, gen.MaxTrafficCards)
		}
	}
	for _, n := range c.Partitions {
		if n < 1 || n > 1000 {
			return fmt.Errorf("load: %d partitions, want 1 … 1000", n)
		}
	}
	for _, d := range c.Distributions {
		if d != Uniform && d != Zipf {
			return fmt.Errorf("load: distribution %q, want %s or %s", d, Uniform, Zipf)
		}
	}
	for _, r := range c.Rates {
		if r < 1 || c.Plants > r {
			return fmt.Errorf("load: rate %d, want at least 1 and no less than the %d that alert", r, c.Plants)
		}
	}
	if c.Transactions < 1 || c.History < 0 || c.Days < 1 || !(c.Seconds > 0) || !(c.WarmUp >= 0) || c.Plants < 1 || c.Turns < 1 {
		return fmt.Errorf("load: transactions %d, history %d, days %d, seconds %v, warm-up %v, plants %d, turns %d: want positive numbers",
			c.Transactions, c.History, c.Days, c.Seconds, c.WarmUp, c.Plants, c.Turns)
	}
	return nil
}

// Suites lists the names of the suites.
func Suites() []string { return slices.Sorted(maps.Keys(suites)) }
