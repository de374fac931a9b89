package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/glossary"
	"github.com/cardwatch/cardwatch/detectors/card"
)

func newTemplates() *cobra.Command {
	cmd := &cobra.Command{Use: "templates", Short: "What customers are sent · 发给客户的文字", Args: noArgs, RunE: help}
	var file, lang, output string
	preview := &cobra.Command{
		Use:   "preview [-c FILE] [--lang zh-CN|en]",
		Short: "Every message with everyday values and with the longest, and what each costs · 预览全部消息",
		Long: `Shows every message to customers as the bank's configuration words it, or as shipped without -c: with everyday values, and with the longest
that can be. An English text message takes one part at most, a Chinese one two; config check refuses what takes more.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			langs, err := languages(lang)
			if err != nil {
				return err
			}
			policy := alerts.Defaults()
			if file != "" {
				cfg, err := loadConfig(cmd, file)
				if err != nil {
					return err
				}
				policy = cfg.Desk
			}
			var all []alerts.Preview
			for _, l := range langs {
				all = append(all, policy.Previews(l)...)
			}
			if output == "json" {
				return printJSON(os.Stdout, rowsOf(all))
			}
			return printPreviews(os.Stdout, all)
		},
	}
	configFlag(preview, &file)
	preview.Flags().StringVar(&lang, "lang", "", "zh-CN or en; both when empty")
	outputFlag(preview, &output)
	cmd.AddCommand(preview)
	return cmd
}

// languages is the one that a flag names, or both.
func languages(flag string) ([]card.Language, error) {
	if flag == "" {
		return []card.Language{card.Chinese, card.English}, nil
	}
	lang, known := card.ParseLanguage(flag)
	if !known {
		return nil, usage(fmt.Errorf("--lang takes zh-CN or en, not %q", flag))
	}
	return []card.Language{lang}, nil
}

func printPreviews(w io.Writer, all []alerts.Preview) error {
	for _, p := range all {
		name, _ := glossary.Lookup(glossary.Template, string(p.Template))
		var notes string
		if p.Own {
			notes += ", the bank's own wording"
		}
		if p.AppOnly {
			notes += ", app only"
		}
		_, err := fmt.Fprintf(w, "%s · %s · %s, version %d%s\n  %s\n  typical: %s\n  longest: %s\n      %s\n\n",
			p.Template, p.Language, name.In(p.Language), p.Version, notes,
			p.Typical.Text, cost(p.Typical), cost(p.Worst), p.Worst.Text)
		if err != nil {
			return err
		}
	}
	return nil
}

func cost(s alerts.Sample) string {
	return fmt.Sprintf("%d characters, %s, %d text message(s)", s.Characters, s.Encoding, s.Parts)
}

// previewRow is a preview in `-o json`.
type previewRow struct {
	Template alerts.TemplateID `json:"template"`
	Language string            `json:"language"`
	Version  int               `json:"version"`
	Own      bool              `json:"own"`
	AppOnly  bool              `json:"app_only"`
	Typical  sampleRow         `json:"typical"`
	Longest  sampleRow         `json:"longest"`
}

type sampleRow struct {
	Text       string `json:"text"`
	Characters int    `json:"characters"`
	Parts      int    `json:"parts"`
	Encoding   string `json:"encoding"`
}

func rowsOf(all []alerts.Preview) []previewRow {
	rows := make([]previewRow, len(all))
	for i, p := range all {
		rows[i] = previewRow{p.Template, p.Language.String(), p.Version, p.Own, p.AppOnly, sampleRow(p.Typical), sampleRow(p.Worst)}
	}
	return rows
}
