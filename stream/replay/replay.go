package replay

import (
	"context"
	"errors"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/figures"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/stream/history"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// Config is one replay.
type Config struct {
	// In holds the input files, Out takes the outputs.
	In, Out string
	Monitor *detectors.Monitor
	Desk    *alerts.Desk
	Zone    *time.Location
	// Until runs the clock on after the last record; the zero time does not.
	Until   time.Time
	Release string
	// Progress hears how many of the input's bytes have been read. May be nil.
	Progress func(done, total int64)
	// Observe sees the monitor's state and effects after every step. May be nil.
	Observe func(*detectors.State, *detectors.Effects)
	// Seen hears of every transaction and of every output in order; the scores are made of that. May be nil.
	Seen func(topic string, rec kafka.Record)
}

// commitEvery bounds the changed states kept in memory between two commits.
const commitEvery = 20_000

// Run replays everything in cfg.In. A bad record is a dead letter; an error means that the files or the store failed, or that
// ctx ended.
func Run(ctx context.Context, cfg Config) (summary *Summary, err error) {
	began := time.Now()
	in, err := history.Open(cfg.In, wire.Inputs())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	summary = NewSummary()
	counted := &ledger{book: figures.New()}
	out, err := newOutput(cfg.Out, func(m kafka.Message) {
		summary.Output(m)
		counted.hear(m.Topic, m.Timestamp, m.Value)
		cfg.seen(m.Topic, kafka.Record{Timestamp: m.Timestamp, Value: m.Value})
	})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, out.close()) }()
	w, err := newWorld(cfg, out)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.db.Close()) }()
	if err := w.feed(ctx, cfg, in, summary, counted); err != nil {
		return nil, err
	}
	if !cfg.Until.IsZero() {
		if err := w.advance(cfg.Until.UnixMilli()); err != nil {
			return nil, err
		}
	}
	if err := w.commit(ctx); err != nil {
		return nil, err
	}
	report := counted.book.Report(figures.Whole, figures.Months)
	summary.Figures = &report
	summary.Through = w.now().Format(time.RFC3339)
	summary.DurationSeconds = time.Since(began).Seconds()
	summary.RecordsPerSecond = float64(total(summary.Records)) / max(summary.DurationSeconds, 1e-9)
	return summary, summary.countDesk(w)
}

// feed applies the records as they arrived.
func (w *world) feed(ctx context.Context, cfg Config, in *history.Reader, summary *Summary, counted *ledger) error {
	for n := 1; ; n++ {
		r, more, err := in.Next()
		if err != nil || !more {
			return err
		}
		summary.Records[r.Topic]++
		rec := kafka.Record{Timestamp: r.Arrived, Value: r.Value}
		if r.Topic == wire.TransactionTopic {
			cfg.seen(r.Topic, rec)
		}
		counted.hear(r.Topic, r.Arrived, r.Value)
		if err := w.apply(r.Topic, rec); err != nil {
			return err
		}
		if n%commitEvery == 0 {
			if err := w.commit(ctx); err != nil {
				return err
			}
			if cfg.Progress != nil {
				cfg.Progress(in.Progress())
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
}

func (c Config) seen(topic string, rec kafka.Record) {
	if c.Seen != nil {
		c.Seen(topic, rec)
	}
}

func total(counts map[string]int64) (n int64) {
	for _, c := range counts {
		n += c
	}
	return n
}
