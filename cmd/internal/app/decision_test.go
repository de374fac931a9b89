package app

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors"
)

func set(t *testing.T, version string, custom ...detectors.CustomRule) []byte {
	t.Helper()
	rules := detectors.Defaults()
	rules.Version, rules.Custom = version, custom
	text, _, err := RuleText(&rules)
	require.NoError(t, err)
	return text
}

var loud = detectors.CustomRule{
	ID: "loud", Version: 1, Title: detectors.Text{Zh: "响", En: "Loud"}, Mode: detectors.RuleLive, When: "true", Score: "90", Action: detectors.Review, Owner: "wang.li",
	Reasons: []detectors.RuleReason{{Code: "any", Value: "1", Unit: detectors.Uses, Text: detectors.Text{Zh: "任何", En: "Any"}}},
}

// An older release recorded the set alone; its partitions go on under it.
func TestWhatOlderReleasesRecordedIsRead(t *testing.T) {
	old, err := json.Marshal(detectors.Defaults())
	require.NoError(t, err)
	d, err := readDecision(old)
	require.NoError(t, err)
	rules, err := readRules(d.Live)
	require.NoError(t, err)
	require.Equal(t, detectors.Defaults(), rules)
	_, err = d.monitor()
	require.NoError(t, err)
}

func TestADecisionIsReadAsItWasRecorded(t *testing.T) {
	want := decision{Live: set(t, "v1", loud), Drafts: []json.RawMessage{set(t, "v2")}, Stopped: []detectors.Name{"loud"}}
	recorded, err := json.Marshal(want)
	require.NoError(t, err)
	got, err := readDecision(recorded)
	require.NoError(t, err)
	require.Equal(t, want, got)
	_, err = got.monitor()
	require.NoError(t, err)
	names, err := RuleNames(want.Live)
	require.NoError(t, err)
	require.Contains(t, names, "loud")
	require.Contains(t, names, "large_out_of_town")
}

func TestWhatCannotDecideIsRefused(t *testing.T) {
	for name, d := range map[string]decision{
		"a set that is none":   {Live: []byte(`{"Version":""}`)},
		"a rule that is wrong": {Live: []byte(`{"Version":"v1","Custom":[{"id":"x","version":1,"mode":"live","when":"nonsense(","score":"9","action":"review"}]}`)},
		"another type":         {Live: []byte(`{"Version":7}`)},
	} {
		_, err := d.monitor()
		require.Error(t, err, name)
	}
	d := decision{Live: set(t, "v1"), Drafts: []json.RawMessage{[]byte(`{"Version":""}`)}}
	_, err := d.monitor()
	require.NoError(t, err, "a draft decides nothing, so one that cannot be read stops nobody")
	_, err = readDecision([]byte("{"))
	require.Error(t, err)
}
