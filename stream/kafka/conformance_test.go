package kafka

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	franz "github.com/twmb/franz-go/pkg/kgo"
)

// conformance is what any broker has to do for this package. It runs on kfake here and on a real Apache Kafka in real_test.go.
func conformance(t *testing.T, c *Client) {
	t.Run("what is written is read back whole", func(t *testing.T) { conformRoundTrip(t, c) })
	t.Run("every compression is read", func(t *testing.T) { conformCompression(t, c) })
	t.Run("aborted transactions and markers are not seen", func(t *testing.T) { conformAborted(t, c) })
	t.Run("an open transaction holds reading back", func(t *testing.T) { conformOpenTransaction(t, c) })
	t.Run("an offset outside the log is a gap", func(t *testing.T) { conformGap(t, c) })
	t.Run("reading starts at a time", func(t *testing.T) { conformOffsetAt(t, c) })
	t.Run("a batch that is sent again is stored once", func(t *testing.T) { conformRetry(t, c) })
	t.Run("a new owner fences the old one", func(t *testing.T) { conformFencing(t, c) })
	t.Run("a fence ends the old owner at once and leaves no record", func(t *testing.T) { conformFence(t, c) })
	t.Run("a producer goes on after an unknown outcome", func(t *testing.T) { conformRenewal(t, c) })
	t.Run("two members share and hand over", func(t *testing.T) { conformGroup(t, c) })
	t.Run("topics are created once and checked", func(t *testing.T) { conformAdmin(t, c) })
}

func TestConformanceOnKfake(t *testing.T) { conformance(t, fakeClient(t, fake(t))) }

func conformRoundTrip(t *testing.T, c *Client) {
	topic := topicNamed(t, c, 2, nil)
	p, err := c.Producer(t.Context(), "")
	require.NoError(t, err)
	key := []byte("customer-7")
	require.NoError(t, p.Send(t.Context(), []Message{
		{Topic: topic, Partition: -1, Key: key, Value: []byte("first"), Timestamp: 1_000, Headers: []Header{{"trace", []byte("a")}, {"none", nil}}},
		{Topic: topic, Partition: -1, Key: key, Value: nil, Timestamp: 900},
		{Topic: topic, Partition: -1, Key: key, Value: []byte{}, Timestamp: 2_000},
		{Topic: topic, Partition: int32(1 - Partition(key, 2)), Value: []byte("elsewhere")},
	}))

	f := c.Fetch(topic, Partition(key, 2), Earliest)
	b, err := f.Next(t.Context())
	require.NoError(t, err)
	require.Equal(t, []Record{
		{Offset: 0, Timestamp: 1_000, Key: key, Value: []byte("first"), Headers: []Header{{"trace", []byte("a")}, {"none", nil}}},
		{Offset: 1, Timestamp: 900, Key: key, Value: nil},
		{Offset: 2, Timestamp: 2_000, Key: key, Value: []byte{}},
	}, b.Records)
	require.Equal(t, []int64{3, 3, 3, 0}, []int64{b.Next, b.HighWatermark, b.LastStable, b.LogStart})
	require.True(t, b.CaughtUp())

	b, err = f.Next(t.Context())
	require.NoError(t, err)
	require.Empty(t, b.Records, "a long poll at the end returns without records")
	require.EqualValues(t, 3, b.Next)

	b, err = c.Fetch(topic, Partition(key, 2), 2).Next(t.Context())
	require.NoError(t, err)
	require.Len(t, b.Records, 1, "reading may start inside a batch")
	require.EqualValues(t, 2, b.Records[0].Offset)
}

func conformOffsetAt(t *testing.T, c *Client) {
	topic := topicNamed(t, c, 1, nil)
	p, err := c.Producer(t.Context(), "")
	require.NoError(t, err)
	for _, at := range []int64{1_000, 5_000, 9_000} {
		require.NoError(t, p.Send(t.Context(), []Message{{Topic: topic, Value: []byte("x"), Timestamp: at}}))
	}
	for at, want := range map[int64]int64{0: 0, 1_000: 0, 1_001: 1, 5_000: 1, 9_000: 2, 9_001: 3} {
		offset, err := c.OffsetAt(t.Context(), topic, 0, time.UnixMilli(at))
		require.NoError(t, err)
		require.Equal(t, want, offset, "from %d on", at)
	}
}

func conformCompression(t *testing.T, c *Client) {
	for name, codec := range map[string]franz.CompressionCodec{
		"gzip": franz.GzipCompression(), "snappy": franz.SnappyCompression(), "lz4": franz.Lz4Compression(), "zstd": franz.ZstdCompression(),
	} {
		t.Run(name, func(t *testing.T) {
			topic := topicNamed(t, c, 1, nil)
			want := values("the same words again and again ", 500)
			f := franzClient(t, c, franz.ProducerBatchCompression(codec))
			require.NoError(t, f.ProduceSync(t.Context(), franzRecords(topic, want)...).FirstErr())
			got, _ := read(t, c, topic, Earliest)
			require.Equal(t, want, got)
		})
	}
}

