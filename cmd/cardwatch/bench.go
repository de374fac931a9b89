package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cardwatch/cardwatch/bench/load"
	"github.com/cardwatch/cardwatch/bench/load/part"
)

const benchHelp = `Measures the product's speed and prints one JSON object; what it is doing goes to standard error. Without flags it
is a selection of two minutes; --suite all measures everything, which takes an hour and 20 GB of disk.

Each figure of throughput stands beside the same topic read and decoded with nothing done, from the same run. The broker is
the embedded one, in a process of its own, or with --broker an Apache Kafka that runs already.

  throughput  a backlog, worked off: rate, processor time, allocations, bytes a card
  latency     an open loop: from a record's append until its alert can be read
  desk        an open loop beside the desk: until a provider took the question, from a "no" to the request to block the card, and
              what a provider that hangs or fails changes about alerts
  memory      heap and resident memory by the number of cards
  restore     an empty disk, until everything is caught up
  detector    what each detector adds to a transaction, and one more would
  hotpath     one partition without a broker
  quality     how well the detectors judge: precision, attacks found, look-alikes alerted, over --seeds seeds
  peers       another implementation (--peer) on the same topic, in turn with this one`

func newBench() *cobra.Command {
	var cfg load.Config
	var asBenchmark bool
	var peer string
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure this machine: the figures of the README, one JSON object · 在本机测速",
		Long:  benchHelp,
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			cfg.Progress = func(text string) { fmt.Fprintln(os.Stderr, "bench: "+text) }
			cfg.Peer = strings.Fields(peer)
			if err := prepareBench(&cfg); err != nil {
				return err
			}
			if cfg.Dir == "" {
				if cfg.Dir, err = os.MkdirTemp("", "cardwatch-bench-"); err != nil {
					return err
				}
				defer func() { err = errors.Join(err, os.RemoveAll(cfg.Dir)) }()
			}
			result, err := load.Run(cmd.Context(), cfg)
			if result == nil {
				return usage(err)
			}
			return errors.Join(err, printBench(result, asBenchmark))
		},
	}
	benchFlags(cmd, &cfg)
	cmd.Flags().StringVar(&peer, "peer", "", "suite peers: the command line of the other implementation")
	cmd.Flags().BoolVar(&asBenchmark, "benchstat", false, "Go benchmark format, for benchstat")
	cmd.AddCommand(newBenchPart())
	return cmd
}

func benchFlags(cmd *cobra.Command, cfg *load.Config) {
	f := cmd.Flags()
	f.StringSliceVar(&cfg.Suites, "suite", nil, "what to measure: "+strings.Join(load.Suites(), ", ")+", or all")
	f.IntSliceVar(&cfg.Cards, "cards", nil, "numbers of cards, each with a customer of its own")
	f.IntSliceVar(&cfg.Partitions, "partitions", nil, "numbers of partitions")
	f.StringSliceVar(&cfg.Distributions, "distribution", nil, "how uses are spread over cards: uniform, zipf")
	f.IntVar(&cfg.Transactions, "transactions", 0, "transactions to measure")
	f.IntVar(&cfg.History, "history", 0, "uses of every card before these")
	f.IntVar(&cfg.Days, "days", 0, "days that all of them take")
	f.BoolVar(&cfg.Cold, "cold", false, "measure from empty states on, profiles included")
	f.IntVar(&cfg.CacheMiB, "cache-mib", 0, "memory for states")
	f.IntSliceVar(&cfg.Rates, "rate", nil, "transactions a second of the open loop")
	f.Float64Var(&cfg.Seconds, "seconds", 0, "how long each rate is measured")
	f.Float64Var(&cfg.WarmUp, "warm-up", 0, "seconds before that")
	f.IntVar(&cfg.Plants, "alerts", 0, "transactions a second of the open loop that alert")
	f.IntVar(&cfg.Turns, "turns", 0, "suite desk: how often each state of a provider is measured")
	f.Uint64Var(&cfg.Seed, "seed", 0, "the same seed makes the same traffic")
	f.IntVar(&cfg.Seeds, "seeds", 0, "suite quality: banks of each source, from --seed on")
	f.StringVar(&cfg.Background, "background", "", "suite quality: Sparkov's rows (CSV, .gz), for a bank that is not of our own making")
	f.StringVar(&cfg.Broker, "broker", "", "a running Apache Kafka; the embedded broker when empty")
	f.IntVar(&cfg.BrokerPID, "broker-pid", 0, "its process on this machine, for its processor time")
	f.BoolVar(&cfg.Overwrite, "overwrite", false, "delete the topics of Cardwatch that the running broker has")
	f.StringVar(&cfg.Dir, "dir", "", "where stores go; a temporary directory when empty")
	f.StringVar(&cfg.BrokerDir, "broker-dir", "", "where the embedded broker's data goes, when not there too; /dev/shm leaves the disk out")
}

// prepareBench fills in what the flags left open.
func prepareBench(cfg *load.Config) error {
	otherwise := load.Quick()
	if slices.Contains(cfg.Suites, "all") {
		cfg.Suites, otherwise = nil, load.Full()
	}
	*cfg = cfg.Or(otherwise)
	binary, err := os.Executable()
	cfg.PartCommand = []string{binary, "bench", "part"}
	return err
}

func printBench(result *load.Result, asBenchmark bool) error {
	if asBenchmark {
		return result.WriteBenchstat(os.Stdout)
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	return out.Encode(result)
}

// newBenchPart is what the bench starts its own binary with, for a process that does one thing.
func newBenchPart() *cobra.Command {
	return &cobra.Command{
		Use: "part", Short: "One process of a measurement", Hidden: true, Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return part.Serve(cmd.Context(), os.Stdin, os.Stdout) },
	}
}
