package kafka

import (
	"strconv"
	"testing"

	"github.com/segmentio/kafka-go/compress"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
)

// Both benchmarks share the machine with the broker they talk to.
const benchBatch = 1000

func benchMessages(partitions int) []Message {
	msgs := make([]Message, benchBatch)
	for i := range msgs {
		msgs[i] = Message{Topic: "log", Partition: int32(i % partitions), Key: []byte("customer-" + strconv.Itoa(i)), Value: make([]byte, 300)}
	}
	return msgs
}

func BenchmarkSend(b *testing.B) {
	k, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(4, "log"), kfake.BlackholeProduce())
	require.NoError(b, err)
	defer k.Close()
	c, err := New(Config{Brokers: k.ListenAddrs()})
	require.NoError(b, err)
	p, err := c.Producer(b.Context(), "")
	require.NoError(b, err)
	msgs := benchMessages(4)
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, p.Send(b.Context(), msgs))
	}
	b.ReportMetric(float64(b.N)*benchBatch/b.Elapsed().Seconds(), "msgs/s")
}

func BenchmarkFetch(b *testing.B) {
	k, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "log"))
	require.NoError(b, err)
	defer k.Close()
	c, err := New(Config{Brokers: k.ListenAddrs()})
	require.NoError(b, err)
	p, err := c.Producer(b.Context(), "")
	require.NoError(b, err)
	for range 100 {
		require.NoError(b, p.Send(b.Context(), benchMessages(1)))
	}
	b.ReportAllocs()
	read := 0
	f := c.Fetch("log", 0, 0)
	for b.Loop() {
		batch, err := f.Next(b.Context())
		require.NoError(b, err)
		read += len(batch.Records)
		if batch.CaughtUp() {
			f = c.Fetch("log", 0, 0)
		}
	}
	b.ReportMetric(float64(read)/b.Elapsed().Seconds(), "msgs/s")
	b.ReportMetric(float64(read)/float64(b.N), "msgs/op")
}

func BenchmarkDecode(b *testing.B) {
	for _, codec := range codecs {
		b.Run(codec.String(), func(b *testing.B) {
			set := batchOf(0, benchMessages(1)...)
			if codec != compress.None {
				set = compressed(b, set, codec)
			}
			var d decoder
			b.ReportAllocs()
			for b.Loop() {
				require.NoError(b, decodeAll(&d, set, 0))
			}
			b.ReportMetric(float64(b.N)*benchBatch/b.Elapsed().Seconds(), "msgs/s")
		})
	}
}
