package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/stream/mapping/strictyaml"
)

// aRule is a rule that is right, with places for what a test changes.
func aRule(id, when string) string {
	return `  - id: ` + id + `
    version: 1
    title: {zh-CN: 规则, en: A rule}
    owner: ops
    mode: live
    windows:
      - {name: n, key: [card], aggregate: count, span: 1h}
    when: ` + when + `
    score: 70
    action: review
    reasons:
      - {code: c, value: n, unit: uses, text: {zh-CN: "{n}笔", en: "{n} uses"}}
`
}

// set writes files into a directory of their own and loads it.
func (f folder) set(files map[string]string) (detectors.Rules, error) {
	f.t.Helper()
	dir := filepath.Join(f.path, "rules.d")
	require.NoError(f.t, os.MkdirAll(dir, 0o755))
	for name, text := range files {
		require.NoError(f.t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	return LoadRules(dir)
}

func TestTheFilesOfADirectoryAreOneSet(t *testing.T) {
	f := newFolder(t)
	rules, err := f.set(map[string]string{
		"00.yaml":         "version: mine.1\nlarge_out_of_town: {near_km: 120, alert_at: 60}\n",
		"a.yaml":          "rules:\n" + aRule("one", "n > 1"),
		"b.yml":           "rules:\n" + aRule("two", "n > 2") + "segments:\n  gold: {large_out_of_town: {alert_at: 75}}\n",
		".hidden.yaml":    "not: read",
		"notes.md":        "not read",
		"c.yaml.disabled": "not: read",
	})
	require.NoError(t, err)
	require.Equal(t, "mine.1", rules.Version)
	require.Len(t, rules.Custom, 2)
	require.Equal(t, "n > 2", rules.Custom[1].When)
	require.Equal(t, "70", rules.Custom[1].Score)
	gold := rules.Segments["gold"].LargeOutOfTown
	require.Equal(t, 75, gold.AlertAt)
	require.Equal(t, 120, gold.NearKm, "what a segment does not name is that of all customers, in whatever file")
	require.Equal(t, detectors.Defaults().LargeOutOfTown.FarKm, gold.FarKm)
	require.Nil(t, rules.Segments["gold"].LateNightHighFrequency)
}

func TestWhatStandsInTwoFilesIsRefusedWithBothPlaces(t *testing.T) {
	f := newFolder(t)
	_, err := f.set(map[string]string{
		"a.yaml": "version: mine.1\nrules:\n" + aRule("one", "n > 1") + "large_out_of_town: {near_km: 120}\nsegments: {gold: {}}\n",
		"b.yaml": "large_out_of_town: {far_km: 400}\nrules:\n" + aRule("two", "n > 1") + aRule("one", "n > 1") + "segments: {gold: {}}\n",
	})
	require.Equal(t, strings.Join([]string{
		"rules.d/b.yaml:1:1: large_out_of_town stands in rules.d/a.yaml:15 already; a set has it once",
		`rules.d/b.yaml:15:5: rules[2].id: "one" is the name of the rule in rules.d/a.yaml:3 already`,
		"rules.d/b.yaml:27:12: segments.gold stands in rules.d/a.yaml:16 already; a set has it once",
	}, "\n"), f.message(err))
}

// All mistakes of all files come at once, those inside expressions with the caret under the word.
func TestMistakesInsideExpressionsAreShownWhereTheyStand(t *testing.T) {
	f := newFolder(t)
	_, err := f.set(map[string]string{
		"a.yaml": "version: mine.1\nrules:\n" + aRule("one", "|\n      n > 1 &&\n      amout_minor > 5"),
		"b.yaml": "rules:\n" + aRule("two", `"n / 0 > 1"`) + aRule("three", "n") + "lateness: soon\n",
	})
	require.Equal(t, strings.Join([]string{
		`rules.d/a.yaml:12:7: rules[0].when: undeclared reference to 'amout_minor' (did you mean 'amount_minor'?)`,
		`rules.d/b.yaml:9:16: rules[1].when: division by zero`,
		`rules.d/b.yaml:21:5: rules[2].when: is of type int, must be bool`,
		`rules.d/b.yaml:26:11: lateness must be a duration such as "15m" or "90d"`,
	}, "\n"), f.message(err))
	var problems strictyaml.Problems
	require.ErrorAs(t, err, &problems)
	require.Contains(t, problems.Detail(), "  12 |       amout_minor > 5\n     |       ^")
	require.Contains(t, problems.Detail(), "   9 |     when: \"n / 0 > 1\"\n     |                ^")
}

func TestASetThatCannotBeReadIsRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		files map[string]string
		want  string
	}{
		"no files":          {nil, "the directory has 0 files *.yaml or *.yml"},
		"a huge file":       {map[string]string{"a.yaml": "version: x\n#" + strings.Repeat("x", 1<<20)}, "has 1048588 bytes; a set of rules has at most 524288"},
		"huge together":     {map[string]string{"a.yaml": "version: x\n#" + strings.Repeat("x", 300<<10), "b.yaml": "lateness: 1m\n#" + strings.Repeat("x", 300<<10)}, "b.yaml:1:1: the set has more than 524288 bytes with this file"},
		"no version":        {map[string]string{"a.yaml": "rules:\n" + aRule("one", "true")}, "a.yaml:1:1: the set has rules of its own and no version"},
		"no YAML":           {map[string]string{"a.yaml": "version: x\n", "b.yaml": "lateness:\n\tx: 1"}, "b.yaml:2:1: a tab; YAML is indented with spaces"},
		"unknown in a rule": {map[string]string{"a.yaml": "version: x\nrules:\n  - {idd: one}\n"}, `a.yaml:3:6: unknown key "idd" in rules[0]; did you mean "id"?`},
		"unbounded":         {map[string]string{"a.yaml": "version: x\nrules:\n  - windows: [{name: n, span: infinite}]\n"}, `a.yaml:3:31: rules[0].windows[0].span must be a duration such as "15m" or "90d"`},
		"a bad segment":     {map[string]string{"a.yaml": "version: x\nsegments:\n  gold: {large_out_of_town: {alert_at: 0}}\n"}, "a.yaml:3:30: segments.gold.large_out_of_town.alert_at: is 0, must lie in 1 … 100"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFolder(t)
			_, err := f.set(tc.files)
			require.Contains(t, f.message(err), tc.want)
		})
	}
}

