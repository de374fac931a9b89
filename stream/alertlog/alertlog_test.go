package alertlog_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/alertlog"
	"github.com/cardwatch/cardwatch/stream/broker"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

func record(id, customer string, revision int, at time.Time) []byte {
	m := card.MomentOf(at)
	a := detectors.Alert{
		Head: card.Head{Customer: customer, At: m}, AlertID: id, Revision: revision, State: detectors.Open, Detector: "large_out_of_town",
		DetectorVersion: 1, RuleSet: "r.1", Mode: detectors.Live, Severity: detectors.High, Score: 70 + revision, Card: "k-" + customer,
		Account: "a-" + customer, EventIDs: []string{"e1"}, OccurredAt: m, Action: detectors.Review,
		Reasons: []detectors.Reason{{Code: "new_place", Value: int64(revision), Unit: detectors.Days}},
	}
	return wire.AppendAlert(nil, &a)
}

var opened = time.Date(2026, 3, 1, 2, 0, 0, 0, time.FixedZone("", 8*3600))

func revisions(found []detectors.Alert) map[int]string {
	list := map[int]string{}
	for _, a := range found {
		list[a.Revision] = a.Card
	}
	return list
}

func TestAnAlertIsFoundInKafkaWithAllItsRevisions(t *testing.T) {
	b, err := broker.Start(broker.Config{Dir: t.TempDir()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	client, err := kafka.New(kafka.Config{Brokers: []string{b.Addr()}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })

	_, err = alertlog.InKafka(t.Context(), client, alertlog.Query{ID: "al-1"})
	require.ErrorContains(t, err, "does not exist")
	require.NoError(t, client.CreateTopics(t.Context(), []kafka.TopicSpec{{Name: wire.AlertTopic, Partitions: 4, ReplicationFactor: 1}}))
	producer, err := client.Producer(t.Context(), "")
	require.NoError(t, err)
	var messages []kafka.Message
	for i, customer := range []string{"c1", "c2", "c3", "c1"} {
		id := map[bool]string{true: "al-1", false: "al-" + customer}[customer == "c1"]
		at := opened.Add(time.Duration(i) * time.Hour)
		messages = append(messages, kafka.Message{
			Topic: wire.AlertTopic, Partition: -1, Key: []byte(customer), Value: record(id, customer, i+1, at), Timestamp: at.UnixMilli(),
		})
	}
	messages = append(messages, kafka.Message{Topic: wire.AlertTopic, Partition: -1, Key: []byte("c1"), Value: []byte(`{"alert_id":"al-1"`), Timestamp: 1})
	require.NoError(t, producer.Send(t.Context(), messages))

	for name, q := range map[string]alertlog.Query{
		"by its id":               {ID: "al-1"},
		"in one partition":        {ID: "al-1", Customer: "c1"},
		"from before it opened":   {ID: "al-1", From: opened.Add(-time.Minute)},
		"from where it is opened": {ID: "al-1", Customer: "c1", From: opened},
	} {
		found, err := alertlog.InKafka(t.Context(), client, q)
		require.NoError(t, err, name)
		require.Equal(t, map[int]string{1: "k-c1", 4: "k-c1"}, revisions(found), name)
	}
	found, err := alertlog.InKafka(t.Context(), client, alertlog.Query{ID: "al"})
	require.NoError(t, err)
	require.Empty(t, found, "part of an id is no id")
}

func TestAnAlertIsFoundInFiles(t *testing.T) {
	dir := t.TempDir()
	_, err := alertlog.InFiles(dir, "al-1")
	require.ErrorContains(t, err, "holds no alerts")
	text := append(record("al-1", "c1", 1, opened), '\n')
	text = append(append(text, record("al-2", "c2", 1, opened)...), '\n')
	text = append(append(text, record("al-1", "c1", 2, opened)...), '\n')
	require.NoError(t, os.WriteFile(filepath.Join(dir, wire.AlertTopic+".jsonl"), text, 0o600))
	found, err := alertlog.InFiles(dir, "al-1")
	require.NoError(t, err)
	require.Equal(t, map[int]string{1: "k-c1", 2: "k-c1"}, revisions(found))
	found, err = alertlog.InFiles(dir, "al-3")
	require.NoError(t, err)
	require.Empty(t, found)
}
