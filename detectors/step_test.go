package detectors_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

var noon = card.Moment{UnixMilli: 1772337600000, OffsetMinutes: 480}

// feed steps one event that arrives as it happens and gives what follows.
func feed(m *detectors.Monitor, s *detectors.State, body card.Body) detectors.Effects {
	var out detectors.Effects
	m.Step(s, card.Event{Arrived: body.Meta().At, Body: body}, &out)
	return out
}

func use(id, cardID string, after time.Duration) *card.Transaction {
	return &card.Transaction{
		Head: card.Head{ID: id, Customer: "c1", At: noon.Add(after)}, Card: cardID, Account: "a1",
		Type: card.Purchase, Status: card.Approved, Amount: card.Money{Minor: 12_000, Currency: card.Currency{'C', 'N', 'Y'}},
		Entry: card.Chip, Place: card.Place{City: "230100"},
	}
}

// charge is a small online charge at two in the morning, n minutes past.
func charge(id string, n int) *card.Transaction {
	t := use(id, "card1", 14*time.Hour+time.Duration(n)*time.Minute)
	t.Entry, t.Amount.Minor = card.Ecommerce, 100
	return t
}

func TestCustomerNewsAreTakenInTheOrderOfTheirOwnTime(t *testing.T) {
	m, s := monitor(t), &detectors.State{}
	customer := func(id, city string, after time.Duration) *card.Customer {
		return &card.Customer{Head: card.Head{ID: id, Customer: "c1", At: noon.Add(after)}, Home: card.Place{City: city}, Timezone: "Asia/Shanghai"}
	}
	feed(m, s, customer("new", "440300", time.Hour))
	feed(m, s, customer("old", "230100", 0))
	require.Equal(t, "440300", s.Profile.Home.Area.City())

	out := feed(m, s, customer("new", "110100", 2*time.Hour))
	require.Equal(t, detectors.Duplicate, out.Admission)
	require.Equal(t, "440300", s.Profile.Home.Area.City())
}

func TestCardsOfACustomerAreBounded(t *testing.T) {
	m, s := monitor(t), &detectors.State{}
	for i := range detectors.MaxCards + 1 {
		feed(m, s, use(fmt.Sprint("t", i), fmt.Sprint("card", i), time.Duration(i)*time.Minute))
	}
	require.Len(t, s.Cards, detectors.MaxCards)
	require.Equal(t, uint32(1), s.Forgotten)
	for _, c := range s.Cards {
		require.NotEqual(t, "card0", string(c.ID), "the one used longest ago goes")
	}
}

func TestAlertLivesFromOpenToClosed(t *testing.T) {
	m, s := monitor(t), &detectors.State{}
	feed(m, s, charge("t0", 0))
	feed(m, s, charge("t1", 1))
	opened := feed(m, s, charge("t2", 2)).Alerts
	require.Len(t, opened, 1)
	require.Equal(t, detectors.Open, opened[0].State)
	require.Equal(t, 1, opened[0].Revision)
	require.Equal(t, []string{"t2"}, opened[0].EventIDs)
	require.Equal(t, opened[0].AlertID+"/1", opened[0].ID)
	require.Equal(t, "c1", opened[0].Customer)
	require.Equal(t, "a1", opened[0].Account)

	grown := feed(m, s, charge("t3", 3)).Alerts
	require.Len(t, grown, 1)
	require.Equal(t, opened[0].AlertID, grown[0].AlertID)
	require.Equal(t, 2, grown[0].Revision)
	require.Equal(t, []string{"t2", "t3"}, grown[0].EventIDs)
	require.GreaterOrEqual(t, grown[0].Score, opened[0].Score)

	due := charge("t3", 3).At.Add(24 * time.Hour)
	require.Equal(t, due.UnixMilli, m.NextWake(s).UnixMilli)
	require.Empty(t, feed(m, s, &card.Tick{Head: card.Head{Customer: "c1", At: due.Add(-time.Second)}}).Alerts)
	closed := feed(m, s, &card.Tick{Head: card.Head{Customer: "c1", At: due}}).Alerts
	require.Len(t, closed, 1)
	require.Equal(t, detectors.Closed, closed[0].State)
	require.Equal(t, 3, closed[0].Revision)
	require.True(t, m.NextWake(s).IsZero())
}

func TestFindingAfterADayIsAnotherAlertEvenWithoutATick(t *testing.T) {
	m, s := monitor(t), &detectors.State{}
	var first []detectors.Alert
	for i := range 3 {
		first = feed(m, s, charge(fmt.Sprint("a", i), i)).Alerts
	}
	var later []detectors.Alert
	for i := range 3 {
		later = feed(m, s, charge(fmt.Sprint("b", i), 24*60+10+i)).Alerts
	}
	require.Len(t, later, 2)
	require.Equal(t, detectors.Closed, later[0].State)
	require.Equal(t, first[0].AlertID, later[0].AlertID)
	require.Equal(t, detectors.Open, later[1].State)
	require.NotEqual(t, first[0].AlertID, later[1].AlertID)
}

