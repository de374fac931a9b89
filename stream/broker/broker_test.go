package broker_test

import (
	"bytes"
	"log/slog"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/stream/broker"
	"github.com/cardwatch/cardwatch/stream/kafka"
)

func client(t *testing.T, b *broker.Broker) *kafka.Client {
	t.Helper()
	c, err := kafka.New(kafka.Config{Brokers: []string{b.Addr()}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

func TestRecordsSurviveARestartOnTheSameDirectory(t *testing.T) {
	cfg := broker.Config{Dir: t.TempDir(), Logger: slog.New(slog.NewTextHandler(&bytes.Buffer{}, nil))}
	b, err := broker.Start(cfg)
	require.NoError(t, err)
	topics := []kafka.TopicSpec{{Name: "tx", Partitions: 2, ReplicationFactor: 1}}
	require.NoError(t, client(t, b).CreateTopics(t.Context(), topics))
	p, err := client(t, b).Producer(t.Context(), "")
	require.NoError(t, err)
	require.NoError(t, p.Send(t.Context(), []kafka.Message{{Topic: "tx", Partition: 1, Value: []byte("kept")}}))
	require.NoError(t, b.Close())

	b, err = broker.Start(cfg)
	require.NoError(t, err)
	defer func() { require.NoError(t, b.Close()) }()
	require.NoError(t, client(t, b).CreateTopics(t.Context(), topics), "creating topics again is fine")
	batch, err := client(t, b).Fetch("tx", 1, kafka.Earliest).Next(t.Context())
	require.NoError(t, err)
	require.Len(t, batch.Records, 1)
	require.Equal(t, "kept", string(batch.Records[0].Value))
}

func TestListensOnLoopbackOnly(t *testing.T) {
	b, err := broker.Start(broker.Config{Dir: t.TempDir()})
	require.NoError(t, err)
	defer func() { require.NoError(t, b.Close()) }()
	host, _, err := net.SplitHostPort(b.Addr())
	require.NoError(t, err)
	require.True(t, net.ParseIP(host).IsLoopback())
}

func TestStartErrorsNameWhatIsWrong(t *testing.T) {
	_, err := broker.Start(broker.Config{})
	require.ErrorContains(t, err, "no data directory")

	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	_, err = broker.Start(broker.Config{Dir: t.TempDir(), Port: taken.Addr().(*net.TCPAddr).Port})
	require.ErrorContains(t, err, taken.Addr().String())
}
