package explain_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts/explain"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

var cny = card.Currency{'C', 'N', 'Y'}

func moment(text string) card.Moment {
	m, err := card.ParseMoment(text)
	if err != nil {
		panic(err)
	}
	return m
}

// clone is a large purchase in Shenzhen with a card of Harbin, as it opened and as it grew.
func clone() []detectors.Alert {
	open := detectors.Alert{
		Head: card.Head{ID: "al-1/1", Customer: "cust-7", At: moment("2026-03-01T02:13:05+08:00")}, AlertID: "al-1", Revision: 1, State: detectors.Open,
		Detector: "large_out_of_town", DetectorVersion: 1, RuleSet: "spring.3", Mode: detectors.Live, Severity: detectors.High, Score: 78,
		Card: "tok-9f31-4477", Account: "acct-0815", EventIDs: []string{"ev-1"}, OccurredAt: moment("2026-03-01T02:13:00+08:00"),
		Use:    detectors.Use{Amount: card.Money{Minor: 1_880_000, Currency: cny}, City: "440300", Country: "CN", Merchant: "m-1", MerchantName: "数码城", CardPresent: true},
		Action: detectors.ConfirmWithCustomer, Source: card.Source{Topic: "cards.transaction.v1", Partition: 3, Offset: 4711},
		Reasons: []detectors.Reason{
			{Code: "distance_from_home", Value: 2810, Limit: 100, Unit: detectors.Kilometres, Baseline: detectors.Text{Zh: "哈尔滨，90天内62次中62次", En: "Harbin, 62 of 62 uses in 90 days"}},
			{Code: "amount_vs_usual", Value: 1_880_000, Limit: 250_000, Unit: detectors.Minor},
		},
	}
	grown := open
	grown.ID, grown.Revision, grown.Score, grown.Severity, grown.At = "al-1/2", 2, 91, detectors.Critical, moment("2026-03-01T02:20:00+08:00")
	grown.EventIDs = []string{"ev-1", "ev-2"}
	return []detectors.Alert{open, grown}
}

// sets knows one rule set, with a rule that a user wrote.
func sets(version string) (*detectors.Rules, bool) {
	rules := detectors.Defaults()
	rules.Version = "spring.3"
	rules.LargeOutOfTown.AlertAt = 55
	rules.Custom = []detectors.CustomRule{{
		ID: "gift_cards", Version: 4, Owner: "wang.li", When: "n >= 3", Score: "70", Action: detectors.Review, Mode: detectors.RuleShadow,
		Windows: []detectors.RuleWindow{{Name: "n", Key: []string{"card"}, Aggregate: "count", Span: 30 * time.Minute, Where: `mcc == "5947"`}},
		Tests:   []detectors.RuleTest{{Name: "a test"}},
	}}
	return &rules, version == rules.Version
}

func TestAnExplanationTellsWhatWhyAndWhere(t *testing.T) {
	records := clone()
	e, err := explain.Of([]detectors.Alert{records[1], records[0], records[1]}, sets)
	require.NoError(t, err)
	require.Equal(t, explain.Words{Zh: "大额异地", En: "Large out-of-town use"}, e.Title)
	require.Equal(t, "4477", e.Card)
	require.Equal(t, 91, e.Score)
	require.Equal(t, "2026-03-01T02:13:05.000+08:00", e.DetectedAt, "the alert was detected when it opened")
	require.Equal(t, &explain.Source{Topic: "cards.transaction.v1", Partition: 3, Offset: 4711}, e.Source)
	require.Len(t, e.Revisions, 2, "a record that comes twice is one revision")
	require.Equal(t, []int{78, 91}, []int{e.Revisions[0].Score, e.Revisions[1].Score})
	require.Equal(t, explain.Fact{
		Code: "distance_from_home", Name: explain.Words{Zh: "与常驻地距离", En: "Distance from home"}, Value: 2810, Limit: 100, Unit: "km",
		Measured: explain.Words{Zh: "2,810 公里", En: "2,810 km"}, Bound: explain.Words{Zh: "100 公里", En: "100 km"},
		Baseline: explain.Words{Zh: "哈尔滨，90天内62次中62次", En: "Harbin, 62 of 62 uses in 90 days"},
	}, e.Facts[0])
	require.Equal(t, "¥18,800.00", e.Facts[1].Measured.En)
	require.Equal(t, "Shenzhen", e.Use.CityName.En)
	require.Contains(t, e.Rule.Settings, explain.Setting{
		Key: "alert_at", Value: "55", Meaning: "The score, 1 to 100, from which an alert is raised.",
	}, "the thresholds are those of the set that decided")
}

