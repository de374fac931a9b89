package detectors_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
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
	require.Equal(t, detectors.Text{Zh: "哈尔滨市，90天内63次中63次", En: "Harbin, 63 of 63 uses in 90 days"}, far.Baseline)

	speed := reasons[detectors.ImpossibleTravel]
	require.Greater(t, speed.Value, int64(2_500))
	require.Equal(t, int64(900), speed.Limit)
	require.Regexp(t, `^2[0-9]{3} km from Harbin, 60 min before$`, speed.Baseline.En)
	require.Regexp(t, `^距哈尔滨市2[0-9]{3}公里，60分钟前$`, speed.Baseline.Zh)

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
	require.Equal(t, detectors.Reason{Code: detectors.NightBurst, Value: 3, Limit: 3, Unit: detectors.Uses,
		Baseline: detectors.Text{Zh: "10分钟内", En: "within 10 min"}},
		reasons[detectors.NightBurst])
	require.Equal(t, int64(3), reasons[detectors.TestCharges].Value)
	require.Equal(t, int64(1), reasons[detectors.DeclinedAttempts].Value)
	habit := reasons[detectors.NightHabit]
	require.Equal(t, detectors.Text{Zh: "90天内122次用卡中2次在00点至06点", En: "2 of 122 uses in 90 days between 00 and 06"}, habit.Baseline)
	require.Less(t, habit.Value, habit.Limit)
}

// fired gives every reason of every alert and collection of all scenarios and scripts.
func fired(t *testing.T) (all []detectors.Reason) {
	see := func(out *detectors.Effects) {
		for _, a := range out.Alerts {
			all = append(all, a.Reasons...)
		}
		for _, c := range out.Collections {
			all = append(all, c.Reasons...)
		}
	}
	for _, d := range cardDetectors() {
		for _, sc := range loadScenarios(t, string(d.About().Name)) {
			m, state, out := monitor(t), &detectors.State{}, &detectors.Effects{}
			for _, st := range sc.steps {
				out.Reset()
				m.Step(state, st.event, out)
				see(out)
			}
		}
	}
	for _, script := range loadAccountScripts(t) {
		script.play(t, monitor(t), func(_ *detectors.State, out *detectors.Effects) { see(out) })
	}
	return all
}

func TestEveryBaselineIsWrittenInBothLanguagesWithTheSameNumbers(t *testing.T) {
	han, codes, letters := regexp.MustCompile(`\p{Han}`), regexp.MustCompile(`\b[A-Z]{3} [0-9]|\b[A-Z]{5}\b`), regexp.MustCompile(`[A-Za-z]`)
	digits := regexp.MustCompile(`[0-9]+`)
	told := map[detectors.ReasonCode]bool{}
	for _, r := range fired(t) {
		zh, en := r.Baseline.Zh, r.Baseline.En
		if zh == "" && en == "" {
			continue
		}
		told[r.Code] = true
		if r.Code != "due_date_estimated" {
			require.Regexp(t, han, zh, r.Code)
			require.Regexp(t, letters, en, r.Code)
		}
		require.NotRegexp(t, han, en, r.Code)
		require.NotRegexp(t, letters, codes.ReplaceAllString(zh, ""), r.Code)
		require.NotRegexp(t, `%!|  `, zh+en, r.Code)
		require.ElementsMatch(t, digits.FindAllString(en, -1), digits.FindAllString(zh, -1), "%s: %q, %q", r.Code, zh, en)
	}
	for _, code := range []detectors.ReasonCode{
		detectors.DistanceFromHome, detectors.ImpossibleTravel, detectors.HurriedTravel, detectors.TwoPlaces, detectors.NewPlace,
		detectors.AmountVsUsual, detectors.EarlierFraud, detectors.TravelPurchase, detectors.JourneyUnderWay,
		detectors.NightBurst, detectors.NightSeries, detectors.TestCharges, detectors.LargeAfterTests, detectors.CashSeries,
		detectors.DeclinedAttempts, detectors.SpreeVsUsual, detectors.NightHabit, "due_date_estimated",
	} {
		require.True(t, told[code], "no scenario tells %s", code)
	}
}

func TestWhatIsWrittenInOneLanguageAloneIsReadInBoth(t *testing.T) {
	both := detectors.Text{Zh: "哈尔滨市", En: "Harbin"}
	require.Equal(t, "哈尔滨市", both.In(card.Chinese))
	require.Equal(t, "哈尔滨市", both.In(0))
	require.Equal(t, "Harbin", both.In(card.English))
	require.Equal(t, "Harbin", detectors.Text{En: "Harbin"}.In(card.Chinese))
	require.Equal(t, "哈尔滨市", detectors.Text{Zh: "哈尔滨市"}.In(card.English))
}
