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
	var file, roles string
	cmd := &cobra.Command{
		Use:   "run -c FILE",
		Short: "The service, on a real Kafka · 接入真实 Kafka 的服务",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var override []string
			if roles != "" {
				override = append(override, "CARDWATCH_ROLES="+roles)
			}
			cfg, err := loadConfig(cmd, file, override...)
			if err != nil {
				return err
			}
			return service(cmd.Context(), cfg)
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().StringVar(&roles, "roles", "", "one or more of monitor, desk, rekey, instead of the file's roles")
	return cmd
}

// service runs until it fails or is told to end, which is context.Canceled.
func service(ctx context.Context, cfg *config.Config) error {
	a, err := app.New(ctx, app.Options{
		Config: cfg, Clock: stream.Clock{}, Zone: bankZone(), Log: app.NewLog(os.Stderr), Release: version(),
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
