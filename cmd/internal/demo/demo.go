package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/bench/gen"
	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/broker"
	"github.com/cardwatch/cardwatch/stream/replay"
)

// Config is a demo.
type Config struct {
	// Dir keeps everything; empty is a temporary directory that goes with the demo.
	Dir       string
	Port      int
	Seed      uint64
	Customers int
	// Speed is how many generated days pass in a second.
	Speed   float64
	Zone    *time.Location
	Log     *slog.Logger
	Release string
	// Started is called once the console answers.
	Started func(url string)
}

const (
	partitions = 4
	// bills and habits are how many days of bills and of card use the bank brings along: three bills make the first offer of
	// help possible, two weeks of use show who the customers are.
	bills  = 65
	habits = 14
	// attackRate and lendRate make a storyline begin every two seconds of wall time at the default speed, in which 5,500 cards
	// live half an hour each: attacks, and honest uses that have to be asked about.
	attackRate, lendRate = 8, 6
)

// Demo is a running bank in a box.
type Demo struct {
	cfg    Config
	dir    string
	broker *broker.Broker
	app    *app.App
	feed   *feed
	people *customers
	clock  stream.Clock
	mark   bookmark
	began  time.Time
}

// Run runs the demo until ctx ends and says what happened.
func Run(ctx context.Context, cfg Config) (summary *replay.Summary, err error) {
	if cfg.Port, err = freePort(cfg.Port); err != nil {
		return nil, err
	}
	d := &Demo{cfg: cfg, dir: cfg.Dir, began: time.Now()}
	if d.dir == "" {
		if d.dir, err = os.MkdirTemp("", "cardwatch-demo-"); err != nil {
			return nil, fmt.Errorf("demo: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(d.dir)) }()
	}
	if d.mark, err = openBookmark(filepath.Join(d.dir, "demo.json"), cfg); err != nil {
		return nil, err
	}
	if d.broker, err = broker.Start(broker.Config{Dir: filepath.Join(d.dir, "kafka"), Logger: cfg.Log}); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.broker.Close()) }()
	if err := d.prepare(ctx); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.app.Close()) }()
	return d.run(ctx)
}

