package strictyaml_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/stream/mapping/strictyaml"
)

// Whatever way YAML has to write a text, the caret stands under the character that is meant.
func TestAProblemInsideATextStandsUnderItsCharacter(t *testing.T) {
	for name, tc := range map[string]struct {
		file         string
		line, column int
	}{
		"plain":           {"when: a && X", 1, 6},
		"single quotes":   {"when: 'a && X'", 1, 6},
		"double quotes":   {"when: \"中 && X\"", 1, 6},
		"in a flow":       {"{when: 'a && X'}", 1, 6},
		"over two lines":  {"when: a &&\n  X", 1, 6},
		"literal":         {"when: |\n  a &&\n    b && X\n", 2, 8},
		"literal, deeper": {"when: |-\n      a && X\n", 1, 6},
		"folded":          {"when: >\n  a &&\n  bb && X\n", 1, 12},
	} {
		t.Run(name, func(t *testing.T) {
			var into struct {
				When string `yaml:"when"`
			}
			d := strictyaml.Read("f", []byte(tc.file), &into)
			require.Equal(t, 'X', []rune(strings.Split(into.When, "\n")[tc.line-1])[tc.column-1], "the test itself")
			d.AddInside("when", tc.line, tc.column, "this")
			detail := strings.Split(d.Err().(strictyaml.Problems).Detail(), "\n")
			source, caret := []rune(detail[1]), []rune(detail[2])
			require.Equal(t, 'X', source[len(caret)-1], strings.Join(detail, "\n"))
		})
	}
}
