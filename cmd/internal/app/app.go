package app

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel"
	"github.com/cardwatch/cardwatch/alerts/channel/sandbox"
	"github.com/cardwatch/cardwatch/alerts/dispatch"
	"github.com/cardwatch/cardwatch/cmd/internal/api"
	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/cmd/internal/hooks"
	"github.com/cardwatch/cardwatch/cmd/internal/web"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/rekey"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// Options are what an App is made from besides its configuration.
type Options struct {
	Config  *config.Config
	Clock   stream.Clock
	Zone    *time.Location
	Log     *slog.Logger
	Release string
	// AcceptGaps are the losses of input records that an operator has accepted.
	AcceptGaps []stream.Gap
	// LoadRules reads the rules again as the configuration names them; nil when they come from no file.
	LoadRules func() (detectors.Rules, error)
	// Disk is the store's file system; nil is the operating system's.
	Disk vfs.FS
}

// App is one process: the processors it hosts and everything around them.
type App struct {
	Options
	Client *kafka.Client
	View   stream.View
	Phone  *sandbox.Phone
	// Silences are nil in a process without a desk.
	Silences *Silences
	// Experiments are nil in a process without a desk.
	Experiments *Experiments
	Metrics     *prometheus.Registry
	// OnDelivered hears of every message that reached a telephone; set before Run, may be nil, must not block.
	OnDelivered func(alerts.Receipt)

	db       *store.DB
	disk     *diskWatch
	failed   chan error
	producer *kafka.Producer
	// gather sends what concerns single customers, of whom there are many at a time.
	gather     *kafka.Gather
	monitor    *stream.Engine[detectors.State]
	rules      *ruleKeeper
	office     *Office
	quality    *qualityWatch
	figures    *figureWatch
	desk       *stream.Engine[alerts.State]
	rekeys     []*rekey.Engine
	dispatcher *dispatch.Dispatcher
	inbox      *hooks.Inbox
	hooks      *hooks.Server
	// listeners are the channels that have a session of their own.
	listeners []channel.Listener
	clerk     *clerk.Clerk
	api       *api.Server
	web       *web.Server
}

// New connects, checks the topics and opens the store. Whoever got no error has to Close.
func New(ctx context.Context, o Options) (a *App, err error) {
	a = &App{Options: o, Metrics: prometheus.NewRegistry(), failed: make(chan error, 1)}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	a.Metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if a.Client, err = Connect(o.Config, o.Log); err != nil {
		return a, err
	}
	if a.View.Partitions, err = partitions(ctx, a.Client); err != nil {
		return a, err
	}
	if err = a.openStore(); err != nil {
		return a, err
	}
	a.View.DB = a.db
	a.disk = newDiskWatch(o.Config.Store, a.db, o.Log, a.Metrics)
	if a.producer, err = a.Client.Producer(ctx, ""); err != nil {
		return a, err
	}
	a.gather = kafka.NewGather(a.producer, 10*time.Second)
	if o.Config.Has(config.RoleMonitor) {
		if a.rules, err = a.newRuleKeeper(ctx); err != nil {
			return a, err
		}
	}
	if o.Config.Has(config.RoleDesk) {
		if err = a.openOffice(ctx); err != nil {
			return a, err
		}
	}
	return a, a.host()
}

// openOffice lets people at the console see how the rules do, and act on them, on silences and on experiments.
func (a *App) openOffice(ctx context.Context) error {
	if err := checkRuleTopic(ctx, a.Client); err != nil {
		return err
	}
	experiments, err := a.newExperiments(ctx)
	if err != nil {
		return err
	}
	if a.Silences, err = a.newSilences(ctx, experiments.stopped); err != nil {
		return err
	}
	a.office = newOffice(a.Client, a.producer, a.Config.RulesControl, a.Log)
	a.quality = newQualityWatch(a.Client, a.View.Partitions, a.now, a.Log)
	a.figures = newFigureWatch(a.Client, a.View.Partitions, &a.Config.Desk, a.now, a.Log)
	a.Experiments, experiments.figures, experiments.silences = experiments, a.figures, a.Silences
	a.Metrics.MustRegister(newQualityFigures(a.quality), newCollectingFigures(a.figures), newTrialFigures(experiments))
	return nil
}

// peekWait is how long a page waits for the newest of a partition that is busy, before it shows what is stored.
const peekWait = 200 * time.Millisecond

// host prepares the processors of this process's roles.
func (a *App) host() (err error) {
	counts := newTallies(a.Metrics, a.db)
	shared := engineParts{
		metrics: stream.NewMetrics(a.Metrics, a.Clock), budget: stream.NewBudget(int64(a.Config.Store.CacheMiB) << 20),
	}
	if a.Config.Has("monitor") {
		if a.monitor, err = a.newMonitor(shared, counts); err != nil {
			return err
		}
		a.View.Newest = func(customer string) []byte {
			ctx, cancel := context.WithTimeout(context.Background(), peekWait)
			defer cancel()
			return a.monitor.Peek(ctx, customer)
		}
	}
	a.hostRekey(shared.metrics)
	core, err := alerts.NewDesk(a.Config.Desk)
	if err != nil {
		return err
	}
	if !a.Config.Has("desk") {
		return a.prepareHTTP(core)
	}
	if a.desk, err = a.newDesk(shared, counts); err != nil {
		return err
	}
	if err := a.dispatch(); err != nil {
		return err
	}
	return a.prepareHTTP(core)
}

