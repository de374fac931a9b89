package sim

import (
	"context"
	"sync"
	"time"

	"github.com/cardwatch/cardwatch/stream"
)

// Config says what to simulate.
type Config struct {
	// Seed decides the bank's size, what it writes, and what breaks when.
	Seed uint64
	// Storm is how long the bank writes and the nemesis strikes, in simulated time; 0 is 25 s.
	Storm time.Duration
	// Sabotage plants a defect in the engines, to show that it is found.
	Sabotage stream.Sabotage
	// CrashesOnly leaves the nemesis nothing but ends of processes, to find sooner what only they show.
	CrashesOnly bool
	// Verbose keeps every retry and every line of the workers' logs in the trace.
	Verbose bool
}

// Report is how a run went.
type Report struct {
	// Violations are the promises that were found broken; none is a success.
	Violations []string
	// Faults counts what the nemesis did, by kind.
	Faults map[string]int
	// Records counts the records of the log by topic, ticks and what the engine wrote included.
	Records map[string]int
	// Inversions counts the events that a state saw before an older one of another topic.
	Inversions int
	// RuleChanges counts the events that a state saw under other rules than the one before.
	RuleChanges int
	// Repeated counts the replies that were forwarded more than once, the one output that may be.
	Repeated int
	// Messages counts what the provider was given, Repeats how often it was given one again.
	Messages, Repeats int
	// AboutMoney counts the messages that must not be given twice.
	AboutMoney int
	// Simulated is how much time passed in the bubble.
	Simulated time.Duration
	// Trace holds the last lines of what happened, each with its time since the start.
	Trace []string
}

// Run simulates one seed. It must be called inside a testing/synctest bubble. The error says that there was nothing to judge.
func Run(ctx context.Context, cfg Config) (Report, error) {
	if cfg.Storm == 0 {
		cfg.Storm = 25 * time.Second
	}
	w, err := newWorld(cfg)
	if err != nil {
		return Report{}, err
	}
	defer w.cluster.Close()
	err = w.run(ctx)
	w.report.Simulated = time.Since(w.begun)
	return w.report, err
}

func (w *world) run(ctx context.Context) error {
	if err := w.createTopics(ctx); err != nil {
		return err
	}
	bank := newBank(w)
	if w.rng.IntN(4) == 0 {
		// Everything stands still for longer than alerts and due dates take; what is due meanwhile is due at once afterwards.
		w.cfg.Storm /= 2
		if err := w.act(ctx, bank, w.cfg.Storm, false); err != nil {
			return err
		}
		w.note("the night of the bank")
		pause(ctx, 30*time.Hour)
	}
	if err := w.act(ctx, bank, w.cfg.Storm, true); err != nil {
		return err
	}
	return w.audit(ctx)
}

// act lets the workers work, the bank write and the nemesis strike. Afterwards, if it has to, it waits until the workers have dealt with
// everything, and stops them.
func (w *world) act(ctx context.Context, bank *bank, storm time.Duration, settle bool) error {
	working, stop := context.WithCancel(ctx)
	defer stop()
	var workers, weather sync.WaitGroup
	for _, worker := range w.workers {
		workers.Go(func() { worker.run(working) })
	}
	workers.Go(func() {
		if err := w.carrier.tell(working); err != nil && working.Err() == nil {
			w.violate("%v", err)
		}
	})
	weather.Go(func() { w.strike(ctx, storm) })
	err := bank.write(ctx, storm)
	weather.Wait()
	if settle && err == nil {
		w.settle(ctx)
	}
	stop()
	workers.Wait()
	return err
}
