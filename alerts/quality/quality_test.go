package quality_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts/quality"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// noon is a noon in China, days before or after the one that the tests look from.
func noon(days int) card.Moment {
	return card.MomentOf(time.Date(2026, 3, 20, 12, 0, 0, 0, time.FixedZone("CST", 8*3600))).Add(time.Duration(days) * 24 * time.Hour)
}

func opened(id, rule, cardID string, at card.Moment) *detectors.Alert {
	return &detectors.Alert{
		Head: card.Head{Customer: "cust", At: at}, AlertID: id, Revision: 1, State: detectors.Open, Detector: detectors.Name(rule), RuleSet: "v1",
		Mode: detectors.Live, Card: cardID,
	}
}

func drafted(set, id, rule, cardID string, at card.Moment) *detectors.Alert {
	a := opened(id, rule, cardID, at)
	a.RuleSet, a.Mode = set, detectors.Shadow
	return a
}

func answer(id string, v card.Verdict, at card.Moment) *card.Feedback {
	return &card.Feedback{Head: card.Head{At: at}, AlertID: id, Verdict: v}
}

func TestAnswersAreCountedWithTheRuleAndTheDayOfTheAlert(t *testing.T) {
	now := noon(0)
	for name, tt := range map[string]struct {
		play func(b *quality.Book)
		// today, week and month are alerts/genuine/fraud/unknown.
		today, week, month string
	}{
		"nothing was answered": {
			func(b *quality.Book) { b.Alert(opened("a", "r", "c", noon(0)), now) },
			"1/0/0/0", "1/0/0/0", "1/0/0/0",
		},
		"a late answer counts with its alert": {
			func(b *quality.Book) {
				b.Alert(opened("a", "r", "c", noon(-6)), now)
				b.Alert(opened("b", "r", "c", noon(-7)), now)
				b.Feedback(answer("a", card.Fraud, noon(0)))
				b.Feedback(answer("b", card.Genuine, noon(0)))
			},
			"0/0/0/0", "1/0/1/0", "2/1/1/0",
		},
		"growing is no new alert, nor is a record that comes twice": {
			func(b *quality.Book) {
				a := opened("a", "r", "c", noon(0))
				b.Alert(a, now)
				b.Alert(a, now)
				a.Revision = 2
				b.Alert(a, now)
			},
			"1/0/0/0", "1/0/0/0", "1/0/0/0",
		},
		"staff corrects the customer": {
			func(b *quality.Book) {
				b.Alert(opened("a", "r", "c", noon(0)), now)
				b.Feedback(answer("a", card.Genuine, noon(0)))
				b.Feedback(answer("a", card.Fraud, noon(0).Add(time.Hour)))
				b.Feedback(answer("a", card.Genuine, noon(0).Add(time.Minute)))
			},
			"1/0/1/0", "1/0/1/0", "1/0/1/0",
		},
		"not knowing takes nothing back, and knowing takes its place": {
			func(b *quality.Book) {
				b.Alert(opened("a", "r", "c", noon(0)), now)
				b.Alert(opened("b", "r", "c", noon(0)), now)
				b.Feedback(answer("a", card.Fraud, noon(0)))
				b.Feedback(answer("a", card.Unknown, noon(0).Add(time.Hour)))
				b.Feedback(answer("b", card.Unknown, noon(0).Add(time.Hour)))
				b.Feedback(answer("b", card.Genuine, noon(0)))
			},
			"2/1/1/0", "2/1/1/0", "2/1/1/0",
		},
		"an answer to nothing that is known": {
			func(b *quality.Book) {
				b.Alert(opened("a", "r", "c", noon(0)), now)
				b.Feedback(answer("z", card.Fraud, noon(0)))
			},
			"1/0/0/0", "1/0/0/0", "1/0/0/0",
		},
		"a wrong clock pushes out no true day": {
			func(b *quality.Book) {
				b.Alert(opened("a", "r", "c", noon(-27)), now)
				b.Alert(opened("b", "r", "c", noon(-27+36)), now)
				b.Alert(opened("c", "r", "c", noon(-35)), now)
			},
			"0/0/0/0", "0/0/0/0", "1/0/0/0",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var b quality.Book
			tt.play(&b)
			report := b.Report(now)
			require.Len(t, report.Rules, 1)
			for i, want := range []string{tt.today, tt.week, tt.month} {
				s := report.Rules[0].Spans[i]
				require.Equal(t, want, fmt.Sprintf("%d/%d/%d/%d", s.Alerts, s.Genuine, s.Fraud, s.Unknown), "%d days", s.Days)
			}
		})
	}
}

