package app

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/explain"
	"github.com/cardwatch/cardwatch/alerts/figures"
	"github.com/cardwatch/cardwatch/cmd/internal/api"
	"github.com/cardwatch/cardwatch/cmd/internal/clerk"
	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/cmd/internal/web"
	"github.com/cardwatch/cardwatch/stream"
)

// prepareHTTP builds the console, the customer's page and the probes.
func (a *App) prepareHTTP(core *alerts.Desk) error {
	key, err := a.linkKey()
	if err != nil {
		return err
	}
	links, err := web.NewLinks(web.LinkKey{ID: 1, Secret: key})
	if err != nil {
		return err
	}
	base := a.Config.Links.BaseURL
	if base == "" {
		base = "http://" + a.Config.HTTP.Listen
	}
	first, err := clerk.StartAnywhere(rand.Reader)
	if err != nil {
		return err
	}
	a.clerk = clerk.New(clerk.Config{View: a.View, Desk: core, Publish: a.Publish, Now: a.now, Hub: clerk.NewHub(first), Log: a.Log, Under: a.underway})
	if a.api, err = a.newAPI(key); err != nil {
		return err
	}
	a.web, err = web.New(web.Config{
		View: a.View, Clerk: a.clerk, Now: func() time.Time { return a.Clock.Now().In(a.Zone) }, Links: links,
		BaseURL: base, Sandbox: a.Phone, Alert: a.Alert, RuleSet: a.RuleSet, Ready: a.Ready, Note: a.note, Reload: a.reloadRules(),
		Rules: a.ruleDesk(), Metrics: promhttp.HandlerFor(a.Metrics, promhttp.HandlerOpts{}), Log: a.Log,
		API: a.api, Silences: a.silences(), Figures: a.collecting(), Experiments: a.experiments(),
	})
	return err
}

// newAPI is the interface for the bank's own systems, nil in a process without a desk. The cursors' key comes from that of the links, which all
// desks share.
func (a *App) newAPI(key []byte) (*api.Server, error) {
	if a.office == nil {
		return nil, nil
	}
	cursors := hmac.New(sha256.New, key)
	cursors.Write([]byte("cardwatch cursors"))
	return api.New(api.Config{
		View: a.View, Clerk: a.clerk, Now: a.now, Tokens: a.Config.API.Tokens, PerSecond: a.Config.API.PerSecond, Metrics: a.Metrics, CursorKey: cursors.Sum(nil), Silences: a.silences(), Log: a.Log,
		Quality: a.quality.Report, Figures: a.figures.Report, Experiments: a.experiments(),
		Explain: func(ctx context.Context, id, caseID string) (*explain.Explanation, error) {
			return a.web.Explain(ctx, id, caseID)
		},
	})
}

// silences is what people see and make silences by, nil in a process without a desk.
func (a *App) silences() api.Silences {
	if a.Silences == nil {
		return nil
	}
	return a.Silences
}

// collecting gives the figures about collecting, nil in a process without a desk.
func (a *App) collecting() func(figures.Dimension, int) (figures.Report, bool) {
	if a.figures == nil {
		return nil
	}
	return a.figures.Report
}

// experiments is what people see and stop experiments by, nil in a process without a desk.
func (a *App) experiments() api.Experiments {
	if a.Experiments == nil {
		return nil
	}
	return a.Experiments
}

// underway is a desk under the silences and without the experiments of now.
func (a *App) underway(core *alerts.Desk) *alerts.Desk {
	if a.Silences == nil {
		return core
	}
	return core.WithSilences(a.Silences.Deciding()).WithoutExperiments(a.Experiments.stopped())
}

// ruleDesk is the office as the console sees it, nil in a process without a desk.
func (a *App) ruleDesk() *web.RuleDesk {
	if a.office == nil {
		return nil
	}
	return &web.RuleDesk{
		Refresh: a.office.Refresh, View: a.office.View, Act: a.office.Act, ReadRules: readRules, Quality: a.quality.Report,
		FourEyes: a.Config.RulesControl == config.ControlFourEyes,
	}
}

// note is what an operator should know although all is well.
func (a *App) note() string {
	notes := []string{a.disk.note()}
	if a.desk != nil && len(a.Config.Channels) == 0 {
		notes = append(notes, "no channels are configured: customers' messages go to the sandbox telephone at the console alone")
	}
	if a.rules != nil {
		notes = append(notes, a.rules.note())
	}
	if a.quality != nil {
		notes = append(notes, a.quality.note(), a.Experiments.note())
	}
	return strings.Join(slices.DeleteFunc(notes, func(n string) bool { return n == "" }), "; ")
}

// ReloadRules reads the rules again and lets them decide; on an error those before stay.
func (a *App) ReloadRules(ctx context.Context) (Reloaded, error) {
	if a.rules == nil {
		a.Log.Info("there are no rules to read again: no monitor runs here")
		return Reloaded{}, errors.New("app: no monitor runs here")
	}
	return a.rules.Reload(ctx)
}

// reloadRules is ReloadRules for the web, nil in a process without a monitor.
func (a *App) reloadRules() func(context.Context) (any, error) {
	if a.rules == nil {
		return nil
	}
	return func(ctx context.Context) (any, error) { return a.rules.Reload(ctx) }
}

// Ready says why the process is not ready, nil when it is.
func (a *App) Ready() error {
	var problems []error
	check := func(role string, s *stream.Status) {
		for _, p := range s.Partitions() {
			if p.State == stream.Stopped || p.State == stream.Waiting {
				problems = append(problems, fmt.Errorf("%s: partition %d is %s: %s", role, p.Partition, p.State, p.Reason))
			}
		}
		if !s.Joined() {
			problems = append(problems, fmt.Errorf("%s: not a member of its group yet", role))
		}
	}
	if a.monitor != nil {
		check("monitor", a.monitor.Status())
	}
	if a.desk != nil {
		check("desk", a.desk.Status())
	}
	for i, r := range a.rekeys {
		check("rekey "+a.Config.Rekey.Sources[i].Topic, r.Status())
	}
	return errors.Join(append(problems, a.disk.ready())...)
}

// serveHTTP serves the console where one is configured, and the probes.
func (a *App) serveHTTP(ctx context.Context) error {
	servers := map[string]http.Handler{}
	if listen := a.Config.Metrics.Listen; listen != "" {
		servers[listen] = a.web.Probes()
	}
	if listen := a.Config.HTTP.Listen; listen != "" && a.desk != nil {
		servers[listen] = a.web.Handler()
	}
	if a.hooks != nil {
		servers[a.Config.Hooks.Listen] = a.hooks
	}
	failed := make(chan error, len(servers))
	for listen, handler := range servers {
		listener, err := net.Listen("tcp", listen)
		if err != nil {
			return fmt.Errorf("listen on %s: %w; choose another address", listen, err)
		}
		server := web.HTTPServer(listen, handler)
		go func() { failed <- server.Serve(listener) }()
		defer closeServer(server)
	}
	if a.api != nil {
		defer a.api.Close()
	}
	defer a.web.Close() // ends the live feeds, which Shutdown would wait for
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		return err
	}
}

func closeServer(server *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		_ = server.Close() // a client that will not let go
	}
}
