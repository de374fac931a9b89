package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts/explain"
	"github.com/cardwatch/cardwatch/stream/backtest"
)

func bankFiles(t *testing.T) string {
	t.Helper()
	bank := filepath.Join(t.TempDir(), "bank")
	code, _, stderr := silence(t, "generate", "--out", bank, "--customers", "120", "--days", "20", "--history", "20", "--attack-rate", "20")
	require.Equal(t, exitOK, code, stderr)
	return bank
}

// What an analyst does with a draft: what would it change, for whom, and which alerts exactly.
func TestADraftIsTriedOnTheBanksOwnHistory(t *testing.T) {
	bank, list := bankFiles(t), filepath.Join(t.TempDir(), "changes.jsonl")
	draft := file(t, "draft.yaml", "version: deaf.1\nlarge_out_of_town: {alert_at: 100}\n")
	args := []string{"rules", "backtest", "--rules", draft, "--in", bank, "--labels", filepath.Join(bank, "labels.csv"), "--from", "2025-10-01", "--list", list}
	code, table, stderr := silence(t, args...)
	require.Equal(t, exitOK, code, stderr)
	require.Empty(t, stderr, "a progress bar belongs on a terminal")
	for _, want := range []string{"live default.1 · draft deaf.1 · 2025-10-01T00:00:00.000+08:00", "large_out_of_town", "total", "attacks "} {
		require.Contains(t, table, want)
	}
	code, stdout, stderr := silence(t, append(args, "-o", "json")...)
	require.Equal(t, exitOK, code, stderr)
	var report backtest.Report
	require.NoError(t, json.Unmarshal([]byte(stdout), &report))
	require.NotZero(t, report.Total.Missed.Hits)
	require.Zero(t, report.Total.Caught.Alerts)

	text, err := os.ReadFile(list)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	require.Len(t, lines, report.Total.Missed.Alerts+report.Total.Changed)
	for _, line := range lines {
		var change backtest.Change
		require.NoError(t, json.Unmarshal([]byte(line), &change))
		require.Contains(t, string(change.Live), `"reasons":[{`)
	}
}

// Rules that users wrote take part, on both sides; those in shadow as if they were live.
func TestRulesOfUsersAreBackTested(t *testing.T) {
	bank, dir := bankFiles(t), filepath.Join(t.TempDir(), "rules.d")
	code, _, stderr := silence(t, "rules", "examples", dir)
	require.Equal(t, exitOK, code, stderr)
	report := func(args ...string) (r backtest.Report) {
		code, stdout, stderr := silence(t, append([]string{"rules", "backtest", "--in", bank, "-o", "json", "--rules", dir}, args...)...)
		require.Equal(t, exitOK, code, stderr)
		require.NoError(t, json.Unmarshal([]byte(stdout), &r))
		return r
	}
	against := report()
	require.NotEqual(t, against.Total.Live, against.Total.Draft)
	require.Zero(t, against.Total.Missed.Alerts, "the examples keep the detectors as they are shipped")
}

func TestAnAlertOfAReplayIsExplained(t *testing.T) {
	bank, out := bankFiles(t), filepath.Join(t.TempDir(), "out")
	code, _, stderr := silence(t, "replay", "--in", bank, "--out", out)
	require.Equal(t, exitOK, code, stderr)
	alerts, err := os.ReadFile(filepath.Join(out, "cardwatch.alert.v1.jsonl"))
	require.NoError(t, err)
	var first struct {
		ID string `json:"alert_id"`
	}
	line, _, _ := strings.Cut(string(alerts), "\n")
	require.NoError(t, json.Unmarshal([]byte(line), &first))

	code, text, stderr := silence(t, "explain", first.ID, "--in", out)
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, text, "alert_at = ")
	require.Contains(t, text, "cards.transaction.v1[0]@")
	code, stdout, stderr := silence(t, "explain", first.ID, "--in", out, "-o", "json")
	require.Equal(t, exitOK, code, stderr)
	var e explain.Explanation
	require.NoError(t, json.Unmarshal([]byte(stdout), &e))
	require.NotEmpty(t, e.Facts)
	require.NotNil(t, e.Rule)
	code, page, _ := silence(t, "explain", first.ID, "--in", out, "-o", "html", "--lang", "zh-CN")
	require.Equal(t, exitOK, code)
	require.Contains(t, page, `<html lang="zh-CN">`)
	require.NotContains(t, page, `lang="en"`)

	code, _, stderr = silence(t, "explain", "no-such-alert", "--in", out)
	require.Equal(t, exitFailed, code)
	require.Contains(t, stderr, "no-such-alert: there is no alert with this id")
}

func TestWrongUseOfBackTestAndExplanationIsSaid(t *testing.T) {
	draft := file(t, "d.yaml", "version: d.1\n")
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no draft":              {[]string{"rules", "backtest", "--in", "x"}, "--rules is missing"},
		"no history":            {[]string{"rules", "backtest", "--rules", draft}, "where is the history?"},
		"a draft with a typo":   {[]string{"rules", "backtest", "--in", "x", "--rules", file(t, "t.yaml", "larg: {}\n")}, "unknown key"},
		"no time":               {[]string{"rules", "backtest", "--in", "x", "--rules", draft, "--from", "yesterday"}, "--from: want a date such as 2026-03-01"},
		"backwards":             {[]string{"rules", "backtest", "--in", "x", "--rules", draft, "--from", "2026-03-02", "--to", "2026-03-01"}, "--to must lie after --from"},
		"another output":        {[]string{"rules", "backtest", "--in", "x", "--rules", draft, "-o", "xml"}, "-o takes text or json"},
		"labels that are none":  {[]string{"rules", "backtest", "--in", "x", "--rules", draft, "--labels", draft}, "must name the columns"},
		"no alert":              {[]string{"explain"}, "takes one ALERT_ID"},
		"nowhere to look":       {[]string{"explain", "a"}, "name one place"},
		"two places":            {[]string{"explain", "a", "--in", "x", "--url", "http://127.0.0.1:1"}, "name one place"},
		"an id that is none":    {[]string{"explain", "a b", "--in", "x"}, "cannot be the id of an alert"},
		"a third language":      {[]string{"explain", "a", "--in", "x", "--lang", "fr"}, "--lang takes zh-CN or en"},
		"an unknown form":       {[]string{"explain", "a", "--in", "x", "-o", "pdf"}, "-o takes text, json or html"},
		"an address without //": {[]string{"explain", "a", "--url", "localhost"}, "is no address"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, stderr := silence(t, c.args...)
			require.Equal(t, exitUsage, code, stderr)
			require.Contains(t, stderr, c.says)
		})
	}
}
