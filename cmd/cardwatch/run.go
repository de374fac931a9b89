package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/stream"
)

func newRun() *cobra.Command {
	var (
		file, roles string
		standby     bool
		accept      []string
	)
	cmd := &cobra.Command{
		Use:   "run -c FILE",
		Short: "The service, on a real Kafka · 接入真实 Kafka 的服务",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var override []string
			if roles != "" {
				override = append(override, "CARDWATCH_ROLES="+roles)
			}
			if standby {
				override = append(override, "CARDWATCH_STORE_STANDBY=true")
			}
			cfg, err := loadConfig(cmd, file, override...)
			if err != nil {
				return err
			}
			gaps := make([]stream.Gap, len(accept))
			for i, text := range accept {
				if gaps[i], err = stream.ParseGap(text); err != nil {
					return usage(err)
				}
			}
			again := func() (detectors.Rules, error) {
				cfg, err := config.Load(file, append(os.Environ(), override...))
				if err != nil {
					return detectors.Rules{}, err
				}
				return cfg.Rules, nil
			}
			return service(cmd.Context(), cfg, gaps, again)
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().StringVar(&roles, "roles", "", "one or more of monitor, desk, rekey, instead of the file's roles")
	cmd.Flags().BoolVar(&standby, "standby", false, "keep copies of other processes' partitions, to take over at once")
	cmd.Flags().StringArrayVar(&accept, "accept-gap", nil, "go on without these records, topic/partition:first-last, as a stopped partition names them")
	return cmd
}

// service runs until it fails or is told to end, which is context.Canceled.
func service(ctx context.Context, cfg *config.Config, gaps []stream.Gap, rules func() (detectors.Rules, error)) error {
	a, err := app.New(ctx, app.Options{
		Config: cfg, Clock: stream.Clock{}, Zone: bankZone(), Log: app.NewLog(os.Stderr), Release: version(), AcceptGaps: gaps, LoadRules: rules,
	})
	if err != nil {
		return err
	}
	a.Log.Info("cardwatch is starting", "roles", cfg.Roles, "partitions", a.View.Partitions, "console", cfg.HTTP.Listen)
	if cfg.Has("desk") {
		a.Log.Warn("the sandbox phone is the only channel of this release: messages reach the console's phone page, no customer")
	}
	defer reloadOnSignal(ctx, a)()
	if err := errors.Join(a.Run(ctx), a.Close()); err != nil {
		return err
	}
	return ctx.Err()
}

// reloadOnSignal reads the rules again whenever SIGHUP comes, until the function that it returns is called. What came of it is in the log.
func reloadOnSignal(ctx context.Context, a *app.App) (stop func()) {
	hangups, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(hangups, syscall.SIGHUP)
	go func() {
		for {
			select {
			case <-hangups:
				_, _ = a.ReloadRules(ctx) // the log tells
			case <-done:
				return
			}
		}
	}()
	return func() {
		signal.Stop(hangups)
		close(done)
	}
}
