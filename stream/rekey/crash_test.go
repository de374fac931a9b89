package rekey

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// life is one process's work on one partition, until it is killed or told to stop.
type life struct {
	wires *wires
	stop  context.CancelFunc
	done  chan error
}

// begin starts a process's worker that thinks that it owns the partition, whatever others think: the group is not asked. It dies by
// itself behind so many writes to the brokers, if that is not 0.
func (b *bank) begin(t *testing.T, partition, writes int) *life {
	t.Helper()
	l := &life{wires: &wires{writes: writes}, done: make(chan error, 1)}
	e := New(Config{Client: b.connect(t, l.wires.dial), Source: example(t), Zone: time.UTC, Log: discard(), MaxRecords: 30})
	e.role.Assigned([]int{partition})
	w := e.worker(partition, kafka.Member{Group: "g", Generation: -1}, map[string]int{wire.TransactionTopic: targets, wire.DeadLetter(source): targets})
	ctx, stop := context.WithCancel(context.Background())
	l.stop = stop
	go func() { l.done <- w.run(ctx) }()
	return l
}

// end tells the worker to stop and waits for it; one that is killed is cut off at once, and what is left of it ends later.
func (l *life) end(t *testing.T, kill bool) {
	t.Helper()
	if kill {
		l.wires.kill()
		l.stop()
		t.Cleanup(func() { require.NoError(t, <-l.done) })
		return
	}
	l.stop()
	require.NoError(t, <-l.done)
}

var seeds = flag.Uint64("rekey.seeds", 8, "how many seeds to break workers by")

// TestEachRecordIsMovedOnceWhateverDies kills, stops and doubles the workers of every partition at random moments.
func TestEachRecordIsMovedOnceWhateverDies(t *testing.T) {
	for seed := range *seeds {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(seed, 1))
			b := newBank(t)
			b.uses(t, rng, 500+rng.IntN(1500))
			var parts sync.WaitGroup
			for p := range sources {
				own := rand.New(rand.NewPCG(seed, uint64(p)+2))
				parts.Go(func() { b.nemesis(t, own, p) })
			}
			b.uses(t, rng, 200+rng.IntN(500))
			parts.Wait()
			for p := range sources {
				last := b.begin(t, p, 0)
				defer last.end(t, false)
			}
			t.Logf("%d records", b.audit(t))
		})
	}
}

// nemesis lets one or two workers live on the partition at a time, for moments.
func (b *bank) nemesis(t *testing.T, rng *rand.Rand, partition int) {
	var living []*life
	for range 8 {
		living = append(living, b.begin(t, partition, rng.IntN(80)))
		pause(t.Context(), time.Duration(rng.IntN(60_000))*time.Microsecond)
		for len(living) > rng.IntN(3) {
			i := rng.IntN(len(living))
			living[i].end(t, rng.IntN(4) > 0)
			living = append(living[:i], living[i+1:]...)
		}
	}
	for _, l := range living {
		l.end(t, true)
	}
}
