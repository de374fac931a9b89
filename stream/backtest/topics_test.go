package backtest_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/stream/backtest"
	"github.com/cardwatch/cardwatch/stream/broker"
	records "github.com/cardwatch/cardwatch/stream/history"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// topics puts the history on a broker, each record at the time at which the files say that it arrived.
func (h *history) topics() *kafka.Client {
	t := h.t
	b, err := broker.Start(broker.Config{Dir: t.TempDir()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	client, err := kafka.New(kafka.Config{Brokers: []string{b.Addr()}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	names := []string{wire.TransactionTopic, wire.CustomerTopic, wire.StatementTopic, wire.PaymentTopic, wire.FeedbackTopic}
	var specs []kafka.TopicSpec
	for _, name := range names {
		specs = append(specs, kafka.TopicSpec{Name: name, Partitions: 3, ReplicationFactor: 1})
	}
	require.NoError(t, client.CreateTopics(t.Context(), specs))
	in, err := records.Open(h.dir(), names)
	require.NoError(t, err)
	var messages []kafka.Message
	for {
		r, more, err := in.Next()
		require.NoError(t, err)
		if !more {
			break
		}
		var key struct {
			Customer string `json:"customer_id"`
		}
		require.NoError(t, json.Unmarshal(r.Value, &key))
		messages = append(messages, kafka.Message{Topic: r.Topic, Partition: -1, Key: []byte(key.Customer), Value: r.Value, Timestamp: r.Arrived})
	}
	require.NoError(t, in.Close())
	producer, err := client.Producer(t.Context(), "")
	require.NoError(t, err)
	require.NoError(t, producer.Send(t.Context(), messages))
	return client
}

func TestTopicsSayWhatFilesSay(t *testing.T) {
	h := newHistory(t)
	cfg := backtest.Config{Live: side(t, "a", nil), Draft: side(t, "b", deafToPlaces), Frauds: h.bank(60), PromptsPerDay: 6}
	cfg.From = at("2025-10-03T00:00:00+08:00")
	cfg.To = cfg.From.Add(15 * 24 * time.Hour)
	cfg.In = h.dir()
	files := run(t, cfg)
	require.NotZero(t, files.Total.Missed.Alerts)

	cfg.In, cfg.Client, cfg.Workers = "", h.topics(), 2
	var done, total int64
	cfg.Progress = func(d, n int64) { done, total = d, n }
	topics := run(t, cfg)
	require.Equal(t, files.Total, topics.Total)
	require.Equal(t, files.Rules, topics.Rules)
	require.Equal(t, files.Attacks, topics.Attacks)
	require.Equal(t, files.Transactions, topics.Transactions)
	require.NotZero(t, done)
	require.LessOrEqual(t, done, total)
}
