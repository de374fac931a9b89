package main

import (
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/rule"
)

// exampleRules is a set to start from; a test plays its tests.
//
//go:embed deploy/rules.d
var exampleRules embed.FS

func newRules() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "Detection rules · 检测规则",
		Long: `A set of rules is a YAML file, or a directory (rules.d) whose *.yaml files together are one set: sections of the built-in detectors,
what differs by segment, and detectors of your own. 'cardwatch rules examples DIR' writes a commented set to start from.`,
		Args: noArgs, RunE: help,
	}
	cmd.AddCommand(newRulesCheck(), newRulesTest(), newRulesDiff(), newRulesExamples(), newRulesNames(), newBacktest())
	cmd.AddCommand(cycleCommands()...)
	return cmd
}

// words refuses another number of words than the command takes.
func words(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return usage(fmt.Errorf("%s takes %s; see %s --help", cmd.CommandPath(), what, cmd.CommandPath()))
		}
		return nil
	}
}

func newRulesCheck() *cobra.Command {
	return &cobra.Command{
		Use:   "check PATH",
		Short: "Check a rule file or directory: exit 0, or 2 with file:line:column and the cause · 检查规则",
		Args:  words(1, "one file or directory"),
		RunE: func(_ *cobra.Command, args []string) error {
			if _, err := config.LoadRules(args[0]); err != nil {
				return usage(err)
			}
			fmt.Fprintf(os.Stderr, "%s is fine\n", args[0])
			return nil
		},
	}
}

// outputFlag is -o of the commands that print for people and for programs.
func outputFlag(cmd *cobra.Command, output *string) {
	cmd.Flags().StringVarP(output, "output", "o", "table", "table or json")
}

func checkOutput(output string) error {
	if output != "table" && output != "json" {
		return usage(fmt.Errorf("-o %s: must be table or json", output))
	}
	return nil
}

func printJSON(w io.Writer, value any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(value)
}

func newRulesTest() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "test PATH",
		Short: "Play the tests that stand beside the rules: exit 0, or 3 with what was expected and found · 运行规则自带的测试",
		Args:  words(1, "one file or directory"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			rules, err := config.LoadRules(args[0])
			if err != nil {
				return usage(err)
			}
			return testRules(os.Stdout, rules, output)
		},
	}
	outputFlag(cmd, &output)
	return cmd
}

func testRules(w io.Writer, rules detectors.Rules, output string) error {
	results, err := rule.RunTests(rules)
	if err != nil {
		return usage(err)
	}
	failed, tested := 0, map[detectors.Name]bool{}
	for _, r := range results {
		tested[r.Rule] = true
		if !r.Passed {
			failed++
		}
	}
	if output == "json" {
		if err := printJSON(w, results); err != nil {
			return err
		}
	} else {
		for _, r := range results {
			fmt.Fprintf(w, "%s  %s: %s\n", map[bool]string{true: "ok  ", false: "FAIL"}[r.Passed], r.Rule, r.Test)
			for _, wrong := range r.Wrong {
				fmt.Fprintf(w, "      %s\n", wrong)
			}
		}
	}
	for i := range rules.Custom {
		if id := rules.Custom[i].ID; !tested[id] {
			fmt.Fprintf(os.Stderr, "%s has no tests\n", id)
		}
	}
	if failed > 0 {
		return &codedError{exitProblems, fmt.Errorf("%d of %d tests failed", failed, len(results))}
	}
	fmt.Fprintf(os.Stderr, "%d tests passed\n", len(results))
	return nil
}

func newRulesDiff() *cobra.Command {
	var output string
	var exitCode bool
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "What changes from one set of rules to another, value by value · 比较两套规则",
		Long:  "OLD and NEW are rule files or directories; 'defaults' stands for the set that Cardwatch ships.",
		Args:  words(2, "two files or directories"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			var sets [2]detectors.Rules
			for i, path := range args {
				if sets[i] = detectors.Defaults(); path == "defaults" {
					continue
				}
				var err error
				if sets[i], err = config.LoadRules(path); err != nil {
					return usage(err)
				}
			}
			changes := config.DiffRules(sets[0], sets[1])
			if err := printChanges(os.Stdout, changes, output); err != nil {
				return err
			}
			if exitCode && len(changes) > 0 {
				return &codedError{exitProblems, fmt.Errorf("the sets differ in %d values", len(changes))}
			}
			return nil
		},
	}
	outputFlag(cmd, &output)
	cmd.Flags().BoolVar(&exitCode, "exit-code", false, "exit 3 when anything differs")
	return cmd
}

func printChanges(w io.Writer, changes []config.RuleChange, output string) error {
	if output == "json" {
		return printJSON(w, changes)
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range changes {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", c.Kind, c.Path, orDash(c.Old), orDash(c.New))
	}
	return table.Flush()
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func newRulesExamples() *cobra.Command {
	return &cobra.Command{
		Use:   "examples DIR",
		Short: "Write a commented set of rules with tests to start from · 写出带注释和测试的示例规则",
		Args:  words(1, "one directory"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			const from = "deploy/rules.d"
			entries, err := fs.ReadDir(exampleRules, from)
			if err != nil {
				return err
			}
			for _, e := range entries {
				text, err := exampleRules.ReadFile(from + "/" + e.Name())
				if err != nil {
					return err
				}
				path := filepath.Join(args[0], e.Name())
				file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
				if err != nil {
					return fmt.Errorf("%s is left as it is: %w", path, err)
				}
				if _, err := file.Write(text); err != nil {
					file.Close()
					return err
				}
				if err := file.Close(); err != nil {
					return err
				}
				fmt.Fprintln(os.Stderr, path)
			}
			return nil
		},
	}
}

func newRulesNames() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "names",
		Short: "What the expressions of rules may use · 规则表达式可用的变量和函数",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			if output == "json" {
				return printJSON(os.Stdout, rule.Names())
			}
			table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
			for _, n := range rule.Names() {
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", n.Where, n.Name, n.Type, n.Doc)
			}
			return table.Flush()
		},
	}
	outputFlag(cmd, &output)
	return cmd
}
