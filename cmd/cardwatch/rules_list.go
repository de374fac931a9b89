package main

import (
	"encoding/json"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/detectors/lifecycle"
)

// ruleList is `rules list -o json`.
type ruleList struct {
	Live    string        `json:"live"`
	Control string        `json:"rules_control"`
	Sets    []ruleSet     `json:"sets"`
	Stopped []stoppedRule `json:"stopped"`
}

type ruleSet struct {
	Version  string          `json:"version"`
	State    lifecycle.State `json:"state"`
	Author   string          `json:"author"`
	Since    string          `json:"since"`
	Approver string          `json:"approver,omitempty"`
	SHA256   string          `json:"sha256"`
	Evidence json.RawMessage `json:"evidence,omitempty"`
	History  []ruleAct       `json:"history"`
}

type ruleAct struct {
	At    string          `json:"at"`
	Actor string          `json:"actor"`
	Verb  lifecycle.Verb  `json:"verb"`
	From  lifecycle.State `json:"from,omitempty"`
	To    lifecycle.State `json:"to"`
	Rule  string          `json:"rule,omitempty"`
	Note  string          `json:"note,omitempty"`
}

type stoppedRule struct {
	Rule  string `json:"rule"`
	Actor string `json:"actor"`
	At    string `json:"at"`
	Note  string `json:"note,omitempty"`
}

func newRulesList() *cobra.Command {
	var file, output string
	cmd := &cobra.Command{
		Use: "list -c FILE", Short: "All rule sets, their states, who and when · 规则集、状态、经手人与时间", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			return inOffice(cmd, file, func(cfg *config.Config, o *app.Office) error {
				list := listOf(cfg, o.Book())
				if output == "json" {
					return json.NewEncoder(os.Stdout).Encode(list)
				}
				return list.print()
			})
		},
	}
	configFlag(cmd, &file)
	outputFlag(cmd, &output)
	return cmd
}

func listOf(cfg *config.Config, b *lifecycle.Book) *ruleList {
	list := &ruleList{Control: cfg.RulesControl, Sets: []ruleSet{}, Stopped: []stoppedRule{}}
	if live := b.Live(); live != nil {
		list.Live = live.Version
	}
	for _, s := range b.Sets() {
		set := ruleSet{
			Version: s.Version, State: s.State, Author: s.Author, Since: s.Since.String(), Approver: s.Approver, SHA256: s.SHA256, Evidence: s.Evidence,
		}
		for _, h := range s.History {
			set.History = append(set.History, ruleAct{At: h.At.String(), Actor: h.Actor, Verb: h.Verb, From: h.From, To: h.To, Rule: h.Rule, Note: h.Note})
		}
		list.Sets = append(list.Sets, set)
	}
	for _, s := range b.Stopped() {
		list.Stopped = append(list.Stopped, stoppedRule{Rule: s.Rule, Actor: s.Actor, At: s.At.String(), Note: s.Note})
	}
	return list
}

func (l *ruleList) print() error {
	w := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "VERSION\tSTATE\tAUTHOR\tAPPROVER\tLAST ACT\tBY\tAT")
	for _, s := range l.Sets {
		last := s.History[len(s.History)-1]
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", s.Version, s.State, s.Author, s.Approver, last.Verb, last.Actor, last.At)
	}
	for _, s := range l.Stopped {
		fmt.Fprintf(w, "rule %s\tstopped\t\t\t%s\t%s\t%s\n", s.Rule, s.Note, s.Actor, s.At)
	}
	return w.Flush()
}