func TestTheServiceReadsItsRulesFromAPath(t *testing.T) {
	f := newFolder(t)
	_, err := f.set(map[string]string{"a.yaml": "version: mine.1\nrules:\n" + aRule("one", "n > 1")})
	require.NoError(t, err)
	c, err := f.load("rules_path: DIR/rules.d\n")
	require.NoError(t, err)
	require.Equal(t, "mine.1", c.Rules.Version)
	require.Len(t, c.Rules.Custom, 1)

	_, err = f.load("rules_path: DIR/rules.d\n", "CARDWATCH_RULES_LATENESS=1m")
	require.Equal(t, "environment: CARDWATCH_RULES_LATENESS: rules_path is set, and its files alone say what the rules are; remove one of the two", f.message(err))
	_, err = f.load("rules_path: DIR/rules.d\nrules: {lateness: 1m}\n")
	require.Equal(t, "c.yaml:1:1: rules_path and the section rules are both there; keep one", f.message(err))

	_, err = f.set(map[string]string{"a.yaml": "version: mine.1\nrules:\n" + aRule("one", "m > 1")})
	require.Error(t, err)
	_, err = f.load("rules_path: DIR/rules.d\n")
	require.Contains(t, f.message(err), "rules.d/a.yaml:10:11: rules[0].when: undeclared reference to 'm'")

	_, err = f.load("rules:\n  version: mine.1\n  rules:" + strings.ReplaceAll("\n"+aRule("one", "m > 1"), "\n", "\n  "))
	require.Contains(t, f.message(err), "c.yaml:11:13: rules.rules[0].when: undeclared reference to 'm'")
}

func TestDiffTellsWhatChanges(t *testing.T) {
	f := newFolder(t)
	old, err := f.set(map[string]string{"a.yaml": "version: mine.1\nrules:\n" + aRule("one", "n > 1") + aRule("two", "n > 1")})
	require.NoError(t, err)
	moved := strings.Replace(aRule("two", "n > 3"), "span: 1h", "span: 2h, past_only: true", 1)
	now, err := f.set(map[string]string{"a.yaml": "version: mine.2\nlateness: 2m\nrules:\n" + moved + aRule("one", "n > 1") + "segments: {gold: {large_out_of_town: {alert_at: 60}}}\n"})
	require.NoError(t, err)
	require.Empty(t, DiffRules(old, old))
	changes := DiffRules(old, now)
	require.Equal(t, []RuleChange{
		{"changed", "version", "mine.1", "mine.2"},
		{"changed", "lateness", "5m", "2m"},
		{"changed", "rules.two.windows.n.span", "1h", "2h"},
		{"changed", "rules.two.windows.n.past_only", "false", "true"},
		{"changed", "rules.two.when", "n > 1", "n > 3"},
	}, changes[:5], "the order of rules does not matter")
	require.Contains(t, changes, RuleChange{"added", "segments.gold.large_out_of_town.alert_at", "", "60"})

	gone := DiffRules(now, detectors.Defaults())
	require.Contains(t, gone, RuleChange{"removed", "rules.one.when", "n > 1", ""})
}

// Whatever a file holds, it is read or refused with a place.
func FuzzRuleFile(f *testing.F) {
	f.Add("version: x\nrules:\n" + aRule("one", "n > 1"))
	f.Add("version: x\nrules:\n" + aRule("one", "|\n      n > &&\n\n") + "segments: {gold: {large_out_of_town: {alert_at: 60}}}")
	f.Add("rules:\n- when: >-\n    a\n    b\n  tests: [{events: [{times: 99999999, every: 1ns}]}]")
	f.Add("segments: {g: {large_out_of_town: }}")
	f.Fuzz(func(t *testing.T, text string) {
		_, err := ParseRules([]RuleFile{{Name: "f.yaml", Text: []byte(text)}})
		var problems strictyaml.Problems
		if err != nil && !errors.As(err, &problems) {
			t.Fatalf("%T", err)
		}
		_ = problems.Detail()
	})
}
