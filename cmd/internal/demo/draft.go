package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/lifecycle"
)

// draftVersion and draftAuthor are the draft that the demo's bank tries out.
const (
	draftVersion = "demo.draft.1"
	draftAuthor  = "zhang.min"
)

// onlineBurst is a rule as an analyst of the bank may write it.
func onlineBurst() detectors.CustomRule {
	window := func(name, aggregate, field string) detectors.RuleWindow {
		return detectors.RuleWindow{Name: name, Key: []string{"card"}, Aggregate: aggregate, Field: field, Span: time.Hour, Where: "!card_present"}
	}
	return detectors.CustomRule{
		ID: "online_burst", Version: 1, Owner: draftAuthor, Mode: detectors.RuleLive, Action: detectors.Review,
		Title:   detectors.Text{Zh: "网上连刷", En: "Burst of online charges"},
		Windows: []detectors.RuleWindow{window("charges", "count", ""), window("shops", "distinct", "merchant_id")},
		When:    "!card_present && charges >= 4 && shops >= 2", Score: "charges >= 8 ? 80 : 60",
		Reasons: []detectors.RuleReason{{Code: "online_charges", Value: "charges", Limit: "4", Unit: detectors.Uses, Text: detectors.Text{
			Zh: "1小时内{value}笔网上交易，{shops}家商户", En: "{value} online charges at {shops} merchants within an hour"}}},
	}
}

// draft puts a set with one rule more than the shipped one into shadow, so that there is something to compare and to approve. A demo that goes
// on with its directory has it already.
func (d *Demo) draft(ctx context.Context, settings *config.Config, at card.Moment) (err error) {
	office, err := app.OpenOffice(ctx, settings, d.cfg.Log)
	if err != nil {
		return err
	}
	defer func() {
		if closing := office.Close(); err == nil {
			err = closing
		}
	}()
	if office.Book().Set(draftVersion) != nil {
		return nil
	}
	rules := detectors.Defaults()
	rules.Version, rules.Custom = draftVersion, append(rules.Custom, onlineBurst())
	text, hash, err := app.RuleText(&rules)
	if err != nil {
		return err
	}
	for _, e := range []lifecycle.Event{
		{Verb: lifecycle.Submit, Text: text, SHA256: hash, Note: "bursts of online charges, whatever the hour"},
		{Verb: lifecycle.Check},
		{Verb: lifecycle.Backtest, Evidence: []byte(`{"demo":true}`), Note: "the demo's bank has no past to try it on"},
		{Verb: lifecycle.Shadow},
	} {
		e.ID, e.Set, e.At, e.Actor = fmt.Sprintf("demo-%s", e.Verb), draftVersion, at, draftAuthor
		if err := office.Act(ctx, e); err != nil {
			return fmt.Errorf("demo: a draft: %w", err)
		}
	}
	return nil
}
