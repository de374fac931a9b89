package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/cmd/internal/config"
)

func newTopics() *cobra.Command {
	cmd := &cobra.Command{Use: "topics", Short: "Topics on the cluster · 集群上的主题", Args: noArgs, RunE: help}
	var file string
	create := &cobra.Command{
		Use:   "create -c FILE",
		Short: "Create every topic that is missing; they are never created by themselves · 创建缺少的主题",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadConfig(cmd, file)
			if err != nil {
				return err
			}
			return createTopics(cmd.Context(), cfg)
		},
	}
	configFlag(create, &file)
	cmd.AddCommand(create)
	return cmd
}

func createTopics(ctx context.Context, cfg *config.Config) error {
	client, err := app.Connect(cfg, app.NewLog(os.Stderr))
	if err != nil {
		return err
	}
	defer client.Close()
	specs := app.Topics(cfg.Topics.Partitions, cfg.Topics.ReplicationFactor, app.BrokerTime, cfg.Groups()...)
	specs = append(specs, app.RekeyTopics(cfg)...)
	if err := client.CreateTopics(ctx, specs); err != nil {
		return err
	}
	for _, s := range specs {
		fmt.Printf("%s\t%d partitions\n", s.Name, s.Partitions)
	}
	return nil
}

func help(cmd *cobra.Command, _ []string) error { return cmd.Help() }

func configFlag(cmd *cobra.Command, file *string) {
	cmd.Flags().StringVarP(file, "config", "c", "", "configuration file (YAML)")
}

// loadConfig reads the file over the defaults and the environment over both; override holds NAME=VALUE pairs from flags.
func loadConfig(cmd *cobra.Command, file string, override ...string) (*config.Config, error) {
	if err := need(cmd, "config"); err != nil {
		return nil, err
	}
	cfg, err := config.Load(file, append(os.Environ(), override...))
	return cfg, usage(err)
}
