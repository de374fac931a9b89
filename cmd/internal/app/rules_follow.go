package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"strconv"
	"time"

	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/detectors/lifecycle"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// adopt writes that this process decides by its own set, unless that is known: so every version on an alert has its text on the topic. A
// failure is told; the next reading of the rules tries again.
func (k *ruleKeeper) adopt(ctx context.Context) {
	e, err := k.adoption()
	if err == nil && e != nil {
		err = k.send(ctx, e)
	}
	if err != nil && ctx.Err() == nil {
		k.log.Error("the rules of this process could not be published", "error", err)
	}
}

// adoption is the event that adopt writes, nil for none.
func (k *ruleKeeper) adoption() (*lifecycle.Event, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	set, live := k.book.Set(k.own.Version), k.book.Live()
	known := set != nil && set.SHA256 == k.hash && (set == live || k.book.Governed())
	if known || k.control == config.ControlFourEyes && live != nil {
		return nil, nil
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	e := &lifecycle.Event{
		// Processes that start together say the same.
		ID:  "adopt-" + k.hash[:16] + "-" + strconv.FormatInt(k.book.next, 10),
		Set: k.own.Version, Verb: lifecycle.Adopt, At: k.now(), Actor: shortened("files@" + host), Text: k.text, SHA256: k.hash,
	}
	if r := k.book.Refuses(e); r != "" {
		return nil, errors.New(k.book.Explain(e, r))
	}
	return e, nil
}

func shortened(name string) string { return name[:min(len(name), lifecycle.MaxName)] }

// run follows the life cycle, and writes down what the breaker stops, until ctx ends.
func (k *ruleKeeper) run(ctx context.Context) error {
	k.adopt(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		k.writeStops(ctx)
	}()
	defer func() { <-done }()
	for {
		err := k.follow(ctx)
		if ctx.Err() != nil {
			return nil
		}
		k.log.Error("the rules' life cycle cannot be followed; it is read anew", "topic", wire.RuleTopic, "error", err)
		pause(ctx, again)
		k.mu.Lock()
		k.book = newRuleBook(k.book.client, k.log)
		k.mu.Unlock()
	}
}

// follow applies what comes on the topic, until it cannot.
func (k *ruleKeeper) follow(ctx context.Context) error {
	end, err := k.book.client.End(ctx, wire.RuleTopic, 0)
	if err != nil {
		return err
	}
	for {
		batch, err := k.book.fetcher.Next(ctx)
		if err != nil {
			return err
		}
		k.hear(&batch, end)
	}
}

// hear takes in acts, and lets follow from them what does; while the topic is read anew, half a history decides nothing.
func (k *ruleKeeper) hear(batch *kafka.Batch, end int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	before := k.book.next
	k.book.apply(batch)
	k.book.heard(batch)
	if k.book.next < end || k.book.next == before {
		return
	}
	err := k.decide()
	if err != nil {
		k.log.Error("the rules on the topic cannot be used; those before stay", "error", err)
	}
	k.metrics.reloaded(err == nil, k.now())
}

// writeStops writes what the breaker stops to the topic; every process then stops it.
func (k *ruleKeeper) writeStops(ctx context.Context) {
	for {
		var t trip
		select {
		case <-ctx.Done():
			return
		case t = <-k.breaker.trips:
		}
		e := k.stop(t)
		k.log.Error("a rule is stopped", "rule", t.rule, "why", e.Note)
		for err := k.send(ctx, e); err != nil && ctx.Err() == nil; err = k.send(ctx, e) {
			k.log.Error("a stop could not be written; it is tried again", "rule", t.rule, "error", err)
			pause(ctx, again)
		}
	}
}

// stop is the event of a rule that the breaker stops, with its owner's name.
func (k *ruleKeeper) stop(t trip) *lifecycle.Event {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	id := sha256.Sum256([]byte(string(t.rule) + "\x00" + now.String()))
	e := &lifecycle.Event{ID: "stop-" + hex.EncodeToString(id[:12]), Set: k.own.Version, Verb: lifecycle.Stop, At: now, Actor: lifecycle.Breaker, Rule: string(t.rule)}
	rules, owner := k.own, ""
	if live := k.book.Live(); live != nil {
		owner = live.Author
		if approved, err := readRules(live.Text); err == nil && k.control == config.ControlFourEyes {
			rules, e.Set = approved, live.Version
		}
	}
	for i := range rules.Custom {
		if r := &rules.Custom[i]; r.ID == t.rule && r.Owner != "" {
			owner = r.Owner
		}
	}
	e.Note = t.why
	if owner != "" {
		e.Note += "; owner: " + owner
	}
	return e
}

// pause waits a while, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
