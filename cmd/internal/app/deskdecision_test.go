package app

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// An older release recorded the policy alone, without what has come since; its partitions go on under it.
func TestADeskPolicyOfAnOlderReleaseIsRead(t *testing.T) {
	policy := alerts.Defaults()
	policy.AppWait = 2 * time.Minute
	text, err := json.Marshal(policy)
	require.NoError(t, err)
	var old map[string]any
	require.NoError(t, json.Unmarshal(text, &old))
	delete(old, "SLA")
	delete(old, "UnblockAloneMinor")
	delete(old, "Treatment")
	recorded, err := json.Marshal(old)
	require.NoError(t, err)
	core, err := deskOf(recorded)
	require.NoError(t, err)
	require.Equal(t, policyOf(t, policy), core.Policy())
	require.Empty(t, core.Silences())
}

func TestADeskDecisionIsReadAsItWasRecorded(t *testing.T) {
	policy, err := json.Marshal(alerts.Defaults())
	require.NoError(t, err)
	from := card.MomentOf(time.Date(2026, 3, 1, 10, 0, 0, 0, time.FixedZone("", 8*3600)))
	silences := []alerts.Silence{{
		ID: "s-1", Owner: "li.na", Reason: "test", From: from, Until: from.Add(time.Hour), UntilResolved: true,
		Matchers: []alerts.Matcher{{Field: alerts.MatchMerchant, Op: alerts.MatchIn, Value: "m-7,m-8"}},
	}}
	recorded, err := json.Marshal(deskDecision{Policy: policy, Silences: silences})
	require.NoError(t, err)
	core, err := deskOf(recorded)
	require.NoError(t, err)
	require.Equal(t, policyOf(t, alerts.Defaults()), core.Policy())
	require.Equal(t, silences, core.Silences())
}

// An experiment that was stopped is configured still, and decides nothing; what an older release knew of one is valid yet.
func TestADeskDecidesWithoutTheExperimentsThatWereStopped(t *testing.T) {
	with := alerts.Defaults()
	with.Experiments = []alerts.Experiment{
		{Name: "a", Share: 10, Stop: alerts.StopRule{MinCustomers: 100, ComplaintsPerMille: 2, OptOutsPerMille: 10}},
		{Name: "b", Share: 10, Challenger: alerts.Treatment{Rank: alerts.ByAge}, Stop: alerts.StopRule{MinCustomers: 100}},
	}
	policy, err := json.Marshal(with)
	require.NoError(t, err)
	recorded, err := json.Marshal(deskDecision{Policy: policy, Stopped: []string{"a", "long gone"}})
	require.NoError(t, err)
	core, err := deskOf(recorded)
	require.NoError(t, err)
	require.Equal(t, with.Experiments[1:], core.Policy().Experiments)
	core, err = deskOf(policy)
	require.NoError(t, err)
	require.Equal(t, with.Experiments, core.Policy().Experiments)
}

func TestADeskThatCannotDecideIsRefused(t *testing.T) {
	for _, recorded := range []string{"{", `{"policy":7}`, `{"policy":{"AppWait":-1}}`, `{"AppWait":-1}`} {
		_, err := deskOf([]byte(recorded))
		require.Error(t, err, recorded)
	}
}

// policyOf is a policy as a desk keeps it.
func policyOf(t *testing.T, p alerts.Policy) alerts.Policy {
	core, err := alerts.NewDesk(p)
	require.NoError(t, err)
	return core.Policy()
}
