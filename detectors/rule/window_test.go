package rule_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/geo"
	"github.com/cardwatch/cardwatch/detectors/rule"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// naive answers a window by looking at all records anew.
func naive(w detectors.RuleWindow, where func(*card.Transaction) bool, records []*card.Transaction, now *card.Transaction) int64 {
	field := func(name string, t *card.Transaction) string {
		present := t.Entry.CardPresent() || t.Type == card.Cash && t.Entry == 0
		switch {
		case name == "merchant_id":
			return t.Merchant
		case name == "mcc" && t.MCC != 0:
			return fmt.Sprint(t.MCC)
		case name == "city" && present:
			return t.Place.City
		case name == "country" && present:
			return geo.Country(t.Place.City)
		}
		return ""
	}
	reversed := map[string]bool{}
	for _, r := range records {
		reversed[r.Original] = true
	}
	var values []int64
	different := map[string]bool{}
	for _, r := range append(slices.Clone(records), now) {
		counts := (r.Type == card.Purchase || r.Type == card.Cash) && !reversed[r.ID] && where(r) &&
			!r.At.Before(now.At.Add(-w.Span+time.Millisecond)) && !now.At.Before(r.At) && (r != now || !w.PastOnly)
		for _, key := range w.Key {
			switch key {
			case "card":
				counts = counts && r.Card == now.Card
			case "customer":
			default:
				counts = counts && field(key, r) != "" && field(key, r) == field(key, now)
			}
		}
		if counts {
			values = append(values, r.Amount.Minor)
			different[field(w.Field, r)] = true
		}
	}
	delete(different, "")
	slices.Sort(values)
	sum := int64(0)
	for _, v := range values {
		sum += v
	}
	switch n := len(values); {
	case w.Aggregate == "count":
		return int64(n)
	case w.Aggregate == "distinct":
		return int64(len(different))
	case n == 0 || w.Aggregate == "sum":
		return sum
	case w.Aggregate == "avg":
		return sum / int64(n)
	case w.Aggregate == "min":
		return values[0]
	case w.Aggregate == "max":
		return values[n-1]
	}
	return values[(len(values)+1)/2-1] // the median
}

// Whatever a window asks, whatever the cards did and in whatever order it came: the answer is that of looking at every record, from
// five minutes to 90 days, before and after the state was stored.
func TestWindowsAnswerAsTheNaiveModelDoes(t *testing.T) {
	wheres := map[string]func(*card.Transaction) bool{
		"":                                      func(*card.Transaction) bool { return true },
		`status == "declined"`:                  func(t *card.Transaction) bool { return t.Status == card.Declined },
		`amount_minor > 500 && type == "cash"`:  func(t *card.Transaction) bool { return t.Amount.Minor > 500 && t.Type == card.Cash },
		`merchant_id in ["m1", "m2"]`:           func(t *card.Transaction) bool { return t.Merchant == "m1" || t.Merchant == "m2" },
		`entry_mode.startsWith("e") || mcc > 0`: func(t *card.Transaction) bool { return t.Entry == card.Ecommerce || t.MCC > 0 },
	}
	var texts []string
	for text := range wheres {
		texts = append(texts, text)
	}
	slices.Sort(texts)
	rapid.Check(t, func(t *rapid.T) {
		w := detectors.RuleWindow{Name: "n", Key: []string{rapid.SampledFrom([]string{"card", "customer"}).Draw(t, "whose")},
			Aggregate: rapid.SampledFrom([]string{"count", "sum", "avg", "max", "min", "distinct", "quantile"}).Draw(t, "aggregate"),
			Span:      rapid.SampledFrom([]time.Duration{5 * time.Minute, 3 * time.Hour, 24 * time.Hour, 30 * 24 * time.Hour, 90 * 24 * time.Hour}).Draw(t, "span"),
			Where:     rapid.SampledFrom(texts).Draw(t, "where"), PastOnly: rapid.Bool().Draw(t, "past only")}
		if key := rapid.SampledFrom([]string{"", "merchant_id", "city", "country", "mcc"}).Draw(t, "key"); key != "" {
			w.Key = append(w.Key, key)
		}
		switch w.Aggregate {
		case "count":
		case "distinct":
			w.Field = rapid.SampledFrom([]string{"merchant_id", "city", "country", "mcc"}).Draw(t, "field")
		default:
			w.Field = "amount_minor"
		}
		if w.Aggregate == "quantile" {
			w.Q = 0.5
		}
		r := burst()
		r.Windows, r.When, r.Score = []detectors.RuleWindow{w}, "true", "1"
		r.Reasons = []detectors.RuleReason{{Code: "n", Value: "n", Unit: detectors.Uses, Text: detectors.Text{Zh: "n", En: "n"}}}
		m, err := rule.NewMonitor(setOf(r))
		require.NoError(t, err)

		s, records := &detectors.State{}, anyLife(t)
		for _, record := range records {
			feed(m, s, record)
		}
		var stored detectors.State
		require.NoError(t, stored.UnmarshalBinary(s.AppendBinary(nil)))
		stored.Incidents = nil
		last := records[len(records)-1]
		now := anyUse(t, "now", last.At)
		out := feed(m, &stored, now)
		require.Len(t, out.Alerts, 1)
		told := out.Alerts[0].Reasons[slices.IndexFunc(out.Alerts[0].Reasons, func(r detectors.Reason) bool { return r.Code == "n" })]
		require.Equal(t, naive(w, wheres[w.Where], records, now), told.Value)
	})
}