func franzRecords(topic string, values []string) []*franz.Record {
	records := make([]*franz.Record, len(values))
	for i, v := range values {
		records[i] = &franz.Record{Topic: topic, Value: []byte(v)}
	}
	return records
}

func conformAborted(t *testing.T, c *Client) {
	topic := topicNamed(t, c, 1, nil)
	one, two := franzClient(t, c, franz.TransactionalID(topic+"-1")), franzClient(t, c, franz.TransactionalID(topic+"-2"))
	write := func(f *franz.Client, values ...string) {
		require.NoError(t, f.ProduceSync(t.Context(), franzRecords(topic, values)...).FirstErr())
	}
	end := func(f *franz.Client, how franz.TransactionEndTry) {
		require.NoError(t, f.EndTransaction(t.Context(), how))
	}

	require.NoError(t, one.BeginTransaction())
	require.NoError(t, two.BeginTransaction())
	write(one, "aborted 1")
	write(two, "kept 1")
	write(one, "aborted 2")
	end(one, franz.TryAbort)
	write(two, "kept 2")
	end(two, franz.TryCommit)
	require.NoError(t, one.BeginTransaction())
	write(one, "kept 3")
	end(one, franz.TryCommit)
	require.NoError(t, two.BeginTransaction())
	write(two, "aborted 3")
	end(two, franz.TryAbort)

	got, next := read(t, c, topic, Earliest)
	require.Equal(t, []string{"kept 1", "kept 2", "kept 3"}, got)
	ends, err := c.Offsets(t.Context(), topic)
	require.NoError(t, err)
	require.Equal(t, ends[0].Latest, next, "the offset has moved past the last marker")
	require.EqualValues(t, 10, next, "6 records and 4 markers")
}

func conformOpenTransaction(t *testing.T, c *Client) {
	topic := topicNamed(t, c, 1, nil)
	plain, err := c.Producer(t.Context(), "")
	require.NoError(t, err)
	f := franzClient(t, c, franz.TransactionalID(topic))
	require.NoError(t, plain.Send(t.Context(), messages(topic, []string{"before"})))
	require.NoError(t, f.BeginTransaction())
	require.NoError(t, f.ProduceSync(t.Context(), franzRecords(topic, []string{"open"})...).FirstErr())
	require.NoError(t, plain.Send(t.Context(), messages(topic, []string{"after"})))

	got, next := read(t, c, topic, Earliest)
	require.Equal(t, []string{"before"}, got)
	require.EqualValues(t, 1, next)
	require.NoError(t, f.EndTransaction(t.Context(), franz.TryCommit))
	got, _ = read(t, c, topic, next)
	require.Equal(t, []string{"open", "after"}, got)
}

func conformGap(t *testing.T, c *Client) {
	topic := topicNamed(t, c, 1, nil)
	p, err := c.Producer(t.Context(), "")
	require.NoError(t, err)
	require.NoError(t, p.Send(t.Context(), messages(topic, values("v", 10))))
	deleteRecords(t, c, topic, 4)

	var gap *GapError
	_, err = c.Fetch(topic, 0, 3).Next(t.Context())
	require.ErrorAs(t, err, &gap)
	require.Equal(t, GapError{Topic: topic, Partition: 0, Want: 3, LogStart: 4, LogEnd: 10}, *gap)
	require.ErrorContains(t, err, "offsets 3 to 3 were deleted")

	_, err = c.Fetch(topic, 0, 11).Next(t.Context())
	require.ErrorAs(t, err, &gap)
	require.Equal(t, GapError{Topic: topic, Partition: 0, Want: 11, LogStart: 4, LogEnd: 10}, *gap)
	require.ErrorContains(t, err, "beyond the log's end 10")

	got, _ := read(t, c, topic, Earliest)
	require.Equal(t, values("v", 10)[4:], got)
}

func conformRetry(t *testing.T, c *Client) {
	topic := topicNamed(t, c, 1, nil)
	for _, id := range []string{"", topic} {
		p, err := c.Producer(t.Context(), id)
		require.NoError(t, err)
		require.NoError(t, p.Send(t.Context(), messages(topic, []string{id + "a", id + "b"})))
		to := target{topic, 0}
		same := p.targets[to].encoder.finish(p.session, 0)
		for range 3 {
			_, err := c.produce(t.Context(), to, same)
			require.NoError(t, err)
		}
	}
	got, _ := read(t, c, topic, Earliest)
	require.Equal(t, []string{"a", "b", topic + "a", topic + "b"}, got)
}

