package detectors_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors"
)

// reasonsOf plays a scenario and gives the reasons of its last alert.
func reasonsOf(t *testing.T, script string) map[detectors.ReasonCode]detectors.Reason {
	sc, err := parseScenario(script)
	require.NoError(t, err)
	m, state, out := monitor(t), &detectors.State{}, &detectors.Effects{}
	for _, st := range sc.steps {
		out.Reset()
		m.Step(state, st.event, out)
	}
	require.NotEmpty(t, out.Alerts)
	reasons := map[detectors.ReasonCode]detectors.Reason{}
	for _, r := range out.Alerts[0].Reasons {
		reasons[r.Code] = r
	}
	return reasons
}

func TestOutOfTownAlertTellsNumbersLimitsAndTheCardsOwnNormal(t *testing.T) {
	reasons := reasonsOf(t, `
home 230100
history 31 days to 2026-03-01 at 230100 of 120.00 CNY chip hours 12,19
2026-03-01 12:00:00+08:00 purchase 50.00 CNY chip 230100
2026-03-01 13:00:00+08:00 purchase 18800.00 CNY chip 440300`)
	far := reasons[detectors.DistanceFromHome]
	require.InDelta(t, 2830, far.Value, 60, "Harbin to Shenzhen")
	require.Equal(t, int64(100), far.Limit)
	require.Equal(t, detectors.Kilometres, far.Unit)
	require.Equal(t, "Harbin, 63 of 63 uses in 90 days", far.Baseline)

	speed := reasons[detectors.ImpossibleTravel]
	require.Greater(t, speed.Value, int64(2_500))
	require.Equal(t, int64(900), speed.Limit)
	require.Contains(t, speed.Baseline, "km from Harbin, 60 min before")

	amount := reasons[detectors.AmountVsUsual]
	require.Equal(t, int64(1_880_000), amount.Value)
	require.InEpsilon(t, 48_000, amount.Limit, 0.13, "the dearest ninth of the history is 480.00")
	require.Contains(t, reasons, detectors.NewPlace)
}

func TestSofteningFactsAreToldToo(t *testing.T) {
	reasons := reasonsOf(t, `
home 230100
history 31 days to 2026-03-01 at 230100 of 120.00 CNY chip hours 12,19
2026-03-01 10:00:00+08:00 purchase 1450.00 CNY ecommerce 110100 mcc=4511
2026-03-03 12:00:00+08:00 purchase 50.00 CNY chip 230100
2026-03-03 13:00:00+08:00 purchase 700.00 CNY chip 440300`)
	ticket := reasons[detectors.TravelPurchase]
	require.Equal(t, int64(2), ticket.Value)
	require.Equal(t, int64(15), ticket.Limit)
	require.Equal(t, detectors.Days, ticket.Unit)
}

func TestNightAlertTellsCountsSpansAndTheCardsOwnNights(t *testing.T) {
	reasons := reasonsOf(t, `
history 60 days to 2026-03-01 at 230100 of 120.00 CNY chip hours 12,19
2026-03-02 02:10:00+08:00 purchase 1.00 CNY ecommerce 110100 merchant=a declined
2026-03-02 02:12:00+08:00 purchase 3.00 CNY ecommerce 110100 merchant=b
2026-03-02 02:13:30+08:00 purchase 2.00 CNY ecommerce 310100 merchant=c`)
	require.Equal(t, detectors.Reason{Code: detectors.NightBurst, Value: 3, Limit: 3, Unit: detectors.Uses, Baseline: "within 10 min"},
		reasons[detectors.NightBurst])
	require.Equal(t, int64(3), reasons[detectors.TestCharges].Value)
	require.Equal(t, int64(1), reasons[detectors.DeclinedAttempts].Value)
	habit := reasons[detectors.NightHabit]
	require.Equal(t, "2 of 122 uses in 90 days between 00 and 06", habit.Baseline)
	require.Less(t, habit.Value, habit.Limit)
}
