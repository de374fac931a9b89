package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/lifecycle"
	"github.com/cardwatch/cardwatch/detectors/rule"
)

// cycleFlags are what every act on a rule set needs.
type cycleFlags struct{ file, by, note string }

// cycleCommands are the acts by which a rule set comes to decide, each an event on the life cycle's topic.
func cycleCommands() []*cobra.Command {
	return []*cobra.Command{
		newRulesList(), newRulesSubmit(), newRulesEvidence(),
		newAct(lifecycle.Shadow, "VERSION", "Let a set judge beside the live one, without consequences · 影子运行"),
		newAct(lifecycle.Approve, "VERSION", "Approve a set that somebody else has written · 复核批准（须由另一人）"),
		newAct(lifecycle.GoLive, "VERSION", "Let an approved set decide · 上线"),
		newAct(lifecycle.Rollback, "VERSION", "End the live set; the one before it decides again · 回滚到上一个版本"),
		newAct(lifecycle.Withdraw, "VERSION", "Give up a set that is not live · 撤回"),
		newAct(lifecycle.Stop, "RULE", "Silence one rule of the live set · 停用一条规则"),
		newAct(lifecycle.Resume, "RULE", "Let a stopped rule speak again · 恢复一条规则"),
	}
}

func newAct(verb lifecycle.Verb, what, short string) *cobra.Command {
	var f cycleFlags
	cmd := &cobra.Command{
		Use: fmt.Sprintf("%s %s -c FILE --by NAME", verb, what), Short: short, Args: words(1, "one "+what),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.act(cmd, func(_ *config.Config, o *app.Office) error {
				e := f.event(verb, args[0])
				if verb == lifecycle.Stop || verb == lifecycle.Resume {
					e.Set, e.Rule = "", args[0]
				}
				return f.done(cmd.Context(), o, e)
			})
		},
	}
	f.add(cmd)
	return cmd
}

func newRulesSubmit() *cobra.Command {
	var f cycleFlags
	cmd := &cobra.Command{
		Use: "submit PATH -c FILE --by NAME", Short: "Check a rule set and hand it in as a draft · 检查并提交草稿", Args: words(1, "one file or directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			rules, err := config.LoadRules(args[0])
			if err != nil {
				return usage(err)
			}
			text, hash, err := app.RuleText(&rules)
			if err != nil {
				return usage(err)
			}
			tests, err := rule.RunTests(rules)
			if err == nil {
				err = rule.Failed(tests)
			}
			if err != nil {
				return &codedError{exitProblems, err}
			}
			return f.act(cmd, func(_ *config.Config, o *app.Office) error {
				submit := f.event(lifecycle.Submit, rules.Version)
				submit.Text, submit.SHA256 = text, hash
				if err := f.done(cmd.Context(), o, submit); err != nil {
					return err
				}
				check := f.event(lifecycle.Check, rules.Version) // a set with problems does not get here
				check.Evidence = fmt.Appendf(nil, `{"tests_passed":%d}`, len(tests))
				return f.done(cmd.Context(), o, check)
			})
		},
	}
	f.add(cmd)
	return cmd
}

func newRulesEvidence() *cobra.Command {
	var f cycleFlags
	var result string
	cmd := &cobra.Command{
		Use: "evidence VERSION --result FILE -c FILE --by NAME", Short: "Record what a back-test found (its JSON) · 登记回测结果", Args: words(1, "one VERSION"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := need(cmd, "result"); err != nil {
				return err
			}
			found, err := readBacktest(result, args[0])
			if err != nil {
				return usage(err)
			}
			return f.act(cmd, func(_ *config.Config, o *app.Office) error {
				e := f.event(lifecycle.Backtest, args[0])
				e.Evidence = found
				return f.done(cmd.Context(), o, e)
			})
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&result, "result", "", "what 'cardwatch rules backtest -o json' printed")
	return cmd
}

// readBacktest reads what a back-test printed, of this set and no other.
func readBacktest(path, version string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var (
		report struct{ Draft string }
		found  bytes.Buffer
	)
	if err := errors.Join(json.Compact(&found, text), json.Unmarshal(text, &report)); err != nil {
		return nil, fmt.Errorf("%s: %w; it must be what 'cardwatch rules backtest -o json' printed", path, err)
	}
	if report.Draft != version {
		return nil, fmt.Errorf("%s is about set %q, not %s", path, report.Draft, version)
	}
	return found.Bytes(), nil
}

func (f *cycleFlags) add(cmd *cobra.Command) {
	configFlag(cmd, &f.file)
	cmd.Flags().StringVar(&f.by, "by", "", "who you are; stands in the audit trail")
	cmd.Flags().StringVar(&f.note, "note", "", "why; stands in the audit trail")
}

// act opens the office and lets something be done there.
func (f *cycleFlags) act(cmd *cobra.Command, do func(*config.Config, *app.Office) error) (err error) {
	if err := need(cmd, "by"); err != nil {
		return err
	}
	return inOffice(cmd, f.file, do)
}

func inOffice(cmd *cobra.Command, file string, do func(*config.Config, *app.Office) error) (err error) {
	cfg, err := loadConfig(cmd, file)
	if err != nil {
		return err
	}
	o, err := app.OpenOffice(cmd.Context(), cfg, app.NewLog(os.Stderr))
	if err != nil {
		return err
	}
	defer func() {
		if closing := o.Close(); err == nil {
			err = closing
		}
	}()
	return do(cfg, o)
}

func (f *cycleFlags) event(verb lifecycle.Verb, set string) lifecycle.Event {
	var id [12]byte
	_, _ = rand.Read(id[:]) // it never fails
	return lifecycle.Event{
		ID: string(verb) + "-" + hex.EncodeToString(id[:]), Set: set, Verb: verb, At: card.MomentOf(time.Now().In(bankZone())), Actor: f.by, Note: f.note,
	}
}

func (f *cycleFlags) done(ctx context.Context, o *app.Office, e lifecycle.Event) error {
	if err := o.Act(ctx, e); err != nil {
		return fmt.Errorf("%s %s: %w", e.Verb, cmp.Or(e.Rule, e.Set), err)
	}
	if e.Rule != "" {
		fmt.Fprintf(os.Stderr, "%s %s: done, by %s\n", e.Verb, e.Rule, e.Actor)
		return nil
	}
	fmt.Fprintf(os.Stderr, "%s: %s is %s, by %s\n", e.Verb, e.Set, o.Book().Set(e.Set).State, e.Actor)
	return nil
}
