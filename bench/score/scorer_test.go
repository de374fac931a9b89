package score_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/bench/score"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

const day = 24 * time.Hour

var start = card.Moment{UnixMilli: 1_760_000_000_000, OffsetMinutes: 480}

type stream struct{ *score.Scorer }

// uses feeds a transaction of the given amount in yuan; a negative amount is a declined one.
func (s stream) uses(after time.Duration, id, cardToken string, yuan int64, l score.Label) {
	t := &card.Transaction{Card: cardToken, Status: card.Approved, Amount: card.Money{Minor: 100 * max(yuan, -yuan)}}
	if yuan < 0 {
		t.Status = card.Declined
	}
	t.ID, l.EventID = id, id
	s.Transaction(start.Add(after), t, l)
}

func (s stream) alerts(after time.Duration, id string, by detectors.Name, cardToken string, events ...string) {
	s.Alert(alert(after, id, by, cardToken, events...))
}

func alert(after time.Duration, id string, by detectors.Name, cardToken string, events ...string) *detectors.Alert {
	a := &detectors.Alert{AlertID: id, Detector: by, Card: cardToken, EventIDs: events, Mode: detectors.Live, State: detectors.Open}
	a.At = start.Add(after)
	return a
}

// twoWeeks is the story that the hand-computed figures below belong to: two cards and ten days, so 0.02 thousand card-days.
func twoWeeks() stream {
	s := stream{score.New(card.Moment{})}
	honest, trip := score.Label{Group: "ordinary"}, score.Label{Group: "traveller"}
	clone := score.Label{Fraud: true, Kind: "clone_far", Episode: "one", Group: "ordinary"}
	atm := score.Label{Fraud: true, Kind: "night_atm", Episode: "two", Group: "ordinary"}
	s.uses(0, "h1", "k1", 80, honest)
	s.uses(1*day, "a1", "k1", 1000, clone)
	s.uses(1*day+30*time.Minute, "a2", "k1", 3000, clone)
	s.alerts(1*day+30*time.Minute, "A1", "far", "k1", "a2")
	s.uses(1*day+40*time.Minute, "a3", "k1", -500, clone)
	s.uses(1*day+41*time.Minute, "a3", "k1", -500, clone) // delivered twice
	s.alerts(1*day+40*time.Minute, "A1", "far", "k1", "a2", "a3")
	s.uses(2*day, "t1", "k2", 90, trip)
	s.alerts(2*day, "A2", "far", "k2", "t1")
	s.uses(2*day+time.Hour, "t2", "k2", 90, trip)
	s.alerts(2*day+time.Hour, "A3", "late", "k2", "t2")
	s.uses(5*day, "t3", "k2", 90, trip)
	s.alerts(5*day, "A4", "late", "k2", "t3")
	s.uses(6*day, "b1", "k1", 2000, atm)
	s.uses(6*day+5*time.Minute, "b2", "k1", 2000, atm)
	s.uses(10*day, "t4", "k2", 90, trip)
	return s
}

func TestFiguresByHand(t *testing.T) {
	r := twoWeeks().Result()
	require.Equal(t, 2, r.Cards)
	require.InDelta(t, 10, r.Days, 1e-9)
	require.Equal(t, 11, r.Transactions, "every record counts, the repeated one too")
	require.Equal(t, 5, r.AttackTransactions, "a repeated event is one attack transaction")

	for _, c := range []struct {
		name                                       string
		got                                        score.Figures
		alerts, flagged, caught, falseCases, found int
		precision, recall, f1, rate, falseRate     float64
		stopped                                    float64
	}{
		// far: names a2, a3 and t1; 2 of 3 and 2 of 5.
		{"far", r.Detectors["far"], 2, 3, 2, 1, 1, 2.0 / 3, 0.4, 0.5, 100, 50, 0.375},
		// late: names t2 and t3, three days apart, so two cases.
		{"late", r.Detectors["late"], 2, 2, 0, 2, 0, 0, 0, 0, 100, 100, 0},
		// total: t1 and t2 lie an hour apart on one card and are one case.
		{"total", r.Total, 4, 5, 2, 2, 1, 0.4, 0.4, 0.4, 200, 100, 0.375},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, []int{c.alerts, c.flagged, c.caught, c.falseCases, c.found, 2},
				[]int{c.got.Alerts, c.got.Flagged, c.got.Caught, c.got.FalseCases, c.got.Found, c.got.Episodes})
			require.InDeltaSlice(t, []float64{c.precision, c.recall, c.f1, c.rate, c.falseRate, c.stopped}, []float64{
				c.got.Precision, c.got.Recall, c.got.F1, c.got.AlertsPer1kCardsDay, c.got.FalseCasesPer1kCardsDay, c.got.ValueStopped,
			}, 1e-9)
		})
	}
}

