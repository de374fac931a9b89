package sim_test

import (
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/sim"
)

var (
	seeds = flag.Uint64("sim.seeds", 50, "how many seeds to simulate")
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
	for n := first; n <= last; n++ {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { judge(t, n) })
		})
	}
}

func judge(t *testing.T, n uint64) {
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
		t.Logf("%v simulated, faults %v, records %v, inversions %d, repeated outputs %d, messages %d, sent again %d",
			report.Simulated, report.Faults, report.Records, report.Inversions, report.Repeated, report.Messages, report.Repeats)
	}
	if t.Failed() {
		t.Logf("to replay: go test ./stream/sim -run 'TestSeeds' -sim.seed=%d", n)
	}
}

// TestPlantedDefectsAreFound shows that the auditor can see: engines with a defect planted on purpose do not get past it.
func TestPlantedDefectsAreFound(t *testing.T) {
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
						report, err = sim.Run(t.Context(), sim.Config{Seed: n, Sabotage: defect})
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
