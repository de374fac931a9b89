package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/figures"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

const (
	// figuresEvery is how often what is new is read: figures over months need no hurry.
	figuresEvery = 5 * time.Second
	// figuresPast is how far back the log is read: one month more than a book remembers, for the statements before the first one.
	figuresPast = (figures.Months + 1) * 31 * 24 * time.Hour
)

// figureWatch keeps the book of figures about collecting. It reads its topics on its own, in the order of their records' append times, and what it
// cannot read is missing from the figures and nowhere else.
type figureWatch struct {
	client     *kafka.Client
	partitions int
	now        func() card.Moment
	log        *slog.Logger
	decoder    wire.Decoder

	mu   sync.Mutex
	book *figures.Book
	// read says that the past has been read.
	read bool
}

func newFigureWatch(client *kafka.Client, partitions int, policy *alerts.Policy, now func() card.Moment, log *slog.Logger) *figureWatch {
	book := figures.New()
	book.Arms = policy.ArmsOf
	return &figureWatch{client: client, partitions: partitions, now: now, log: log, book: book}
}

// Report gives the figures by a dimension; false while the past is still being read.
func (w *figureWatch) Report(by figures.Dimension, months int) (figures.Report, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.book.Report(by, months), w.read
}

// trials judges experiments; false while the past is still being read.
func (w *figureWatch) trials(experiments []alerts.Experiment, stopped func(string) *alerts.ExperimentStop) ([]figures.Trial, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.book.Trials(experiments, stopped), w.read
}

// run reads what the book remembers, and then what comes, until ctx ends.
func (w *figureWatch) run(ctx context.Context) error {
	sources, err := w.begin(ctx)
	for err == nil && ctx.Err() == nil {
		if w.look(ctx, sources) {
			w.mu.Lock()
			w.read = true
			w.mu.Unlock()
		}
		pause(ctx, figuresEvery)
	}
	return nil // nothing but ctx ends the search for the beginning
}

// begin finds where the book's months begin in each partition. Customers are a compacted topic: all of it counts.
func (w *figureWatch) begin(ctx context.Context) (sources []*source, err error) {
	since := w.now().Add(-figuresPast).Time()
	for _, topic := range []string{wire.CustomerTopic, wire.StatementTopic, wire.CollectionTopic, wire.ConductTopic} {
		for p := range w.partitions {
			from := int64(kafka.Earliest)
			if topic != wire.CustomerTopic {
				if from, err = w.client.OffsetAt(ctx, topic, p, since); err != nil {
					return nil, err
				}
			}
			sources = append(sources, &source{follower: followFrom(w.client, topic, p, from)})
		}
	}
	return sources, nil
}

// source is one partition with what has been fetched of it and not yet heard.
type source struct {
	*follower
	end   int64
	batch kafka.Batch
	heard int
}

// head is the next record before the end, nil when there is none.
func (s *source) head(ctx context.Context) (*kafka.Record, error) {
	for s.heard >= len(s.batch.Records) {
		if s.next >= s.end {
			return nil, nil
		}
		batch, err := s.fetcher.Next(ctx)
		if err != nil {
			return nil, err
		}
		s.batch, s.heard = batch, 0
		s.follower.heard(&batch)
	}
	return &s.batch.Records[s.heard], nil
}

// look reads what is new, the earliest first, so that a statement comes before what follows from it. It reports whether all of it was read.
func (w *figureWatch) look(ctx context.Context, sources []*source) bool {
	for _, s := range sources {
		end, err := w.client.End(ctx, s.topic, s.partition)
		if err != nil {
			return false // only because ctx has ended
		}
		s.end = end
	}
	for {
		var first *source
		var earliest *kafka.Record
		for _, s := range sources {
			rec, err := s.head(ctx)
			if err != nil {
				if ctx.Err() != nil {
					return false
				}
				w.skip(s, err)
				continue
			}
			if rec != nil && (earliest == nil || rec.Timestamp < earliest.Timestamp) {
				first, earliest = s, rec
			}
		}
		if first == nil {
			return true
		}
		w.hear(first.topic, earliest)
		first.heard++
	}
}

// skip goes on behind what cannot be read.
func (w *figureWatch) skip(s *source, err error) {
	from := int64(kafka.Latest)
	var gap *kafka.GapError
	if errors.As(err, &gap) {
		from = kafka.Earliest
	}
	w.log.Warn("the figures about collecting lack what cannot be read", "topic", s.topic, "partition", s.partition, "error", err)
	s.follower, s.batch, s.heard, s.end = followFrom(w.client, s.topic, s.partition, from), kafka.Batch{}, 0, 0
}

// hear takes a record into the book.
func (w *figureWatch) hear(topic string, rec *kafka.Record) {
	body, _, err := w.decoder.Decode(wire.Record{Topic: topic, Key: rec.Key, Value: rec.Value})
	if err != nil {
		return // the processor that reads the topic tells of it
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.book.Hear(body, w.now())
}

// collectingFigures are the metrics of a figureWatch: the present month of the whole bank.
type collectingFigures struct {
	watch *figureWatch
	desc  *prometheus.Desc
}

func newCollectingFigures(watch *figureWatch) *collectingFigures {
	return &collectingFigures{watch: watch, desc: prometheus.NewDesc("cardwatch_collecting_figure",
		"Figures about collecting in the present month, as shares; see the page Figures for what each means.", []string{"figure", "currency"}, nil)}
}

// Describe lists the metrics.
func (f *collectingFigures) Describe(to chan<- *prometheus.Desc) { to <- f.desc }

// Collect reads them off the book; while the past is still being read there are none.
func (f *collectingFigures) Collect(to chan<- prometheus.Metric) {
	report, read := f.watch.Report(figures.Whole, 1)
	if !read {
		return
	}
	for _, l := range report.Lines {
		to <- prometheus.MustNewConstMetric(f.desc, prometheus.GaugeValue, l.Share, string(l.Figure), l.Currency)
	}
}
