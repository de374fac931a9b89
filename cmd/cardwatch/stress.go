package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/bench/stress"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/stream/replay"
)

func newStress() *cobra.Command {
	cmd := &cobra.Command{Use: "stress", Short: "The repayment-stress model · 还款压力模型", Args: noArgs, RunE: help}
	var in, labels, out, name string
	fit := &cobra.Command{
		Use:   "fit --in DIR [--labels FILE] --out FILE",
		Short: "Fit the repayment-stress table on a history · 用历史数据拟合评分表",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := need(cmd, "in", "out"); err != nil {
				return err
			}
			return fitStress(cmd.Context(), in, labels, out, name)
		},
	}
	f := fit.Flags()
	f.StringVar(&in, "in", "", "directory with the input files")
	f.StringVar(&labels, "labels", "", "customer_id,label lines (1 = missed the next payment); without it, the history tells which minimums were missed")
	f.StringVar(&out, "out", "", "file for the table (JSON), for replay --scorecard")
	f.StringVar(&name, "name", "fitted", "the table's version name, shown with every assessment")
	cmd.AddCommand(fit)
	return cmd
}

func fitStress(ctx context.Context, in, labelsFile, out, name string) (err error) {
	var missed map[string]bool
	if labelsFile != "" {
		if missed, err = readMissed(labelsFile); err != nil {
			return usage(err)
		}
	}
	scratch, err := os.MkdirTemp("", "cardwatch-fit-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	collector := stress.NewCollector()
	cfg := replay.Config{In: in, Out: scratch, Zone: bankZone(), Release: version(), Observe: collector.See}
	if cfg.Monitor, err = detectors.NewMonitor(detectors.Defaults()); err != nil {
		return err
	}
	if cfg.Desk, err = alerts.NewDesk(alerts.Defaults()); err != nil {
		return err
	}
	if _, err := replay.Run(ctx, cfg); err != nil {
		return err
	}
	examples := collector.Told()
	if labelsFile != "" {
		if examples, err = collector.Examples(missed); err != nil {
			return err
		}
	}
	table, report, err := stress.Fit(name, examples)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(table, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(out, append(text, '\n'), 0o644); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(report)
}

// readMissed reads customer_id,label lines; a header line and further columns are passed over.
func readMissed(path string) (_ map[string]bool, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("--labels: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	lines := csv.NewReader(file)
	lines.FieldsPerRecord = -1
	missed := make(map[string]bool)
	for n := 1; ; n++ {
		fields, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return missed, nil
		}
		if err != nil {
			return nil, fmt.Errorf("--labels %s: %w", path, err)
		}
		if len(fields) < 2 {
			return nil, fmt.Errorf("--labels %s: line %d: want customer_id,label", path, n)
		}
		label, err := strconv.Atoi(fields[1])
		if err != nil && n == 1 {
			continue
		}
		if err != nil || label != 0 && label != 1 {
			return nil, fmt.Errorf("--labels %s: line %d: the label must be 0 or 1", path, n)
		}
		missed[fields[0]] = label == 1
	}
}
