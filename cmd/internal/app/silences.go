package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// Silences are what people keep from customers and out of the queue for a while. All come from one topic, so that every process decides alike;
// a change takes effect at a place that the desk's changelog records. Add, End and List are safe for concurrent use.
type Silences struct {
	policy   json.RawMessage
	producer *kafka.Producer
	publish  func(ctx context.Context, topic, customer string, value []byte) error
	// view sees the partitions that this process owns and has caught up with.
	view stream.View
	now  func() card.Moment
	log  *slog.Logger
	// reload gives the engine another decision; status is how its partitions are doing.
	reload func([]byte) error
	status *stream.Status

	// reading is full while somebody reads the topic; what is below is guarded by mu.
	reading chan struct{}
	follow  *follower
	// stopped gives the experiments that have been stopped, which the decision leaves out.
	stopped func() []string
	mu      sync.Mutex
	book    alerts.SilenceBook
	decides []byte
	// carried are the silences that an open case has been seen to carry; run's alone.
	carried map[string]bool
	// held are the silences that held when run looked last.
	held map[string]bool
}

// newSilences reads the silences so far.
func (a *App) newSilences(ctx context.Context, stopped func() []string) (*Silences, error) {
	if err := checkOnePartition(ctx, a.Client, wire.SilenceTopic); err != nil {
		return nil, err
	}
	policy, err := json.Marshal(a.Config.Desk)
	if err != nil {
		return nil, err
	}
	s := &Silences{
		policy: policy, stopped: stopped, producer: a.producer, publish: a.Publish, now: a.now, log: a.Log, reading: make(chan struct{}, 1),
		follow: followFrom(a.Client, wire.SilenceTopic, 0, kafka.Earliest), carried: map[string]bool{}, held: map[string]bool{},
	}
	a.Metrics.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: "cardwatch", Name: "silences", Help: "Silences that hold or will.",
	}, s.count))
	return s, s.refresh(ctx)
}

func (s *Silences) count() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return float64(len(s.book.Deciding(s.now())))
}

// first is the decision that the engine starts with.
func (s *Silences) first() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	s.decides, err = s.decision()
	return s.decides, err
}

func (s *Silences) decision() ([]byte, error) {
	return json.Marshal(deskDecision{Policy: s.policy, Silences: s.book.Deciding(s.now()), Stopped: s.stopped()})
}

// decide gives the engine the decision, when it is another one.
func (s *Silences) decide() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	recorded, err := s.decision()
	if err != nil || s.reload == nil || bytes.Equal(recorded, s.decides) {
		return err
	}
	if err := s.reload(recorded); err != nil {
		return err
	}
	s.decides = recorded
	s.log.Info("the desk decides anew", "silences", len(s.book.Deciding(s.now())), "experiments_stopped", s.stopped())
	return nil
}

// refresh reads what people have done since.
func (s *Silences) refresh(ctx context.Context) error {
	select {
	case s.reading <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.reading }()
	if err := s.follow.catchUp(ctx, s.hear); err != nil {
		return fmt.Errorf("app: read the silences: %w", err)
	}
	return s.decide()
}

func (s *Silences) hear(batch *kafka.Batch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range batch.Records {
		rec := &batch.Records[i]
		act, err := wire.DecodeSilence(rec.Key, rec.Value)
		if err == nil {
			err = s.book.Apply(&act)
		}
		if err != nil {
			s.log.Warn("a record about silences has no effect", "offset", rec.Offset, "error", err)
		}
	}
}

// List are all silences, oldest first, with those that are over: that is the notice of their end.
func (s *Silences) List() []alerts.SilenceEntry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.book.Entries()
}

// Deciding are those that hold or will.
func (s *Silences) Deciding() []alerts.Silence {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.book.Deciding(s.now())
}

// Add begins a silence. The event's id makes a repeated call one act; the error says what is wrong with the silence.
func (s *Silences) Add(ctx context.Context, event, actor string, silence alerts.Silence) error {
	return s.act(ctx, &alerts.SilenceAct{ID: event, Verb: alerts.AddSilence, At: s.now(), Actor: actor, Silence: silence})
}

// End ends a silence before its time.
func (s *Silences) End(ctx context.Context, event, actor, id, note string) error {
	return s.act(ctx, &alerts.SilenceAct{
		ID: event, Verb: alerts.EndSilence, At: s.now(), Actor: actor, Note: note, Silence: alerts.Silence{ID: id},
	})
}

// act writes an act that would have an effect, and returns when it decides in the partitions that run here, or will in a moment.
func (s *Silences) act(ctx context.Context, act *alerts.SilenceAct) error {
	if done, err := s.check(act); done || err != nil {
		return err
	}
	value, err := wire.AppendSilence(nil, act)
	if err != nil {
		return err
	}
	if _, err := wire.DecodeSilence([]byte(act.Silence.ID), value); err != nil {
		return fmt.Errorf("app: %w", err)
	}
	err = s.producer.Send(ctx, []kafka.Message{{
		Topic: wire.SilenceTopic, Key: []byte(act.Silence.ID), Value: value, Timestamp: act.At.UnixMilli,
	}})
	if err != nil {
		return fmt.Errorf("app: write a silence: %w", err)
	}
	if err := s.refresh(ctx); err != nil {
		return err
	}
	s.switched(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.book.Applied(act.ID) {
		return nil
	}
	return fmt.Errorf("app: somebody else was faster: %w", s.book.Refuses(act))
}

// switched waits a while until the newest decision decides in every partition that runs here.
func (s *Silences) switched(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, switchLimit)
	defer cancel()
	s.mu.Lock()
	decides := s.decides
	s.mu.Unlock()
	for all := false; !all && ctx.Err() == nil; {
		if all, _ = places(s.status, decides); !all {
			pause(ctx, 10*time.Millisecond)
		}
	}
}

