package main

import (
	"context"
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/cmd/internal/config"
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
			return service(cmd.Context(), cfg, gaps)
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().StringVar(&roles, "roles", "", "one or more of monitor, desk, rekey, instead of the file's roles")
	cmd.Flags().BoolVar(&standby, "standby", false, "keep copies of other processes' partitions, to take over at once")
	cmd.Flags().StringArrayVar(&accept, "accept-gap", nil, "go on without these records, topic/partition:first-last, as a stopped partition names them")
	return cmd
}

// service runs until it fails or is told to end, which is context.Canceled.
func service(ctx context.Context, cfg *config.Config, gaps []stream.Gap) error {
	a, err := app.New(ctx, app.Options{
		Config: cfg, Clock: stream.Clock{}, Zone: bankZone(), Log: app.NewLog(os.Stderr), Release: version(), AcceptGaps: gaps,
	})
	if err != nil {
		return err
	}
	a.Log.Info("cardwatch is starting", "roles", cfg.Roles, "partitions", a.View.Partitions, "console", cfg.HTTP.Listen)
	if cfg.Has("desk") {
		a.Log.Warn("the sandbox phone is the only channel of this release: messages reach the console's phone page, no customer")
	}
	if err := errors.Join(a.Run(ctx), a.Close()); err != nil {
		return err
	}
	return ctx.Err()
}
