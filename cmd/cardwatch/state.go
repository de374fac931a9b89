package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream/inspect"
)

// stateFlags are the flags of the state commands, and the configuration that one of them names.
type stateFlags struct {
	file, from string
	pick       inspect.Pick
	cfg        *config.Config
}

func newState() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "state",
		Short: "Look at states, check them, finalize their format · 查看、校验状态，确认状态格式",
		Long: `Reads the store directory of a stopped process, or a snapshot of a running one's (CARDWATCH_STORE_DIR=COPY), or the changelog topics,
and changes nothing in them; only finalize writes. Telephone numbers are masked, tokens are not.`,
		Args: noArgs, RunE: help,
	}
	cmd.AddCommand(newStateInspect(), newStateExport(), newStateVerify(), newStateFinalize())
	return cmd
}

func newStateInspect() *cobra.Command {
	var f stateFlags
	var customer string
	cmd := &cobra.Command{
		Use:   "inspect -c FILE",
		Short: "How each partition stands, or one customer's state, as a JSON object · 查看分区进度或某个客户的状态",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.run(cmd, func(shares []inspect.Share) error { return printShares(f.from, shares, customer) })
		},
	}
	f.add(cmd)
	f.addFrom(cmd)
	cmd.Flags().StringVar(&customer, "customer", "", "show this customer's state, by customer_id")
	return cmd
}

func newStateExport() *cobra.Command {
	var f stateFlags
	var out string
	var raw bool
	cmd := &cobra.Command{
		Use:   "export -c FILE --out FILE",
		Short: "Every customer's state, a line of JSON each, to be diffed · 导出全部状态，便于比对",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := need(cmd, "out"); err != nil {
				return err
			}
			return f.run(cmd, func(shares []inspect.Share) error { return exportShares(shares, out, raw) })
		},
	}
	f.add(cmd)
	f.addFrom(cmd)
	cmd.Flags().StringVar(&out, "out", "", "file to write, readable for this user only; - is standard output")
	cmd.Flags().BoolVar(&raw, "raw", false, "add each value as it is stored, in base64: telephone numbers are in it")
	return cmd
}

func newStateVerify() *cobra.Command {
	f := stateFlags{from: fromStore}
	var against string
	cmd := &cobra.Command{
		Use:   "verify -c FILE",
		Short: "Check a store: exit 0, or 3 with a line per problem on standard output · 校验存储",
		Long: `Checks that every value can be read and that states, timers, index rows and progress go together; with --against changelog
also that the store is what the changelog says, customer by customer, up to the position that the store has copied.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if against != "" && against != fromChangelog {
				return usage(fmt.Errorf("--against %s: want changelog", against))
			}
			return f.run(cmd, func(shares []inspect.Share) error {
				return verifyShares(cmd.Context(), f.cfg, shares, against != "")
			})
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&against, "against", "", "changelog: compare the store with it")
	return cmd
}

func newStateFinalize() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "finalize -c FILE",
		Short: "Let this release write its own state format; older releases cannot come back · 确认新状态格式，此后不可回退",
		Long: `Run it once every process has run this release for long enough to be trusted. It records the format level in the changelogs, under
each partition's fence: a running service loses about a second per partition and goes on. Older releases then refuse the partitions
and name the release that they need.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadConfig(cmd, file)
			if err != nil {
				return err
			}
			return finalize(cmd.Context(), cfg, store.Format{Level: store.Level, Release: version()})
		},
	}
	configFlag(cmd, &file)
	return cmd
}

// The places to read states from.
const (
	fromStore     = "store"
	fromChangelog = "changelog"
)

func (f *stateFlags) add(cmd *cobra.Command) {
	configFlag(cmd, &f.file)
	cmd.Flags().StringVar(&f.pick.Processor, "processor", "", "monitor or desk; both when empty")
	cmd.Flags().IntVar(&f.pick.Partition, "partition", -1, "one partition; -1 is all")
}

func (f *stateFlags) addFrom(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.from, "from", fromStore, "store, or changelog: what a new owner would start from")
}

// run opens what the flags name and gives its shares to look at.
func (f *stateFlags) run(cmd *cobra.Command, look func([]inspect.Share) error) (err error) {
	if f.from != fromStore && f.from != fromChangelog {
		return usage(fmt.Errorf("--from %s: want store or changelog", f.from))
	}
	if p := f.pick.Processor; p != "" && p != config.RoleMonitor && p != config.RoleDesk {
		return usage(fmt.Errorf("--processor %s: want monitor or desk", p))
	}
	if f.cfg, err = loadConfig(cmd, f.file); err != nil {
		return err
	}
	open := f.openStore
	if f.from == fromChangelog {
		open = f.copyChangelog
	}
	db, closeAll, err := open(cmd.Context())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeAll()) }()
	shares, err := inspect.Shares(db, inspect.Kinds(), f.pick)
	if err != nil {
		return err
	}
	if len(shares) == 0 {
		return fmt.Errorf("the %s holds no state of what was asked for (--processor, --partition)", f.from)
	}
	return look(shares)
}

func (f *stateFlags) openStore(context.Context) (*store.DB, func() error, error) {
	// The read that comes across damage returns it.
	db, err := store.Open(f.cfg.Store.Dir, store.Options{ReadOnly: true, Fatal: func(error) {}})
	if errors.Is(err, store.ErrLocked) {
		return nil, nil, fmt.Errorf("%w: stop the service, or name a snapshot of the directory with CARDWATCH_STORE_DIR, or use --from changelog", err)
	}
	if err != nil {
		return nil, nil, err
	}
	return db, db.Close, nil
}

// copyChangelog makes a store of the changelogs in a directory that closeAll removes.
func (f *stateFlags) copyChangelog(ctx context.Context) (db *store.DB, closeAll func() error, err error) {
	db, closeAll, err = scratchStore()
	if err != nil {
		return nil, nil, err
	}
	client, err := app.Connect(f.cfg, app.NewLog(os.Stderr))
	if err == nil {
		err = errors.Join(inspect.Copy(ctx, client, db, inspect.Kinds(), f.pick, f.cfg.Group), client.Close())
	}
	if err != nil {
		return nil, nil, errors.Join(err, closeAll())
	}
	return db, closeAll, nil
}

func scratchStore() (*store.DB, func() error, error) {
	dir, err := os.MkdirTemp("", "cardwatch-state-")
	if err != nil {
		return nil, nil, err
	}
	db, err := store.Open(dir, store.Options{})
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(dir))
	}
	return db, func() error { return errors.Join(db.Close(), os.RemoveAll(dir)) }, nil
}
