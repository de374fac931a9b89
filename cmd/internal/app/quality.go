package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/cardwatch/cardwatch/alerts/quality"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// qualityEvery is how often what is new is read: figures over days need no hurry, and an idle partition is to cost nothing.
const qualityEvery = 2 * time.Second

// qualityWatch keeps the book about what rules raise and what comes of it. It reads the topics on its own, so that nothing waits for it, and
// what it cannot read is missing from the figures and nowhere else.
type qualityWatch struct {
	client     *kafka.Client
	partitions int
	now        func() card.Moment
	log        *slog.Logger
	decoder    wire.Decoder
	fallen     map[detectors.Name]bool

	mu   sync.Mutex
	book quality.Book
	// read says that the past has been read.
	read bool
}

func newQualityWatch(client *kafka.Client, partitions int, now func() card.Moment, log *slog.Logger) *qualityWatch {
	return &qualityWatch{client: client, partitions: partitions, now: now, log: log, fallen: make(map[detectors.Name]bool)}
}

// Report is how good the rules are; false while the past is still being read.
func (q *qualityWatch) Report() (quality.Report, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.book.Report(q.now()), q.read
}

// run reads what the book remembers, and then what comes, until ctx ends.
func (q *qualityWatch) run(ctx context.Context) error {
	followers, err := q.begin(ctx)
	for err == nil && ctx.Err() == nil {
		q.look(ctx, followers)
		q.mu.Lock()
		q.read = true
		q.mu.Unlock()
		q.tell()
		pause(ctx, qualityEvery)
	}
	return nil // nothing but ctx ends the search for the beginning
}

// begin finds where the book's days begin in each partition. Feedback comes first, for the sake of look.
func (q *qualityWatch) begin(ctx context.Context) (followers []*follower, err error) {
	since := q.now().Add(-quality.Days * 24 * time.Hour).Time()
	for _, topic := range []string{wire.FeedbackTopic, wire.AlertTopic, wire.ShadowTopic} {
		for p := range q.partitions {
			from, err := q.client.OffsetAt(ctx, topic, p, since)
			if err != nil {
				return nil, err
			}
			followers = append(followers, followFrom(q.client, topic, p, from))
		}
	}
	return followers, nil
}

// look reads what is new. An answer has to come after its alert, so feedback is read last, and only as far as it had come when the alerts' ends
// were looked for.
func (q *qualityWatch) look(ctx context.Context, followers []*follower) {
	ends := make([]int64, len(followers))
	for i, f := range followers {
		end, err := q.client.End(ctx, f.topic, f.partition)
		if err != nil {
			return // only because ctx has ended
		}
		ends[i] = end
	}
	for i := len(followers) - 1; i >= 0; i-- {
		f := followers[i]
		err := f.until(ctx, ends[i], func(b *kafka.Batch) { q.hear(f.topic, b) })
		if err == nil || ctx.Err() != nil {
			continue
		}
		from := kafka.Latest
		var gap *kafka.GapError
		if errors.As(err, &gap) {
			from = kafka.Earliest
		}
		q.log.Warn("the figures about rules lack what cannot be read", "topic", f.topic, "partition", f.partition, "error", err)
		followers[i] = followFrom(q.client, f.topic, f.partition, from)
	}
}

// hear takes a batch into the book.
func (q *qualityWatch) hear(topic string, b *kafka.Batch) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range b.Records {
		rec := &b.Records[i]
		body, _, err := q.decoder.Decode(wire.Record{Topic: topic, Key: rec.Key, Value: rec.Value})
		if err != nil {
			continue // the desk, which has to do something about it, tells of it
		}
		switch body := body.(type) {
		case *detectors.Alert:
			body.Detector, body.RuleSet = detectors.Name(strings.Clone(string(body.Detector))), strings.Clone(body.RuleSet)
			q.book.Alert(body, q.now())
		case *card.Feedback:
			q.book.Feedback(body)
		}
	}
}

// tell writes to the log when a rule's precision falls, and when it is no longer below what it was.
func (q *qualityWatch) tell() {
	report, _ := q.Report()
	for i := range report.Rules {
		r := &report.Rules[i]
		switch week := &r.Spans[1]; {
		case r.Decayed && !q.fallen[r.Rule]:
			q.log.Warn("a rule's precision has fallen", "rule", r.Rule, "precision_7d", week.Counts.Precision(), "judged_7d", week.Judged(),
				"precision_before", r.Before.Counts.Precision(), "judged_before", r.Before.Judged())
		case !r.Decayed && q.fallen[r.Rule]:
			q.log.Info("a rule's precision is no longer below what it was", "rule", r.Rule)
		}
		q.fallen[r.Rule] = r.Decayed
	}
}

// note names the rules whose precision has fallen; "" for none.
func (q *qualityWatch) note() string {
	report, _ := q.Report()
	var notes []string
	for i := range report.Rules {
		if r := &report.Rules[i]; r.Decayed {
			notes = append(notes, fmt.Sprintf("rules: the precision of %s has fallen to %.0f %% in 7 days, from %.0f %%",
				r.Rule, 100*r.Spans[1].Counts.Precision(), 100*r.Before.Counts.Precision()))
		}
	}
	return strings.Join(notes, "; ")
}