// freePort looks before the bank moves in, since the console opens its port only after that; 0 asks for any.
func freePort(port int) (int, error) {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return 0, fmt.Errorf("demo: port %d is not free: %w; choose another with --port", port, err)
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

// settings is the production configuration with what a demo has to have otherwise: its own broker and directory, and
// time-outs that pass on the bank's fast clock while a person watches.
func (d *Demo) settings() *config.Config {
	c := config.Defaults()
	c.Kafka.Brokers = []string{d.broker.Addr()}
	c.Topics = config.Topics{Partitions: partitions, ReplicationFactor: 1}
	c.Store.Dir = filepath.Join(d.dir, "store")
	c.Store.MinFreePercent = 0 // a demo is small, and many a laptop is nearly full
	c.HTTP.Listen = net.JoinHostPort("127.0.0.1", strconv.Itoa(d.cfg.Port))
	c.Metrics.Listen = ""
	c.Links.BaseURL = "http://" + c.HTTP.Listen
	c.RulesControl = config.ControlFourEyes // so that a draft can be approved and go live at the console
	const day = 24 * time.Hour
	wall := func(seconds float64, least, most time.Duration) time.Duration {
		return min(max(time.Duration(seconds*d.cfg.Speed*float64(day)).Round(time.Second), least), most)
	}
	c.Desk.AppWait = wall(20, c.Desk.AppWait, day)
	c.Desk.SMSWait = wall(20, c.Desk.SMSWait, day)
	c.Desk.PromptLife = wall(90, c.Desk.PromptLife, 7*day)
	c.Desk.ClaimLease = wall(120, c.Desk.ClaimLease, 7*day)
	// A small experiment, for the page about figures to show.
	c.Desk.Experiments = []alerts.Experiment{{
		Name: "risk-alone", Share: 20, Challenger: alerts.Treatment{Rank: alerts.ByRisk}, Stop: alerts.StopRule{MinCustomers: 200},
	}}
	for _, clocks := range []*alerts.Clocks{&c.Desk.SLA.Critical, &c.Desk.SLA.High, &c.Desk.SLA.Medium, &c.Desk.SLA.Low} {
		clocks.Claim, clocks.Close = wall(60, clocks.Claim, 7*day), wall(240, clocks.Close, 30*day)
	}
	return &c
}

// prepare creates the topics, puts the bank's past on the broker and builds the app.
func (d *Demo) prepare(ctx context.Context) error {
	settings := d.settings()
	client, err := app.Connect(settings, d.cfg.Log)
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.CreateTopics(ctx, app.Topics(partitions, 1, app.ProducerTime, settings.Groups()...)); err != nil {
		return err
	}
	bank, err := newBank(d.cfg, d.mark)
	if err != nil {
		return err
	}
	producer, err := client.Producer(ctx, "")
	if err != nil {
		return err
	}
	past := newFeed(bank, producer)
	past.skip(d.mark.Reached)
	if err := past.history(ctx, d.mark.Start.Add(-habits*24*time.Hour), d.mark.Start); err != nil {
		return fmt.Errorf("demo: feed the bank's past: %w", err)
	}
	from := d.mark.Start
	if from.Before(d.mark.Reached) {
		from = d.mark.Reached
	}
	d.clock = stream.Clock{Start: time.Now(), Epoch: from.Time(), Rate: d.cfg.Speed * (24 * time.Hour).Seconds()}
	if err := d.draft(ctx, settings, from); err != nil {
		return err
	}
	d.app, err = app.New(ctx, app.Options{Config: settings, Clock: d.clock, Zone: d.cfg.Zone, Log: d.cfg.Log, Release: d.cfg.Release})
	if err != nil {
		return err
	}
	d.people = &customers{bank: bank, app: d.app, log: d.cfg.Log, asked: make(chan alerts.Receipt, 256), thoughts: make(chan thought)}
	d.app.OnDelivered = d.people.delivered
	d.feed = past
	return nil
}

func newBank(cfg Config, mark bookmark) (*gen.Bank, error) {
	c := gen.Defaults()
	c.Seed, c.Customers, c.Start, c.Days, c.History, c.AttackRate, c.LendRate = mark.Seed, mark.Customers, mark.Start, 0, bills, attackRate, lendRate
	return gen.New(c)
}

func (d *Demo) run(ctx context.Context) (*replay.Summary, error) {
	producer, err := d.app.Client.Producer(ctx, "")
	if err != nil {
		return nil, err
	}
	d.feed.producer = producer
	var warm []uint64
	parts, ctx := errgroup.WithContext(ctx)
	parts.Go(func() error { return d.app.Run(ctx) })
	parts.Go(func() error { return d.feed.live(ctx, d.clock) })
	parts.Go(func() error { return d.people.run(ctx) })
	parts.Go(func() error { return d.keepBookmark(ctx) })
	parts.Go(func() (err error) {
		d.cfg.Started(d.settings().Links.BaseURL)
		warm, err = d.warmUp(ctx)
		return err
	})
	if err := parts.Wait(); err != nil {
		return nil, err
	}
	return summarize(d.app.Metrics, d.app.View, d.feed.records, d.began, warm)
}

// warmUp waits until the past has been read and gives the latencies so far, which do not count.
func (d *Demo) warmUp(ctx context.Context) ([]uint64, error) {
	if !d.app.WaitCaughtUp(ctx) {
		return nil, nil
	}
	g, err := gather(d.app.Metrics)
	if err != nil {
		return nil, err
	}
	_, counts := g.latencies()
	return counts, nil
}

// keepBookmark notes the bank's time, so that a demo on the same directory goes on from there.
func (d *Demo) keepBookmark(ctx context.Context) error {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			d.mark.Reached = card.MomentOf(d.clock.Now().In(d.cfg.Zone))
			if err := d.mark.save(); err != nil {
				return err
			}
		}
	}
}
