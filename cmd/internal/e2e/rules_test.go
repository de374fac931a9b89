package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/lifecycle"
	"github.com/cardwatch/cardwatch/stream/broker"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// ruleSite is a monitor on an embedded broker whose rules change.
type ruleSite struct {
	*testing.T
	bank     *bank
	broker   string
	settings settings
	file     string
	office   *app.Office
	acts     int
}

func newRuleSite(t *testing.T, extra string) *ruleSite {
	t.Helper()
	k, err := broker.Start(broker.Config{Dir: t.TempDir()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, k.Close()) })
	s := &ruleSite{T: t, bank: newBank(t, k.Addr()), broker: k.Addr()}
	group := newGroup()
	require.NoError(t, s.bank.client.CreateTopics(t.Context(), app.Topics(partitions, 1, app.BrokerTime, group+".monitor", group+".desk")))
	s.settings = newSettings(t, k.Addr(), group, "monitor")
	s.write(extra)
	runApp(t, s.file)
	cfg, err := config.Load(s.file, nil)
	require.NoError(t, err)
	s.office, err = app.OpenOffice(t.Context(), cfg, slog.New(slog.NewTextHandler(t.Output(), nil)))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.office.Close()) })
	return s
}

// write writes the configuration with some more sections.
func (s *ruleSite) write(extra string) {
	s.settings.extra = extra
	s.file = s.settings.file(s.T)
}

// reload asks the process to read its rules again.
func (s *ruleSite) reload() (status int, answer map[string]any) {
	s.Helper()
	res, err := http.Post(s.settings.site.probes+"/-/reload", "", nil)
	require.NoError(s, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(s, err)
	require.NoError(s, json.Unmarshal(body, &answer), string(body))
	return res.StatusCode, answer
}

// steals uses a copy of somebody's card, which is an alert by every rule set.
func (s *ruleSite) steals(who string) {
	s.Helper()
	uses, _ := s.bank.cloned(who)
	s.bank.send(s.T, wire.TransactionTopic, append(s.bank.lived(who), uses...)...)
}

func (s *ruleSite) alert(who string) fields {
	s.Helper()
	s.steals(who)
	return s.bank.hears(s.T, wire.AlertTopic, who, 1).fields
}

// act does something to a rule set.
func (s *ruleSite) act(actor string, verb lifecycle.Verb, version string, change ...func(*lifecycle.Event)) error {
	s.acts++
	e := lifecycle.Event{ID: fmt.Sprint("act-", s.acts), Set: version, Verb: verb, At: card.MomentOf(time.Now()), Actor: actor, Note: "e2e"}
	for _, c := range change {
		c(&e)
	}
	return s.office.Act(s.Context(), e)
}

func (s *ruleSite) metrics() string {
	s.Helper()
	_, text := get(s.settings.site.probes + "/metrics")
	return text
}

// shows reports whether the metrics hold a line, which begins so.
func (s *ruleSite) shows(line string) bool { return strings.Contains(s.metrics(), "\n"+line) }

// another starts a second process of the same group.
func (s *ruleSite) another() site {
	s.Helper()
	second := newSettings(s.T, s.broker, s.settings.group, "monitor")
	second.extra = s.settings.extra
	runApp(s.T, second.file(s.T))
	s.within("the second process has no partitions", func() bool { return second.site.owned() > 0 })
	return second.site
}

// both waits until the metrics of two processes hold a line.
func (s *ruleSite) both(second site, line string) {
	s.Helper()
	s.within(line, func() bool {
		_, other := get(second.probes + "/metrics")
		return strings.Contains(s.metrics(), line+"\n") && strings.Contains(other, line+"\n")
	})
}

func (s *ruleSite) within(what string, condition func() bool) {
	s.Helper()
	require.Eventually(s, condition, patience, glance, "%s", what)
}

// The files change, the process is told, and from a recorded place on the new version stands on every alert. What is refused changes nothing.
func TestRulesAreReadAgain(t *testing.T) {
	s := newRuleSite(t, "rules: {version: e2e.1}\n")
	require.Equal(t, "e2e.1", s.alert("c-first").RuleSet)

	status, answer := s.reload()
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, false, answer["changed"])

	for what, extra := range map[string]string{
		"no YAML":          "rules: {version: ",
		"a wrong value":    "rules: {version: e2e.2, lateness: 90d}\n",
		"the same version": "rules: {version: e2e.1, lateness: 4m}\n",
	} {
		s.write(extra)
		status, answer = s.reload()
		require.Equal(t, http.StatusBadRequest, status, what)
		require.NotEmpty(t, answer["problems"], what)
		require.True(t, s.shows("cardwatch_rules_last_reload_successful 0"), what)
	}
	require.Equal(t, "e2e.1", s.alert("c-second").RuleSet)

	s.write("rules: {version: e2e.2, lateness: 4m}\n")
	status, answer = s.reload()
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, true, answer["changed"])
	require.Equal(t, true, answer["switched"])
	require.Len(t, answer["partitions"], partitions)
	judged := int64(0)
	for _, p := range answer["partitions"].([]any) {
		judged += int64(p.(map[string]any)["from"].(map[string]any)[wire.TransactionTopic].(float64))
	}
	require.Equal(t, len(s.bank.read(t, wire.TransactionTopic)), int(judged), "they decide behind all that was there")
	require.Equal(t, "e2e.2", s.alert("c-third").RuleSet)
	require.True(t, s.shows(`cardwatch_rules_info{version="e2e.2"} 1`), "the metrics do not say so")
	require.True(t, s.shows("cardwatch_rules_last_reload_successful 1"), "the metrics do not say so")

	require.NoError(t, s.office.Refresh(t.Context()))
	require.Equal(t, lifecycle.Retired, s.office.Book().Set("e2e.1").State, "every version on an alert has its text on the topic")
	require.Equal(t, "e2e.2", s.office.Book().Live().Version)
	require.Contains(t, string(s.office.Book().Live().Text), "240000000000")
}