func TestPrecisionIsUnknownWithoutAnswers(t *testing.T) {
	var b quality.Book
	b.Alert(opened("a", "r", "c", noon(0)), noon(0))
	require.Nil(t, b.Report(noon(0)).Rules[0].Spans[1].Precision)
	b.Feedback(answer("a", card.Genuine, noon(0)))
	require.Zero(t, *b.Report(noon(0)).Rules[0].Spans[1].Precision)
}

func TestADraftsAlertsAreComparedWithTheLiveSets(t *testing.T) {
	for name, tt := range map[string]struct {
		live []*detectors.Alert
		also int
	}{
		"nothing alike":           {nil, 0},
		"the same alert":          {[]*detectors.Alert{opened("a", "r", "other", noon(-3))}, 1},
		"the same card, before":   {[]*detectors.Alert{opened("x", "other", "c", noon(0).Add(-24*time.Hour))}, 1},
		"the same card, after":    {[]*detectors.Alert{opened("x", "other", "c", noon(0).Add(24*time.Hour))}, 1},
		"too far apart":           {[]*detectors.Alert{opened("x", "other", "c", noon(0).Add(-24*time.Hour-time.Millisecond))}, 0},
		"another card":            {[]*detectors.Alert{opened("x", "r", "d", noon(0))}, 0},
		"twice is once":           {[]*detectors.Alert{opened("a", "r", "c", noon(0)), opened("x", "r", "c", noon(0))}, 1},
		"an account of that name": {[]*detectors.Alert{{Head: card.Head{At: noon(0)}, AlertID: "x", Revision: 1, Detector: "r", Account: "c"}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			for _, liveFirst := range []bool{true, false} {
				var b quality.Book
				shadow := func() { b.Alert(drafted("v2", "a", "r", "c", noon(0)), noon(0)) }
				if !liveFirst {
					shadow()
				}
				for _, a := range tt.live {
					b.Alert(a, noon(0))
				}
				if liveFirst {
					shadow()
				}
				drafts := b.Report(noon(0)).Drafts
				require.Len(t, drafts, 1)
				require.Equal(t, "v2", drafts[0].Set)
				require.Equal(t, 1, drafts[0].Spans[1].Alerts)
				require.Equal(t, tt.also, drafts[0].Spans[1].AlsoLive, "live first: %v", liveFirst)
			}
		})
	}
}

func TestDraftsOfTwoSetsAreCountedApart(t *testing.T) {
	var b quality.Book
	for _, set := range []string{"v3", "v2"} {
		b.Alert(drafted(set, "a", "r", "c", noon(0)), noon(0))
	}
	b.Feedback(answer("a", card.Fraud, noon(0)))
	report := b.Report(noon(0))
	require.Empty(t, report.Rules, "a draft is asked about by nobody")
	require.Equal(t, []string{"v2", "v3"}, []string{report.Drafts[0].Set, report.Drafts[1].Set})
	require.Zero(t, report.Drafts[0].Spans[1].Fraud)
}

func TestMemoryIsBounded(t *testing.T) {
	var b quality.Book
	for i := range 300 {
		b.Alert(opened(fmt.Sprint("a", i), fmt.Sprint("rule", i), "c", noon(-30)), noon(-30))
	}
	report := b.Report(noon(-30))
	require.Len(t, report.Rules, 201)
	require.Equal(t, 100, report.Rule(quality.Other).Spans[0].Alerts)
	for i := range 100 {
		b.Alert(opened(fmt.Sprint("b", i), fmt.Sprint("new", i), "c", noon(10)), noon(10))
	}
	require.Equal(t, 1, b.Report(noon(10)).Rule("new99").Spans[0].Alerts, "rules that raised nothing any more make room")

	for i := range 100_001 {
		b.Alert(opened(fmt.Sprint("many", i), "new0", fmt.Sprint("c", i), noon(10)), noon(10))
	}
	b.Feedback(answer("many0", card.Fraud, noon(10)))
	require.Zero(t, b.Report(noon(10)).Rule("new0").Spans[0].Fraud, "forgotten")
	b.Feedback(answer("many1", card.Fraud, noon(10)))
	require.Equal(t, 1, b.Report(noon(10)).Rule("new0").Spans[0].Fraud)
}
