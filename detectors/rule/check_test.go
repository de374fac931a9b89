package rule_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/rule"
)

// What is wrong with a rule is said with the place inside the expression and what to write instead.
func TestBadRulesAreRefusedWithPositionAndCause(t *testing.T) {
	text := detectors.Text{Zh: "文", En: "text"}
	for name, tc := range map[string]struct {
		spoil func(r *detectors.CustomRule)
		want  string
	}{
		"unknown field": {func(r *detectors.CustomRule) { r.When = "card_present && amount_mino > 5" },
			"rules[0].when (1:17): undeclared reference to 'amount_mino' (did you mean 'amount_minor'?)"},
		"in the second line": {func(r *detectors.CustomRule) { r.When = "card_present &&\n  amout_minor > 5" },
			"rules[0].when (2:3): undeclared reference to 'amout_minor' (did you mean 'amount_minor'?)"},
		"wrong type":            {func(r *detectors.CustomRule) { r.When = `amount_minor > "5"` }, "rules[0].when (1:14): found no matching overload for '_>_' applied to '(int, string)'"},
		"no condition":          {func(r *detectors.CustomRule) { r.When = "amount_minor" }, "rules[0].when (0:0): is of type int, must be bool"},
		"nothing at all":        {func(r *detectors.CustomRule) { r.When = "" }, "rules[0].when (0:0): is empty"},
		"division by zero":      {func(r *detectors.CustomRule) { r.When = "amount_minor / 0 > 1" }, "rules[0].when (1:16): division by zero"},
		"by what comes to zero": {func(r *detectors.CustomRule) { r.When = "amount_minor % (2 - 2) > 1" }, "rules[0].when (1:19): division by zero"},
		"by 0.0":                {func(r *detectors.CustomRule) { r.When = "night_share / 0.0 > 1.0" }, "rules[0].when (1:15): division by zero"},
		"unknown group":         {func(r *detectors.CustomRule) { r.When = `mcc_in("jewels")` }, `rules[0].when (1:8): there is no group of merchants "jewels"`},
		"a window of another rule": {func(r *detectors.CustomRule) { r.When = "smal_online > 1" },
			"rules[0].when (1:1): undeclared reference to 'smal_online' (did you mean 'small_online'?)"},
		"a huge text":  {func(r *detectors.CustomRule) { r.When = strings.Repeat("true && ", 128<<10) + "true" }, "rules[0].when (0:0): has 1048580 bytes; an expression has at most 16384"},
		"deep nesting": {func(r *detectors.CustomRule) { r.When = strings.Repeat("(", 2000) + "true" + strings.Repeat(")", 2000) }, "rules[0].when"},
		"too dear": {func(r *detectors.CustomRule) {
			r.When = `usual_cities.all(a, usual_cities.all(b, usual_cities.all(c, usual_cities.all(d, a != b && c != d))))`
		}, "steps each time, at most 10000 are allowed"},
		"a score out of range": {func(r *detectors.CustomRule) { r.Score = "101" }, "rules[0].score (0:0): is 101, must lie in 1 … 100"},
		"a score that is text": {func(r *detectors.CustomRule) { r.Score = `"high"` }, "rules[0].score (0:0): is of type string, must be int"},
		"the name of a built-in": {func(r *detectors.CustomRule) { r.ID = "large_out_of_town" },
			`rules[0].id (0:0): "large_out_of_town" is the name of a built-in detector already`},
		"a name with capitals": {func(r *detectors.CustomRule) { r.ID = "Burst-1" }, "rules[0].id (0:0): must be 1 to 64 small letters"},
		"no end": {func(r *detectors.CustomRule) { r.Windows[0].Span = 0 },
			"rules[0].windows[0].span (0:0): must be above 0 and at most 90d"},
		"beyond the log": {func(r *detectors.CustomRule) { r.Windows[0].Span = 91 * 24 * time.Hour }, "rules[0].windows[0].span (0:0)"},
		"where unknown":  {func(r *detectors.CustomRule) { r.Windows[0].Where = "terminal_id == \"t\"" }, "rules[0].windows[0].where (1:1): undeclared reference to 'terminal_id'"},
		"merchant computed": {func(r *detectors.CustomRule) { r.Windows[0].Where = `merchant_id.startsWith("m")` },
			`rules[0].windows[0].where (1:1): merchant_id of an earlier use can only be compared`},
		"nobody's uses":     {func(r *detectors.CustomRule) { r.Windows[0].Key = []string{"merchant_id"} }, "rules[0].windows[0].key (0:0): must say whose uses"},
		"unknown key":       {func(r *detectors.CustomRule) { r.Windows[0].Key = []string{"card", "device"} }, "rules[0].windows[0].key[1] (0:0): must be one of card"},
		"unknown aggregate": {func(r *detectors.CustomRule) { r.Windows[0].Aggregate = "median" }, "rules[0].windows[0].aggregate (0:0): must be one of avg, count"},
		"sum of nothing":    {func(r *detectors.CustomRule) { r.Windows[0].Aggregate = "sum" }, `rules[0].windows[0].field (0:0): must be one of amount_minor, not ""`},
		"quantile of what":  {func(r *detectors.CustomRule) { r.Windows[0].Aggregate, r.Windows[0].Field = "quantile", "amount_minor" }, "rules[0].windows[0].q (0:0)"},
		"a window called like a variable": {func(r *detectors.CustomRule) { r.Windows[1].Name = "mcc" },
			`rules[0].windows[1].name (0:0): "mcc" is the name of a variable`},
		"two windows of a name": {func(r *detectors.CustomRule) { r.Windows[1].Name = "small_online" }, `rules[0].windows[1].name (0:0): there is a window "small_online" already`},
		"an open placeholder":   {func(r *detectors.CustomRule) { r.Reasons[0].Text.Zh = "共{valu}笔" }, "rules[0].reasons[0].text.zh-CN (1:2): {valu} names no variable and no window of this rule; did you mean {value}?"},
		"one language":          {func(r *detectors.CustomRule) { r.Reasons[0].Text.En = "" }, "rules[0].reasons[0].text (0:0): must have a text in zh-CN and one in en"},
		"no reason":             {func(r *detectors.CustomRule) { r.Reasons = nil }, "rules[0].reasons (0:0): is empty"},
		"unknown unit":          {func(r *detectors.CustomRule) { r.Reasons[0].Unit = "yuan" }, "rules[0].reasons[0].unit (0:0): must be one of km"},
		"unknown mode":          {func(r *detectors.CustomRule) { r.Mode = "test" }, "rules[0].mode (0:0): must be one of live, shadow, off"},
		"a test of a reason it has not": {func(r *detectors.CustomRule) {
			r.Tests = []detectors.RuleTest{{Name: "n", Events: make([]detectors.RuleUse, 1), Expect: detectors.RuleExpect{Fires: true, Reasons: []detectors.ReasonCode{"x"}}}}
		}, `rules[0].tests[0].expect.reasons[0] (0:0): the rule has no reason "x"`},
		"a test of nothing": {func(r *detectors.CustomRule) {
			r.Tests = []detectors.RuleTest{{Name: "n", Events: []detectors.RuleUse{{Entry: "nfc"}}}}
		}, "rules[0].tests[0].events[0].entry_mode (0:0): must be chip"},
	} {
		t.Run(name, func(t *testing.T) {
			r := burst()
			r.Reasons = append(r.Reasons[:0:0], detectors.RuleReason{Code: "c", Value: "1", Unit: detectors.Uses, Text: text})
			r.Windows = append(r.Windows[:0:0], r.Windows...)
			r.When, r.Score = "true", "70"
			tc.spoil(&r)
			set := setOf(r)
			require.Contains(t, lines(rule.Check(&set)), tc.want)
			_, err := rule.NewMonitor(set)
			require.Error(t, err)
		})
	}
}

