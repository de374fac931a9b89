package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/lifecycle"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// ruleKeeper decides by which rules this process's monitor decides: the set from the files or the approved one, the drafts in shadow beside
// it, without the rules that were stopped. All that but the files comes from the life cycle's topic, so that every process decides alike.
type ruleKeeper struct {
	control string
	load    func() (detectors.Rules, error)
	send    func(context.Context, *lifecycle.Event) error
	breaker *breaker
	now     func() card.Moment
	log     *slog.Logger
	metrics ruleMetrics
	// reload gives the engine other rules; switched reports how many partitions they decide in, and whether in all.
	reload   func([]byte) error
	switched func([]byte) (all bool, partitions int)

	mu   sync.Mutex
	book *ruleBook
	ownSet
	// decides is what the engine was given last.
	decides []byte
}

// ownSet is the set from the files, with its text and that one's hash.
type ownSet struct {
	own  detectors.Rules
	text []byte
	hash string
}

// newRuleKeeper reads the life cycle so far. The keeper may be asked for its decision, and used by others once it has an engine.
func (a *App) newRuleKeeper(ctx context.Context) (*ruleKeeper, error) {
	if err := checkRuleTopic(ctx, a.Client); err != nil {
		return nil, err
	}
	k := &ruleKeeper{
		control: a.Config.RulesControl, load: a.LoadRules, breaker: newBreaker(a.Config.Breaker), now: a.now, log: a.Log,
		metrics: newRuleMetrics(a.Metrics), book: newRuleBook(a.Client, a.Log),
		send: func(ctx context.Context, e *lifecycle.Event) error { return sendRuleEvent(ctx, a.producer, e) },
	}
	if err := k.setOwn(a.Config.Rules); err != nil {
		return nil, err
	}
	return k, k.book.catchUp(ctx)
}

func (k *ruleKeeper) setOwn(rules detectors.Rules) error {
	text, err := ruleText(&rules)
	if err != nil {
		return err
	}
	hash, err := wire.RuleHash(text)
	if err != nil {
		return err
	}
	k.ownSet = ownSet{rules, text, hash}
	return nil
}

// decision is what has to decide now. A draft that this release cannot read is left out and told of.
func (k *ruleKeeper) decision() *decision {
	d := &decision{Live: k.text}
	version := k.own.Version
	if live := k.book.Live(); k.control == config.ControlFourEyes && live != nil {
		d.Live, version = live.Text, live.Version
	}
	for _, draft := range k.book.Drafts() {
		if draft.Version == version {
			continue
		}
		if _, err := monitorOf(draft.Text); err != nil {
			k.log.Error("a draft cannot be run in shadow", "rule_set", draft.Version, "error", err)
			continue
		}
		d.Drafts = append(d.Drafts, draft.Text)
	}
	for _, s := range k.book.Stopped() {
		d.Stopped = append(d.Stopped, detectors.Name(s.Rule))
	}
	return d
}

// first is the decision that the engine starts with.
func (k *ruleKeeper) first() ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	d := k.decision()
	recorded, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	return recorded, k.decided(d, recorded)
}

// decide gives the engine the decision, when it is another one.
func (k *ruleKeeper) decide() error {
	d := k.decision()
	recorded, err := json.Marshal(d)
	if err != nil || bytes.Equal(recorded, k.decides) {
		return err
	}
	if err := k.reload(recorded); err != nil {
		return err
	}
	return k.decided(d, recorded)
}

// decided notes what the engine has been given.
func (k *ruleKeeper) decided(d *decision, recorded []byte) error {
	rules, err := readRules(d.Live)
	if err != nil {
		return err
	}
	k.decides = recorded
	k.breaker.decidedBy(&rules, d.Stopped)
	k.metrics.decided(rules.Version, d.Stopped)
	k.log.Info("rules decide", "rule_set", rules.Version, "drafts", len(d.Drafts), "stopped", d.Stopped)
	return nil
}

// adopt writes that this process decides by its own set, unless that is known: so every version on an alert has its text on the topic.
func (k *ruleKeeper) adopt(ctx context.Context) error {
	set, live := k.book.Set(k.own.Version), k.book.Live()
	known := set != nil && set.SHA256 == k.hash && (set == live || k.book.Governed())
	if known || k.control == config.ControlFourEyes && live != nil {
		return nil
	}
	host, err := os.Hostname()
	if err != nil {
		return err
	}
	e := lifecycle.Event{
		// Processes that start together say the same.
		ID:  "adopt-" + k.hash[:16] + "-" + strconv.FormatInt(k.book.next, 10),
		Set: k.own.Version, Verb: lifecycle.Adopt, At: k.now(), Actor: shortened("files@" + host), Text: k.text, SHA256: k.hash,
	}
	if r := k.book.Refuses(&e); r != "" {
		return fmt.Errorf("app: the rules of this process are not on the topic: %s", k.book.Explain(&e, r))
	}
	return k.send(ctx, &e)
}

