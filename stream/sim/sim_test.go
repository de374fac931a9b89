package sim_test

import (
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/sim"
)

var (
	seeds = flag.Uint64("sim.seeds", defaultSeeds, "how many seeds to simulate")
	from  = flag.Uint64("sim.from", 1, "the first of the seeds to simulate")
	seed  = flag.Uint64("sim.seed", 0, "the one seed to simulate, with its trace")
)

// TestMain lets garbage grow: the worlds of two seeds are a few dozen megabytes.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}

// TestSeeds breaks whole clusters of workers in as many ways as there are seeds, and finds nothing lost, doubled or out of order.
func TestSeeds(t *testing.T) {
	first, last := *from, *from+*seeds-1
	if *seed != 0 {
		first, last = *seed, *seed
	}
	var all sum
	t.Cleanup(func() { t.Log(all.String()) })
	for n := first; n <= last; n++ {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { all.add(judge(t, n)) })
		})
	}
}

func judge(t *testing.T, n uint64) sim.Report {
	report, err := sim.Run(t.Context(), sim.Config{Seed: n, Verbose: *seed != 0})
	if err != nil {
		t.Errorf("seed %d could not be simulated: %v", n, err)
	}
	for _, v := range report.Violations {
		t.Error(v)
	}
	if *seed != 0 || t.Failed() {
		for _, line := range report.Trace {
			t.Log(line)
		}
	}
	if t.Failed() {
		t.Logf("to replay: go test ./stream/sim -run TestSeeds -sim.seed=%d", n)
	}
	return report
}

// sum adds up what was simulated, so that a run that finds nothing can be seen to have looked.
type sum struct {
	mu              sync.Mutex
	runs            int
	simulated       time.Duration
	faults, records map[string]int
	inversions      int
	ruleChanges     int
	repeated        int
	messages        int
	repeats         int
	aboutMoney      int
}

func (s *sum) add(r sim.Report) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.runs == 0 {
		s.faults, s.records = map[string]int{}, map[string]int{}
	}
	s.runs++
	s.simulated += r.Simulated
	s.inversions, s.ruleChanges, s.repeated = s.inversions+r.Inversions, s.ruleChanges+r.RuleChanges, s.repeated+r.Repeated
	s.messages, s.repeats = s.messages+r.Messages, s.repeats+r.Repeats
	s.aboutMoney += r.AboutMoney
	for what, n := range r.Faults {
		s.faults[what] += n
	}
	for topic, n := range r.Records {
		s.records[topic] += n
	}
}

func (s *sum) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Sprintf("%d runs, %v simulated\nfaults %v\nrecords %v\nevents that a state saw before an older one of another topic %d, changes of rules "+
		"that a state saw %d, forwarded replies sent again %d, messages %d, sent again under the same key %d, about money and never sent again %d",
		s.runs, s.simulated, s.faults, s.records, s.inversions, s.ruleChanges, s.repeated, s.messages, s.repeats, s.aboutMoney)
}

// TestPlantedDefectsAreFound shows that the auditor can see: engines with a defect planted on purpose do not get past it.
func TestPlantedDefectsAreFound(t *testing.T) {
	if underRace {
		t.Skip("defects are found without the race detector")
	}
	for name, defect := range map[string]stream.Sabotage{
		"a record applied again although the state has seen it": stream.SkipOffsetGuard,
		"a state written before the alert that follows from it": stream.StateBeforeAlert,
		"a former owner neither fenced nor told from the new":   stream.IgnoreEpoch,
		"a progress beyond the states that are stored":          stream.ForgetReplay,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const tries = 50
			for n := uint64(1); n <= tries; n++ {
				var report sim.Report
				t.Run(fmt.Sprint(n), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						var err error
						report, err = sim.Run(t.Context(), sim.Config{Seed: n, Sabotage: defect, CrashesOnly: defect == stream.StateBeforeAlert})
						require.NoError(t, err)
					})
				})
				if len(report.Violations) > 0 {
					t.Logf("found with seed %d: %s", n, report.Violations[0])
					return
				}
			}
			t.Errorf("not found with %d seeds", tries)
		})
	}
}
