package detectors_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// oneOff speaks when an amount is exactly its own, so that a test decides who speaks about which use.
type oneOff struct {
	name  detectors.Name
	score map[int64]int
}

func (d oneOff) About() detectors.About { return detectors.About{Name: d.name, Version: 7} }

func (d oneOff) Validate() []detectors.Problem { return nil }

func (d oneOff) Evaluate(in *detectors.Sighting, f *detectors.Finding) {
	if score := d.score[in.Use.Minor]; score > 0 {
		f.Score, f.Action, f.Title = score, detectors.Review, detectors.Text{Zh: "规则" + string(d.name), En: "rule " + string(d.name)}
		f.Reasons = []detectors.Reason{
			{Code: detectors.ReasonCode(d.name), Value: in.Use.Minor, Unit: detectors.Minor, Text: detectors.Text{Zh: "金额", En: "amount"}},
			{Code: "shared", Value: int64(score), Unit: detectors.Points},
		}
	}
}

func monitorOf(t *testing.T, custom ...detectors.CardDetector) *detectors.Monitor {
	m, err := detectors.NewMonitor(detectors.Defaults(), custom...)
	require.NoError(t, err)
	return m
}

func costing(id string, after time.Duration, minor int64) *card.Transaction {
	t := use(id, "card1", after)
	t.Amount.Minor = minor
	return t
}

func codes(a detectors.Alert) (list []detectors.ReasonCode) {
	for _, r := range a.Reasons {
		list = append(list, r.Code)
	}
	return list
}

func TestACardHasOneIncidentWhateverDetectorSpeaks(t *testing.T) {
	m := monitorOf(t, oneOff{"mild", map[int64]int{1: 55}}, oneOff{"strong", map[int64]int{2: 92}}, oneOff{"faint", map[int64]int{3: 51}})
	s := &detectors.State{}

	opened := feed(m, s, costing("t1", 0, 1)).Alerts
	require.Len(t, opened, 1)
	require.Equal(t, detectors.Name("mild"), opened[0].Detector)
	require.Equal(t, detectors.Medium, opened[0].Severity)
	require.Equal(t, "rule mild", opened[0].Title.En)

	stronger := feed(m, s, costing("t2", time.Minute, 2)).Alerts
	require.Len(t, stronger, 1)
	require.Equal(t, opened[0].AlertID, stronger[0].AlertID)
	require.Equal(t, 2, stronger[0].Revision)
	require.Equal(t, detectors.Name("strong"), stronger[0].Detector, "the stronger finding absorbs the weaker one")
	require.Equal(t, detectors.Critical, stronger[0].Severity)
	require.Equal(t, []detectors.ReasonCode{"strong", "shared", "mild"}, codes(stronger[0]), "whose facts stay, behind")
	require.Equal(t, int64(92), stronger[0].Reasons[1].Value, "a fact that both have is the stronger one's")
	restored(t, s)

	weaker := feed(m, s, costing("t3", 2*time.Minute, 3)).Alerts
	require.Equal(t, detectors.Name("strong"), weaker[0].Detector)
	require.Equal(t, 92, weaker[0].Score)
	require.Equal(t, []detectors.ReasonCode{"strong", "shared", "mild", "faint"}, codes(weaker[0]))
	require.Equal(t, []string{"t1", "t2", "t3"}, weaker[0].EventIDs)
}

func TestDetectorsThatSpeakAboutOneUseMakeOneRevision(t *testing.T) {
	m := monitorOf(t, oneOff{"mild", map[int64]int{1: 55}}, oneOff{"strong", map[int64]int{1: 71}})
	raised := feed(m, &detectors.State{}, costing("t1", 0, 1)).Alerts
	require.Len(t, raised, 1)
	require.Equal(t, 1, raised[0].Revision)
	require.Equal(t, detectors.Name("strong"), raised[0].Detector)
	require.Equal(t, []detectors.ReasonCode{"strong", "shared", "mild"}, codes(raised[0]))
	require.Equal(t, []string{"t1"}, raised[0].EventIDs)
}

func TestCardsOfOneCustomerHaveIncidentsOfTheirOwn(t *testing.T) {
	m, s := monitorOf(t, oneOff{"mild", map[int64]int{1: 55}}), &detectors.State{}
	feed(m, s, costing("t1", 0, 1))
	other := use("t2", "card2", time.Minute)
	other.Amount.Minor = 1
	require.Equal(t, 1, feed(m, s, other).Alerts[0].Revision)
	require.Len(t, s.Incidents, 2)
}

func draft(t *testing.T, version string, custom ...detectors.CardDetector) *detectors.Monitor {
	rules := detectors.Defaults()
	rules.Version = version
	m, err := detectors.NewMonitor(rules, custom...)
	require.NoError(t, err)
	return m
}

