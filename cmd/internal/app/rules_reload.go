package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/stream"
)

// Reloaded is what came of reading the rules again.
type Reloaded struct {
	RuleSet string `json:"rule_set"`
	Changed bool   `json:"changed"`
	// Switched says that the rules decide in every partition that runs here; Partitions tells from where on.
	Switched   bool        `json:"switched"`
	Partitions []RulePlace `json:"partitions"`
}

// RulePlace is a partition that the rules decide in.
type RulePlace struct {
	Partition int `json:"partition"`
	// From is, per input topic, the first offset that they decide; absent when they did before this process had the partition.
	From map[string]int64 `json:"from,omitempty"`
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
		if done.Switched, done.Partitions = places(k.status, decides); done.Switched {
			break
		}
		pause(waiting, 10*time.Millisecond)
	}
	k.log.Info("the rules were read again", "rule_set", done.RuleSet, "changed", done.Changed, "switched", done.Switched, "partitions", len(done.Partitions))
	return done, nil
}

// places are the partitions that some rules decide in, and whether these are all that run here.
func places(status *stream.Status, rules []byte) (all bool, list []RulePlace) {
	all, list = true, []RulePlace{}
	for _, p := range status.Partitions() {
		switch {
		case p.State != stream.Running:
		case bytes.Equal(p.Rules, rules):
			list = append(list, RulePlace{p.Partition, p.RulesFrom})
		default:
			all = false
		}
	}
	return all, list
}

func (k *ruleKeeper) readAgain(ctx context.Context) (Reloaded, error) {
	if k.load == nil {
		return Reloaded{}, errNoFiles
	}
	rules, err := k.load()
	if err != nil {
		return Reloaded{}, err
	}
	changed, err := k.take(rules)
	if changed {
		k.adopt(ctx)
	}
	return Reloaded{RuleSet: rules.Version, Changed: changed}, err
}

// take lets rules from the files decide.
func (k *ruleKeeper) take(rules detectors.Rules) (changed bool, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	before := k.ownSet
	if err := k.setOwn(rules); err != nil {
		return false, err
	}
	switch {
	case k.hash == before.hash:
		return false, nil
	case rules.Version == before.own.Version:
		err = fmt.Errorf("rules.version: %s stands for what decides now; change the version with every change of the rules", rules.Version)
	case k.control == config.ControlFourEyes:
		err = errors.New("rules_control: is four_eyes, so rules change by approval: cardwatch rules submit FILE")
	default:
		err = k.decide()
	}
	if err != nil {
		k.ownSet = before
		return false, err
	}
	return true, nil
}
