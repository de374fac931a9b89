package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/cardwatch/cardwatch/alerts/explain"
	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/alertlog"
)

// explainFlags are the flags of explain.
type explainFlags struct {
	in, config, url, rules, lang, output string
}

func newExplain() *cobra.Command {
	var f explainFlags
	cmd := &cobra.Command{
		Use:   "explain ALERT_ID [--in DIR | -c FILE | --url URL]",
		Short: "Why an alert was raised: facts, limits, rule, offsets · 解释一条预警",
		Long: `Tells what the console tells about an alert: what was found, every fact with its limit and the customer's own normal, the rule that
decided and its version, the transactions, and where in the log it all stands.

The alert is looked for in what a replay wrote (--in), in Kafka (-c), or asked of a running console (--url). -o html is one page to be
printed for a dispute, without what customers are not told.`,
		Args: words(1, "one ALERT_ID"),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) },
	}
	fs := cmd.Flags()
	fs.StringVar(&f.in, "in", "", "directory that a replay wrote to")
	configFlag(cmd, &f.config)
	fs.StringVar(&f.url, "url", "", "address of a running console, http://127.0.0.1:8080")
	fs.StringVar(&f.rules, "rules", "", "the rules that decided, when --in is used: a file or directory; the shipped ones are known")
	fs.StringVar(&f.lang, "lang", "", "zh-CN or en; a page has both when empty, text is English")
	fs.StringVarP(&f.output, "output", "o", "text", "text, json or html")
	return cmd
}

func (f *explainFlags) run(cmd *cobra.Command, id string) error {
	sources := 0
	for _, source := range []string{f.in, f.config, f.url} {
		if source != "" {
			sources++
		}
	}
	if sources != 1 {
		return usage(errors.New("name one place to look for the alert: --in, --config or --url"))
	}
	if !explain.ValidID(id) {
		return usage(fmt.Errorf("%q cannot be the id of an alert: ids have 1 to %d visible characters", id, explain.MaxID))
	}
	langs := []card.Language{card.Chinese, card.English}
	if f.lang != "" {
		lang, known := card.ParseLanguage(f.lang)
		if !known {
			return usage(fmt.Errorf("--lang takes zh-CN or en, not %q", f.lang))
		}
		langs = []card.Language{lang}
	}
	write, known := map[string]func(*explain.Explanation) ([]byte, error){
		"text": func(e *explain.Explanation) ([]byte, error) { return e.AppendText(nil, langs[len(langs)-1]), nil },
		"json": func(e *explain.Explanation) ([]byte, error) {
			text, err := json.MarshalIndent(e, "", "  ")
			return append(text, '\n'), err
		},
		"html": func(e *explain.Explanation) ([]byte, error) { return e.AppendHTML(nil, langs...) },
	}[f.output]
	if !known {
		return usage(fmt.Errorf("-o takes text, json or html, not %q", f.output))
	}
	e, err := f.find(cmd, id)
	if errors.Is(err, explain.ErrUnknown) {
		return fmt.Errorf("%s: %w", id, err)
	}
	if err != nil {
		return err
	}
	text, err := write(e)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(text)
	return err
}

func (f *explainFlags) find(cmd *cobra.Command, id string) (*explain.Explanation, error) {
	switch {
	case f.url != "":
		return askConsole(cmd.Context(), f.url, id)
	case f.in != "":
		shipped := detectors.Defaults()
		sets := map[string]*detectors.Rules{shipped.Version: &shipped}
		if f.rules != "" {
			rules, err := config.LoadRules(f.rules)
			if err != nil {
				return nil, usage(err)
			}
			sets[rules.Version] = &rules
		}
		records, err := alertlog.InFiles(f.in, id)
		if err != nil {
			return nil, err
		}
		return explain.Of(records, func(version string) (*detectors.Rules, bool) {
			rules, known := sets[version]
			return rules, known
		})
	}
	return f.inKafka(cmd, id)
}

func (f *explainFlags) inKafka(cmd *cobra.Command, id string) (_ *explain.Explanation, err error) {
	cfg, err := loadConfig(cmd, f.config)
	if err != nil {
		return nil, err
	}
	log := app.NewLog(os.Stderr)
	client, err := app.Connect(cfg, log)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	records, err := alertlog.InKafka(cmd.Context(), client, alertlog.Query{ID: id})
	if err != nil {
		return nil, err
	}
	sets, err := app.RuleSets(cmd.Context(), client, cfg, log)
	if err != nil {
		return nil, err
	}
	return explain.Of(records, sets)
}

// askConsole asks a running process by its API.
func askConsole(ctx context.Context, base, id string) (_ *explain.Explanation, err error) {
	address, err := url.Parse(base)
	if err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" {
		return nil, usage(fmt.Errorf("--url: %q is no address such as http://127.0.0.1:8080", base))
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.JoinPath("api", "v1", "alerts", id).String(), nil)
	if err != nil {
		return nil, usage(fmt.Errorf("--url: %w", err))
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask the console: %w", err)
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("ask the console: %w", err)
	}
	if response.StatusCode == http.StatusNotFound {
		return nil, explain.ErrUnknown
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the console answered %s", response.Status)
	}
	e := &explain.Explanation{}
	if err := json.Unmarshal(body, e); err != nil || e.AlertID != id {
		return nil, errors.Join(errors.New("the console's answer is no explanation of this alert: is that address Cardwatch's?"), err)
	}
	return e, nil
}
