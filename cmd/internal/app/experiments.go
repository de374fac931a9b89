package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/figures"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// Experiments stops the experiments whose challenger does harm, and lets people stop one. Stops come from one topic, which keeps them for
// good; one takes effect as silences do, at a place that the desk's changelog records. Trials and Stop are safe for concurrent use.
type Experiments struct {
	policy   alerts.Policy
	producer *kafka.Producer
	publish  func(ctx context.Context, topic, customer string, value []byte) error
	now      func() card.Moment
	log      *slog.Logger
	// figures tell how the arms do; silences keep the decision that a stop is part of, and the view of who is in the queue.
	figures  *figureWatch
	silences *Silences

	// reading is full while somebody reads the topic; book is guarded by mu.
	reading chan struct{}
	follow  *follower
	mu      sync.Mutex
	book    alerts.StopBook
	// ranked is the decision and the partitions for which every account has been found in its place; run's alone.
	ranked string
}

// newExperiments reads the stops so far.
func (a *App) newExperiments(ctx context.Context) (*Experiments, error) {
	if err := checkOnePartition(ctx, a.Client, wire.ExperimentTopic); err != nil {
		return nil, err
	}
	e := &Experiments{
		policy: a.Config.Desk, producer: a.producer, publish: a.Publish, now: a.now, log: a.Log, reading: make(chan struct{}, 1),
		follow: followFrom(a.Client, wire.ExperimentTopic, 0, kafka.Earliest),
	}
	return e, e.read(ctx)
}

// read reads what has been stopped since.
func (e *Experiments) read(ctx context.Context) error {
	select {
	case e.reading <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-e.reading }()
	if err := e.follow.catchUp(ctx, e.hear); err != nil {
		return fmt.Errorf("app: read the stops of experiments: %w", err)
	}
	return nil
}

func (e *Experiments) hear(batch *kafka.Batch) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range batch.Records {
		rec := &batch.Records[i]
		stop, err := wire.DecodeExperimentStop(rec.Key, rec.Value)
		if err == nil {
			err = e.book.Apply(&stop)
		}
		if err != nil {
			e.log.Warn("a record about experiments has no effect", "offset", rec.Offset, "error", err)
			continue
		}
		e.log.Warn("an experiment has been stopped: all its customers are the champion's", "experiment", stop.Experiment, "by", stop.Actor, "reasons", stop.Reasons)
	}
}

// stopped are those of the configured experiments that have been stopped.
func (e *Experiments) stopped() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.book.Stopped(e.policy.Experiments)
}

// stopOf is the end of an experiment, nil while it runs.
func (e *Experiments) stopOf(name string) *alerts.ExperimentStop {
	e.mu.Lock()
	defer e.mu.Unlock()
	if s := e.book.Of(name); s != nil {
		kept := *s
		return &kept
	}
	return nil
}

// Trials tells how the configured experiments go; false while the past is still being read.
func (e *Experiments) Trials() ([]figures.Trial, bool) {
	return e.figures.trials(e.policy.Experiments, e.stopOf)
}

// Stop stops an experiment for good, and returns when it decides in the partitions that run here, or will in a moment. The same act again
// is one act.
func (e *Experiments) Stop(ctx context.Context, event, actor, name, note string) error {
	return e.stop(ctx, &alerts.ExperimentStop{ID: event, Experiment: name, At: e.now(), Actor: actor, Note: note})
}

func (e *Experiments) stop(ctx context.Context, s *alerts.ExperimentStop) error {
	e.mu.Lock()
	before, refused := e.book.Of(s.Experiment), e.book.Refuses(s)
	e.mu.Unlock()
	switch {
	case before != nil && before.ID == s.ID:
		return nil
	case refused != nil:
		return fmt.Errorf("app: %w", refused)
	}
	value, err := wire.AppendExperimentStop(nil, s)
	if err != nil {
		return err
	}
	if _, err := wire.DecodeExperimentStop([]byte(s.Experiment), value); err != nil {
		return fmt.Errorf("app: %w", err)
	}
	err = e.producer.Send(ctx, []kafka.Message{{
		Topic: wire.ExperimentTopic, Key: []byte(s.Experiment), Value: value, Timestamp: s.At.UnixMilli,
	}})
	if err != nil {
		return fmt.Errorf("app: write the stop of an experiment: %w", err)
	}
	if err := errors.Join(e.read(ctx), e.silences.decide()); err != nil {
		return err
	}
	e.silences.switched(ctx)
	return nil // somebody else may have been faster; the experiment has stopped
}

// run follows the topic, stops what does harm, and brings accounts back to where the champion puts them, until ctx ends.
func (e *Experiments) run(ctx context.Context) error {
	for ctx.Err() == nil {
		err := errors.Join(e.read(ctx), e.silences.decide())
		if err == nil {
			err = errors.Join(e.judge(ctx), e.rerank(ctx))
		}
		if err != nil && ctx.Err() == nil {
			e.log.Error("experiments cannot be followed; those that run go on, those stopped stay so", "error", err)
		}
		pause(ctx, followEvery)
	}
	return nil
}