// conformFencing is what a take-over rests on: see Producer.
func conformFencing(t *testing.T, c *Client) {
	topic := topicNamed(t, c, 2, nil)
	old, err := c.Producer(t.Context(), topic)
	require.NoError(t, err)
	require.NoError(t, old.Send(t.Context(), messages(topic, []string{"old"})))
	stuck := old.targets[target{topic, 0}].encoder
	lateRetry := append([]byte(nil), stuck.finish(old.session, 0)...)
	lateFirst := append([]byte(nil), stuck.finish(old.session, 1)...)

	owner, err := c.Producer(t.Context(), topic)
	require.NoError(t, err)
	require.NoError(t, owner.Send(t.Context(), messages(topic, []string{"marker"})))

	for _, late := range [][]byte{lateRetry, lateFirst} {
		_, err := c.produce(t.Context(), target{topic, 0}, late)
		require.Error(t, err, "the old owner's batch arrives late")
	}
	for range 2 {
		require.ErrorIs(t, old.Send(t.Context(), messages(topic, []string{"zombie"})), ErrFenced)
	}
	require.NoError(t, owner.Send(t.Context(), []Message{{Topic: topic, Partition: 1, Value: []byte("marker")}}))
	_, err = c.produce(t.Context(), target{topic, 1}, lateFirst)
	require.Error(t, err, "a partition the old owner never wrote to")
	require.NoError(t, owner.Send(t.Context(), messages(topic, []string{"owner"})))

	got, _ := read(t, c, topic, Earliest)
	require.Equal(t, []string{"old", "marker", "owner"}, got)

	zombie := &Producer{c: c, id: topic, session: old.session, stale: true, gate: newGate(), targets: map[target]*writer{}}
	require.ErrorIs(t, zombie.Send(t.Context(), messages(topic, []string{"zombie"})), ErrFenced,
		"one that wants a new epoch does not become the owner again")
	got, _ = read(t, c, topic, Earliest)
	require.Equal(t, []string{"old", "marker", "owner"}, got)
}

func conformRenewal(t *testing.T, c *Client) {
	topic := topicNamed(t, c, 1, nil)
	for _, id := range []string{"", topic} {
		p, err := c.Producer(t.Context(), id)
		require.NoError(t, err)
		require.NoError(t, p.Send(t.Context(), messages(topic, []string{id + "1", id + "2"})))
		p.markStale(p.session)
		require.NoError(t, p.Send(t.Context(), messages(topic, []string{id + "3"})))
		require.NoError(t, p.Send(t.Context(), messages(topic, []string{id + "4"})))
	}
	got, _ := read(t, c, topic, Earliest)
	require.Equal(t, append(values("", 5)[1:], values(topic, 5)[1:]...), got)
}

func conformAdmin(t *testing.T, c *Client) {
	four, two := topicNamed(t, c, 4, map[string]string{"cleanup.policy": "compact"}), topicNamed(t, c, 2, nil)
	spec := TopicSpec{Name: four, Partitions: 4, ReplicationFactor: 1}
	require.NoError(t, c.CreateTopics(t.Context(), []TopicSpec{spec}), "a topic that exists is fine")
	spec.Partitions = 3
	require.ErrorContains(t, c.CreateTopics(t.Context(), []TopicSpec{spec}), "exists with 4 partitions, but 3 are wanted")

	topics, err := c.Topics(t.Context(), []string{four, two, "absent"})
	require.NoError(t, err)
	require.Equal(t, map[string]TopicInfo{four: {Partitions: 4}, two: {Partitions: 2}}, topics)

	require.NoError(t, c.CheckCoPartitioned(t.Context(), []string{four}))
	err = c.CheckCoPartitioned(t.Context(), []string{four, two})
	require.ErrorContains(t, err, fmt.Sprintf("%s has 4, %s has 2", four, two))
	require.ErrorContains(t, c.CheckCoPartitioned(t.Context(), []string{four, "absent"}), "missing, or not visible to this user: absent")

	ends, err := c.Offsets(t.Context(), four)
	require.NoError(t, err)
	require.Equal(t, make([]PartitionOffsets, 4), ends)
	_, err = c.Offsets(t.Context(), "absent")
	require.ErrorContains(t, err, "absent does not exist")
}

// within returns a context for what has to happen soon.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func conformFence(t *testing.T, c *Client) {
	one, other := topicNamed(t, c, 2, nil), topicNamed(t, c, 2, nil)
	old, err := c.Producer(t.Context(), one)
	require.NoError(t, err)
	require.NoError(t, old.Send(t.Context(), messages(one, []string{"before"})))

	owner, err := c.Producer(t.Context(), one)
	require.NoError(t, err)
	require.NoError(t, owner.Fence(t.Context(), []Place{{one, 0}, {other, 1}}))
	require.ErrorIs(t, old.Send(t.Context(), messages(one, []string{"late"})), ErrFenced)
	require.ErrorIs(t, old.Send(t.Context(), []Message{{Topic: other, Partition: 1, Value: []byte("late, where it never wrote")}}), ErrFenced)

	got, next := read(t, c, one, Earliest)
	require.Equal(t, []string{"before"}, got)
	require.EqualValues(t, 2, next, "the marker takes an offset")
	require.NoError(t, owner.Send(t.Context(), messages(one, []string{"after"})))
	require.NoError(t, owner.Fence(t.Context(), []Place{{one, 0}}), "twice does no harm")
	require.NoError(t, owner.Send(t.Context(), messages(one, []string{"still"})))
	got, _ = read(t, c, one, Earliest)
	require.Equal(t, []string{"before", "after", "still"}, got)
}
