package kafka

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// answers makes the cluster answer every fetch with what respond returns for the offset asked for.
func answers(k *kfake.Cluster, respond func(offset int64) kmsg.FetchResponseTopicPartition) {
	k.ControlKey(int16(kmsg.Fetch), func(req kmsg.Request) (kmsg.Response, error, bool) {
		k.KeepControl()
		fetch := req.(*kmsg.FetchRequest)
		res := fetch.ResponseKind().(*kmsg.FetchResponse)
		topic := kmsg.NewFetchResponseTopic()
		topic.Topic = fetch.Topics[0].Topic
		topic.Partitions = append(topic.Partitions, respond(fetch.Topics[0].Partitions[0].FetchOffset))
		res.Topics = append(res.Topics, topic)
		return res, nil, true
	})
}

// logOf answers from a log of crafted batches, one batch a response, as a broker does that has little room in a response.
func logOf(end int64, batches ...[]byte) func(offset int64) kmsg.FetchResponseTopicPartition {
	return func(offset int64) kmsg.FetchResponseTopicPartition {
		p := kmsg.NewFetchResponseTopicPartition()
		p.HighWatermark, p.LastStableOffset = end, end
		for _, b := range batches {
			if h, err := parseHeader(b); err == nil && h.last < offset {
				continue
			}
			p.RecordBatches = b
			break
		}
		return p
	}
}

func TestHolesAndEmptyBatchesArePassed(t *testing.T) {
	tail := batchOfValues(20, "a", "compacted away", "b")
	for name, tc := range map[string]struct {
		log  [][]byte
		end  int64
		want []string
	}{
		"an empty batch first":           {[][]byte{emptyBatch(0, 4), batchOfValues(5, "a")}, 6, []string{"a"}},
		"an empty batch between":         {[][]byte{batchOfValues(0, "a"), emptyBatch(1, 9), batchOfValues(10, "b")}, 11, []string{"a", "b"}},
		"two empty batches together":     {[][]byte{batchOfValues(0, "a"), emptyBatch(1, 2), emptyBatch(3, 3), batchOfValues(4, "b")}, 5, []string{"a", "b"}},
		"an empty batch once compressed": {[][]byte{onceCompressed(emptyBatch(0, 4)), batchOfValues(5, "a")}, 6, []string{"a"}},
		"an empty batch last":            {[][]byte{batchOfValues(0, "a"), emptyBatch(1, 7)}, 8, []string{"a"}},
		"a hole between batches":         {[][]byte{batchOfValues(0, "a"), batchOfValues(400_000, "b")}, 400_001, []string{"a", "b"}},
		"a batch that lost its last one": {[][]byte{withoutLast(tail, 25)}, 26, []string{"a", "compacted away", "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			k := fake(t, kfake.SeedTopics(1, "log"))
			answers(k, logOf(tc.end, tc.log...))
			got, next := read(t, fakeClient(t, k), "log", 0)
			require.Equal(t, tc.want, got)
			require.Equal(t, tc.end, next)
		})
	}
}

func onceCompressed(b []byte) []byte {
	b[posAttributes+1] = 1
	return sealed(b)
}

// withoutLast makes the batch end at a later offset than its last record, as compaction leaves it.
func withoutLast(b []byte, last int64) []byte {
	b = bytes.Clone(b)
	b[posLastDelta+3] = byte(last - 20)
	return sealed(b)
}

func TestSeveralBatchesAndACutOneInAResponse(t *testing.T) {
	k := fake(t, kfake.SeedTopics(1, "log"))
	whole := append(batchOfValues(0, "a", "b"), batchOfValues(2, "c")...)
	cut := batchOfValues(3, "d")
	answers(k, func(offset int64) kmsg.FetchResponseTopicPartition {
		p := kmsg.NewFetchResponseTopicPartition()
		p.HighWatermark, p.LastStableOffset = 4, 4
		p.RecordBatches = append(bytes.Clone(whole), cut[:len(cut)-1]...)
		if offset == 3 {
			p.RecordBatches = cut
		}
		return p
	})
	got, _ := read(t, fakeClient(t, k), "log", 0)
	require.Equal(t, []string{"a", "b", "c", "d"}, got)
}

