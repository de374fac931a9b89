// Command cardwatch watches card transactions and runs the desk that follows from them. See README.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // customers' zones must not depend on what the machine has installed

	"github.com/spf13/cobra"
)

// Exit codes (CONTRACT §4).
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitProblems    = 3
	exitInterrupted = 130
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// After the first signal the default handling is back, so that a second one ends the process at once.
	context.AfterFunc(ctx, stop)
	root := newRoot()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return exitInterrupted
	}
	text := err.Error()
	if detailed := (interface{ Detail() string })(nil); errors.As(err, &detailed) {
		text = detailed.Detail() // with the line at fault and a caret
	}
	fmt.Fprintln(os.Stderr, "cardwatch: "+text)
	var coded *codedError
	if errors.As(err, &coded) {
		return coded.code
	}
	return exitFailed
}

// codedError is an error that ends the process with a code of its own.
type codedError struct {
	code int
	err  error
}

func (e *codedError) Error() string { return e.err.Error() }
func (e *codedError) Unwrap() error { return e.err }

// usage marks an error as the caller's: wrong flags, wrong configuration.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return &codedError{exitUsage, err}
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "cardwatch",
		Short: "Watch card transactions, ask customers, collect humanely · 盯住刷卡交易，问清持卡人，有温度地催收",
		Long: `Cardwatch reads card transactions from Kafka, notices what does not fit the cardholder, asks the
customer, and runs the desk for fraud analysts and collectors.

  cardwatch demo                      everything in one process, with a generated bank
  cardwatch replay --in DIR --out DIR a history in files, through the same code
  cardwatch run -c cardwatch.yaml     the service on your Kafka

一个进程看全貌：cardwatch demo；回放历史：cardwatch replay；接入您的 Kafka：cardwatch run。`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version(),
		// An unknown command is wrong usage, which cobra would answer with the help text and success.
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage(fmt.Errorf("there is no command %q; see cardwatch --help", args[0]))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage(fmt.Errorf("%w; see %s --help", err, cmd.CommandPath()))
	})
	root.AddCommand(newDemo(), newRun(), newReplay(), newGenerate(), newImport(), newStress(), newTopics(), newState(), newConfig(), newRules(), newExplain(), newTemplates(), newBench())
	return root
}

// noArgs refuses words after the flags, as wrong usage.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(fmt.Errorf("%s takes no argument %q; see %s --help", cmd.CommandPath(), args[0], cmd.CommandPath()))
	}
	return nil
}

// need refuses a flag that was left empty.
func need(cmd *cobra.Command, names ...string) error {
	for _, name := range names {
		if f := cmd.Flags().Lookup(name); f.Value.String() == "" {
			return usage(fmt.Errorf("--%s is missing; see %s --help", name, cmd.CommandPath()))
		}
	}
	return nil
}