// judge stops every experiment whose challenger does harm. Half the figures judge nobody.
func (e *Experiments) judge(ctx context.Context) error {
	trials, read := e.Trials()
	if !read {
		return nil
	}
	var errs []error
	for i := range trials {
		t := &trials[i]
		if len(t.Harm) == 0 {
			continue
		}
		errs = append(errs, e.stop(ctx, &alerts.ExperimentStop{
			ID: eventID("stop-", t.Experiment.Name), Experiment: t.Experiment.Name, At: e.now(), Actor: alerts.ActorClock, Reasons: t.Harm,
			Champion: t.Champion, Challenger: t.Challenger,
		}))
	}
	return errors.Join(errs...)
}

// eventID is the same for every process that finds the same to do, and short enough for an id.
func eventID(prefix string, parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return prefix + hex.EncodeToString(sum[:12])
}

// rerank asks the desk to look at every account that stands elsewhere in its line than what decides now would put it. No clock of theirs
// would, when an experiment stops. It costs a read of the queue, so it is done until nothing is found, for each decision and set of partitions.
func (e *Experiments) rerank(ctx context.Context) error {
	if len(e.policy.Experiments) == 0 {
		return nil
	}
	decides, all := e.silences.decidesEverywhere()
	owned := fmt.Sprint(e.silences.view.Only())
	if place := decides + owned; !all || place == e.ranked {
		return nil
	} else if found, err := e.misplaced(ctx, decides); err != nil || found {
		return err
	} else {
		e.ranked = place
	}
	return nil
}

// misplaced publishes a Rerank for every customer with an account that is not in its place.
func (e *Experiments) misplaced(ctx context.Context, decides string) (found bool, err error) {
	core, err := deskOf([]byte(decides))
	if err != nil {
		return false, err
	}
	now, seen := e.now(), map[string]bool{}
	groups := []string{alerts.GroupResting}
	for _, line := range alerts.Lines() {
		groups = append(groups, alerts.LineGroup(line))
	}
	for _, group := range groups {
		entries, err := e.silences.view.List(alerts.IndexQueue, group, math.MaxInt)
		if err != nil {
			return found, err
		}
		for _, entry := range entries {
			if seen[entry.Customer] {
				continue
			}
			seen[entry.Customer] = true
			state, err := e.silences.view.Desk(entry.Customer)
			if err != nil {
				return found, err
			}
			if !core.Unranked(state, now) {
				continue
			}
			found = true
			act := alerts.Command{
				Head:  card.Head{ID: eventID("rerank-", entry.Customer, decides), Customer: entry.Customer, At: now},
				Actor: alerts.ActorClock, Verb: alerts.Rerank, Account: entry.ID,
			}
			if err := e.publish(ctx, wire.CommandTopic, entry.Customer, wire.AppendCommand(nil, &act)); err != nil {
				return found, err
			}
		}
	}
	return found, nil
}

// note names the experiments that have been stopped and are still configured; "" for none.
func (e *Experiments) note() string {
	var notes []string
	for _, name := range e.stopped() {
		notes = append(notes, fmt.Sprintf("experiment %s has been stopped: take it out of desk.experiments", name))
	}
	return strings.Join(notes, "; ")
}

// trialFigures are the metrics of the configured experiments.
type trialFigures struct {
	experiments *Experiments
	stop, share *prometheus.Desc
}

func newTrialFigures(e *Experiments) *trialFigures {
	return &trialFigures{
		experiments: e,
		stop:        prometheus.NewDesc("cardwatch_experiment_stop", "1 for an experiment that has been stopped.", []string{"experiment"}, nil),
		share: prometheus.NewDesc("cardwatch_experiment_share",
			"A measure of conduct in an arm, as a share; see the page Figures by experiment.", []string{"experiment", "arm", "measure"}, nil),
	}
}

// Describe lists the metrics.
func (f *trialFigures) Describe(to chan<- *prometheus.Desc) {
	to <- f.stop
	to <- f.share
}

// Collect reads them off the book; while the past is still being read, and for arms without anybody, there are no shares.
func (f *trialFigures) Collect(to chan<- prometheus.Metric) {
	trials, read := f.experiments.Trials()
	for i := range trials {
		t := &trials[i]
		stopped := 0.0
		if t.Stopped != nil {
			stopped = 1
		}
		to <- prometheus.MustNewConstMetric(f.stop, prometheus.GaugeValue, stopped, t.Experiment.Name)
		for _, m := range t.Measures() {
			for arm, share := range map[alerts.Arm][2]int64{alerts.Champion: {m.Champion, m.ChampionOf}, alerts.Challenger: {m.Challenger, m.ChallengerOf}} {
				if read && share[1] > 0 {
					to <- prometheus.MustNewConstMetric(f.share, prometheus.GaugeValue, float64(share[0])/float64(share[1]), t.Experiment.Name, string(arm), string(m.Measure))
				}
			}
		}
	}
}
