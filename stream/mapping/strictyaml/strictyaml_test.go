package strictyaml

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

type server struct {
	Listen string        `yaml:"listen"`
	Wait   time.Duration `yaml:"wait"`
	Share  float64       `yaml:"share"`
}

// Common is embedded.
type Common struct {
	Version string `yaml:"version"`
}

// level is a type that reads its own text.
type level int

func (l *level) UnmarshalText(text []byte) error {
	switch string(text) {
	case "low":
		*l = 1
	case "high":
		*l = 2
	default:
		return errors.New("low or high")
	}
	return nil
}

type settings struct {
	Common       `yaml:",inline"`
	Name         string            `yaml:"name"`
	Count        int               `yaml:"count"`
	Small        uint8             `yaml:"small"`
	On           bool              `yaml:"on"`
	Level        level             `yaml:"level"`
	Hosts        []string          `yaml:"hosts"`
	Servers      []server          `yaml:"servers"`
	Main         server            `yaml:"main"`
	Words        map[string]string `yaml:"words"`
	Limit        *int              `yaml:"limit"`
	PasswordFile string            `yaml:"password_file"`
	Hidden       string            `yaml:"-"`
}

func read(src string, into *settings) error { return Read("f.yaml", []byte(src), into).Err() }

func TestReadFillsEveryKindOfField(t *testing.T) {
	limit := 7
	s := settings{Count: 5, Main: server{Listen: ":1", Share: 0.5}, Words: map[string]string{"kept": "yes"}}
	require.NoError(t, read(`# a comment
version: "1.2"
name: 0742
small: 255
on: true
level: high
hosts: [a, "b c"]
servers:
  - listen: :2
    wait: 90d
  - {wait: 1m30s}
main:
  wait: 15m
words: {0: zero, null: nothing}
limit: 7
`, &s))
	require.Equal(t, settings{
		Common: Common{Version: "1.2"}, Name: "0742", Count: 5, Small: 255, On: true, Level: 2, Hosts: []string{"a", "b c"},
		Servers: []server{{Listen: ":2", Wait: 90 * 24 * time.Hour}, {Wait: 90 * time.Second}},
		Main:    server{Listen: ":1", Wait: 15 * time.Minute, Share: 0.5},
		Words:   map[string]string{"kept": "yes", "0": "zero", "null": "nothing"}, Limit: &limit,
	}, s)
}

func TestASectionWithoutKeysKeepsItsDefaults(t *testing.T) {
	s := settings{Main: server{Listen: ":1"}}
	require.NoError(t, read("name: x\nmain:\n  # listen: :9\n", &s))
	require.Equal(t, ":1", s.Main.Listen)
}

func TestProblems(t *testing.T) {
	for name, tc := range map[string]struct{ src, want string }{
		"unknown key":           {"nmae: x", `f.yaml:1:1: unknown key "nmae"; did you mean "name"?`},
		"unknown key far off":   {"xylophone: x", `f.yaml:1:1: unknown key "xylophone"`},
		"unknown key in a list": {"servers:\n  - listne: a", `f.yaml:2:5: unknown key "listne" in servers[0]; did you mean "listen"?`},
		"key twice":             {"name: a\ncount: 1\nname: b", `f.yaml:3:1: key "name" stands here a second time; it is first set in line 1`},
		"secret in the file":    {"password: hunter2", `f.yaml:1:1: a secret does not belong in this file; put it in a file of its own and name that with "password_file"`},
		"field without a tag":   {"hidden: x", `f.yaml:1:1: unknown key "hidden"`},
		"text for a number":     {"count: many", `f.yaml:1:8: count must be a whole number`},
		"quoted number":         {`count: "5"`, `f.yaml:1:8: count must be a whole number`},
		"fraction":              {"count: 1.5", `f.yaml:1:8: count must be a whole number`},
		"overflow":              {"small: 256", `f.yaml:1:8: small must be a whole number, not negative`},
		"negative unsigned":     {"small: -1", `f.yaml:1:8: small must be a whole number, not negative`},
		"word for a boolean":    {"on: yes", `f.yaml:1:5: on must be true or false`},
		"duration without unit": {"main: {wait: 15}", `f.yaml:1:14: main.wait must be a duration such as "15m" or "90d"`},
		"not a number":          {"main: {share: .nan}", `f.yaml:1:15: main.share must be a number`},
		"own type":              {"level: middle", `f.yaml:1:8: level must be valid: low or high`},
		"list for text":         {"name: [a]", `f.yaml:1:7: name must be text, not a list`},
		"text for a list":       {"hosts: a", `f.yaml:1:8: hosts must be a list, not a single value`},
		"text for a section":    {"main: a", `f.yaml:1:7: main must be keys and values, not a single value`},
		"colon in a flow map":   {"main: {listen: {a:1}}", `f.yaml:1:16: main.listen must be text, not keys and values; quote a text that has a colon`},
		"nothing for text":      {"name:\ncount: 1", `f.yaml:1:6: name must be text, not empty`},
		"list at the top":       {"- a", `f.yaml:1:1: the file must be keys and values, not a list`},
		"tab":                   {"main:\n\twait: 1s", `f.yaml:2:1: a tab; YAML is indented with spaces`},
		"open list":             {"hosts: [a,", `f.yaml:1:8: sequence end token ']' not found`},
		"empty file":            {" \n", `f.yaml:1:1: the file is empty`},
		"comments only":         {"# nothing\n", `f.yaml:1:1: the file holds comments only`},
		"two documents":         {"name: a\n---\nname: b", `f.yaml:2:1: a second document starts here; write one document a file`},
		"anchor":                {"name: &x a", `f.yaml:1:7: anchors, aliases and tags are not read; write the value out`},
		"all at once, in the order of the file": {"nmae: x\nmain: {wait: 5}\ncount: a", strings.Join([]string{
			`f.yaml:1:1: unknown key "nmae"; did you mean "name"?`,
			`f.yaml:2:14: main.wait must be a duration such as "15m" or "90d"`,
			`f.yaml:3:8: count must be a whole number`}, "\n")},
	} {
		t.Run(name, func(t *testing.T) {
			require.EqualError(t, read(tc.src, new(settings)), tc.want)
		})
	}
}

