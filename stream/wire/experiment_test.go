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

func stopByRule() alerts.ExperimentStop {
	return alerts.ExperimentStop{
		ID: "stop-1", Experiment: "by risk <1>", At: at("2026-03-01T10:00:00+08:00"), Actor: alerts.ActorClock,
		Reasons:    []alerts.StopReason{alerts.StopComplaints, alerts.StopRefused},
		Champion:   alerts.ArmConduct{Customers: 9000, Complaints: 9, OptOuts: 90, Distress: 3, Attempts: 12000, Refused: 40},
		Challenger: alerts.ArmConduct{Customers: 1000, Complaints: 30, OptOuts: 11, Attempts: 1400, Refused: 90},
	}
}

func TestStopsOfExperimentsAreReadAsWritten(t *testing.T) {
	byHand := alerts.ExperimentStop{ID: "stop-2", Experiment: "早提醒", At: at("2026-03-01T11:00:00+08:00"), Actor: "zhao.min", Note: "客户抱怨提醒过早"}
	schema := compiled(t, ExperimentTopic)
	for _, want := range []alerts.ExperimentStop{stopByRule(), byHand} {
		value, err := AppendExperimentStop(nil, &want)
		require.NoError(t, err)
		require.True(t, allows(t, schema, value), string(value))
		got, err := DecodeExperimentStop([]byte(want.Experiment), value)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

// The golden file is what older and newer releases, and other people's programs, write and read.
func TestTheGoldenStopOfAnExperiment(t *testing.T) {
	want := stopByRule()
	var compact bytes.Buffer
	require.NoError(t, json.Compact(&compact, golden(t, ExperimentTopic)))
	written, err := AppendExperimentStop(nil, &want)
	require.NoError(t, err)
	require.Equal(t, compact.String(), string(written))
	got, err := DecodeExperimentStop([]byte(want.Experiment), bytes.TrimSpace(golden(t, ExperimentTopic)))
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestStopsOfExperimentsThatAreRefused(t *testing.T) {
	s := stopByRule()
	value, err := AppendExperimentStop(nil, &s)
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
		"nothing":                  {"", EmptyValue},
		"no object":                {"[]", NotObject},
		"cut short":                {good[:len(good)-5], BadJSON},
		"a name twice":             {change(`{"event_id":"stop-1"`, `{"event_id":"stop-1","event_id":"stop-2"`), DuplicateField},
		"a number for a name":      {change(`"clock"`, `7`), BadType},
		"half a customer":          {change(`"customers":9000`, `"customers":0.5`), BadType},
		"fewer than nobody":        {change(`"customers":9000`, `"customers":-1`), BadValue},
		"no time":                  {change(`"at":"2026-03-01T10:00:00.000+08:00"`, `"at":""`), BadTime},
		"another experiment's key": {change(`"experiment":"by risk <1>"`, `"experiment":"by age"`), KeyMismatch},
		"no event":                 {change(`"stop-1"`, `""`), BadValue},
		"an act that is none":      {change(`"stop"`, `"start"`), BadValue},
		"a reason that is none":    {change(`"complaints",`, `"money",`), BadValue},
		"a later format":           {change(`{"event_id"`, `{"schema_version":2,"event_id"`), UnsupportedVersion},
		"a card number":            {change(`"clock"`, `"4111 1111 1111 1111"`), ClearPAN},
		"more than may be":         {change(`clock`, strings.Repeat("x", MaxExperimentBytes)), TooLarge},
		"text that is no UTF-8":    {change(`clock`, "\xff\xfe"), BadEncoding},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := DecodeExperimentStop([]byte(s.Experiment), []byte(row.value))
			var bad *RejectError
			require.True(t, errors.As(err, &bad), "%v", err)
			require.Equal(t, row.want, bad.Reason)
		})
	}
}

func FuzzDecodeExperimentStop(f *testing.F) {
	s := stopByRule()
	value, err := AppendExperimentStop(nil, &s)
	require.NoError(f, err)
	f.Add([]byte(s.Experiment), value)
	f.Fuzz(func(t *testing.T, key, value []byte) {
		s, err := DecodeExperimentStop(key, value)
		if err != nil {
			require.ErrorAs(t, err, new(*RejectError))
			return
		}
		require.Equal(t, string(key), s.Experiment)
	})
}