// check reports whether an act has had its effect already, and why it would have none.
func (s *Silences) check(act *alerts.SilenceAct) (done bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.book.Applied(act.ID) {
		return true, nil
	}
	if err := s.book.Refuses(act); err != nil {
		return false, fmt.Errorf("app: %w", err)
	}
	return false, nil
}

const (
	// followEvery is how often the acts of other processes are read, tidyEvery how often every silenced case is looked at: it costs a read of
	// each, so only an act is a reason to do it sooner.
	followEvery = time.Second
	tidyEvery   = 5 * time.Second
)

// run follows the topic, and ends and lifts what is over, until ctx ends.
func (s *Silences) run(ctx context.Context) error {
	var tidied time.Time
	known := -1
	for ctx.Err() == nil {
		err := s.refresh(ctx)
		if acts := s.acts(); err == nil && acts > 0 && (acts != known || time.Since(tidied) >= tidyEvery) {
			err = s.tidy(ctx)
			known, tidied = acts, time.Now()
		}
		if err != nil && ctx.Err() == nil {
			s.log.Error("silences cannot be followed; those known stay", "error", err)
		}
		pause(ctx, followEvery)
	}
	return nil
}

// acts counts what people have done about silences.
func (s *Silences) acts() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.book.Acts()
}

// tidy brings back the cases whose silence somebody has ended, since no clock of theirs would, and ends the silences that are resolved.
func (s *Silences) tidy(ctx context.Context) error {
	now := s.now()
	s.mu.Lock()
	deciding, entries := s.book.Deciding(now), s.book.Entries()
	s.mu.Unlock()
	all := s.seesAll()
	open, err := s.lift(ctx, entries)
	if err != nil {
		return err
	}
	s.tell(entries, now)
	all = all && s.seesAll()
	for i := range deciding {
		silence := &deciding[i]
		if open[silence.ID] > 0 {
			s.carried[silence.ID] = true
		}
		if all && silence.UntilResolved && s.carried[silence.ID] && open[silence.ID] == 0 {
			if err := s.End(ctx, resolvedID(silence.ID), alerts.ActorClock, silence.ID, ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// seesAll reports whether this process has every partition: a case that it cannot see may still carry a silence.
func (s *Silences) seesAll() bool { return len(s.view.Only()) == s.view.Partitions }

// resolvedID is the same for every process that finds a silence resolved, and short enough for an id.
func resolvedID(silence string) string {
	sum := sha256.Sum256([]byte(silence))
	return "resolved-" + hex.EncodeToString(sum[:12])
}

// tell says once of each silence that it is over; while the process starts, only of those that it has seen hold.
func (s *Silences) tell(entries []alerts.SilenceEntry, now card.Moment) {
	for i := range entries {
		e := &entries[i]
		state := e.State(now)
		if held := s.held[e.ID]; held && (state == alerts.SilenceLapsed || state == alerts.SilenceEnded) {
			s.log.Warn("a silence is over", "silence", e.ID, "owner", e.Owner, "state", state, "by", e.EndedBy)
		}
		s.held[e.ID] = state == alerts.SilenceActive
	}
}

// lift counts the open cases that each silence keeps, and asks the desk to look at those whose silence people have ended.
func (s *Silences) lift(ctx context.Context, silences []alerts.SilenceEntry) (open map[string]int, err error) {
	entries, err := s.view.List(alerts.IndexCases, alerts.GroupSilenced, math.MaxInt)
	if err != nil {
		return nil, err
	}
	open = map[string]int{}
	for _, e := range entries {
		state, err := s.view.Desk(e.Customer)
		if err != nil {
			return nil, err
		}
		c := state.Case(e.ID)
		if c == nil || c.Silence == "" {
			continue
		}
		open[c.Silence]++
		ended := slices.ContainsFunc(silences, func(s alerts.SilenceEntry) bool { return s.ID == c.Silence && !s.EndedAt.IsZero() })
		if !ended {
			continue
		}
		wake := alerts.Command{
			Head:  card.Head{ID: "wake-" + c.ID, Customer: e.Customer, At: s.now()},
			Actor: alerts.ActorClock, Verb: alerts.Wake, CaseID: c.ID, Note: c.Silence,
		}
		if err := s.publish(ctx, wire.CommandTopic, e.Customer, wire.AppendCommand(nil, &wake)); err != nil {
			return nil, err
		}
	}
	return open, nil
}

// decidesEverywhere is the newest decision, and whether it decides in every partition that runs here.
func (s *Silences) decidesEverywhere() (decides string, all bool) {
	s.mu.Lock()
	decides = string(s.decides)
	s.mu.Unlock()
	all, _ = places(s.status, []byte(decides))
	return decides, all
}
