package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/cardwatch/cardwatch/bench/load"
)

func newBench() *cobra.Command {
	cfg := load.Config{}
	var asBenchmark bool
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure this machine: the figures of the README, one JSON object · 在本机测速",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if cfg.Customers < 1 || cfg.Transactions < 1 {
				return usage(fmt.Errorf("--customers and --transactions must be at least 1"))
			}
			if cfg.Dir, err = os.MkdirTemp("", "cardwatch-bench-"); err != nil {
				return err
			}
			defer func() { err = errors.Join(err, os.RemoveAll(cfg.Dir)) }()
			result, err := load.Run(cmd.Context(), cfg)
			if err != nil {
				return err
			}
			if asBenchmark {
				for name, f := range map[string]load.Figure{"Decode": result.Decode, "Monitor": result.Monitor} {
					fmt.Printf("Benchmark%s %d %.0f ns/op %.1f cpu-ns/op %.3f allocs/op\n",
						name, result.Transactions, 1e9/f.TransactionsPerSecond, 1e3*f.MicrosPerTransaction, f.AllocsPerTransaction)
				}
				return nil
			}
			out := json.NewEncoder(os.Stdout)
			out.SetIndent("", "  ")
			return out.Encode(result)
		},
	}
	f := cmd.Flags()
	f.Uint64Var(&cfg.Seed, "seed", 1, "the same seed makes the same traffic")
	f.IntVar(&cfg.Customers, "customers", 20_000, "customers of the bank")
	f.IntVar(&cfg.Transactions, "transactions", 500_000, "transactions to apply")
	f.BoolVar(&asBenchmark, "benchstat", false, "Go benchmark format, for benchstat")
	return cmd
}
