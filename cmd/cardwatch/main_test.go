package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// silence sends what commands say to a file and gives it back.
func silence(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	dir := t.TempDir()
	out, err := os.Create(filepath.Join(dir, "out"))
	require.NoError(t, err)
	talk, err := os.Create(filepath.Join(dir, "err"))
	require.NoError(t, err)
	oldOut, oldErr := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = out, talk
	code = run(args)
	os.Stdout, os.Stderr = oldOut, oldErr
	read := func(f *os.File) string {
		require.NoError(t, f.Close())
		text, err := os.ReadFile(f.Name())
		require.NoError(t, err)
		return string(text)
	}
	return code, read(out), read(talk)
}

func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestExitCodesAreTheContracts(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"help":                         {[]string{"--help"}, exitOK, ""},
		"nothing":                      {nil, exitOK, ""},
		"unknown command":              {[]string{"frobnicate"}, exitUsage, `there is no command "frobnicate"`},
		"unknown flag":                 {[]string{"replay", "--nope"}, exitUsage, "unknown flag: --nope; see cardwatch replay --help"},
		"missing flag":                 {[]string{"replay", "--in", "x"}, exitUsage, "--out is missing"},
		"a word too many":              {[]string{"demo", "now"}, exitUsage, `takes no argument "now"`},
		"time without offset":          {[]string{"replay", "--in", "x", "--out", "y", "--until", "2026-01-01"}, exitUsage, "--until: want a time such as"},
		"empty input directory":        {[]string{"replay", "--in", t.TempDir(), "--out", t.TempDir()}, exitFailed, "holds no input"},
		"speed of light":               {[]string{"demo", "--speed", "99"}, exitUsage, "--speed 99"},
		"no such mapping":              {[]string{"import", "--map", "nope", "x.csv"}, exitUsage, "no shipped mapping has that name"},
		"configuration that is fine":   {[]string{"config", "check", "-c", file(t, "ok.yaml", "kafka:\n  brokers: [\"127.0.0.1:9092\"]\n")}, exitOK, "is fine"},
		"configuration with a typo":    {[]string{"config", "check", "-c", file(t, "bad.yaml", "kafka:\n  brokrs: []\n")}, exitUsage, `bad.yaml:2:3: unknown key "brokrs" in kafka; did you mean "brokers"?`},
		"configuration that is absent": {[]string{"run", "-c", "/nonexistent.yaml"}, exitUsage, "/nonexistent.yaml"},
		"rules that are fine":          {[]string{"rules", "check", file(t, "rules.yaml", "version: \"2026-03-01.2\"\n")}, exitOK, "is fine"},
		"rules with a typo":            {[]string{"rules", "check", file(t, "rules.yaml", "large_out_of_twn: {}\n")}, exitUsage, `did you mean "large_out_of_town"?`},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, stderr := silence(t, c.args...)
			require.Equal(t, c.code, code, stderr)
			require.Contains(t, stderr, c.says)
		})
	}
}

func TestATypoIsShownWithItsLine(t *testing.T) {
	_, _, stderr := silence(t, "config", "check", "-c", file(t, "bad.yaml", "kafka:\n  brokrs: []\n"))
	require.Contains(t, stderr, "   2 |   brokrs: []\n     |   ^")
}

func TestTheReferenceIsAConfiguration(t *testing.T) {
	code, reference, _ := silence(t, "config", "reference")
	require.Equal(t, exitOK, code)
	code, _, stderr := silence(t, "config", "check", "-c", file(t, "reference.yaml", reference))
	require.Equal(t, exitOK, code, stderr)
}

// Generate, replay with labels, import a shipped mapping: data on stdout, talk on stderr.
func TestABankFromItsGenerationToItsScores(t *testing.T) {
	bank, out := filepath.Join(t.TempDir(), "bank"), filepath.Join(t.TempDir(), "out")
	code, _, stderr := silence(t, "generate", "--out", bank, "--customers", "150", "--days", "40", "--history", "20", "--attack-rate", "10")
	require.Equal(t, exitOK, code, stderr)
	code, stdout, stderr := silence(t, "replay", "--in", bank, "--out", out, "--labels", filepath.Join(bank, "labels.csv"), "--unscored-days", "20")
	require.Equal(t, exitOK, code, stderr)
	require.Empty(t, stderr, "a progress bar belongs on a terminal")

	onDisk, err := os.ReadFile(filepath.Join(out, "summary.json"))
	require.NoError(t, err)
	require.Equal(t, string(onDisk), stdout)
	var summary struct {
		Records map[string]int64 `json:"records"`
		Alerts  map[string]int64 `json:"alerts"`
		Scores  struct {
			Total struct {
				Episodes  int     `json:"episodes"`
				Found     int     `json:"found"`
				Precision float64 `json:"precision"`
			} `json:"total"`
			Detectors map[string]any `json:"detectors"`
		} `json:"scores"`
	}
	require.NoError(t, json.Unmarshal(onDisk, &summary))
	require.Greater(t, summary.Records["cards.transaction.v1"], int64(10_000))
	require.NotZero(t, summary.Alerts["large_out_of_town"])
	require.Greater(t, summary.Scores.Total.Episodes, 20)
	require.Greater(t, summary.Scores.Total.Found, summary.Scores.Total.Episodes/2)
	require.Greater(t, summary.Scores.Total.Precision, 0.8)
	require.Contains(t, summary.Scores.Detectors, "late_night_high_frequency")
}

func TestADemoEndsByItselfWithASummary(t *testing.T) {
	code, stdout, stderr := silence(t, "demo", "--for", "3s", "--customers", "100", "--port", "0")
	require.Equal(t, exitOK, code, stderr)
	require.Contains(t, stderr, "http://127.0.0.1:")
	var summary map[string]any
	require.NoError(t, json.Unmarshal([]byte(stdout), &summary))
	for _, key := range []string{"records", "dead_letters", "alerts", "prompts", "cases", "collections", "assessments", "duration_seconds", "records_per_second", "latency_ms"} {
		require.Contains(t, summary, key)
	}
}

func TestAShippedMappingCanBeShown(t *testing.T) {
	code, stdout, _ := silence(t, "import", "--map", "sparkov", "--show")
	require.Equal(t, exitOK, code)
	require.True(t, strings.Contains(stdout, "cards.transaction.v1"))
}
