package sim

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// nemesis breaks things by a schedule of its own.
type nemesis struct {
	world *world
	rng   *rand.Rand
	// faults are the broker's errors that have been ordered, repairs what is still to be put right.
	faults  []*kfake.FaultHandle
	repairs sync.WaitGroup
}

// strike breaks something every few seconds for as long as the storm lasts, and leaves everything healed.
func (w *world) strike(ctx context.Context, storm time.Duration) {
	n := &nemesis{world: w, rng: rand.New(rand.NewPCG(w.cfg.Seed, uint64(2+storm)))}
	acts := []struct {
		weight int
		act    func(context.Context)
	}{
		{2, n.crash}, {5, n.crashOnDisk}, {5, n.crashOnPacket}, {3, n.stop}, {3, n.freeze}, {4, n.haunt}, {2, n.tear}, {2, n.slow}, {6, n.brokerErrors}, {3, n.moveLeaders}, {2, n.compact}, {1, n.outage}, {4, n.reload}, {4, n.deadlyMessage}, {2, n.providerTrouble},
	}
	if w.cfg.CrashesOnly {
		acts = acts[:3]
	}
	total := 0
	for _, a := range acts {
		total += a.weight
	}
	end := time.Now().Add(storm)
	for pause(ctx, n.span(3*time.Second, 6*time.Second)); time.Now().Before(end) && ctx.Err() == nil; {
		pick := n.rng.IntN(total)
		for _, a := range acts {
			if pick -= a.weight; pick < 0 {
				a.act(ctx)
				break
			}
		}
		pause(ctx, n.span(200*time.Millisecond, 5*time.Second))
	}
	for _, f := range n.faults {
		f.Remove()
	}
	for _, v := range w.workers {
		v.disarm()
	}
	w.carrier.deadly(0)
	w.carrier.icy(0)
	n.repairs.Wait()
	w.note("healed")
}

func (n *nemesis) span(low, high time.Duration) time.Duration {
	return low + time.Duration(n.rng.Int64N(int64(high-low)))
}

func (n *nemesis) victim() *worker { return n.world.workers[n.rng.IntN(len(n.world.workers))] }

func (n *nemesis) disaster() disaster {
	return [...]disaster{killed, killed, powerLoss, powerLoss, powerLoss, diskLoss}[n.rng.IntN(6)]
}

func (n *nemesis) crash(context.Context) {
	n.victim().crash(n.disaster(), n.span(50*time.Millisecond, 8*time.Second))
}

// crashOnDisk lets a process end between two operations on its disk: the running one, or the next one while it opens its store.
func (n *nemesis) crashOnDisk(context.Context) {
	v, how, down := n.victim(), n.disaster(), n.span(50*time.Millisecond, 8*time.Second)
	if l := v.working(); l != nil && n.rng.IntN(4) > 0 {
		l.fuse.Store(newFuse(1+n.rng.Int64N(40), how, down))
		return
	}
	v.crashNext(1+n.rng.Int64N(30), how, n.span(50*time.Millisecond, time.Second))
	v.crash(killed, n.span(50*time.Millisecond, time.Second))
}

// crashOnPacket lets a process end between two packets: with a request sent and not answered, or an answer not acted upon.
func (n *nemesis) crashOnPacket(context.Context) {
	v, how, down := n.victim(), n.disaster(), n.span(50*time.Millisecond, 8*time.Second)
	if l := v.working(); l != nil {
		l.host.atPacket(1+n.rng.IntN(60), func() { v.crash(how, down) })
	}
}

func (n *nemesis) stop(context.Context) { n.victim().stop(n.span(50*time.Millisecond, 8*time.Second)) }

// freeze makes a zombie: for longer than its session, mostly, nothing reaches it and nothing it sends arrives, and then all does.
func (n *nemesis) freeze(ctx context.Context) {
	v := n.victim()
	if l := v.working(); l != nil {
		span := n.span(time.Second, 4*session)
		n.world.note("worker %d: frozen for %v", v.id, span)
		n.world.count("frozen")
		l.host.freeze()
		n.later(ctx, span, l.host.thaw)
	}
}

// haunt makes a zombie of the other kind: the coordinator takes it for dead and gives its partitions away, while it hears no
// objection and works on.
func (n *nemesis) haunt(ctx context.Context) {
	v := n.victim()
	if l := v.working(); l != nil {
		span := n.span(session, 4*session)
		n.world.note("worker %d: unheard for %v", v.id, span)
		n.world.count("unheard")
		n.world.hear(l.name, false)
		n.later(ctx, span, func() { n.world.hear(l.name, true) })
	}
}

// outage cuts everybody off from the brokers.
func (n *nemesis) outage(ctx context.Context) {
	span := n.span(time.Second, 5*session)
	n.world.note("brokers: away for %v", span)
	n.world.count("outage")
	for _, v := range n.world.workers {
		if l := v.working(); l != nil {
			l.host.freeze()
			n.later(ctx, span, l.host.thaw)
		}
	}
}

// compact takes out of the changelogs what newer records replace.
func (n *nemesis) compact(context.Context) {
	n.world.note("brokers: changelogs compacted")
	n.world.count("compacted")
	n.world.cluster.Compact()
}

