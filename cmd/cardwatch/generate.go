package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/cardwatch/cardwatch/bench/gen"
	"github.com/cardwatch/cardwatch/bench/score"
	"github.com/cardwatch/cardwatch/cmd/internal/progress"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/wire"
)

func newGenerate() *cobra.Command {
	cfg := gen.Defaults()
	var out, start string
	cmd := &cobra.Command{
		Use:   "generate --out DIR",
		Short: "Write a labelled synthetic bank · 生成带标签的模拟银行数据",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := need(cmd, "out"); err != nil {
				return err
			}
			first, err := time.Parse(time.DateOnly, start)
			if err != nil {
				return usage(fmt.Errorf("--start: want a date such as 2025-10-01: %w", err))
			}
			cfg.Start = card.MomentOf(first.Add(-8 * time.Hour).In(time.FixedZone("", 8*60*60)))
			return generate(cmd.Context(), cfg, out)
		},
	}
	f := cmd.Flags()
	f.StringVar(&out, "out", "", "directory for <topic>.jsonl files, labels.csv and truth.csv")
	f.Uint64Var(&cfg.Seed, "seed", cfg.Seed, "the same seed makes the same bank")
	f.IntVar(&cfg.Customers, "customers", cfg.Customers, "number of customers; one in ten has two cards")
	f.IntVar(&cfg.Days, "days", cfg.Days, "days from --start on")
	f.IntVar(&cfg.History, "history", cfg.History, "days before --start without attacks, in which habits form")
	f.StringVar(&start, "start", "2025-10-01", "first day")
	f.Float64Var(&cfg.AttackRate, "attack-rate", cfg.AttackRate, "attacks per 1,000 cards and day")
	return cmd
}

func generate(ctx context.Context, cfg gen.Config, out string) (err error) {
	bank, err := gen.New(cfg)
	if err != nil {
		return usage(err)
	}
	w, err := newBankWriter(out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	bar := progress.New(os.Stderr, "generate", 0)
	defer bar.Done()
	for n := 0; ; n++ {
		rec, ok := bank.Next()
		if !ok {
			break
		}
		if err := w.write(rec); err != nil {
			return err
		}
		bar.Add(1)
		if n%10_000 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	truth, err := w.create("truth.csv")
	if err == nil {
		err = writeTruth(truth, bank, cfg.Customers)
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"records": w.counts})
}

// bankWriter writes one file a topic and the labels beside them.
type bankWriter struct {
	dir    string
	files  map[string]*bufio.Writer
	closes []func() error
	labels *score.LabelWriter
	counts map[string]int64
	line   []byte
}

func newBankWriter(dir string) (*bankWriter, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	w := &bankWriter{dir: dir, files: make(map[string]*bufio.Writer), counts: make(map[string]int64)}
	labels, err := w.create("labels.csv")
	if err != nil {
		return nil, err
	}
	w.labels = score.NewLabelWriter(labels)
	return w, nil
}

func (w *bankWriter) create(name string) (*bufio.Writer, error) {
	file, err := os.Create(filepath.Join(w.dir, name))
	if err != nil {
		return nil, err
	}
	buf := bufio.NewWriterSize(file, 1<<18)
	w.closes = append(w.closes, func() error { return errors.Join(buf.Flush(), file.Close()) })
	return buf, nil
}

func (w *bankWriter) write(rec gen.Record) error {
	topic := rec.Topic()
	file := w.files[topic]
	if file == nil {
		var err error
		if file, err = w.create(topic + ".jsonl"); err != nil {
			return err
		}
		w.files[topic] = file
	}
	line, err := wire.AppendInput(w.line[:0], rec.Body)
	if err != nil {
		return err
	}
	w.line = append(line, '\n')
	w.counts[topic]++
	if _, err := file.Write(w.line); err != nil {
		return err
	}
	if _, ok := rec.Body.(*card.Transaction); !ok {
		return nil
	}
	return w.labels.Write(score.Label{
		EventID: rec.Body.Meta().ID, Fraud: rec.Label.Attack != "", Kind: string(rec.Label.Attack), Episode: rec.Label.Episode,
		Group: string(rec.Label.Group),
	})
}

func (w *bankWriter) close() error {
	errs := []error{w.labels.Flush()}
	for _, c := range w.closes {
		errs = append(errs, c())
	}
	return errors.Join(errs...)
}
