package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/stream/kafka"
)

// ruleCluster is a cluster with all topics, and a configuration for it.
func ruleCluster(t *testing.T, extra string) (config string) {
	t.Helper()
	k, err := kfake.NewCluster(kfake.NumBrokers(1))
	require.NoError(t, err)
	t.Cleanup(k.Close)
	client, err := kafka.New(kafka.Config{Brokers: k.ListenAddrs()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	require.NoError(t, client.CreateTopics(context.Background(), app.Topics(2, 1, app.BrokerTime, "cardwatch.monitor", "cardwatch.desk")))
	return file(t, "cardwatch.yaml", fmt.Sprintf(`kafka: {brokers: ["%s"], session_timeout: 6s, heartbeat_interval: 500ms}
store: {dir: "%s", min_free_percent: 0}
http: {listen: "%s"}
metrics: {listen: "%s"}
`, k.ListenAddrs()[0], t.TempDir(), freePort(t), freePort(t))+extra)
}

// failingRule is a set whose own test does not hold.
const failingRule = `version: failing
rules:
  - id: two_cities
    version: 1
    title: {zh-CN: 两座城市, en: Two cities}
    owner: li
    mode: live
    when: amount_minor > 100
    score: 60
    action: review
    reasons:
      - {code: amount, value: amount_minor, unit: minor, text: {zh-CN: 金额, en: Amount}}
    tests:
      - name: never fires
        events: [{at: 0s, amount_minor: 500}]
        expect: {fires: false}
`

// Three people take a rule set from a draft to being live and back, on the command line alone.
func TestTheLifeOfARuleSet(t *testing.T) {
	config := ruleCluster(t, "rules_control: four_eyes\n")
	result := file(t, "backtest.json", `{"draft": "v1", "cards": 12}`)
	result2 := file(t, "backtest2.json", `{"draft": "v2", "cards": 12}`)
	failing := file(t, "failing.yaml", failingRule)
	submit := func(version string) string { return file(t, "rules.yaml", "version: "+version+"\n") }
	other := file(t, "other.yaml", "version: v1\nlateness: 3m\n")
	for _, step := range []struct {
		args string
		code int
		says string
	}{
		{"rules shadow v1 --by wang", exitFailed, "nobody has submitted set v1"},
		{"rules submit " + submit("v1"), exitUsage, "--by is missing"},
		{"rules submit " + submit("v1") + " --by wang --note first", exitOK, "check: v1 is checked, by wang"},
		{"rules submit " + other + " --by li", exitFailed, "change the version with every change"},
		{"rules shadow v1 --by wang", exitFailed, "set v1 is checked; shadow needs one of: backtested, rolled_back"},
		{"rules submit " + failing + " --by li", exitProblems, "never fires"},
		{"rules evidence v1 --result " + result2 + " --by wang", exitUsage, "is about set \"v2\", not v1"},
		{"rules evidence v1 --result " + result + " --by wang", exitOK, "v1 is backtested"},
		{"rules shadow v1 --by wang", exitOK, "v1 is shadow"},
		{"rules live v1 --by li", exitFailed, "live needs one of: approved, retired"},
		{"rules approve v1 --by Wang", exitFailed, "a second person has to approve it"},
		{"rules approve v1 --by breaker", exitFailed, "say who you are"},
		{"rules approve v1 --by li", exitOK, "v1 is approved, by li"},
		{"rules stop large_out_of_town --by li", exitFailed, "no set is live yet"},
		{"rules live v1 --by wang", exitOK, "v1 is live"},
		{"rules rollback v1 --by zhao", exitFailed, "no set was live before v1"},
		{"rules stop large_out_of_twn --by zhao", exitFailed, "it has large_out_of_town"},
		{"rules stop large_out_of_town --by zhao --note flood", exitOK, "stop large_out_of_town: done"},
		{"rules resume late_night_high_frequency --by zhao", exitFailed, "is not stopped"},
		{"rules submit " + submit("v2") + " --by wang", exitOK, ""},
		{"rules evidence v2 --result " + result2 + " --by wang", exitOK, ""},
		{"rules shadow v2 --by wang", exitOK, ""},
		{"rules approve v2 --by li", exitOK, ""},
		{"rules live v2 --by li", exitOK, "v2 is live"},
		{"rules rollback v2 --by zhao", exitOK, "v2 is rolled_back"},
		{"rules shadow", exitUsage, "takes one VERSION"},
		{"rules list -o yaml", exitUsage, "must be table or json"},
	} {
		code, _, stderr := silence(t, append(strings.Fields(step.args), "-c", config)...)
		require.Equal(t, step.code, code, "%s: %s", step.args, stderr)
		require.Contains(t, stderr, step.says)
	}

	code, stdout, stderr := silence(t, "rules", "list", "-o", "json", "-c", config)
	require.Equal(t, exitOK, code, stderr)
	var list ruleList
	require.NoError(t, json.Unmarshal([]byte(stdout), &list))
	require.Equal(t, "v1", list.Live)
	require.Empty(t, list.Stopped, "another set was live since")
	var acts []string
	for _, h := range list.Sets[0].History {
		acts = append(acts, h.Actor+" "+string(h.Verb))
	}
	require.Equal(t, "wang submit, wang check, wang backtest, wang shadow, li approve, wang live, zhao stop, li live, zhao rollback", strings.Join(acts, ", "))
	require.Equal(t, "first", list.Sets[0].History[0].Note)
	require.JSONEq(t, `{"draft":"v1","cards":12}`, string(list.Sets[0].Evidence))

	code, stdout, _ = silence(t, "rules", "list", "-c", config)
	require.Equal(t, exitOK, code)
	require.Regexp(t, `(?m)^v1 +live +wang +li +rollback +zhao `, stdout)
	require.Regexp(t, `(?m)^v2 +rolled_back +wang +rollback +zhao `, stdout)
}

func TestUnderFilesNothingGoesLiveByCommand(t *testing.T) {
	config := ruleCluster(t, "")
	for _, verb := range []string{"live", "rollback"} {
		code, _, stderr := silence(t, "rules", verb, "v1", "--by", "li", "-c", config)
		require.Equal(t, exitFailed, code)
		require.Contains(t, stderr, "change them there and send SIGHUP")
	}
}

// SIGHUP reads the rules again: new ones decide, bad ones change nothing, and the process goes on either way.
func TestTheProcessReadsItsRulesAgain(t *testing.T) {
	config := ruleCluster(t, "rules: {version: hup.1}\n")
	p := serve(t, config)
	text, err := os.ReadFile(config)
	require.NoError(t, err)
	hangUp := func(rules, says string) {
		t.Helper()
		require.NoError(t, os.WriteFile(config, []byte(strings.Replace(string(text), "rules: {version: hup.1}", rules, 1)), 0o600))
		before := strings.Count(p.said.String(), says)
		require.NoError(t, p.Process.Signal(syscall.SIGHUP))
		require.Eventually(t, func() bool { return strings.Count(p.said.String(), says) > before }, time.Minute, 20*time.Millisecond, "%s", says)
	}
	hangUp("rules: {version: hup.2, lateness: nonsense}", "read again and refused")
	hangUp("rules: {version: hup.2, lateness: 2m}", `"rule_set":"hup.2","changed":true`)
	require.Equal(t, 2, strings.Count(p.said.String(), "other rules decide from here on"), "once in each of the monitor's partitions")
	hangUp("rules: {version: hup.2, lateness: 2m}", `"rule_set":"hup.2","changed":false`)
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	<-p.ended
	require.Equal(t, exitInterrupted, p.ProcessState.ExitCode())
}