// reload gives a process that is at work other rules, of any version; the others keep theirs, so that partitions meet both as they move.
func (n *nemesis) reload(context.Context) {
	v := n.victim()
	if l := v.working(); l != nil {
		version := byte(n.rng.IntN(len(n.world.rules)))
		n.world.note("worker %d: rules %d", v.id, version)
		n.world.count("reloaded")
		if err := l.monitor.Reload([]byte{version}); err != nil {
			n.world.violate("worker %d refuses rules %d: %v", v.id, version, err)
		}
	}
}

func (n *nemesis) tear(context.Context) {
	v := n.victim()
	if l := v.working(); l != nil {
		n.world.note("worker %d: connections torn", v.id)
		n.world.count("torn")
		l.host.reset()
	}
}

func (n *nemesis) slow(ctx context.Context) {
	v := n.victim()
	if l := v.working(); l != nil {
		n.world.note("worker %d: slow network", v.id)
		n.world.count("slow")
		l.host.delay(n.span(50*time.Millisecond, 500*time.Millisecond))
		n.later(ctx, n.span(time.Second, 6*time.Second), func() { l.host.delay(0) })
	}
}

// deadlyMessage lets a process die when the provider has taken its message and it does not know yet, or cuts it off just before.
func (n *nemesis) deadlyMessage(context.Context) {
	if n.rng.IntN(2) == 0 {
		n.world.carrier.icy(1 + n.rng.IntN(5))
		return
	}
	n.world.carrier.deadly(1 + n.rng.IntN(5))
}

// providerTrouble is an outage of the provider, of either kind.
func (n *nemesis) providerTrouble(ctx context.Context) {
	trouble := [...]mode{failing, hanging}[n.rng.IntN(2)]
	n.world.note("provider: %v", [...]string{"working", "failing", "hanging"}[trouble])
	n.world.count("provider trouble")
	n.world.carrier.set(trouble)
	n.later(ctx, n.span(time.Second, 30*time.Second), func() { n.world.carrier.set(working) })
}

// later puts something right after a while.
func (n *nemesis) later(ctx context.Context, after time.Duration, repair func()) {
	n.repairs.Go(func() {
		pause(ctx, after)
		repair()
	})
}

// brokerErrors are what brokers say in troubled times, with the requests they say it to. A request that timed out, or has too few
// replicas after the append, has been carried out all the same.
var brokerErrors = []struct {
	keys []kmsg.Key
	err  *kerr.Error
}{
	{[]kmsg.Key{kmsg.Produce}, kerr.NotLeaderForPartition},
	{[]kmsg.Key{kmsg.Produce}, kerr.RequestTimedOut},
	{[]kmsg.Key{kmsg.Produce}, kerr.NotEnoughReplicasAfterAppend},
	{[]kmsg.Key{kmsg.Produce}, kerr.NotEnoughReplicas},
	{[]kmsg.Key{kmsg.Fetch}, kerr.NotLeaderForPartition},
	{[]kmsg.Key{kmsg.Fetch}, kerr.OffsetNotAvailable},
	{[]kmsg.Key{kmsg.InitProducerID}, kerr.CoordinatorLoadInProgress},
	{[]kmsg.Key{kmsg.InitProducerID}, kerr.ConcurrentTransactions},
	{[]kmsg.Key{kmsg.AddPartitionsToTxn}, kerr.ConcurrentTransactions},
	{[]kmsg.Key{kmsg.AddPartitionsToTxn, kmsg.EndTxn}, kerr.NotCoordinator},
	{[]kmsg.Key{kmsg.EndTxn}, kerr.RequestTimedOut},
	{[]kmsg.Key{kmsg.Heartbeat, kmsg.JoinGroup, kmsg.SyncGroup}, kerr.NotCoordinator},
	{[]kmsg.Key{kmsg.Heartbeat}, kerr.UnknownMemberID},
	{[]kmsg.Key{kmsg.OffsetCommit}, kerr.CoordinatorNotAvailable},
	{[]kmsg.Key{kmsg.OffsetCommit}, kerr.RequestTimedOut},
	{[]kmsg.Key{kmsg.ListOffsets}, kerr.LeaderNotAvailable},
}

func (n *nemesis) brokerErrors(context.Context) {
	for range 1 + n.rng.IntN(3) {
		e := brokerErrors[n.rng.IntN(len(brokerErrors))]
		n.world.note("brokers: %s to %s", e.err.Message, e.keys[0].Name())
		n.world.count("broker error")
		n.faults = append(n.faults, n.world.cluster.Fault(kfake.Fault{Keys: e.keys, Err: e.err, Count: 1 + n.rng.IntN(6)}))
	}
}

func (n *nemesis) moveLeaders(context.Context) {
	n.world.note("brokers: leaders and coordinators move")
	n.world.count("moved")
	for _, topic := range append(n.world.topics(), changelogs...) {
		for p := range n.world.partitions {
			if err := n.world.cluster.MoveTopicPartition(topic, int32(p), int32(n.rng.IntN(brokers))); err != nil {
				n.world.violate("the nemesis cannot move %s[%d]: %v", topic, p, err)
			}
		}
	}
	if n.rng.IntN(2) == 0 {
		n.world.cluster.RehashCoordinators()
	}
}
