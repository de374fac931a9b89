package sim

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/cardwatch/cardwatch/store"
)

// disaster is what a crash leaves of the disk.
type disaster string

// The disasters.
const (
	// killed is a process that ends: what it has handed to the operating system stays.
	killed disaster = "killed"
	// powerLoss takes a part of what was not synced.
	powerLoss disaster = "power loss"
	// diskLoss leaves nothing.
	diskLoss disaster = "disk loss"
)

// worker is a machine that starts its process again whenever that has ended. Its disk outlives its processes.
type worker struct {
	id    int
	world *world

	mu   sync.Mutex
	rng  *rand.Rand
	disk *vfs.MemFS
	life *life
	down time.Duration
	// lives counts the processes.
	lives int
	// next is the fuse of the next process; nil is none.
	next *fuse
}

// fuse is a crash at the n-th change of the disk from now on.
type fuse struct {
	left atomic.Int64
	how  disaster
	down time.Duration
}

// run starts processes until ctx ends, and then lets the last one end gracefully.
func (w *worker) run(ctx context.Context) {
	for ctx.Err() == nil {
		l, err := w.start()
		if err != nil {
			w.world.violate("worker %d does not start: %v", w.id, err)
			return
		}
		err = l.run(ctx)
		if err != nil && !l.crashed() {
			w.world.note("worker %d failed: %v", w.id, err)
			w.world.count("failed")
		}
		pause(ctx, w.ended())
	}
}

// start opens the store on the disk as it is; a damaged one is set aside, as package app does. The process can crash while it does.
func (w *worker) start() (*life, error) {
	w.mu.Lock()
	w.lives++
	l := &life{worker: w, name: fmt.Sprintf("worker%d.%d", w.id, w.lives), disk: w.disk, host: newHost(&w.world.network, rand.New(rand.NewPCG(w.rng.Uint64(), 1))), gone: make(chan struct{})}
	l.fuse.Store(w.next)
	w.next, w.life, w.down = nil, l, 100*time.Millisecond
	w.mu.Unlock()
	db, err := l.open()
	var damage *store.DamageError
	if errors.As(err, &damage) {
		w.world.note("worker %d: %v", w.id, err)
		w.world.count("damaged")
		if _, err := store.Quarantine(l.watched(), "db", time.Now()); err != nil {
			return nil, err
		}
		db, err = l.open()
	}
	l.db = db
	return l, err
}

// ended forgets the process and tells how long the machine is down.
func (w *worker) ended() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.life = nil
	return w.down
}

// crash ends the running process at once, at whatever it is doing, and keeps the machine down for a while.
func (w *worker) crash(how disaster, down time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.life == nil || w.life.crashed() {
		return
	}
	w.world.note("worker %d: %s", w.id, how)
	w.world.count(string(how))
	w.life.host.cut()
	switch how {
	case killed:
		w.disk = w.life.disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 100, RNG: w.rngV1()})
	case powerLoss:
		w.disk = w.life.disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: w.rng.IntN(101), RNG: w.rngV1()})
	case diskLoss:
		w.disk = vfs.NewCrashableMem()
	}
	w.down = down
	close(w.life.gone)
}

// crashNext makes the next process crash at its n-th change of the disk.
func (w *worker) crashNext(n int64, how disaster, down time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next = newFuse(n, how, down)
}

// disarm takes out the fuses that have not burnt.
func (w *worker) disarm() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next = nil
	if w.life != nil {
		w.life.fuse.Store(nil)
		w.life.host.atPacket(0, nil)
	}
}

func newFuse(n int64, how disaster, down time.Duration) *fuse {
	f := &fuse{how: how, down: down}
	f.left.Store(n)
	return f
}

// stop ends the running process gracefully.
func (w *worker) stop(down time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.life != nil && w.life.leave != nil && !w.life.crashed() {
		w.world.note("worker %d: stopped", w.id)
		w.world.count("stopped")
		w.down = down
		w.life.leave(errLeave)
	}
}

var errLeave = errors.New("sim: asked to stop")

// working is the process once its engines are built, nil before that and after its crash.
func (w *worker) working() *life {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.life == nil || w.life.leave == nil || w.life.crashed() {
		return nil
	}
	return w.life
}

func (w *worker) rngV1() *rand.Rand { return rand.New(rand.NewPCG(w.rng.Uint64(), 2)) }

// pause waits on the simulated clock.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