func TestACorruptBatchIsRefetchedThreeTimes(t *testing.T) {
	damaged := batchOfValues(1, "damaged")
	damaged[len(damaged)-2] ^= 1
	for name, healAfter := range map[string]int32{"damaged on the way": 4, "damaged on disk": 1 << 30} {
		t.Run(name, func(t *testing.T) {
			k := fake(t, kfake.SeedTopics(1, "log"))
			var fetches atomic.Int32
			answers(k, func(offset int64) kmsg.FetchResponseTopicPartition {
				p := kmsg.NewFetchResponseTopicPartition()
				p.HighWatermark, p.LastStableOffset = 2, 2
				switch {
				case offset == 0:
					p.RecordBatches = append(batchOfValues(0, "good"), damaged...)
				case fetches.Add(1) < healAfter:
					p.RecordBatches = damaged
				default:
					p.RecordBatches = batchOfValues(1, "healed")
				}
				return p
			})
			f := fakeClient(t, k).Fetch("log", 0, 0)
			b, err := f.Next(t.Context())
			require.NoError(t, err)
			require.Len(t, b.Records, 1, "what comes before the damage is returned first")
			b, err = f.Next(t.Context())
			require.EqualValues(t, 4, fetches.Load())
			if healAfter == 4 {
				require.NoError(t, err)
				require.Equal(t, "healed", string(b.Records[0].Value))
				return
			}
			var corrupt *CorruptError
			require.ErrorAs(t, err, &corrupt)
			require.EqualValues(t, 1, corrupt.Offset)
			require.ErrorContains(t, err, "log/0: batch at offset 1 is corrupt: CRC-32C")
		})
	}
}

func TestBatchesThatCannotBeReadStopThePartition(t *testing.T) {
	old := batchOfValues(0, "v1")
	old[posMagic] = 1
	bomb := compressed(t, batchOf(0, Message{Value: make([]byte, MaxBatchBytes)}), 4)
	for name, tc := range map[string]struct {
		batch []byte
		want  any
		text  string
	}{
		"an old format":          {old, new(*FormatError), "message format v1 is not supported"},
		"a decompression bomb":   {bomb, new(*TooLargeError), "log/0: batch at offset 0 is larger than 16777216 bytes"},
		"a stream without batch": {[]byte("short"), new(*CorruptError), "without a whole batch"},
		"a batch of the past":    {batchOfValues(0, "x"), new(*CorruptError), "without a whole batch from the wanted offset on"},
	} {
		t.Run(name, func(t *testing.T) {
			k := fake(t, kfake.SeedTopics(1, "log"))
			answers(k, func(int64) kmsg.FetchResponseTopicPartition {
				p := kmsg.NewFetchResponseTopicPartition()
				p.HighWatermark, p.LastStableOffset, p.RecordBatches = 9, 9, tc.batch
				return p
			})
			from := int64(0)
			if name == "a batch of the past" {
				from = 5
			}
			_, err := fakeClient(t, k).Fetch("log", 0, from).Next(t.Context())
			require.ErrorAs(t, err, tc.want)
			require.ErrorContains(t, err, tc.text)
		})
	}
}

func TestABrokerWithoutFetch11IsRefused(t *testing.T) {
	k := fake(t, kfake.SeedTopics(1, "log"))
	k.ControlKey(int16(kmsg.ApiVersions), func(req kmsg.Request) (kmsg.Response, error, bool) {
		k.KeepControl()
		res := req.(*kmsg.ApiVersionsRequest).ResponseKind().(*kmsg.ApiVersionsResponse)
		for _, key := range []kmsg.Key{kmsg.Metadata, kmsg.Fetch} {
			res.ApiKeys = append(res.ApiKeys, kmsg.ApiVersionsResponseApiKey{ApiKey: int16(key), MaxVersion: 8})
		}
		return res, nil, true
	})
	_, err := fakeClient(t, k).Fetch("log", 0, 0).Next(within(t, readTimeout))
	require.ErrorContains(t, err, "offers Fetch only up to version 8, but 11 (Kafka 2.3) is needed")
}

func TestFetchFollowsTheLeader(t *testing.T) {
	k := fake(t, kfake.NumBrokers(3), kfake.SeedTopics(1, "log"))
	c := fakeClient(t, k)
	p, err := c.Producer(t.Context(), "")
	require.NoError(t, err)
	f := c.Fetch("log", 0, 0)
	for i, v := range values("v", 6) {
		require.NoError(t, k.MoveTopicPartition("log", 0, int32(i%3)))
		require.NoError(t, p.Send(t.Context(), messages("log", []string{v})))
		require.Equal(t, v, nextValue(t, f))
		require.NoError(t, k.MoveTopicPartition("log", 0, int32((i+1)%3)))
		_, err := f.Next(t.Context())
		require.NoError(t, err)
	}
}

