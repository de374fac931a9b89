package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
)

func addition() alerts.SilenceAct {
	return alerts.SilenceAct{
		ID: "sa-1", Verb: alerts.AddSilence, At: at("2026-03-01T10:00:00+08:00"), Actor: "wang.li",
		Silence: alerts.Silence{
			ID: "sil-2026-03-01", Owner: "zhao.min", Reason: "收单机构测试终端 <T-7>", From: at("2026-03-01T10:00:00+08:00"),
			Until: at("2026-03-02T10:00:00+08:00"), UntilResolved: true,
			Matchers: []alerts.Matcher{{Field: "merchant", Op: "in", Value: "m-7,m-8"}, {Field: "severity", Op: "!=", Value: "critical"}},
		},
	}
}

func TestSilencesAreReadAsWritten(t *testing.T) {
	end := alerts.SilenceAct{
		ID: "sa-2", Verb: alerts.EndSilence, At: at("2026-03-01T11:00:00+08:00"), Actor: "zhao.min", Note: "测试完毕",
		Silence: alerts.Silence{ID: "sil-2026-03-01"},
	}
	schema := compiled(t, SilenceTopic)
	for _, want := range []alerts.SilenceAct{addition(), end} {
		value, err := AppendSilence(nil, &want)
		require.NoError(t, err)
		require.True(t, allows(t, schema, value), string(value))
		got, err := DecodeSilence([]byte(want.Silence.ID), value)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

// The golden file is what older and newer releases, and other people's programs, write and read.
func TestTheGoldenSilence(t *testing.T) {
	want := addition()
	var compact bytes.Buffer
	require.NoError(t, json.Compact(&compact, golden(t, SilenceTopic)))
	written, err := AppendSilence(nil, &want)
	require.NoError(t, err)
	require.Equal(t, compact.String(), string(written))
	got, err := DecodeSilence([]byte(want.Silence.ID), bytes.TrimSpace(golden(t, SilenceTopic)))
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestSilencesThatAreRefused(t *testing.T) {
	a := addition()
	value, err := AppendSilence(nil, &a)
	require.NoError(t, err)
	good := string(value)
	change := func(old, new string) string {
		require.Contains(t, good, old)
		return strings.Replace(good, old, new, 1)
	}
	for name, row := range map[string]struct {
		value string
		want  Reason
	}{
		"nothing":                {"", EmptyValue},
		"no object":              {"[]", NotObject},
		"cut short":              {good[:len(good)-5], BadJSON},
		"two values":             {good + good, TrailingData},
		"a name twice":           {change(`{"event_id":"sa-1"`, `{"event_id":"sa-1","event_id":"sa-2"`), DuplicateField},
		"a number for a name":    {change(`"wang.li"`, `7`), BadType},
		"no list":                {change(`[{"field"`, `7,"x":[{"field"`), BadType},
		"no time":                {change(`"at":"2026-03-01T10:00:00.000+08:00"`, `"at":""`), BadTime},
		"no end that is a time":  {change(`"until":"2026-03-02T10:00:00.000+08:00"`, `"until":"tomorrow"`), BadTime},
		"another silence's key":  {change(`"silence_id":"sil-2026-03-01"`, `"silence_id":"sil-2"`), KeyMismatch},
		"no event":               {change(`"sa-1"`, `""`), BadValue},
		"a later format":         {change(`{"event_id"`, `{"schema_version":2,"event_id"`), UnsupportedVersion},
		"a card number":          {change(`m-7,m-8`, `4111 1111 1111 1111`), ClearPAN},
		"more than may be":       {change(`zhao.min`, strings.Repeat("x", MaxSilenceBytes)), TooLarge},
		"text that is no UTF-8":  {change(`zhao.min`, "\xff\xfe"), BadEncoding},
		"a matcher that is none": {change(`{"field":"merchant","op":"in","value":"m-7,m-8"}`, `"merchant"`), BadType},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := DecodeSilence([]byte(a.Silence.ID), []byte(row.value))
			var bad *RejectError
			require.True(t, errors.As(err, &bad), "%v", err)
			require.Equal(t, row.want, bad.Reason)
		})
	}
}

func FuzzDecodeSilence(f *testing.F) {
	a := addition()
	value, err := AppendSilence(nil, &a)
	require.NoError(f, err)
	f.Add([]byte(a.Silence.ID), value)
	f.Fuzz(func(t *testing.T, key, value []byte) {
		a, err := DecodeSilence(key, value)
		if err != nil {
			require.ErrorAs(t, err, new(*RejectError))
			return
		}
		var book alerts.SilenceBook
		if book.Apply(&a) == nil {
			require.NoError(t, a.Silence.Validate(), "what has an effect can be meant")
		}
	})
}
