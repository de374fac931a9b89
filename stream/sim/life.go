package sim

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/dispatch"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// life is one process: what package app puts together, on a simulated machine.
type life struct {
	worker *worker
	// name is the client id, this process's own.
	name string
	host *host
	disk *vfs.MemFS
	db   *store.DB

	client  *kafka.Client
	monitor *stream.Engine[kept[detectors.State]]
	desk    *stream.Engine[kept[alerts.State]]
	leave   context.CancelCauseFunc
	// gone is closed by a crash.
	gone chan struct{}
	fuse atomic.Pointer[fuse]
}

func (l *life) crashed() bool {
	select {
	case <-l.gone:
		return true
	default:
		return false
	}
}

// watched is the disk with the fuse in it.
func (l *life) watched() vfs.FS {
	return errorfs.Wrap(l.disk, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if f := l.fuse.Load(); f != nil && op.Kind.ReadOrWrite() == errorfs.OpIsWrite && f.left.Add(-1) == 0 {
			l.worker.crash(f.how, f.down)
		}
		return nil
	}))
}

// open opens the store. When it fails later, that ends the process.
func (l *life) open() (*store.DB, error) {
	return store.Open("db", store.Options{
		FS: l.watched(), Logger: l.worker.world.log(l.worker.id), CacheBytes: 1 << 20,
		Fatal: func(err error) {
			l.worker.world.note("worker %d: %v", l.worker.id, err)
			l.worker.crash(killed, time.Second)
		},
	})
}

// run works until ctx ends or the process is asked to stop, crashes or fails, and lets go of everything.
func (l *life) run(ctx context.Context) error {
	ctx, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	stopped := make(chan struct{})
	defer close(stopped)
	go func() {
		select {
		case <-l.gone:
			leave(errCut)
		case <-stopped:
		}
	}()
	err := l.build()
	if err == nil {
		l.worker.mu.Lock()
		l.leave = leave
		l.worker.mu.Unlock()
		err = l.parts(ctx)
	}
	if l.client != nil {
		err = errors.Join(err, l.client.Close())
	}
	err = errors.Join(err, l.db.Close())
	l.host.cut()
	return err
}

func (l *life) build() (err error) {
	w := l.worker.world
	l.client, err = kafka.New(kafka.Config{
		Brokers: w.cluster.ListenAddrs(), ClientID: l.name, Dial: l.host.dial, FetchMaxWait: fetchWait, DeliveryTimeout: w.delivery,
		OnRetry: func(what string, err error) {
			if !l.crashed() {
				w.detail("worker %d: %s: %v", l.worker.id, what, err)
			}
		},
	})
	if err != nil {
		return err
	}
	monitor := l.engine("monitor", kafka.Sticky())
	monitor.Rules = []byte{w.newestRules()}
	if l.monitor, err = stream.NewEngine(func(rules []byte) (stream.Processor[kept[detectors.State]], error) {
		return historian[detectors.State]{stream.NewMonitor(w.rules[rules[0]], nil), rules[0]}, nil
	}, monitor); err != nil {
		return err
	}
	desk := l.engine("desk", kafka.SingleOwner())
	desk.FindByPhone, desk.WriteBehind = l.findByPhone, 0
	l.desk, err = stream.NewEngine(func([]byte) (stream.Processor[kept[alerts.State]], error) {
		return historian[alerts.State]{stream.NewDesk(w.policy, nil), 0}, nil
	}, desk)
	return err
}

// The engine's timings, short enough for a fail-over to fit in often.
const (
	fetchWait = 5 * time.Second
	tickEvery = 2 * time.Second
	session   = 4 * time.Second
	heartbeat = time.Second
	// rebalance is less than a third of the time between two tries to join: kfake starts this delay anew with every member that joins, so
	// with three workers that take turns in trying, a longer one would never end.
	rebalance = 2 * time.Second
)

func (l *life) engine(role string, balancer kafka.Balancer) stream.EngineConfig {
	w := l.worker.world
	return stream.EngineConfig{
		WriteBehind: w.writeBehind, Budget: stream.NewBudget(w.budget), Standby: w.standby, Limits: w.limits, Sabotage: w.cfg.Sabotage,
		Client: l.client, Store: l.db, Zone: zone, TickEvery: tickEvery, Log: w.log(l.worker.id), Release: "sim",
		Group: kafka.GroupConfig{Group: role, SessionTimeout: session, HeartbeatInterval: heartbeat, RebalanceTimeout: rebalance, Balancer: balancer},
	}
}

// findByPhone is stream.View's, for states with a past.
func (l *life) findByPhone(phone alerts.Phone) (sharers []*alerts.State, err error) {
	customers, err := l.view(nil).CustomersOf(alerts.IndexPhone, alerts.PhoneKey(phone), alerts.MaxSharers)
	if err != nil {
		return nil, err
	}
	for _, customer := range customers {
		state, err := outbox{life: l}.State(context.Background(), customer)
		if err != nil && !errors.Is(err, errNoState) {
			return nil, err
		}
		if err == nil {
			sharers = append(sharers, state)
		}
	}
	return sharers, nil
}

func (l *life) view(only func() []int) stream.View {
	return stream.View{DB: l.db, Partitions: l.worker.world.partitions, Only: only}
}

func (l *life) parts(ctx context.Context) error {
	producer, err := l.client.Producer(ctx, "")
	if err != nil {
		return err
	}
	sender, err := l.sender(producer)
	if err != nil {
		return err
	}
	parts, ctx := errgroup.WithContext(ctx)
	parts.Go(func() error { return l.monitor.Run(ctx) })
	parts.Go(func() error { return l.desk.Run(ctx) })
	parts.Go(func() error { sender.Run(ctx); return nil })
	parts.Go(func() error { return l.staff(ctx, producer) })
	parts.Go(func() error { return l.db.KeepSynced(ctx, time.Second) })
	return parts.Wait()
}

// sender is the dispatcher with the world's provider.
func (l *life) sender(producer *kafka.Producer) (*dispatch.Dispatcher, error) {
	metrics, err := dispatch.NewMetrics(prometheus.NewRegistry())
	if err != nil {
		return nil, err
	}
	w := l.worker.world
	return dispatch.New(dispatch.Config{
		Policy: w.policy.Policy(), Outbox: outbox{l, stream.NewOutbox(l.view(l.desk.Status().CaughtUp))}, Metrics: metrics, Log: w.log(l.worker.id), Now: now,
		Channels: []dispatch.Provider{{Channel: provider{l, alerts.App}}, {Channel: provider{l, alerts.SMS}}},
		Record: func(ctx context.Context, r alerts.Receipt) error {
			return producer.Send(ctx, []kafka.Message{{
				Topic: wire.ReceiptTopic, Partition: -1, Key: []byte(r.Customer), Value: wire.AppendReceipt(nil, &r),
			}})
		},
	})
}

var zone = time.FixedZone("", 8*3600)

func now() card.Moment { return card.MomentOf(time.Now().In(zone)) }
