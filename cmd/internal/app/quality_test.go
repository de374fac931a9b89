package app

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts/quality"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/broker"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// qualityBroker is a broker with the three topics that the figures come from, and what writes to them.
type qualityBroker struct {
	*testing.T
	client   *kafka.Client
	producer *kafka.Producer
}

func newQualityBroker(t *testing.T) *qualityBroker {
	k, err := broker.Start(broker.Config{Dir: t.TempDir()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, k.Close()) })
	client, err := kafka.New(kafka.Config{Brokers: []string{k.Addr()}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	var specs []kafka.TopicSpec
	for _, topic := range []string{wire.AlertTopic, wire.ShadowTopic, wire.FeedbackTopic} {
		specs = append(specs, kafka.TopicSpec{Name: topic, Partitions: 2, ReplicationFactor: 1})
	}
	require.NoError(t, client.CreateTopics(t.Context(), specs))
	producer, err := client.Producer(t.Context(), "")
	require.NoError(t, err)
	return &qualityBroker{t, client, producer}
}

func (b *qualityBroker) send(topic, customer string, at card.Moment, value []byte) {
	b.Helper()
	require.NoError(b, b.producer.Send(b.Context(), []kafka.Message{{Topic: topic, Partition: -1, Key: []byte(customer), Value: value, Timestamp: at.UnixMilli}}))
}

func (b *qualityBroker) alert(customer string, mode detectors.Mode, at card.Moment) {
	a := detectors.Alert{
		Head: card.Head{Customer: customer, At: at}, AlertID: "alert-" + customer, Revision: 1, State: detectors.Open, Detector: "large_out_of_town",
		DetectorVersion: 1, RuleSet: "v1", Mode: mode, Severity: detectors.High, Score: 70, Card: "card-" + customer, Account: "card-" + customer,
		EventIDs: []string{"event"}, OccurredAt: at, Action: detectors.Review, Reasons: []detectors.Reason{},
	}
	topic := wire.AlertTopic
	if mode == detectors.Shadow {
		topic = wire.ShadowTopic
	}
	b.send(topic, customer, at, wire.AppendAlert(nil, &a))
}

func (b *qualityBroker) answer(customer string, v card.Verdict, at card.Moment) {
	f := card.Feedback{
		Head: card.Head{ID: "f-" + customer, Customer: customer, At: at}, Card: "card-" + customer, AlertID: "alert-" + customer, Verdict: v, Source: card.FromStaff,
	}
	b.send(wire.FeedbackTopic, customer, at, wire.AppendFeedback(nil, &f))
}

func TestFiguresAboutRulesComeFromTheTopics(t *testing.T) {
	b := newQualityBroker(t)
	now := card.MomentOf(time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC))
	long := now.Add(-60 * 24 * time.Hour)
	b.alert("ancient", detectors.Live, long)
	for i := range 8 {
		customer := fmt.Sprint("c", i)
		b.alert(customer, detectors.Live, now.Add(-time.Hour))
		b.answer(customer, card.Fraud, now)
	}
	b.alert("c0", detectors.Shadow, now)
	b.send(wire.AlertTopic, "c1", now, []byte("no alert at all"))

	q := newQualityWatch(b.client, 2, func() card.Moment { return now }, slog.New(slog.DiscardHandler))
	_, read := q.Report()
	require.False(t, read)
	require.Empty(t, figuresOf(t, q), "half of the past would mislead")
	followers, err := q.begin(t.Context())
	require.NoError(t, err)
	q.look(t.Context(), followers)
	q.read = true
	counts := func(i int) quality.Counts {
		report, _ := q.Report()
		return report.Rule("large_out_of_town").Spans[i].Counts
	}
	require.Equal(t, quality.Counts{Alerts: 8, Fraud: 8}, counts(1))

	b.alert("late", detectors.Live, now)
	b.answer("late", card.Genuine, now)
	q.look(t.Context(), followers)
	require.Equal(t, quality.Counts{Alerts: 9, Fraud: 8, Genuine: 1}, counts(1))
	report, _ := q.Report()
	require.Equal(t, 1, report.Draft("v1", "large_out_of_town").Spans[1].AlsoLive)

	require.Equal(t, map[string]float64{
		"rule_alerts 7 large_out_of_town": 9, "rule_alerts 28 large_out_of_town": 9,
		"rule_answers 7 large_out_of_town fraud": 8, "rule_answers 7 large_out_of_town genuine": 1, "rule_answers 7 large_out_of_town unknown": 0,
		"rule_answers 28 large_out_of_town fraud": 8, "rule_answers 28 large_out_of_town genuine": 1, "rule_answers 28 large_out_of_town unknown": 0,
		"rule_precision 7 large_out_of_town": 8.0 / 9, "rule_precision 28 large_out_of_town": 8.0 / 9, "rule_decayed large_out_of_town": 0,
		"draft_alerts 7 large_out_of_town v1": 1, "draft_alerts 28 large_out_of_town v1": 1,
		"draft_alerts_also_live 7 large_out_of_town v1": 1, "draft_alerts_also_live 28 large_out_of_town v1": 1,
	}, figuresOf(t, q))
}

// figuresOf are the metrics by their names and labels' values.
func figuresOf(t *testing.T, q *qualityWatch) map[string]float64 {
	reg := prometheus.NewRegistry()
	reg.MustRegister(newQualityFigures(q))
	families, err := reg.Gather()
	require.NoError(t, err)
	figures := map[string]float64{}
	for _, f := range families {
		for _, m := range f.Metric {
			name := strings.TrimPrefix(f.GetName(), "cardwatch_")
			for _, l := range m.Label {
				name += " " + l.GetValue()
			}
			figures[name] = m.Gauge.GetValue()
		}
	}
	return figures
}
