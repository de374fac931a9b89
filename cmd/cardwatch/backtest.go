package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/bench/score"
	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/cmd/internal/progress"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/rule"
	"github.com/cardwatch/cardwatch/stream/backtest"
)

// backtestFlags are the flags of rules backtest.
type backtestFlags struct {
	rules, live, in, config, from, to, labels, output, list string
	workers                                                 int
}

func newBacktest() *cobra.Command {
	var f backtestFlags
	cmd := &cobra.Command{
		Use:   "backtest --rules PATH [--in DIR | -c FILE]",
		Short: "What a draft would have done, against the live rules · 回测规则草稿",
		Long: `Runs a draft beside the live rules over a history and compares what they raise: alerts, hits, customers, messages.

The history is the files of --in (as replay reads them, and cardwatch.feedback.v1) or the topics of -c. What came before --from warms the
states and is not counted. Nothing is written, and no group is joined. Rules of the draft in shadow are judged as if they were live.
The live rules are those of --live, of -c, or the shipped ones. Rules about accounts have no drafts and are not compared.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := need(cmd, "rules"); err != nil {
				return err
			}
			return f.run(cmd)
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&f.rules, "rules", "", "the draft: a rules file or directory")
	fs.StringVar(&f.live, "live", "", "the rules to compare with, when they are not those of -c or the shipped ones")
	fs.StringVar(&f.in, "in", "", "directory with the history as files")
	configFlag(cmd, &f.config)
	fs.StringVar(&f.from, "from", "", "count from this time or date on (RFC 3339, 2026-03-01); the start when empty")
	fs.StringVar(&f.to, "to", "", "and up to this one; the end when empty")
	fs.StringVar(&f.labels, "labels", "", "event_id,label lines (1 = fraud)")
	fs.IntVar(&f.workers, "workers", 0, "how many processors to use; all when 0")
	fs.StringVarP(&f.output, "output", "o", "text", "text or json")
	fs.StringVar(&f.list, "list", "", "write every alert that would change to this file, as JSON lines")
	return cmd
}

func (f *backtestFlags) run(cmd *cobra.Command) (err error) {
	if f.output != "text" && f.output != "json" {
		return usage(fmt.Errorf("-o takes text or json, not %q", f.output))
	}
	cfg, closing, err := f.prepare(cmd)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closing()) }()
	var bar *progress.Bar
	var drawn int64
	cfg.Progress = func(done, total int64) {
		if bar == nil && total > 0 {
			bar = progress.New(os.Stderr, "backtest", total)
		}
		bar.Add(done - drawn)
		drawn = done
	}
	report, err := backtest.Run(cmd.Context(), *cfg)
	bar.Done()
	if err != nil {
		return err
	}
	if report.Transactions == 0 {
		return fmt.Errorf("the history has no transaction from --from to --to; it begins at %s", report.WarmFrom)
	}
	if f.list != "" {
		if err := writeChanges(f.list, report.Changes); err != nil {
			return err
		}
	}
	if f.output == "json" {
		encoder := json.NewEncoder(os.Stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(report)
	}
	return printBacktest(os.Stdout, report)
}

// prepare reads everything that the flags name. The function that it returns gives it back.
func (f *backtestFlags) prepare(cmd *cobra.Command) (*backtest.Config, func() error, error) {
	cfg := &backtest.Config{In: f.in, Zone: bankZone(), Workers: f.workers, PromptsPerDay: alerts.Defaults().PromptsPerDay}
	rules, closing := detectors.Defaults(), func() error { return nil }
	if f.in == "" && f.config == "" {
		return nil, nil, usage(errors.New("--in or --config is missing: where is the history?"))
	}
	if f.config != "" {
		file, err := loadConfig(cmd, f.config)
		if err != nil {
			return nil, nil, err
		}
		rules, cfg.PromptsPerDay = file.Rules, file.Desk.PromptsPerDay
		if f.in == "" {
			if cfg.Client, err = app.Connect(file, app.NewLog(os.Stderr)); err != nil {
				return nil, nil, err
			}
			closing = cfg.Client.Close
		}
	}
	err := f.fill(cfg, rules)
	if err != nil {
		err = errors.Join(usage(err), closing())
	}
	return cfg, closing, err
}

func (f *backtestFlags) fill(cfg *backtest.Config, live detectors.Rules) (err error) {
	if f.live != "" {
		if live, err = config.LoadRules(f.live); err != nil {
			return fmt.Errorf("--live: %w", err)
		}
	}
	draft, err := config.LoadRules(f.rules)
	if err != nil {
		return err
	}
	draft.Custom = slices.Clone(draft.Custom)
	for i := range draft.Custom {
		if draft.Custom[i].Mode == detectors.RuleShadow {
			draft.Custom[i].Mode = detectors.RuleLive // what would it do is the question
		}
	}
	if cfg.Live, err = sideOf(live); err != nil {
		return fmt.Errorf("--live: %w", err)
	}
	if cfg.Draft, err = sideOf(draft); err != nil {
		return err
	}
	if cfg.From, err = parseTime("from", f.from); err != nil {
		return err
	}
	if cfg.To, err = parseTime("to", f.to); err != nil {
		return err
	}
	if !cfg.From.IsZero() && !cfg.To.IsZero() && !cfg.From.Before(cfg.To) {
		return errors.New("--to must lie after --from")
	}
	if f.labels != "" {
		cfg.Frauds, err = readFrauds(f.labels)
	}
	return err
}

func sideOf(rules detectors.Rules) (backtest.Side, error) {
	m, err := rule.NewMonitor(rules)
	return backtest.Side{Version: rules.Version, Monitor: m}, err
}

// parseTime reads a moment, or a date as its beginning at the bank; the zero time for nothing.
func parseTime(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, text, bankZone()); err == nil {
		return t, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, fmt.Errorf("--%s: want a date such as 2026-03-01 or a time such as 2026-03-01T00:00:00+08:00, not %q", flag, text)
	}
	return t, nil
}

func readFrauds(path string) (map[string]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("--labels: %w", err)
	}
	frauds, err := score.ReadFrauds(bufio.NewReaderSize(file, 1<<18))
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("--labels %s: %w", path, err)
	}
	return frauds, nil
}

func writeChanges(path string, changes []backtest.Change) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("--list: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	buf := bufio.NewWriter(file)
	encoder := json.NewEncoder(buf)
	for i := range changes {
		if err := encoder.Encode(&changes[i]); err != nil {
			return fmt.Errorf("--list %s: %w", path, err)
		}
	}
	return buf.Flush()
}
