package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/inspect"
	"github.com/cardwatch/cardwatch/stream/kafka"
)

func printShares(from string, shares []inspect.Share, customer string) error {
	result := struct {
		From       string              `json:"from"`
		Partitions []*inspect.Summary  `json:"partitions,omitempty"`
		Customers  []*inspect.Customer `json:"customers,omitempty"`
	}{From: from}
	for _, s := range shares {
		if customer != "" {
			c, err := s.Customer(customer)
			if err != nil {
				return err
			}
			if c != nil {
				result.Customers = append(result.Customers, c)
			}
			continue
		}
		sum, err := s.Summary()
		if err != nil {
			return err
		}
		result.Partitions = append(result.Partitions, sum)
	}
	if customer != "" && result.Customers == nil {
		return fmt.Errorf("customer %q has no state in the %s, as far as it was searched", customer, from)
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	return out.Encode(result)
}

func exportShares(shares []inspect.Share, path string, raw bool) (err error) {
	var w io.Writer = os.Stdout
	if path != "-" {
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return usage(fmt.Errorf("--out: %w", err))
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		w = file
	}
	buf := bufio.NewWriterSize(w, 1<<18)
	customers, damaged, err := inspect.Export(buf, shares, raw)
	if err = errors.Join(err, buf.Flush()); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%d states\n", customers)
	if damaged > 0 {
		return &codedError{exitProblems, fmt.Errorf("%d of them could not be decoded and stand there with their error", damaged)}
	}
	return nil
}

func verifyShares(ctx context.Context, cfg *config.Config, shares []inspect.Share, against bool) (err error) {
	problems := 0
	report := func(problem string) {
		problems++
		fmt.Println(strings.ReplaceAll(problem, "\n", " "))
	}
	for _, s := range shares {
		if err := s.Verify(report); err != nil {
			return err
		}
	}
	if against {
		if err := compareShares(ctx, cfg, shares, report); err != nil {
			return err
		}
	}
	if problems > 0 {
		return &codedError{exitProblems, fmt.Errorf("%d problems in %d shares of partitions", problems, len(shares))}
	}
	fmt.Fprintf(os.Stderr, "%d shares of partitions are in order\n", len(shares))
	return nil
}

func compareShares(ctx context.Context, cfg *config.Config, shares []inspect.Share, report func(string)) (err error) {
	client, err := app.Connect(cfg, app.NewLog(os.Stderr))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	scratch, closeAll, err := scratchStore()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	for _, s := range shares {
		if err := s.VerifyAgainst(ctx, client, scratch, cfg.Group(s.Spec.Name), report); err != nil {
			return err
		}
	}
	return nil
}

func finalize(ctx context.Context, cfg *config.Config, to store.Format) (err error) {
	if to.Level == 1 {
		fmt.Fprintln(os.Stderr, "this release has format level 1, the first: there is nothing to finalize")
		return nil
	}
	client, err := app.Connect(cfg, app.NewLog(os.Stderr))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	return finalizeGroups(ctx, client, cfg.Groups(), to)
}

func finalizeGroups(ctx context.Context, client *kafka.Client, groups []string, to store.Format) error {
	for _, group := range groups {
		raised, err := stream.Finalize(ctx, client, group, to)
		if err != nil {
			return err
		}
		fmt.Printf("%s\t%d partitions raised to format level %d\n", group, raised, to.Level)
	}
	return nil
}