func TestAlertInFullSwingDoesNotFloodAndKeepsTwentyEvents(t *testing.T) {
	m, s := monitor(t), &detectors.State{}
	sent := 0
	for i := range 40 {
		sent += len(feed(m, s, charge(fmt.Sprint("t", i), i)).Alerts)
	}
	require.Equal(t, 6, sent, "the opening and five growths")
	require.Len(t, s.Incidents[0].Alert.EventIDs, detectors.MaxEventIDs)
	require.Equal(t, 38, s.Incidents[0].Alert.Revision)
}

func TestAlertIDIsAPureFunctionOfDetectorSubjectAndEvent(t *testing.T) {
	f := detectors.Finding{Detector: "d", Card: "c", Account: "a", EventID: "e"}
	same, otherAccount, otherEvent, onAccount := f, f, f, f
	otherAccount.Account = "b"
	otherEvent.EventID = "f"
	onAccount.Card = ""
	require.Len(t, detectors.AlertID(&f), 32)
	require.Equal(t, detectors.AlertID(&f), detectors.AlertID(&same))
	require.Equal(t, detectors.AlertID(&f), detectors.AlertID(&otherAccount), "a card's alert is about the card")
	require.NotEqual(t, detectors.AlertID(&f), detectors.AlertID(&otherEvent))
	require.NotEqual(t, detectors.AlertID(&f), detectors.AlertID(&onAccount))
}

func TestFeedbackChangesWhatAlerts(t *testing.T) {
	feedback := func(verdict card.Verdict, scope string) *card.Feedback {
		f := &card.Feedback{Head: card.Head{ID: "f", Customer: "c1", At: noon}, Card: "card1", Verdict: verdict, Source: card.FromCustomer}
		if verdict == card.Genuine {
			f.ExemptScope, f.ExemptUntil = scope, noon.Add(48*time.Hour)
		}
		return f
	}
	for name, tc := range map[string]struct {
		feedback *card.Feedback
		alerts   int
	}{
		"genuine for the card":         {feedback(card.Genuine, "card"), 0},
		"genuine for the merchant":     {feedback(card.Genuine, "merchant:m1"), 0},
		"genuine for another merchant": {feedback(card.Genuine, "merchant:m2"), 1},
		"a city says nothing online":   {feedback(card.Genuine, "city:230100"), 1},
		"unknown":                      {feedback(card.Unknown, ""), 1},
		"fraud":                        {feedback(card.Fraud, ""), 2},
	} {
		t.Run(name, func(t *testing.T) {
			m, s := monitor(t), &detectors.State{}
			feed(m, s, use("t", "card1", -time.Hour))
			feed(m, s, tc.feedback)
			alerts := 0
			for i := range 3 {
				c := charge(fmt.Sprint("t", i), i)
				c.Merchant = "m1"
				alerts += len(feed(m, s, c).Alerts)
			}
			require.Equal(t, tc.alerts, alerts)
		})
	}
}

func TestExemptionEndsByItself(t *testing.T) {
	m, s := monitor(t), &detectors.State{}
	feed(m, s, use("t", "card1", -time.Hour))
	feed(m, s, &card.Feedback{Head: card.Head{ID: "f", Customer: "c1", At: noon}, Card: "card1", Verdict: card.Genuine,
		ExemptScope: "card", ExemptUntil: noon.Add(10 * time.Hour)})
	alerts := 0
	for i := range 3 {
		alerts += len(feed(m, s, charge(fmt.Sprint("t", i), i)).Alerts)
	}
	require.Equal(t, 1, alerts)
}

func TestAdmissions(t *testing.T) {
	m, s := monitor(t), &detectors.State{}
	var out detectors.Effects
	step := func(body card.Body, arrived card.Moment) detectors.Admission {
		out.Reset()
		m.Step(s, card.Event{Arrived: arrived, Body: body}, &out)
		return out.Admission
	}
	first := use("a", "card1", 0)
	require.Equal(t, detectors.Admitted, step(first, noon))
	require.Equal(t, detectors.Duplicate, step(first, noon))
	other := *first
	other.Amount.Minor++
	require.Equal(t, detectors.Conflict, step(&other, noon))
	require.Equal(t, detectors.Late, step(use("b", "card1", 0), noon.Add(time.Hour)))
	require.Equal(t, detectors.ClockSkew, step(use("c", "card1", 3*time.Hour), noon.Add(time.Hour)))
	reversal := use("d", "card1", 0)
	reversal.Type, reversal.Original = card.Reversal, "never seen"
	require.Equal(t, detectors.Unmatched, step(reversal, noon))
}

