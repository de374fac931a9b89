package rule_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/rule"
)

// noon is 2 March 2026 in China.
var noon = card.Moment{UnixMilli: 1772424000000, OffsetMinutes: 480}

// burst is a rule as an analyst writes it: many small online charges at several merchants.
func burst() detectors.CustomRule {
	return detectors.CustomRule{
		ID: "small_online_burst", Version: 1, Owner: "fraud-ops", Mode: detectors.RuleLive, Action: detectors.ConfirmWithCustomer,
		Title: detectors.Text{Zh: "小额网上连刷", En: "Burst of small online charges"},
		Windows: []detectors.RuleWindow{
			{Name: "small_online", Key: []string{"card"}, Aggregate: "count", Span: 30 * time.Minute, Where: `!card_present && amount_minor <= 2000`},
			{Name: "shops", Key: []string{"card"}, Aggregate: "distinct", Field: "merchant_id", Span: 30 * time.Minute, Where: `!card_present && amount_minor <= 2000`},
		},
		When: `!card_present && small_online >= 3 && shops >= 2`, Score: `shops >= 3 ? 85 : 70`,
		Reasons: []detectors.RuleReason{{Code: "small_online_charges", Value: "small_online", Limit: "3", Unit: detectors.Uses,
			Text: detectors.Text{Zh: "30分钟内{value}笔小额网上交易，{shops}家商户", En: "{value} small online charges at {shops} merchants in 30 min"}}},
	}
}

// setOf is the shipped set with rules.
func setOf(rules ...detectors.CustomRule) detectors.Rules {
	set := detectors.Defaults()
	set.Custom = rules
	return set
}

func online(id, shop string, after time.Duration, minor int64) *card.Transaction {
	return &card.Transaction{Head: card.Head{ID: id, Customer: "c1", At: noon.Add(after)}, Card: "card1", Account: "card1", Type: card.Purchase,
		Status: card.Approved, Amount: card.Money{Minor: minor, Currency: card.Currency{'C', 'N', 'Y'}}, Entry: card.Ecommerce, Merchant: shop}
}

func feed(m *detectors.Monitor, s *detectors.State, body card.Body) *detectors.Effects {
	out := &detectors.Effects{}
	m.Step(s, card.Event{Arrived: body.Meta().At, Body: body}, out)
	return out
}

func monitorOf(t testing.TB, rules ...detectors.CustomRule) *detectors.Monitor {
	m, err := rule.NewMonitor(setOf(rules...))
	require.NoError(t, err)
	return m
}

func TestARuleRaisesAnAlertInItsOwnWords(t *testing.T) {
	m, s := monitorOf(t, burst()), &detectors.State{}
	require.Empty(t, feed(m, s, online("t1", "m1", 0, 100)).Alerts)
	require.Empty(t, feed(m, s, online("t2", "m1", time.Minute, 1_900)).Alerts)
	out := feed(m, s, online("t3", "m2", 2*time.Minute, 500))
	require.Len(t, out.Alerts, 1)
	a := out.Alerts[0]
	require.Equal(t, detectors.Name("small_online_burst"), a.Detector)
	require.Equal(t, "小额网上连刷", a.Title.Zh)
	require.Equal(t, 70, a.Score)
	require.Equal(t, detectors.Reason{Code: "small_online_charges", Value: 3, Limit: 3, Unit: detectors.Uses, Text: detectors.Text{
		Zh: "30分钟内3笔小额网上交易，2家商户", En: "3 small online charges at 2 merchants in 30 min"}}, a.Reasons[0])

	require.Equal(t, 85, feed(m, s, online("t4", "m3", 3*time.Minute, 500)).Alerts[0].Score)
}

// The history of a window is there on the rule's first day, since the card's log holds it.
func TestANewRuleIsWarmOnItsFirstDay(t *testing.T) {
	before, s := monitorOf(t), &detectors.State{}
	for i := range 40 {
		feed(before, s, online(fmt.Sprint("old", i), fmt.Sprint("m", i%4), time.Duration(i-80)*24*time.Hour, int64(1_000+i)))
	}
	var stored detectors.State
	require.NoError(t, stored.UnmarshalBinary(s.AppendBinary(nil)))

	r := burst()
	r.Windows = []detectors.RuleWindow{
		{Name: "uses", Key: []string{"card"}, Aggregate: "count", Span: 90 * 24 * time.Hour, PastOnly: true},
		{Name: "there", Key: []string{"customer", "merchant_id"}, Aggregate: "count", Span: 90 * 24 * time.Hour, PastOnly: true},
		{Name: "median", Key: []string{"card"}, Aggregate: "quantile", Q: 0.5, Field: "amount_minor", Span: 90 * 24 * time.Hour, PastOnly: true},
		{Name: "recently", Key: []string{"card"}, Aggregate: "sum", Field: "amount_minor", Span: 45 * 24 * time.Hour},
	}
	r.When, r.Score = `uses == 40 && there == 10 && median == 1019 && recently == 1036 + 1037 + 1038 + 1039 + 5`, "60"
	r.Reasons[0].Value, r.Reasons[0].Text = "uses", detectors.Text{Zh: "{recently:amount}", En: "{recently:amount}"}
	out := feed(monitorOf(t, r), &stored, online("new", "m3", 0, 5))
	require.Len(t, out.Alerts, 1)
	require.Equal(t, detectors.Text{Zh: "41.55元", En: "CNY 41.55"}, out.Alerts[0].Reasons[0].Text)
}