func TestFiguresByKindOfAttack(t *testing.T) {
	r := twoWeeks().Result()
	require.Equal(t, map[string]score.Attacks{
		// The first alert comes with the second of three, after 30 minutes; the declined 500 was never at stake.
		"clone_far": {Episodes: 1, Found: 1, FoundShare: 1, FoundBySecond: 1, FoundByThird: 1, TransactionsBefore: 1, MinutesBefore: 30,
			ValueMinor: 400_000, ValueStopped: 0.75},
		"night_atm": {Episodes: 1, ValueMinor: 400_000},
	}, r.Attacks)
}

func TestFiguresByGroup(t *testing.T) {
	r := twoWeeks().Result()
	require.Equal(t, map[string]score.Group{
		"ordinary":  {Cards: 1},
		"traveller": {Cards: 1, CardsAlerted: 1, CardsAlertedShare: 1, FalseCases: 2, FalseCasesPer1kCardsDay: 200},
	}, r.Groups)
}

func TestACaseIsTheAlertsOfOneCardIn24Hours(t *testing.T) {
	fraud := score.Label{Fraud: true, Episode: "e"}
	for _, c := range []struct {
		name       string
		feed       func(s stream)
		falseCases int
	}{
		{"an honest alert near a right one costs nothing", func(s stream) {
			s.alerts(0, "A", "d", "k", "h1")
			s.alerts(23*time.Hour, "B", "d", "k", "f")
		}, 0},
		{"an alert that names an honest use beside the attack is right", func(s stream) {
			s.alerts(0, "A", "d", "k", "f", "h1")
		}, 0},
		{"a day later it is a case of its own", func(s stream) {
			s.alerts(0, "A", "d", "k", "f")
			s.alerts(24*time.Hour, "B", "d", "k", "h1")
		}, 1},
		{"the 24 hours run from the first alert, not from the newest", func(s stream) {
			s.alerts(0, "A", "d", "k", "h1")
			s.alerts(20*time.Hour, "B", "d", "k", "h2")
			s.alerts(30*time.Hour, "C", "d", "k", "h3")
		}, 2},
		{"two cards are two cases", func(s stream) {
			s.alerts(0, "A", "d", "k", "h1")
			s.alerts(0, "B", "d", "other", "h2")
		}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := stream{score.New(card.Moment{})}
			s.uses(0, "f", "k", 10, fraud)
			c.feed(s)
			require.Equal(t, c.falseCases, s.Result().Total.FalseCases)
		})
	}
}

func TestTheFirstAlertCameWithTheNewestTransactionItNames(t *testing.T) {
	s := stream{score.New(card.Moment{})}
	for i, id := range []string{"f1", "f2", "f3"} {
		s.uses(time.Duration(i)*time.Minute, id, "k", 100, score.Label{Fraud: true, Kind: "night_atm", Episode: "e"})
	}
	s.alerts(2*time.Minute, "A", "d", "k", "f3", "f1", "f2")
	require.Equal(t, score.Attacks{
		Episodes: 1, Found: 1, FoundShare: 1, FoundByThird: 1, TransactionsBefore: 2, MinutesBefore: 2, ValueMinor: 30_000, ValueStopped: 1.0 / 3,
	}, s.Result().Attacks["night_atm"])
}

func TestWhatDoesNotCount(t *testing.T) {
	shadow := alert(0, "S", "d", "k", "h")
	shadow.Mode = detectors.Shadow
	closing := alert(0, "C", "d", "k", "h")
	closing.State = detectors.Closed
	s := stream{score.New(card.Moment{})}
	s.uses(0, "h", "k", 10, score.Label{})
	s.uses(10*day, "i", "k", 10, score.Label{})
	s.Alert(shadow)
	s.Alert(closing)
	s.alerts(0, "P", "repayment_stress", "", "statement")
	r := s.Result()
	require.Zero(t, r.Total.Alerts)
	require.Equal(t, score.Figures{Alerts: 1, AlertsPer1kCardsDay: 100}, r.Detectors["repayment_stress"])
}

func TestTheTimeBeforeScoringIsLeftOut(t *testing.T) {
	s := stream{score.New(start.Add(30 * day))}
	before := score.Label{Fraud: true, Kind: "slow_clone", Episode: "early"}
	s.uses(29*day, "e1", "k", 10, before)
	s.alerts(29*day, "A", "d", "k", "e1")
	s.uses(31*day, "e2", "k", 10, before)
	s.alerts(31*day, "B", "d", "k", "e1", "e2")
	s.uses(40*day, "h", "k", 10, score.Label{})
	r := s.Result()
	require.Equal(t, 2, r.Transactions)
	require.Zero(t, r.AttackTransactions, "an attack that began before counts neither as found nor as missed")
	require.Empty(t, r.Attacks)
	require.Equal(t, 1, r.Total.Alerts)
	require.Zero(t, r.Total.Flagged)
	require.Zero(t, r.Total.FalseCases)
}

func TestNothingFedIsNoDivisionByZero(t *testing.T) {
	out, err := json.Marshal(score.New(card.Moment{}).Result())
	require.NoError(t, err, "a NaN would not marshal")
	require.Contains(t, string(out), `"false_cases_per_1k_cards_day":0`)
	require.Contains(t, string(out), `"found_share":0`)
}
