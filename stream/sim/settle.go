package sim

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/wire"
)

const (
	// patience is how long the healed world may take to catch up.
	patience = 5 * time.Minute
	// calm is how long nothing new may come, so that the last effect of an effect has been seen.
	calm = 8 * time.Second
)

// settle waits until everything that is in the log has been dealt with, and nothing new follows from it.
func (w *world) settle(ctx context.Context) {
	w.closed.Store(true)
	quiet, last := time.Duration(0), map[string]int64(nil)
	for waited := time.Duration(0); quiet < calm; waited += time.Second {
		if waited > patience {
			w.violate("the healed workers have not caught up after %v: %s", patience, w.whoIsBehind())
			return
		}
		pause(ctx, time.Second)
		ends := w.ends()
		if behind := w.whoIsBehind(); behind == "" && maps.Equal(ends, last) && !w.carrier.waiting() {
			quiet += time.Second
		} else {
			quiet = 0
		}
		last = ends
	}
}

// ends are the numbers of records in the topics, ticks left out.
func (w *world) ends() map[string]int64 {
	ends := map[string]int64{}
	for _, topic := range w.topics() {
		if topic == wire.TickTopic {
			continue
		}
		for _, p := range w.cluster.PartitionInfos(topic) {
			ends[topic] += p.HighWatermark
		}
	}
	return ends
}

// topics are all that the world has.
func (w *world) topics() []string {
	var all []string
	for _, name := range wire.Topics() {
		all = append(all, name, wire.DeadLetter(name))
	}
	return all
}

// whoIsBehind names a processor with a partition that nobody has caught up with, "" when there is none.
func (w *world) whoIsBehind() string {
	monitor, desk := map[int]bool{}, map[int]bool{}
	for _, worker := range w.workers {
		l := worker.working()
		if l == nil {
			continue
		}
		for _, p := range l.monitor.Status().CaughtUp() {
			monitor[p] = true
		}
		for _, p := range l.desk.Status().CaughtUp() {
			desk[p] = true
		}
	}
	for p := range w.partitions {
		switch {
		case !monitor[p]:
			return w.describe("monitor", p)
		case !desk[p]:
			return w.describe("desk", p)
		}
	}
	return ""
}

func (w *world) describe(processor string, p int) string {
	text := processor
	for _, worker := range w.workers {
		l := worker.working()
		if l == nil {
			continue
		}
		status := l.monitor.Status()
		if processor == "desk" {
			status = l.desk.Status()
		}
		text += stateOf(worker.id, status, p)
	}
	return text
}

func stateOf(worker int, status *stream.Status, p int) string {
	list := status.Partitions()
	i := slices.IndexFunc(list, func(s stream.PartitionStatus) bool { return s.Partition == p })
	if i < 0 {
		return ""
	}
	return fmt.Sprintf("; worker %d has partition %d %s %s, lag %v", worker, p, list[i].State, list[i].Reason, list[i].Lag)
}