func anyUse(t *rapid.T, id string, at card.Moment) *card.Transaction {
	return &card.Transaction{Head: card.Head{ID: id, Customer: "c1", At: at}, Account: "a1",
		Card:     rapid.SampledFrom([]string{"card1", "card2"}).Draw(t, "card"),
		Type:     rapid.SampledFrom([]card.Type{card.Purchase, card.Purchase, card.Cash}).Draw(t, "type"),
		Status:   rapid.SampledFrom([]card.Status{card.Approved, card.Declined}).Draw(t, "status"),
		Amount:   card.Money{Minor: rapid.Int64Range(1, 1_000).Draw(t, "minor"), Currency: card.Currency{'C', 'N', 'Y'}},
		MCC:      rapid.SampledFrom([]card.MCC{0, 5411, 6011}).Draw(t, "mcc"),
		Merchant: rapid.SampledFrom([]string{"", "m1", "m2", "m3"}).Draw(t, "merchant"),
		Entry:    rapid.SampledFrom([]card.EntryMode{card.Chip, card.Ecommerce, 0}).Draw(t, "entry"),
		Place:    card.Place{City: rapid.SampledFrom([]string{"", "230100", "440300", "JPTYO"}).Draw(t, "city")}}
}

// anyLife draws what a customer's two cards did over months, in the order of arrival, with some of it reversed.
func anyLife(t *rapid.T) (records []*card.Transaction) {
	at := noon.Add(-80 * 24 * time.Hour)
	for i := range rapid.IntRange(1, 80).Draw(t, "records") {
		at = at.Add(rapid.SampledFrom([]time.Duration{time.Second, 4 * time.Minute, 7 * time.Hour, 2 * 24 * time.Hour}).Draw(t, "gap"))
		if noon.Before(at) {
			break
		}
		record := anyUse(t, fmt.Sprint("t", i), at)
		records = append(records, record)
		if rapid.IntRange(0, 9).Draw(t, "reverse") == 0 {
			back := *record
			back.ID, back.Original, back.Type, back.Status = fmt.Sprint("r", i), record.ID, card.Reversal, card.Approved
			records = append(records, &back)
		}
	}
	return records
}

func TestARuleCanAskHowFarItsWindowsReach(t *testing.T) {
	r := burst()
	r.Windows, r.When, r.Score = nil, "complete_days < 90", "60"
	r.Reasons = []detectors.RuleReason{{Code: "days", Value: "complete_days", Unit: detectors.Days, Text: detectors.Text{Zh: "天", En: "days"}}}
	m, s := monitorOf(t, r), &detectors.State{}
	require.Empty(t, feed(m, s, online("first", "m", -window.LogSpan, 100)).Alerts, "of a card never seen nothing is missing")
	for i := range 800 {
		feed(m, s, online(fmt.Sprint("t", i), fmt.Sprint("m", i), time.Duration(i-801)*time.Hour, 100))
	}
	s.Incidents = nil
	out := feed(m, s, online("now", "m", 0, 100))
	require.Len(t, out.Alerts, 1)
	require.Less(t, out.Alerts[0].Reasons[0].Value, int64(20))
	require.Greater(t, out.Alerts[0].Reasons[0].Value, int64(10))
}
