package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/lifecycle"
	"github.com/cardwatch/cardwatch/stream"
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
	// reload gives the engine other rules; status is how its partitions are doing.
	reload func([]byte) error
	status *stream.Status

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
	return k, k.book.catchUp(ctx, k.book.apply)
}

func (k *ruleKeeper) setOwn(rules detectors.Rules) error {
	text, hash, err := RuleText(&rules)
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

// note is what an operator should know of the rules; "" for nothing.
func (k *ruleKeeper) note() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var notes []string
	for _, s := range k.book.Stopped() {
		notes = append(notes, fmt.Sprintf("rules: %s is stopped by %s since %s", s.Rule, s.Actor, s.At))
	}
	return strings.Join(notes, "; ")
}