func TestFetchOutlivesWhatPasses(t *testing.T) {
	for _, passing := range []*kerr.Error{
		kerr.NotLeaderForPartition, kerr.LeaderNotAvailable, kerr.UnknownTopicOrPartition, kerr.KafkaStorageError,
		kerr.OffsetNotAvailable, kerr.OffsetOutOfRange, kerr.UnknownServerError, kerr.CorruptMessage,
	} {
		t.Run(passing.Message, func(t *testing.T) {
			k := fake(t, kfake.SeedTopics(1, "log"))
			c := fakeClient(t, k)
			p, err := c.Producer(t.Context(), "")
			require.NoError(t, err)
			require.NoError(t, p.Send(t.Context(), messages("log", []string{"v"})))
			fault := k.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Fetch}, Topic: "log", Err: passing, Count: 2})
			require.Equal(t, "v", nextValue(t, c.Fetch("log", 0, Earliest)))
			require.Equal(t, 2, fault.Hits())
		})
	}
}

func nextValue(t *testing.T, f *Fetcher) string {
	t.Helper()
	ctx := within(t, readTimeout)
	for {
		b, err := f.Next(ctx)
		require.NoError(t, err)
		if len(b.Records) > 0 {
			return string(b.Records[0].Value)
		}
	}
}

func TestNextEndsWithItsContext(t *testing.T) {
	k := fake(t, kfake.SeedTopics(1, "log"))
	c := fakeClient(t, k)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Fetch("log", 0, 0).Next(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

func TestABatchStaysValidWhileTheNextIsFetched(t *testing.T) {
	k := fake(t, kfake.SeedTopics(1, "log"))
	all := [][]byte{batchOfValues(0, "a"), batchOfValues(1, "b"), batchOfValues(2, "c")}
	answers(k, logOf(3, all...))
	f := fakeClient(t, k).Fetch("log", 0, 0)
	first, err := f.Next(t.Context())
	require.NoError(t, err)
	second, err := f.Next(t.Context())
	require.NoError(t, err)
	require.Equal(t, "a", string(first.Records[0].Value))
	_, err = f.Next(t.Context())
	require.NoError(t, err)
	require.Equal(t, "b", string(second.Records[0].Value))
}

func TestAbortedTransactionsOfOneProducerOneAfterTheOther(t *testing.T) {
	transactional := func(base, producer int64, attributes byte, value string) []byte {
		b := batchOfValues(base, value)
		b[posAttributes+1] = attrTransactional | attributes
		binary.BigEndian.PutUint64(b[posProducerID:], uint64(producer))
		return sealed(b)
	}
	marker := func(base, producer int64, commit byte) []byte {
		b := batchOf(base, Message{Key: []byte{0, 0, 0, commit}, Value: []byte{0, 0, 0, 0, 0, 0}})
		b[posAttributes+1] = attrTransactional | attrControl
		binary.BigEndian.PutUint64(b[posProducerID:], uint64(producer))
		return sealed(b)
	}
	set := slices.Concat(
		transactional(0, 1, 0, "aborted"), transactional(1, 2, 0, "kept"), marker(2, 1, 0),
		transactional(3, 1, 0, "kept between"), marker(4, 1, 1), transactional(5, 1, 0, "aborted again"), marker(6, 1, 0), marker(7, 2, 1),
	)
	k := fake(t, kfake.SeedTopics(1, "log"))
	answers(k, func(int64) kmsg.FetchResponseTopicPartition {
		p := kmsg.NewFetchResponseTopicPartition()
		p.HighWatermark, p.LastStableOffset, p.RecordBatches = 8, 8, set
		for _, first := range []int64{5, 0} { // brokers do not promise an order
			aborted := kmsg.NewFetchResponseTopicPartitionAbortedTransaction()
			aborted.ProducerID, aborted.FirstOffset = 1, first
			p.AbortedTransactions = append(p.AbortedTransactions, aborted)
		}
		return p
	})
	got, next := read(t, fakeClient(t, k), "log", 0)
	require.Equal(t, []string{"kept", "kept between"}, got)
	require.EqualValues(t, 8, next)
}