func TestRulesNameEverythingThatIsWrong(t *testing.T) {
	rules := detectors.Defaults()
	require.NoError(t, rules.Validate())
	rules.Lateness = -time.Second
	rules.LargeOutOfTown.AlertAt = 0
	rules.LateNightHighFrequency.SmallMinor = 0
	_, err := detectors.NewMonitor(rules)
	for _, path := range []string{"lateness:", "large_out_of_town.alert_at:", "late_night_high_frequency.small_minor:"} {
		require.ErrorContains(t, err, path)
	}
}

func TestCatalogueIsReadyForPeople(t *testing.T) {
	rules := detectors.Defaults()
	names := map[detectors.Name]bool{}
	for _, d := range rules.Catalogue() {
		about := d.About()
		require.Empty(t, d.Validate(), about.Name)
		require.Positive(t, about.Version, about.Name)
		for _, text := range []string{about.Title.Zh, about.Title.En, about.Summary.Zh, about.Summary.En} {
			require.NotEmpty(t, text, about.Name)
		}
		require.False(t, names[about.Name], about.Name)
		names[about.Name] = true
	}
}

// Whatever the bytes are: no panic, no more memory than they could hold, and what is accepted is written and read again.
func FuzzUnmarshalState(f *testing.F) {
	m := monitor(f)
	for version := 2; version <= 3; version++ {
		f.Add(golden(f, version))
	}
	f.Add([]byte{3, 0, 16})
	f.Fuzz(func(t *testing.T, data []byte) {
		back := &detectors.State{}
		err := back.UnmarshalBinary(data)
		require.LessOrEqual(t, len(back.AppendBinary(nil)), 4096+16*len(data), "memory that the bytes do not justify")
		if err != nil {
			return
		}
		feed(m, back, use("next", "card1", 0))
		feed(m, back, &card.Tick{Head: card.Head{Customer: "c1", At: noon.Add(time.Hour)}})
		m.NextWake(back)
		require.NoError(t, new(detectors.State).UnmarshalBinary(back.AppendBinary(nil)))
	})
}

// quarter is the state of a customer with one card, used twice a day for 90 days.
func quarter(m *detectors.Monitor) *detectors.State {
	s := &detectors.State{}
	feed(m, s, &card.Customer{Head: card.Head{ID: "c", Customer: "c1", At: noon}, Home: card.Place{City: "230100"}, Timezone: "Asia/Shanghai"})
	for i := range 180 {
		t := use(fmt.Sprint("t", i), "card1", time.Duration(i)*12*time.Hour+time.Duration(i*i%200)*time.Minute)
		t.Amount.Minor = int64(500 + i*i*37%40_000)
		feed(m, s, t)
	}
	return s
}

func TestQuietTransactionAllocatesNothing(t *testing.T) {
	m := monitor(t)
	other := goldenCustomer(m)
	other.Incidents = other.Incidents[:0]
	for name, state := range map[string]*detectors.State{"one card": quarter(m), "cards, profile, account, ids of a day": other} {
		encoded := state.AppendBinary(nil)
		next := use("next", "card1", 91*24*time.Hour)
		ev := card.Event{Arrived: next.At, Body: next}
		s, out, buf := &detectors.State{}, &detectors.Effects{}, make([]byte, 0, 2*len(encoded))
		require.Zero(t, testing.AllocsPerRun(100, func() {
			if s.UnmarshalBinary(encoded) == nil {
				m.Step(s, ev, out)
				m.NextWake(s)
				buf = s.AppendBinary(buf[:0])
			}
		}), name)
		require.Equal(t, detectors.Admitted, out.Admission)
		require.Greater(t, len(buf), 100)
	}
}

// BenchmarkQuietStep measures a transaction as the engine meets it on a cold state: decode, judge, encode.
func BenchmarkQuietStep(b *testing.B) {
	m := monitor(b)
	encoded := quarter(m).AppendBinary(nil)
	s, out := &detectors.State{}, &detectors.Effects{}
	next := use("next", "card1", 91*24*time.Hour)
	ev := card.Event{Arrived: next.At, Body: next}
	buf := make([]byte, 0, 2*len(encoded))
	b.ReportAllocs()
	for b.Loop() {
		if err := s.UnmarshalBinary(encoded); err != nil {
			b.Fatal(err)
		}
		m.Step(s, ev, out)
		buf = s.AppendBinary(buf[:0])
	}
	b.ReportMetric(float64(len(encoded)), "bytes/state")
}
