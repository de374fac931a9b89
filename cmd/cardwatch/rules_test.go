package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/rule"
)

// What an analyst does on the first day: write the examples out, check and test them, break one, see what changes, and try them on a history.
func TestAnAnalystsFirstDayWithRules(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "rules.d")
	code, _, stderr := silence(t, "rules", "examples", dir)
	require.Equal(t, exitOK, code, stderr)
	code, _, stderr = silence(t, "rules", "examples", dir)
	require.Equal(t, exitFailed, code, "what somebody may have changed is not overwritten")
	require.Contains(t, stderr, "is left as it is")

	code, _, stderr = silence(t, "rules", "check", dir)
	require.Equal(t, exitOK, code, stderr)
	code, stdout, stderr := silence(t, "rules", "test", dir)
	require.Equal(t, exitOK, code, stderr+stdout)
	require.Contains(t, stdout, "ok    declined_then_approved: a number that is tried at three shops and then works\n")
	require.NotContains(t, stderr, "has no tests")

	testing := filepath.Join(dir, "card-testing.yaml")
	text, err := os.ReadFile(testing)
	require.NoError(t, err)
	change := func(old, now string) {
		require.Contains(t, string(text), old)
		require.NoError(t, os.WriteFile(testing, []byte(strings.Replace(string(text), old, now, 1)), 0o600))
	}
	change("refused >= 3\n", "refused >= 4\n")
	code, stdout, stderr = silence(t, "rules", "test", dir)
	require.Equal(t, exitProblems, code)
	require.Contains(t, stdout, "FAIL  declined_then_approved: a number that is tried at three shops and then works\n      expected it to fire, and it was quiet\n")
	require.Contains(t, stderr, "1 of 10 tests failed")
	code, stdout, _ = silence(t, "rules", "test", dir, "-o", "json")
	require.Equal(t, exitProblems, code)
	var results []rule.TestResult
	require.NoError(t, json.Unmarshal([]byte(stdout), &results))
	require.Len(t, results, 10)

	change("refused >= 3\n", "refusd >= 3\n")
	code, _, stderr = silence(t, "rules", "check", dir)
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "card-testing.yaml:23:7: rules[0].when: undeclared reference to 'refusd' (did you mean 'refused'?)\n  23 |       refusd >= 3\n     |       ^")
}

func TestRulesDiffPrintsWhatChanges(t *testing.T) {
	now := file(t, "r.yaml", "version: mine.1\nlarge_out_of_town: {alert_at: 60}\n")
	code, stdout, stderr := silence(t, "rules", "diff", "defaults", now)
	require.Equal(t, exitOK, code, stderr)
	require.Equal(t, "changed  version                     default.1  mine.1\nchanged  large_out_of_town.alert_at  50         60\n", stdout)
	code, _, stderr = silence(t, "rules", "diff", "--exit-code", "defaults", now)
	require.Equal(t, exitProblems, code)
	require.Contains(t, stderr, "differ in 2 values")
	code, stdout, _ = silence(t, "rules", "diff", "-o", "json", now, now)
	require.Equal(t, exitOK, code)
	require.JSONEq(t, "[]", stdout)
	code, _, stderr = silence(t, "rules", "diff", "-o", "xml", now, now)
	require.Equal(t, exitUsage, code)
	require.Contains(t, stderr, "-o xml: must be table or json")
}

// A history is played through rules of one's own as through the shipped ones.
func TestAHistoryIsReplayedThroughOnesOwnRules(t *testing.T) {
	bank, out := filepath.Join(t.TempDir(), "bank"), filepath.Join(t.TempDir(), "out")
	code, _, stderr := silence(t, "generate", "--out", bank, "--customers", "30", "--days", "20")
	require.Equal(t, exitOK, code, stderr)
	own := file(t, "own.yaml", `version: own.1
rules:
  - id: larger_than_usual
    version: 1
    title: {zh-CN: 高于平时, en: Larger than usual}
    owner: me
    mode: live
    when: amounts_90d >= 10 && amount_minor > 4 * p95
    score: 55
    action: review
    reasons:
      - {code: larger, value: amount_minor, limit: p95, unit: minor, text: {zh-CN: "{amount_minor:amount}", en: "{amount_minor:amount}"}}
`)
	code, stdout, stderr := silence(t, "replay", "--in", bank, "--out", out, "--rules", own)
	require.Equal(t, exitOK, code, stderr)
	var summary struct{ Alerts map[string]int }
	require.NoError(t, json.Unmarshal([]byte(stdout), &summary))
	require.NotZero(t, summary.Alerts["larger_than_usual"])
	alerts, err := os.ReadFile(filepath.Join(out, "cardwatch.alert.v1.jsonl"))
	require.NoError(t, err)
	require.Contains(t, string(alerts), `"title":"Larger than usual","title_zh":"高于平时"`)
}

func TestTheShippedExamplesPassTheirTests(t *testing.T) {
	rules, err := config.LoadRules("deploy/rules.d")
	require.NoError(t, err)
	results, err := rule.RunTests(rules)
	require.NoError(t, err)
	require.NoError(t, rule.Failed(results))

	text, err := json.Marshal(rules)
	require.NoError(t, err)
	var back detectors.Rules
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, rules, back, "topics carry sets as JSON")
	for _, r := range rules.Custom {
		require.GreaterOrEqual(t, len(r.Tests), 2, "%s shows when it fires and when it does not", r.ID)
	}
}

func TestTheNamesOfExpressionsAreListedWithTheirTypes(t *testing.T) {
	code, stdout, _ := silence(t, "rules", "names")
	require.Equal(t, exitOK, code)
	require.Regexp(t, `(?m)^use +night_share +double +share of the card's uses`, stdout)
	code, stdout, _ = silence(t, "rules", "names", "-o", "json")
	require.Equal(t, exitOK, code)
	var names []rule.Name
	require.NoError(t, json.Unmarshal([]byte(stdout), &names))
	for _, n := range names {
		require.NotEmpty(t, n.Doc, n.Name)
	}
}
