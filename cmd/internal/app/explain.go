package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/cardwatch/cardwatch/alerts/explain"
	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/lifecycle"
	"github.com/cardwatch/cardwatch/stream/alertlog"
	"github.com/cardwatch/cardwatch/stream/kafka"
)

// keptAlerts is how far back the running process looks for an alert. Whoever asks about older ones has the command line.
const keptAlerts = 35 * 24 * time.Hour

// Alert gives the records of an alert; without the customer all partitions are searched.
func (a *App) Alert(ctx context.Context, id, customer string) ([]detectors.Alert, error) {
	return alertlog.InKafka(ctx, a.Client, alertlog.Query{ID: id, Customer: customer, From: a.Clock.Now().Add(-keptAlerts)})
}

// RuleSet gives a rule set of any time: this process's own, or one that the life cycle tells of.
func (a *App) RuleSet(version string) (*detectors.Rules, bool) {
	if a.rules == nil {
		return a.ruleSetOfOffice(version)
	}
	a.rules.mu.Lock()
	defer a.rules.mu.Unlock()
	if rules := a.rules.own; rules.Version == version {
		return &rules, true
	}
	return rulesIn(&a.rules.book.Book, version)
}

// ruleSetOfOffice is RuleSet in a process without a monitor.
func (a *App) ruleSetOfOffice(version string) (rules *detectors.Rules, known bool) {
	if a.office != nil {
		a.office.View(func(b *lifecycle.Book) { rules, known = rulesIn(b, version) })
	}
	if known {
		return rules, true
	}
	return ownRules(a.Config, version)
}

func ownRules(cfg *config.Config, version string) (*detectors.Rules, bool) {
	return &cfg.Rules, cfg.Rules.Version == version
}

func rulesIn(book *lifecycle.Book, version string) (*detectors.Rules, bool) {
	set := book.Set(version)
	if set == nil {
		return nil, false
	}
	rules, err := readRules(set.Text)
	return &rules, err == nil
}

// RuleSets reads the life cycle's topic once, for whoever asks from outside the running processes. Where there is none, the configured set
// alone is known.
func RuleSets(ctx context.Context, client *kafka.Client, cfg *config.Config, log *slog.Logger) (explain.RuleSets, error) {
	own := func(version string) (*detectors.Rules, bool) { return ownRules(cfg, version) }
	if err := checkRuleTopic(ctx, client); err != nil {
		log.Warn("only the configured rule set is known", "error", err)
		return own, ctx.Err()
	}
	book := newRuleBook(client, log)
	if err := book.catchUp(ctx, book.apply); err != nil {
		return nil, err
	}
	return func(version string) (*detectors.Rules, bool) {
		if rules, known := rulesIn(&book.Book, version); known {
			return rules, true
		}
		return own(version)
	}, nil
}
