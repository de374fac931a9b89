package wire

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMembersShowsEverySingleValueUnderItsPath(t *testing.T) {
	var seen []string
	err := Members([]byte(` {"id": "a\"\u00e9\n", "card": {"pan": "4111", "limits": {"day": 12.50}}, "n": null, "ok": true, "list": [1, {"x": 2}], "": -3e2} `),
		func(name, text []byte) { seen = append(seen, fmt.Sprintf("%s=%s", name, text)) })
	require.NoError(t, err)
	require.Equal(t, []string{"id=a\"é\n", "card.pan=4111", "card.limits.day=12.50", "n=", "ok=true", "=-3e2"}, seen)
}

func TestMembersIsAsStrictAsTheDoor(t *testing.T) {
	for value, reason := range map[string]Reason{
		"":                      EmptyValue,
		"[1]":                   NotObject,
		`{"a":1`:                BadJSON,
		`{"a":01}`:              BadJSON,
		`{"a":1}{}`:             TrailingData,
		"{\"a\":\"\xff\"}":      BadEncoding,
		"\xef\xbb\xbf{\"a\":1}": BadEncoding,
		`{"a":` + strings.Repeat(`{"a":`, maxDepth) + "1" + strings.Repeat("}", maxDepth) + "}": TooDeep,
		`{"a":"` + strings.Repeat("x", MaxValueBytes) + `"}`:                                    TooLarge,
	} {
		err := Members([]byte(value), func(_, _ []byte) {})
		var refused *RejectError
		require.ErrorAs(t, err, &refused, "%.40s", value)
		require.Equal(t, reason, refused.Reason, "%.40s", value)
	}
}

func FuzzMembersAgreesWithTheScanner(f *testing.F) {
	f.Add([]byte(`{"a":{"b":"\u0041"},"c":[{}]}`))
	f.Fuzz(func(t *testing.T, value []byte) {
		s := scanner{data: value}
		whole := s.peek() == '{'
		s.value()
		s.peek()
		whole = whole && s.reason == "" && s.pos == len(value) && len(value) <= MaxValueBytes
		require.Equal(t, whole, Members(value, func(_, _ []byte) {}) == nil)
	})
}