func TestAUsersRuleSpeaksInItsOwnWords(t *testing.T) {
	records := clone()[:1]
	records[0].Detector, records[0].RuleSet, records[0].Mode = "gift_cards", "spring.3+gift_cards", detectors.Shadow
	records[0].Title = detectors.Text{Zh: "礼品卡连刷", En: "Gift cards in a row"}
	records[0].Reasons = []detectors.Reason{{Code: "many", Value: 4, Unit: detectors.Uses, Text: detectors.Text{Zh: "半小时内4次"}}}
	e, err := explain.Of(records, sets)
	require.NoError(t, err)
	require.Equal(t, "Gift cards in a row", e.Title.En)
	require.Equal(t, "半小时内4次", e.Facts[0].Name.En, "a text in one language is told in that")
	require.Equal(t, "n >= 3", e.Rule.Text.When)
	require.Equal(t, "30m0s", e.Rule.Text.Windows[0].Span)
	text := string(e.AppendText(nil, card.English))
	require.Contains(t, text, "  半小时内4次\n", "a rule's sentence holds its values already")
	for _, want := range []string{"Gift cards in a row", "Shadow", "n = count over 30m0s by card where mcc == \"5947\"", "wang.li"} {
		require.Contains(t, text, want)
	}
}

func TestARuleSetThatNobodyKnowsIsSaidToBe(t *testing.T) {
	records := clone()
	records[0].RuleSet, records[1].RuleSet = "lost.1", "lost.1"
	for _, lookup := range []explain.RuleSets{sets, nil} {
		e, err := explain.Of(records, lookup)
		require.NoError(t, err)
		require.Nil(t, e.Rule)
		require.Contains(t, string(e.AppendText(nil, card.English)), "not known here")
	}
}

func TestWithoutRecordsThereIsNoAlert(t *testing.T) {
	_, err := explain.Of(nil, nil)
	require.ErrorIs(t, err, explain.ErrUnknown)
	for _, id := range []string{"", "a b", "a\n", "é", strings.Repeat("x", 65)} {
		require.False(t, explain.ValidID(id), "%q", id)
	}
	require.True(t, explain.ValidID("093725aafa453cd269c8452436ea3c8f"))
}

// The page goes to a customer: how the bank decides is none of it.
func TestTheExportLeavesOutWhatCustomersAreNotTold(t *testing.T) {
	e, err := explain.Of(clone(), sets)
	require.NoError(t, err)
	page, err := e.AppendHTML(nil, card.Chinese, card.English)
	require.NoError(t, err)
	_, html, _ := strings.Cut(string(page), "<body>")
	for _, want := range []string{"大额异地", "Large out-of-town use", "••4477", "¥18,800.00", "2,810 km", "ev-1", "spring.3", "cards.transaction.v1[3]@4711", `lang="zh-CN"`, `lang="en"`} {
		require.Contains(t, html, want)
	}
	require.NotContains(t, string(page), "<script")
	for _, secret := range []string{"cust-7", "tok-9f31", "acct-", "100 km", "¥2,500.00", "91", "78", "alert_at", "http://", "https://"} {
		require.NotContains(t, html, secret)
	}
}

func TestASentenceThatMayHoldALimitIsNotExported(t *testing.T) {
	records := clone()[:1]
	records[0].Title = detectors.Text{Zh: "礼品卡连刷", En: "Gift cards in a row"}
	records[0].Reasons = []detectors.Reason{{Code: "many", Value: 4, Limit: 3, Unit: detectors.Uses, Text: detectors.Text{En: "4 cards, more than 3"}}}
	e, err := explain.Of(records, nil)
	require.NoError(t, err)
	page, err := e.AppendHTML(nil, card.English)
	require.NoError(t, err)
	require.NotContains(t, string(page), "more than 3")
	require.Contains(t, string(page), `<th scope="row">Gift cards in a row</th><td>4 times`)
	require.Contains(t, string(e.AppendText(nil, card.English)), "4 cards, more than 3 (limit 3 times)")
}

func TestThePlaceOfATradeWithoutTheCardIsNotTold(t *testing.T) {
	records := clone()[:1]
	records[0].Use.CardPresent = false
	e, err := explain.Of(records, nil)
	require.NoError(t, err)
	text := string(e.AppendText(nil, card.English))
	require.Contains(t, text, "¥18,800.00 · 数码城 · Card not present")
	require.NotContains(t, text, "Shenzhen")
}

func TestAnExplanationSurvivesTheAPI(t *testing.T) {
	e, err := explain.Of(clone(), sets)
	require.NoError(t, err)
	text, err := json.Marshal(e)
	require.NoError(t, err)
	var again explain.Explanation
	require.NoError(t, json.Unmarshal(text, &again))
	require.Equal(t, e, &again)
}

func TestChineseAndEnglishTextsHoldTheSameFacts(t *testing.T) {
	e, err := explain.Of(clone(), sets)
	require.NoError(t, err)
	for _, lang := range []card.Language{card.Chinese, card.English} {
		text := string(e.AppendText(nil, lang))
		for _, want := range []string{"al-1", "2,810", "100", "¥18,800.00", "¥2,500.00", "spring.3", "alert_at = 55", "[3]@4711", "91 / 100"} {
			require.Contains(t, text, want, lang)
		}
	}
}
