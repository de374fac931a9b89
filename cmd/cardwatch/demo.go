package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/cmd/internal/demo"
)

func newDemo() *cobra.Command {
	cfg := demo.Config{Zone: bankZone(), Release: version()}
	var runFor time.Duration
	var verbose bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Everything in one process, with a generated bank · 一条命令看全貌",
		Long: `An embedded broker, a generated bank that lives about half an hour a second, monitor, desk, a sandbox phone and the console.
Some customers answer their prompts, truthfully; answer for the others at /phone. Ctrl-C ends it and leaves nothing behind.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cfg.Speed <= 0 || cfg.Speed > 10 {
				return usage(fmt.Errorf("--speed %v: want generated days per second, above 0 and at most 10", cfg.Speed))
			}
			if cfg.Customers < 100 || cfg.Customers > 200_000 {
				return usage(fmt.Errorf("--customers %d: want 100 … 200,000", cfg.Customers))
			}
			cfg.Log = slog.New(slog.DiscardHandler)
			if verbose {
				cfg.Log = app.NewLog(os.Stderr)
			}
			return runDemo(cmd.Context(), cfg, runFor)
		},
	}
	f := cmd.Flags()
	f.DurationVar(&runFor, "for", 0, "stop after this time and print a summary; 0 runs until Ctrl-C")
	f.StringVar(&cfg.Dir, "data", "", "keep the state in this directory and go on from it; a temporary one when empty")
	f.IntVar(&cfg.Port, "port", 8080, "console port on 127.0.0.1")
	f.Uint64Var(&cfg.Seed, "seed", 1, "the same seed makes the same bank")
	f.IntVar(&cfg.Customers, "customers", 5000, "customers of the bank")
	f.Float64Var(&cfg.Speed, "speed", 0.02, "generated days per second; 0.2 makes bills fall due while you watch")
	f.BoolVarP(&verbose, "verbose", "v", false, "log what the parts do")
	return cmd
}

func runDemo(ctx context.Context, cfg demo.Config, runFor time.Duration) error {
	timed := ctx
	if runFor > 0 {
		var cancel context.CancelFunc
		timed, cancel = context.WithTimeout(ctx, runFor)
		defer cancel()
	}
	fmt.Fprintf(os.Stderr, "cardwatch demo: a bank of %d customers moves in (seed %d) …\n", cfg.Customers, cfg.Seed)
	cfg.Started = func(url string) { fmt.Fprintf(os.Stderr, welcome, url, url, url, url, url, url, cfg.Speed*24*60) }
	summary, err := demo.Run(timed, cfg)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(summary, "", "  ")
	if err != nil {
		return err
	}
	fmt.Println(string(text))
	return ctx.Err()
}

const welcome = `
  Console 控制台            %s/
  Sandbox phone 沙箱手机    %s/phone   answer a prompt as the customer, or switch the provider off
  Collections 催收队列      %s/queue
  Calculator 还款计算器     %s/calculator   open to every customer, without a name
  Rules 规则                %s/rules   a draft runs in shadow: approve it as a second person
  Metrics 指标              %s/metrics

  The bank's clock runs %.0f minutes a second. Try: open a case from the board and see why it fired; answer "not me" on the
  phone and watch the case; close it. Ctrl-C ends the demo and leaves nothing behind.

`