// A draft sees what the live rules see, and changes nothing for them: no alert, no incident, no timer that they would act on.
func TestADraftSpeaksInTheShadowAlone(t *testing.T) {
	loud := oneOff{"loud", map[int64]int{1: 99, 12_000: 99}}
	plain, drafted := monitorOf(t), monitorOf(t).WithDrafts(draft(t, "next.1", loud), draft(t, "next.2", loud))
	alone, beside := &detectors.State{}, &detectors.State{}
	at := noon
	for i := range 40 {
		tr := charge("t"+string(rune('A'+i)), i*7)
		at = tr.At
		live, both := feed(plain, alone, tr), feed(drafted, beside, tr)
		require.Equal(t, live.Alerts, both.Alerts)
		require.Equal(t, alone.Incidents, beside.Incidents)
		require.Empty(t, live.Shadow)
	}
	out := feed(drafted, beside, costing("mine", at.Sub(noon), 1))
	require.Empty(t, out.Alerts)
	require.Len(t, out.Shadow, 2, "one of each draft")
	for i, version := range []string{"next.1", "next.2"} {
		require.Equal(t, detectors.Shadow, out.Shadow[i].Mode)
		require.Equal(t, version, out.Shadow[i].RuleSet)
	}
	require.Equal(t, out.Shadow[0].AlertID, out.Shadow[1].AlertID, "the same finding has the same id, live or not")
	restored(t, beside)

	due := at.Add(25 * time.Hour)
	closing := feed(drafted, beside, &card.Tick{Head: card.Head{Customer: "c1", At: due}})
	for _, a := range closing.Shadow {
		require.Equal(t, detectors.Closed, a.State)
	}
	require.Empty(t, beside.Shadows, "they close like live ones")
}

func TestShadowIncidentsAreBounded(t *testing.T) {
	loud := oneOff{"loud", map[int64]int{1: 99}}
	m, s := monitorOf(t).WithDrafts(draft(t, "next.1", loud)), &detectors.State{}
	for i := range 15 {
		tr := use("t"+string(rune('A'+i)), "card"+string(rune('A'+i)), time.Duration(i)*time.Minute)
		tr.Amount.Minor = 1
		feed(m, s, tr)
	}
	require.Len(t, s.Shadows, 15)
	restored(t, s)
	more := monitorOf(t).WithDrafts(draft(t, "next.1", loud), draft(t, "next.2", loud))
	tr := use("more", "cardA", time.Hour)
	tr.Amount.Minor = 1
	feed(more, s, tr)
	require.Len(t, s.Shadows, 16)
	tr = use("evenmore", "cardB", time.Hour)
	tr.Amount.Minor = 1
	out := feed(more, s, tr)
	require.Len(t, s.Shadows, 16)
	require.Contains(t, []detectors.AlertState{out.Shadow[0].State, out.Shadow[1].State}, detectors.Closed, "the quietest makes room")
}

func TestAnAlertTellsWhichRecordOpenedIt(t *testing.T) {
	m, s := monitorOf(t, oneOff{"mild", map[int64]int{1: 55}}), &detectors.State{}
	out := &detectors.Effects{}
	source := card.Source{Topic: "cards.transaction.v1", Partition: 3, Offset: 4711}
	first := costing("t1", 0, 1)
	m.Step(s, card.Event{Arrived: first.At, Source: source, Body: first}, out)
	require.Equal(t, source, out.Alerts[0].Source)
	restored(t, s)
	second := costing("t2", time.Minute, 1)
	m.Step(s, card.Event{Arrived: second.At, Source: card.Source{Topic: "cards.transaction.v1", Offset: 9}, Body: second}, out)
	require.Equal(t, source, out.Alerts[1].Source, "a revision keeps it")
}

// Somebody orders for a new flat: asked once, they say yes. The next order that day is not the third of the same series; a series that
// begins after the answer is.
func TestWhatWasAnsweredForCountsInNoLaterSeries(t *testing.T) {
	script, err := parseScenario(`home 230100
history 60 days to 2025-11-03 at 230100 of 120.00 CNY chip hours 12,19
history 20 days to 2025-11-03 at 230100 of 90.00 CNY ecommerce hours 20
2025-11-03 12:05:00+08:00 purchase 1280.00 CNY ecommerce 310100 merchant=m1 mcc=5732
2025-11-03 12:40:00+08:00 purchase 1650.00 CNY ecommerce 440100 merchant=m2 mcc=5399
2025-11-03 13:15:00+08:00 purchase 990.00 CNY ecommerce 330100 merchant=m3 mcc=5815
2025-11-03 13:40:00+08:00 purchase 1900.00 CNY ecommerce 330100 merchant=m4 mcc=5732`)
	require.NoError(t, err)
	play := func(answered bool) (asked []string) {
		m, s, out := monitor(t), &detectors.State{}, &detectors.Effects{}
		for _, st := range script.steps {
			out.Reset()
			m.Step(s, st.event, out)
			for _, a := range out.Alerts {
				asked = append(asked, st.line[11:16]+" "+string(a.State))
			}
			if answered && len(out.Alerts) > 0 && len(asked) == 1 {
				yes := &card.Feedback{Head: card.Head{ID: "yes", Customer: "c1", At: st.event.Arrived.Add(time.Minute)}, Card: out.Alerts[0].Card,
					AlertID: out.Alerts[0].AlertID, Verdict: card.Genuine, ExemptScope: "merchant:m2", ExemptUntil: st.event.Arrived.Add(time.Hour)}
				closed := feed(m, s, yes).Alerts
				require.Equal(t, detectors.Closed, closed[0].State)
				reread := &detectors.State{}
				require.NoError(t, reread.UnmarshalBinary(s.AppendBinary(nil)))
				s = reread
			}
		}
		return asked
	}
	require.Equal(t, []string{"12:40 open", "13:15 open", "13:40 open"}, play(false))
	require.Equal(t, []string{"12:40 open", "13:40 open"}, play(true), "the order at 13:15 stands alone")
}
