package wire

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors/lifecycle"
)

func submission(t testing.TB) lifecycle.Event {
	text := []byte(`{"Version":"2026-03-02.1","Note":"a < b & c"}`)
	hash, err := RuleHash([]byte(strings.ReplaceAll(string(text), ",", ", \n")))
	require.NoError(t, err, "white space does not count")
	return lifecycle.Event{
		ID: "rule-1", Set: "2026-03-02.1", Verb: lifecycle.Submit, At: at("2026-03-01T10:00:00+08:00"), Actor: "wang.li", Note: "节前收紧",
		Text: text, SHA256: hash,
	}
}

func TestRuleEventsAreReadAsWritten(t *testing.T) {
	base := lifecycle.Event{ID: "rule-2", Set: "2026-03-02.1", At: at("2026-03-01T10:05:00.250+08:00"), Actor: "zhao"}
	backtest, stop := base, base
	backtest.Verb, backtest.Evidence = lifecycle.Backtest, []byte(`{"fires":31,"missed":0}`)
	stop.Verb, stop.Rule, stop.Actor = lifecycle.Stop, "two_cities", lifecycle.Breaker
	schema := compiled(t, RuleTopic)
	for _, want := range []lifecycle.Event{submission(t), backtest, stop} {
		value, err := AppendRule(nil, &want)
		require.NoError(t, err)
		require.True(t, allows(t, schema, value), string(value))
		got, err := DecodeRule([]byte(want.Set), value)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	require.NotContains(t, Topics(), RuleTopic)
}

func TestRuleEventsThatAreRefused(t *testing.T) {
	e := submission(t)
	value, err := AppendRule(nil, &e)
	require.NoError(t, err)
	good := string(value)
	change := func(old, new string) string {
		require.Contains(t, good, old)
		return strings.Replace(good, old, new, 1)
	}
	for _, row := range []struct {
		name, value string
		want        Reason
	}{
		{"nothing", "", EmptyValue},
		{"no object", "[]", NotObject},
		{"cut short", good[:len(good)-5], BadJSON},
		{"two values", good + good, TrailingData},
		{"a name twice", change(`{"event_id":"rule-1"`, `{"event_id":"rule-1","event_id":"rule-2"`), DuplicateField},
		{"a number for a name", change(`"wang.li"`, `7`), BadType},
		{"no time", change(`2026-03-01T10:00:00.000+08:00`, `2026-03-01`), BadTime},
		{"another set's key", change(`"rule_set":"2026-03-02.1"`, `"rule_set":"2026-03-02.2"`), KeyMismatch},
		{"a text that was changed", change(`a < b`, `a > b`), BadValue},
		{"another set's text", withHash(t, change(`{"Version":"2026-03-02.1"`, `{"Version":"2026-03-02.2"`)), BadValue},
		{"a later format", change(`{"event_id"`, `{"schema_version":2,"event_id"`), UnsupportedVersion},
		{"a card number in a note", change(`节前收紧`, `4111 1111 1111 1111`), ClearPAN},
		{"more than may be", change(`节前收紧`, strings.Repeat("x", MaxRuleBytes)), TooLarge},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := DecodeRule([]byte(e.Set), []byte(row.value))
			var bad *RejectError
			require.True(t, errors.As(err, &bad), "%v", err)
			require.Equal(t, row.want, bad.Reason)
		})
	}
}

// withHash puts the text's own hash into a record whose text was changed.
func withHash(t *testing.T, value string) string {
	var r ruleRecord
	require.NoError(t, json.Unmarshal([]byte(value), &r))
	hash, err := RuleHash(r.Rules)
	require.NoError(t, err)
	return strings.Replace(value, r.SHA256, hash, 1)
}

func FuzzDecodeRule(f *testing.F) {
	e := submission(f)
	value, err := AppendRule(nil, &e)
	require.NoError(f, err)
	f.Add([]byte(e.Set), value)
	f.Fuzz(func(t *testing.T, key, value []byte) {
		e, err := DecodeRule(key, value)
		if err != nil {
			require.ErrorAs(t, err, new(*RejectError))
			return
		}
		var book lifecycle.Book
		book.Step(e)
	})
}