func TestARuleInShadowSpeaksToTheShadowAlone(t *testing.T) {
	shadowed, off, second := burst(), burst(), burst()
	shadowed.Mode, second.Mode, off.Mode = detectors.RuleShadow, detectors.RuleShadow, detectors.RuleOff
	second.ID, off.ID = "second", "off"
	m, s := monitorOf(t, shadowed, second, off), &detectors.State{}
	for i := range 3 {
		out := feed(m, s, online(fmt.Sprint("t", i), fmt.Sprint("m", i), time.Duration(i)*time.Minute, 100))
		require.Empty(t, out.Alerts)
		if i < 2 {
			require.Empty(t, out.Shadow)
			continue
		}
		require.Len(t, out.Shadow, 2, "each of the two in shadow by itself")
		require.Equal(t, "default.1+small_online_burst", out.Shadow[0].RuleSet)
		require.Equal(t, detectors.Shadow, out.Shadow[1].Mode)
	}
}

func TestARuleMayBeAboutOneSegment(t *testing.T) {
	r := burst()
	r.Segments, r.When = []string{"gold"}, `segment == "gold"`
	m := monitorOf(t, r)
	for _, segment := range []string{"gold", "mass"} {
		s := &detectors.State{}
		feed(m, s, &card.Customer{Head: card.Head{ID: "c", Customer: "c1", At: noon}, Segment: segment})
		alerts := feed(m, s, online("t", "m", time.Minute, 100)).Alerts
		require.Equal(t, segment == "gold", len(alerts) == 1, segment)
	}
}

func TestBuiltInDetectorsMayDifferBySegment(t *testing.T) {
	set := detectors.Defaults()
	patient := set.LargeOutOfTown
	patient.AlertAt = 100
	set.Segments = map[string]detectors.SegmentRules{"traveller": {LargeOutOfTown: &patient}}
	m, err := rule.NewMonitor(set)
	require.NoError(t, err)
	for segment, alerts := range map[string]int{"": 1, "traveller": 0} {
		s := &detectors.State{}
		feed(m, s, &card.Customer{Head: card.Head{ID: "c", Customer: "c1", At: noon}, Home: card.Place{City: "230100"}, Segment: segment})
		far := online("t", "m", 0, 5_000_000)
		far.Entry, far.Place.City = card.Chip, "440300"
		require.Len(t, feed(m, s, far).Alerts, alerts, segment)
	}
}

// What a rule cannot answer is no hit, counted by its cause; whatever the rule, the monitor goes on.
func TestARuleThatCannotAnswerDoesNotFire(t *testing.T) {
	for _, tc := range []struct {
		when, score string
		cause       detectors.Fault
	}{
		{"amount_minor / monthly_income_minor > 3", "70", detectors.DivisionByZero},
		{"monthly_income_minor != 0 && amount_minor / monthly_income_minor > 3", "70", ""},
		{"9223372036854775807 + amount_minor > 0", "70", detectors.Overflow},
		{"km(place, home) > 100", "70", detectors.PlaceUnknown},
		{"known(place) && km(place, home) > 100", "70", ""},
		{"km(place, home) > 100 || amount_minor > 0", "70", "fires"},
		{"true", "amount_minor", detectors.ScoreRange},
		{`int(merchant_id) > 1`, "70", detectors.BadValue},
		{`timestamp(merchant_id) < occurred_at`, "70", detectors.BadValue},
	} {
		r := burst()
		r.When, r.Score = tc.when, tc.score
		m := monitorOf(t, r)
		out := feed(m, &detectors.State{}, online("t", "m", 0, 500))
		require.Equal(t, tc.cause == "fires", len(out.Alerts) == 1, tc.when)
		if tc.cause == "" || tc.cause == "fires" {
			require.Empty(t, out.RuleErrors, tc.when)
			continue
		}
		require.Equal(t, []detectors.RuleError{{Rule: r.ID, Mode: detectors.Live, Cause: tc.cause}}, out.RuleErrors, tc.when)
	}
}