func shortened(name string) string { return name[:min(len(name), lifecycle.MaxName)] }

// run follows the life cycle, and writes down what the breaker stops, until ctx ends.
func (k *ruleKeeper) run(ctx context.Context) error {
	k.mu.Lock()
	err := k.adopt(ctx)
	k.mu.Unlock()
	if err != nil && ctx.Err() == nil {
		k.log.Error("the rules of this process could not be published", "rule_set", k.own.Version, "error", err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		k.writeStops(ctx)
	}()
	defer func() { <-done }()
	for ctx.Err() == nil {
		if err := k.follow(ctx); err != nil && ctx.Err() == nil {
			k.log.Error("the rules' life cycle cannot be followed; it is read anew", "topic", wire.RuleTopic, "error", err)
			pause(ctx, again)
			k.mu.Lock()
			k.book = newRuleBook(k.book.client, k.log)
			k.mu.Unlock()
		}
	}
	return nil
}

// follow applies what comes on the topic.
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
	if k.book.next < end || k.book.next == before {
		return
	}
	if err := k.decide(); err != nil {
		k.log.Error("the rules on the topic cannot be used; those before stay", "error", err)
		k.metrics.reloaded(false, k.now())
	}
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
	if live := k.book.Live(); live != nil && k.control == config.ControlFourEyes {
		if approved, err := readRules(live.Text); err == nil {
			rules = approved
		}
		e.Set, owner = live.Version, live.Author
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

// Reloaded is what came of reading the rules again.
type Reloaded struct {
	RuleSet string `json:"rule_set"`
	Changed bool   `json:"changed"`
	// Partitions counts those of this process that the rules decide in, Switched says that these are all that run.
	Partitions int  `json:"partitions"`
	Switched   bool `json:"switched"`
}

// switchLimit is how long a reload waits until every partition has changed its rules; they do all the same when it takes longer.
const switchLimit = 3 * time.Second

// errNoFiles is a process that was given its rules otherwise, as a demo.
var errNoFiles = errors.New("this process has no file to read rules from")

// Reload reads the rules again and lets them decide. On an error nothing has changed; it may list several problems, one a line.
func (k *ruleKeeper) Reload(ctx context.Context) (Reloaded, error) {
	done, err := k.readAgain(ctx)
	k.metrics.reloaded(err == nil, k.now())
	if err != nil {
		k.log.Error("the rules were read again and refused; those before stay", "error", err)
		return done, err
	}
	waiting, cancel := context.WithTimeout(ctx, switchLimit)
	defer cancel()
	for waiting.Err() == nil {
		k.mu.Lock()
		decides := k.decides
		k.mu.Unlock()
		if done.Switched, done.Partitions = k.switched(decides); done.Switched {
			break
		}
		pause(waiting, 10*time.Millisecond)
	}
	k.log.Info("the rules were read again", "rule_set", done.RuleSet, "changed", done.Changed, "partitions", done.Partitions, "switched", done.Switched)
	return done, nil
}

func (k *ruleKeeper) readAgain(ctx context.Context) (Reloaded, error) {
	if k.load == nil {
		return Reloaded{}, errNoFiles
	}
	rules, err := k.load()
	if err != nil {
		return Reloaded{}, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	before := k.ownSet
	if err := k.setOwn(rules); err != nil {
		return Reloaded{}, err
	}
	switch {
	case k.hash == before.hash:
		return Reloaded{RuleSet: rules.Version}, nil
	case rules.Version == before.own.Version:
		err = fmt.Errorf("rules.version: %s stands for what decides now; change the version with every change of the rules", rules.Version)
	case k.control == config.ControlFourEyes:
		err = errors.New("rules_control: is four_eyes, so rules change by approval: cardwatch rules submit FILE")
	default:
		err = k.decide()
	}
	if err != nil {
		k.ownSet = before
		return Reloaded{}, err
	}
	if err := k.adopt(ctx); err != nil {
		k.log.Error("the rules of this process could not be published", "rule_set", rules.Version, "error", err)
	}
	return Reloaded{RuleSet: rules.Version, Changed: true}, nil
}

// note is what an operator should know of the rules; "" for nothing.
func (k *ruleKeeper) note() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	text := ""
	for _, s := range k.book.Stopped() {
		text += fmt.Sprintf("rule %s is stopped by %s since %s; ", s.Rule, s.Actor, s.At)
	}
	return text
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