// A draft runs in shadow, a second person approves it, it decides, and it is rolled back: all without touching the processes, which follow alike.
func TestRulesUnderFourEyes(t *testing.T) {
	s := newRuleSite(t, "rules_control: four_eyes\nrules: {version: filed.1}\n")
	require.Equal(t, "filed.1", s.alert("c-first").RuleSet, "until something is approved, the file's set decides")
	_, answer := s.reload()
	require.Equal(t, false, answer["changed"])
	s.write("rules_control: four_eyes\nrules: {version: filed.2}\n")
	status, _ := s.reload()
	require.Equal(t, http.StatusBadRequest, status, "files change nothing any more")

	second := s.another()
	rules := detectors.Defaults()
	rules.Version = "draft.1"
	text, hash, err := app.RuleText(&rules)
	require.NoError(t, err)
	require.NoError(t, s.act("wang", lifecycle.Submit, "draft.1", func(e *lifecycle.Event) { e.Text, e.SHA256 = text, hash }))
	require.NoError(t, s.act("wang", lifecycle.Check, "draft.1"))
	require.NoError(t, s.act("wang", lifecycle.Backtest, "draft.1", func(e *lifecycle.Event) { e.Evidence = []byte(`{"fires":1}`) }))
	require.NoError(t, s.act("wang", lifecycle.Shadow, "draft.1"))

	n := 0
	s.within("the draft does not judge", func() bool {
		n++
		who := fmt.Sprint("c-shadow-", n)
		require.Equal(t, "filed.1", s.alert(who).RuleSet)
		shadow := s.bank.about(t, wire.ShadowTopic, who)
		return len(shadow) > 0 && shadow[0].fields.RuleSet == "draft.1" && shadow[0].fields.Mode == "shadow"
	})
	of := []string{label("rule", "large_out_of_town"), label("set", "draft.1")}
	require.Positive(t, s.settings.site.metric("cardwatch_shadow_alerts_total", of...)+second.metric("cardwatch_shadow_alerts_total", of...))

	require.ErrorContains(t, s.act("wang", lifecycle.Approve, "draft.1"), "second person")
	require.ErrorContains(t, s.act("wang", lifecycle.GoLive, "draft.1"), "is shadow")
	require.NoError(t, s.act("li", lifecycle.Approve, "draft.1"))
	require.NoError(t, s.act("wang", lifecycle.GoLive, "draft.1"))
	s.both(second, `cardwatch_rules_info{version="draft.1"} 1`)
	s.within("the approved set does not decide", func() bool { n++; return s.alert(fmt.Sprint("c-live-", n)).RuleSet == "draft.1" })
	require.NoError(t, s.act("zhao", lifecycle.Stop, "draft.1", func(e *lifecycle.Event) { e.Rule = "large_out_of_town" }))
	s.both(second, `cardwatch_rule_stopped{rule="large_out_of_town"} 1`)
	require.NoError(t, s.act("zhao", lifecycle.Rollback, "draft.1"))
	s.both(second, `cardwatch_rules_info{version="filed.1"} 1`)
	s.within("the set before it does not decide", func() bool { n++; return s.alert(fmt.Sprint("c-back-", n)).RuleSet == "filed.1" })
}

// A rule that fires at everybody is stopped, its owner named, and speaks again when somebody lets it.
func TestABreakerStopsARule(t *testing.T) {
	s := newRuleSite(t, "breaker: {budget_per_10k: 1}\nrules: {version: loud.1}\n")
	const rule = "large_out_of_town"
	n := 0
	s.within("the rule is not stopped", func() bool {
		n++
		s.steals(fmt.Sprint("c-", n))
		return strings.Contains(s.metrics(), `cardwatch_rule_stopped{rule="`+rule+`"} 1`)
	})
	require.GreaterOrEqual(t, n, 20, "a few alerts are no flood")
	require.NoError(t, s.office.Refresh(t.Context()))
	stopped := s.office.Book().Stopped()
	require.Len(t, stopped, 1)
	require.Equal(t, lifecycle.Breaker, stopped[0].Actor)
	require.Contains(t, stopped[0].Note, "its budget is 1")
	_, ready := get(s.settings.site.probes + "/readyz")
	require.Contains(t, ready, "rules: "+rule+" is stopped by breaker")

	s.within("the stopped rule speaks", func() bool {
		n++
		who := fmt.Sprint("c-quiet-", n)
		s.steals(who)
		s.judged()
		return len(s.bank.about(t, wire.AlertTopic, who)) == 0
	})
	require.NoError(t, s.act("li", lifecycle.Resume, "loud.1", func(e *lifecycle.Event) { e.Rule = rule }))
	s.within("the rule does not speak again", func() bool {
		n++
		who := fmt.Sprint("c-again-", n)
		s.steals(who)
		s.judged()
		about := s.bank.about(t, wire.AlertTopic, who)
		return len(about) > 0 && about[0].fields.Detector == rule
	})
}

// judged waits until everything sent so far was judged.
func (s *ruleSite) judged() {
	s.Helper()
	s.settings.site.applied(s.T, "monitor", wire.TransactionTopic, len(s.bank.read(s.T, wire.TransactionTopic)))
}
