package backtest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// Config is one back-test.
type Config struct {
	// In holds the input files; when it is empty, Client leads to the topics.
	In     string
	Client *kafka.Client
	// Live decides, Draft is asked beside it.
	Live, Draft Side
	// From and To bound what is counted, From included; a zero one is open. What came before From warms the states.
	From, To time.Time
	Zone     *time.Location
	// Frauds names the labelled transactions and the attack that each is part of; nil when there are no labels.
	Frauds map[string]string
	// PromptsPerDay bounds the messages to a customer on a local day, as the desk does.
	PromptsPerDay int
	// Workers is how many lanes work at a time; 0 is one for each processor.
	Workers int
	// Progress hears how far the history has been read: in bytes of files, or in records of topics. May be nil.
	Progress func(done, total int64)
	// Alert hears of every record that the live set would have written, in the order of each customer. It is called from all lanes at once. May be nil.
	Alert func(*detectors.Alert)
}

// Side is one of the two sets of rules.
type Side struct {
	Version string
	Monitor *detectors.Monitor
}

// WarmUp is how much history before From is read from topics: as long as the longest window looks back.
const WarmUp = 90 * 24 * time.Hour

// inputs are what a monitor decides by, in the order in which records of the same moment count: what a bank says in its own order,
// what customers answered last.
func inputs() []string {
	return []string{wire.TransactionTopic, wire.CustomerTopic, wire.StatementTopic, wire.PaymentTopic, wire.FeedbackTopic}
}

// Run back-tests. A bad record is counted and passed over; an error means that the history could not be read, or that ctx ended.
func Run(ctx context.Context, cfg Config) (*Report, error) {
	began := time.Now()
	if cfg.Workers <= 0 {
		cfg.Workers = runtime.GOMAXPROCS(0)
	}
	if !cfg.To.IsZero() && !cfg.From.Before(cfg.To) {
		return nil, errors.New("backtest: the time to stop at does not lie after the time to begin at")
	}
	pair := cfg.Live.Monitor.WithDrafts(cfg.Draft.Monitor)
	lanes := make([]*lane, cfg.Workers)
	for i := range lanes {
		lanes[i] = newLane(&cfg, pair)
	}
	var err error
	if cfg.In != "" {
		err = fromFiles(ctx, &cfg, lanes)
	} else {
		err = fromTopics(ctx, &cfg, lanes)
	}
	if err != nil {
		return nil, err
	}
	var last int64
	for _, l := range lanes {
		last = max(last, l.now)
	}
	if last == 0 {
		return nil, errors.New("backtest: there is no record before the time to stop at")
	}
	finish := errgroup.Group{}
	for _, l := range lanes {
		finish.Go(func() error { return l.finish(last) })
	}
	if err := finish.Wait(); err != nil {
		return nil, err
	}
	r := newReport(&cfg)
	for _, l := range lanes {
		l.compare(r)
	}
	r.complete(time.Since(began))
	return r, nil
}

// bounds are From and To in Unix milliseconds.
func (c *Config) bounds() (from, to int64) {
	from, to = 0, int64(1)<<62
	if !c.From.IsZero() {
		from = c.From.UnixMilli()
	}
	if !c.To.IsZero() {
		to = c.To.UnixMilli()
	}
	return from, to
}

func (c *Config) moment(unixMilli int64) card.Moment {
	return card.MomentOf(time.UnixMilli(unixMilli).In(c.Zone))
}

func (c *Config) progress(done, total int64) {
	if c.Progress != nil {
		c.Progress(done, total)
	}
}

func failed(what string, err error) error { return fmt.Errorf("backtest: %s: %w", what, err) }
