package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/cardwatch/cardwatch/cmd/internal/config"
)

func newConfig() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Configuration · 配置", Args: noArgs, RunE: help}
	var file string
	check := &cobra.Command{
		Use:   "check -c FILE",
		Short: "Check a configuration file: exit 0, or 2 with file:line:column and the cause · 检查配置文件",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if _, err := loadConfig(cmd, file); err != nil {
				return err
			}
			fmt.Fprintf(os.Stderr, "%s is fine\n", file)
			return nil
		},
	}
	configFlag(check, &file)
	reference := &cobra.Command{
		Use:   "reference",
		Short: "Print a commented file with every key and its default · 打印带注释的全部配置项",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := os.Stdout.Write(config.Reference())
			return err
		},
	}
	cmd.AddCommand(check, reference)
	return cmd
}
