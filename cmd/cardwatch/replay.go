package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/bench/score"
	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/cmd/internal/progress"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/rule"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/replay"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// replayFlags are the flags of replay.
type replayFlags struct {
	in, out, scorecard, until, rules, labels string
	skipDays                                 int
}

func newReplay() *cobra.Command {
	var f replayFlags
	cmd := &cobra.Command{
		Use:   "replay --in DIR --out DIR",
		Short: "Run a history in files through the same code as live · 用与线上相同的代码回放历史文件",
		Long: `Reads <topic>.jsonl or <topic>.jsonl.gz from --in, each in its order of arrival, merged by the records' times, and writes
alerts, what drafts would raise, answers, collections, assessments, dead letters and summary.json to --out. No broker, no clock.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := need(cmd, "in", "out"); err != nil {
				return err
			}
			return replayRun(cmd.Context(), f)
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&f.in, "in", "", "directory with the input files")
	fs.StringVar(&f.out, "out", "", "directory for the outputs, made when missing")
	fs.StringVar(&f.scorecard, "scorecard", "", "repayment-stress table made by 'stress fit'")
	fs.StringVar(&f.until, "until", "", "run the clock on to this time after the last record (RFC 3339)")
	fs.StringVar(&f.rules, "rules", "", "rules file (YAML); the defaults when empty")
	fs.StringVar(&f.labels, "labels", "", "event_id,label lines (1 = fraud): adds scores to the summary")
	fs.IntVar(&f.skipDays, "unscored-days", 0, "days at the start that --labels does not score, in which habits form")
	return cmd
}

func replayRun(ctx context.Context, f replayFlags) error {
	cfg := replay.Config{In: f.in, Out: f.out, Zone: bankZone(), Release: version()}
	if f.until != "" {
		until, err := time.Parse(time.RFC3339, f.until)
		if err != nil {
			return usage(fmt.Errorf("--until: want a time such as 2026-03-01T00:00:00+08:00: %w", err))
		}
		cfg.Until = until
	}
	rules, err := loadRules(f.rules, f.scorecard)
	if err != nil {
		return usage(err)
	}
	if cfg.Monitor, err = rule.NewMonitor(rules); err != nil {
		return usage(err)
	}
	if cfg.Desk, err = alerts.NewDesk(alerts.Defaults()); err != nil {
		return err
	}
	var judge *labelJudge
	if f.labels != "" {
		if judge, err = newLabelJudge(f.labels, f.skipDays); err != nil {
			return usage(err)
		}
		cfg.Seen = judge.seen
	}
	var bar *progress.Bar
	var drawn int64
	cfg.Progress = func(done, total int64) {
		if bar == nil {
			bar = progress.New(os.Stderr, "replay", total)
		}
		bar.Add(done - drawn)
		drawn = done
	}
	summary, err := replay.Run(ctx, cfg)
	bar.Done()
	if err != nil {
		return err
	}
	if judge != nil {
		summary.Scores = judge.scorer.Result()
	}
	return writeSummary(filepath.Join(f.out, "summary.json"), summary)
}

// writeSummary writes the summary to a file and to stdout.
func writeSummary(path string, summary *replay.Summary) error {
	text, err := json.MarshalIndent(summary, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the summary: %w", err)
	}
	text = append(text, '\n')
	if err := os.WriteFile(path, text, 0o644); err != nil {
		return err
	}
	_, err = os.Stdout.Write(text)
	return err
}

// loadRules reads a rules file, and a fitted scorecard over it; either may be empty.
func loadRules(rulesFile, scorecardFile string) (detectors.Rules, error) {
	rules := detectors.Defaults()
	if rulesFile != "" {
		loaded, err := config.LoadRules(rulesFile)
		if err != nil {
			return rules, err
		}
		rules = loaded
	}
	if scorecardFile == "" {
		return rules, nil
	}
	text, err := os.ReadFile(scorecardFile)
	if err != nil {
		return rules, fmt.Errorf("--scorecard: %w", err)
	}
	table, err := detectors.ParseScorecard(text)
	if err != nil {
		return rules, fmt.Errorf("--scorecard %s: %w", scorecardFile, err)
	}
	rules.RepaymentStress.Scorecard = table
	return rules, nil
}

// labelJudge scores the alerts of a replay against labels.
type labelJudge struct {
	labels   map[string]score.Label
	scorer   *score.Scorer
	decoder  wire.Decoder
	skipDays int
}

func newLabelJudge(path string, skipDays int) (*labelJudge, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("--labels: %w", err)
	}
	labels, err := score.ReadLabels(file)
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("--labels %s: %w", path, err)
	}
	return &labelJudge{labels: labels, skipDays: skipDays}, nil
}

// seen takes transactions and alerts as the replay meets them; what the decoder refuses cannot be scored.
func (j *labelJudge) seen(topic string, rec kafka.Record) {
	if topic != wire.TransactionTopic && topic != wire.AlertTopic {
		return
	}
	arrived := card.MomentOf(time.UnixMilli(rec.Timestamp).In(bankZone()))
	body, _, err := j.decoder.Decode(wire.Record{Topic: topic, Value: rec.Value, Arrived: arrived, Unkeyed: true})
	if err != nil {
		return
	}
	if j.scorer == nil {
		from := card.Moment{}
		if j.skipDays > 0 {
			from = arrived.Add(time.Duration(j.skipDays) * 24 * time.Hour)
		}
		j.scorer = score.New(from)
	}
	switch b := body.(type) {
	case *card.Transaction:
		j.scorer.Transaction(arrived, b, j.labels[b.ID])
	case *detectors.Alert:
		j.scorer.Alert(b)
	}
}

// bankZone is China's: no summer time, one zone.
func bankZone() *time.Location { return time.FixedZone("CST", 8*60*60) }