func TestAllProblemsAreToldAtOnce(t *testing.T) {
	one, two := burst(), burst()
	one.When, one.Version, one.Windows[1].Span = "amount_mino > 1 && mc > 2", 0, -1
	set := setOf(one, two)
	problems := lines(rule.Check(&set))
	for _, want := range []string{"'amount_mino'", "'mc'", "version", "windows[1].span", `rules[1].id (0:0): "small_online_burst" is the name of rules[0].id already`} {
		require.Contains(t, problems, want)
	}
}

// However many windows a rule has, the whole of it is bounded.
func TestARuleWithManyDearWindowsIsRefused(t *testing.T) {
	r := burst()
	r.Windows, r.When = nil, "true"
	for i := range 16 {
		name := "w" + string(rune('a'+i))
		r.Windows = append(r.Windows, detectors.RuleWindow{Name: name, Key: []string{"customer"}, Aggregate: "count", Span: 90 * 24 * time.Hour,
			Where: `amount_minor > 5 && city in ["1", "2", "3", "4"] && city.startsWith("1") && city.endsWith("2") && city.contains("3")`})
		r.When += " && " + name + " > 1"
	}
	r.Reasons[0].Value = "1"
	r.Reasons[0].Text = detectors.Text{Zh: "文", En: "text"}
	r.Score = "70"
	set := setOf(r)
	require.Contains(t, lines(rule.Check(&set)), "steps a use with all its windows, at most 200000 are allowed")
}
