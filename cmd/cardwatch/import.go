package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/cmd/internal/progress"
	"github.com/cardwatch/cardwatch/stream/mapping"
)

// importFlags are the flags of import.
type importFlags struct {
	mapping, out, tokenKey string
	lookups                []string
	show                   bool
}

func newImport() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import --map FILE FILE.csv[.gz]",
		Short: "Turn a CSV history into input files for replay · 把 CSV 历史转换成回放输入",
		Long: fmt.Sprintf(`Maps a bank's or a data set's CSV into the contract's JSONL files by a declarative mapping. Shipped mappings, usable by name:
%s. 'cardwatch import --map sparkov --show' prints one to start from.`, strings.Join(mapping.Shipped(), ", ")),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 && !f.show {
				return usage(fmt.Errorf("%s takes one CSV file", cmd.CommandPath()))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := need(cmd, "map"); err != nil {
				return err
			}
			name, source, err := config.ReadMapping(f.mapping)
			if err != nil {
				return usage(fmt.Errorf("--map: %w", err))
			}
			if f.show {
				_, err := os.Stdout.Write(source)
				return err
			}
			m, err := mapping.Parse(name, source)
			if err != nil {
				return usage(err)
			}
			return runImport(cmd.Context(), m, f, args[0])
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&f.mapping, "map", "", "mapping file, or the name of a shipped one")
	fs.StringVar(&f.out, "out", ".", "directory for <topic>.jsonl, labels.csv and rejected.csv")
	fs.StringVar(&f.tokenKey, "token-key", "", "file with the key (32 bytes or more) that turns card numbers into tokens")
	fs.StringArrayVar(&f.lookups, "lookup", nil, "NAME=FILE.csv[.gz] that the mapping joins; repeatable")
	fs.BoolVar(&f.show, "show", false, "print the mapping and stop")
	return cmd
}

func runImport(ctx context.Context, m *mapping.Mapping, f importFlags, path string) (err error) {
	if f.tokenKey != "" {
		key, err := config.ReadKey(f.tokenKey, false)
		if err != nil {
			return usage(err)
		}
		if err := m.UseTokenKey(key.Reveal()); err != nil {
			return usage(err)
		}
	}
	for _, l := range f.lookups {
		if err := useLookup(m, l); err != nil {
			return usage(err)
		}
	}
	file, err := os.Open(path)
	if err != nil {
		return usage(err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	bar := progress.New(os.Stderr, "import", info.Size())
	summary, err := mapping.Import(ctx, m, bar.Reader(file), mapping.Dir(f.out))
	bar.Done()
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(summary)
}

func useLookup(m *mapping.Mapping, flag string) error {
	name, path, ok := strings.Cut(flag, "=")
	if !ok {
		return fmt.Errorf("--lookup %s: want NAME=FILE", flag)
	}
	if err := config.UseLookup(m, name, path); err != nil {
		return fmt.Errorf("--lookup: %w", err)
	}
	return nil
}