func TestDetailShowsTheLineAndACaret(t *testing.T) {
	var problems Problems
	require.ErrorAs(t, read("name: x\r\nmain:\r\n  wait: soon\r\n", new(settings)), &problems)
	require.Equal(t, `f.yaml:3:9: main.wait must be a duration such as "15m" or "90d"
   3 |   wait: soon
     |         ^`, problems.Detail())
}

func TestCallersAddTheirOwnProblemsAtAPath(t *testing.T) {
	d := Read("f.yaml", []byte("name: x\nservers:\n  - listen: a\n"), new(settings))
	require.True(t, d.Has("servers[0].listen"))
	require.False(t, d.Has("servers[0].wait"))
	d.Add("servers[0].wait", "stands at its server")
	d.Add("servers[0].listen", "stands at itself")
	d.Add("main.wait", "stands at the top")
	d.AddOutside("environment: X", "stands nowhere")
	require.EqualError(t, d.Err(), `environment: X: stands nowhere
f.yaml:1:1: stands at the top
f.yaml:3:5: stands at its server
f.yaml:3:5: stands at itself`)
}

func TestAValueThatCouldNotBeReadGetsNoSecondProblem(t *testing.T) {
	s := settings{Count: 3}
	d := Read("f.yaml", []byte("count: many\nhosts: {a: b}"), &s)
	require.Equal(t, 3, s.Count, "the default stays")
	d.Add("count", "too small")
	d.Add("hosts[0]", "empty")
	d.Add("name", "missing")
	require.EqualError(t, d.Err(), `f.yaml:1:1: missing
f.yaml:1:8: count must be a whole number
f.yaml:2:8: hosts must be a list, not keys and values`)
}

func TestNearest(t *testing.T) {
	keys := []string{"brokers", "client_id", "tls", "sasl"}
	for word, want := range map[string]string{
		"brokrs": "brokers", "borkers": "brokers", "Brokers": "brokers", "clientid": "client_id", "tsl": "tls", "zookeeper": "", "x": "",
	} {
		require.Equal(t, want, Nearest(word, keys), word)
	}
}

func TestDistanceIsAMetricOfSlips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-c]{0,6}`)
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		require.Equal(t, distance(a, b), distance(b, a))
		require.Equal(t, a == b, distance(a, b) == 0)
		require.LessOrEqual(t, distance(a, b), max(len(a), len(b)))
		require.GreaterOrEqual(t, distance(a, b), max(len(a)-len(b), len(b)-len(a)))
	})
}

func TestSetReadsListsForEnvironmentVariables(t *testing.T) {
	var s settings
	v := reflect.ValueOf(&s).Elem()
	require.Empty(t, Set(v.FieldByName("Hosts"), "a:1, b:2"))
	require.Equal(t, []string{"a:1", "b:2"}, s.Hosts)
	require.Equal(t, "true or false", Set(v.FieldByName("On"), "maybe"))
}

func FuzzReadNeverPanics(f *testing.F) {
	for _, seed := range []string{"name: x", "servers: [{wait: 1s}]", "a: &b c\n<<: *b", "? x\n: y", "main: {", "- - -", "words: {1: 2}", "name: |\n  x", "\xff\xfe"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		var problems Problems
		if err := read(src, new(settings)); err != nil {
			require.ErrorAs(t, err, &problems)
			require.NotEmpty(t, problems.Detail())
		}
	})
}