func TestHoursAndDaysAreThoseOfThePlace(t *testing.T) {
	r := burst()
	r.Score = "70"
	r.When = `local_hour == 12 && local_hour(occurred_at) == 12 && local_weekday == 1 && utc_offset_minutes == 480 && occurred_at == timestamp("2026-03-02T12:00:00+08:00")`
	require.Len(t, feed(monitorOf(t, r), &detectors.State{}, online("monday", "m", 0, 500)).Alerts, 1)
}

// A use of which where cannot be told does not count; the window still does.
func TestAWindowSkipsUsesThatCannotBeTold(t *testing.T) {
	r := burst()
	r.Windows = []detectors.RuleWindow{{Name: "near", Key: []string{"card"}, Aggregate: "count", Span: time.Hour, Where: `km(place, "230100") < 50.0`}}
	r.When, r.Score, r.Reasons[0].Value = "near == 1", "60", "near"
	r.Reasons[0].Text = detectors.Text{Zh: "{near}", En: "{near}"}
	m, s := monitorOf(t, r), &detectors.State{}
	feed(m, s, online("t1", "m", 0, 100))
	at := online("t2", "m", time.Minute, 100)
	at.Entry, at.Place.City = card.Chip, "230100"
	require.Len(t, feed(m, s, at).Alerts, 1)
}

func TestWindowsEndWithTheUseBeingJudged(t *testing.T) {
	r := burst()
	r.Windows = []detectors.RuleWindow{{Name: "n", Key: []string{"card"}, Aggregate: "count", Span: 10 * time.Minute}}
	r.When, r.Score, r.Reasons[0].Value, r.Reasons[0].Text = "n > 0", "n", "n", detectors.Text{Zh: "{n}", En: "{n}"}
	counted := func(s *detectors.State, m *detectors.Monitor, id string, after time.Duration) int64 {
		out := &detectors.Effects{}
		tr := online(id, "m", after, 100)
		m.Step(s, card.Event{Arrived: noon.Add(20 * time.Minute), Body: tr}, out)
		for _, a := range out.Alerts {
			return a.Reasons[0].Value
		}
		return 0
	}
	set := setOf(r)
	set.Lateness = time.Hour
	m, err := rule.NewMonitor(set)
	require.NoError(t, err)
	require.EqualValues(t, 1, counted(&detectors.State{}, m, "a", 0))
	s := &detectors.State{}
	counted(s, m, "t0", 0)
	counted(s, m, "t10", 10*time.Minute)
	require.EqualValues(t, 2, func() int64 {
		counted(s, m, "t9", 9*time.Minute)
		return s.Incidents[0].Alert.Reasons[0].Value
	}(), "of 0, 9 and 10 min the first is a span ago at 10 min, and the last one later than 9 min")
}

// A rule that users wrote and nobody compiled would be silent for ever.
func TestUncompiledRulesAreRefused(t *testing.T) {
	_, err := detectors.NewMonitor(setOf(burst()))
	require.ErrorContains(t, err, `rule "small_online_burst" has not been compiled`)
}

func BenchmarkTenRulesOnAQuietUse(b *testing.B) {
	for name, more := range map[string]string{"none": "", "closures": " && true", "interpreted": ` && merchant_id.startsWith("m")`} {
		b.Run(name, func(b *testing.B) {
			var rules []detectors.CustomRule
			for i := 0; i < 10 && more != ""; i++ {
				r := burst()
				r.ID = detectors.Name(fmt.Sprint("rule_", i))
				r.When += more
				rules = append(rules, r)
			}
			m, s := monitorOf(b, rules...), &detectors.State{}
			for i := range 300 {
				feed(m, s, online(fmt.Sprint("old", i), "m", time.Duration(i-400)*time.Hour, 100))
			}
			stored := s.AppendBinary(nil)
			out := &detectors.Effects{}
			b.ReportAllocs()
			for b.Loop() {
				_ = s.UnmarshalBinary(stored)
				out.Reset()
				tr := online("new", "m", 0, 100)
				m.Step(s, card.Event{Arrived: tr.At, Body: tr}, out)
			}
		})
	}
}

func lines(problems []detectors.Problem) string {
	var all []string
	for _, p := range problems {
		all = append(all, fmt.Sprintf("%s (%d:%d): %s", p.Path, p.Line, p.Column, p.Text))
	}
	return strings.Join(all, "\n")
}