// engineParts are what the engines of a process share.
type engineParts struct {
	metrics *stream.Metrics
	budget  *stream.Budget
}

func (a *App) newMonitor(shared engineParts, counts *tallies) (*stream.Engine[detectors.State], error) {
	first, err := a.rules.first()
	if err != nil {
		return nil, err
	}
	config := a.engine("monitor", kafka.Sticky(), shared)
	config.Rules, config.WriteBehind = first, a.Config.Store.WriteBehind
	observe := func(s *detectors.State, e *detectors.Effects) {
		counts.monitor(s, e)
		a.rules.breaker.observe(e)
	}
	engine, err := stream.NewEngine(func(recorded []byte) (stream.Processor[detectors.State], error) {
		d, err := readDecision(recorded)
		if err != nil {
			return nil, err
		}
		core, err := d.monitor()
		return stream.NewMonitor(core, observe), err
	}, config)
	if err != nil {
		return nil, err
	}
	a.rules.reload, a.rules.status = engine.Reload, engine.Status()
	return engine, nil
}

func (a *App) newDesk(shared engineParts, counts *tallies) (*stream.Engine[alerts.State], error) {
	first, err := a.Silences.first()
	if err != nil {
		return nil, err
	}
	config := a.engine("desk", kafka.SingleOwner(), shared)
	config.Rules, config.Committed, config.FindByPhone = first, a.deskChanged, a.View.FindByPhone
	engine, err := stream.NewEngine(func(recorded []byte) (stream.Processor[alerts.State], error) {
		core, err := deskOf(recorded)
		return stream.NewDesk(core, counts.desk), err
	}, config)
	if err != nil {
		return nil, err
	}
	a.Silences.reload, a.Silences.status, a.Silences.view = engine.Reload, engine.Status(), a.View
	a.Silences.view.Only = engine.Status().CaughtUp
	return engine, nil
}

func (a *App) engine(role string, balancer kafka.Balancer, shared engineParts) stream.EngineConfig {
	return stream.EngineConfig{
		Client: a.Client, Store: a.db, Clock: a.Clock, Zone: a.Zone, Log: a.Log, Metrics: shared.metrics, Budget: shared.budget,
		Release: a.Release, Standby: a.Config.Store.Standby, AcceptGaps: a.AcceptGaps, Gate: &a.disk.gate,
		Group: kafka.GroupConfig{
			Group: a.Config.Group(role), SessionTimeout: a.Config.Kafka.SessionTimeout,
			HeartbeatInterval: a.Config.Kafka.HeartbeatInterval, Balancer: balancer,
		},
	}
}

// dispatch prepares the sender and the ears for what providers tell.
func (a *App) dispatch() error {
	metrics, err := dispatch.NewMetrics(a.Metrics)
	if err != nil {
		return err
	}
	providers, err := a.openChannels()
	if err != nil {
		return err
	}
	if err := a.openHooks(providers); err != nil {
		return err
	}
	owned := a.View
	owned.Only = a.desk.Status().CaughtUp
	a.dispatcher, err = dispatch.New(dispatch.Config{
		Policy: a.Config.Desk, Channels: providers, Outbox: outbox{stream.NewOutbox(owned)}, Record: a.record, Now: a.now, Metrics: metrics, Log: a.Log,
		Seed: uint64(a.Clock.Now().UnixNano()),
		Link: func(s *alerts.State, m *alerts.Message) string { return a.web.LinkOf(s, m) },
	})
	return err
}

func (a *App) record(ctx context.Context, r alerts.Receipt) error {
	return a.Publish(ctx, wire.ReceiptTopic, r.Customer, wire.AppendReceipt(nil, &r))
}

// Publish writes one record of a customer's and returns when Kafka has acknowledged it.
func (a *App) Publish(ctx context.Context, topic, customer string, value []byte) error {
	return a.gather.Send(ctx, kafka.Message{
		Topic: topic, Partition: -1, Key: []byte(customer), Value: value, Timestamp: a.Clock.Now().UnixMilli(),
	})
}

func (a *App) deskChanged(_ int, customers []string) {
	a.dispatcher.Wake()
	a.clerk.Hub().Changed(customers)
}

func (a *App) now() card.Moment { return card.MomentOf(a.Clock.Now().In(a.Zone)) }

// linkKey is the configured key for customers' links or, without one, a new one: links then end with the process.
func (a *App) linkKey() ([]byte, error) {
	if a.Config.Links.Key.Set() {
		return a.Config.Links.Key.Reveal(), nil
	}
	key := make([]byte, 32)
	_, err := rand.Read(key)
	return key, err
}
