package kafka

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestTransactorOnKfake(t *testing.T)       { conformTransactor(t, fakeClient(t, fake(t))) }
func TestTransactorOnApacheKafka(t *testing.T) { conformTransactor(t, realClient(t)) }

// conformTransactor is what brokers have to do for records to be moved once.
func conformTransactor(t *testing.T, c *Client) {
	t.Run("records and position become visible together", func(t *testing.T) { conformMove(t, c) })
	t.Run("a new owner ends what is left open and the old one cannot commit", func(t *testing.T) { conformZombie(t, c) })
	t.Run("a member whose generation has ended cannot commit", func(t *testing.T) { conformEndedGeneration(t, c) })
	t.Run("a large transaction goes in several batches", func(t *testing.T) { conformLargeBundle(t, c) })
}

func bundleOf(topic string, partition int32, values ...string) *Bundle {
	b := &Bundle{}
	for _, v := range values {
		b.Add(&Message{Topic: topic, Partition: partition, Value: []byte(v), Timestamp: time.Now().UnixMilli()})
	}
	return b
}

// transactor takes over, and tells the position.
func transactor(t *testing.T, c *Client, m Member, source string) (*Transactor, int64) {
	t.Helper()
	x, err := c.Transactor(t.Context(), TransactorConfig{ID: m.Group + "/0", Topic: source, Member: m})
	require.NoError(t, err)
	at, err := x.Position(t.Context())
	require.NoError(t, err)
	return x, at
}

func nobody(group string) Member { return Member{Group: group, Generation: -1} }

func conformMove(t *testing.T, c *Client) {
	source, one, two := topicNamed(t, c, 1, nil), topicNamed(t, c, 1, nil), topicNamed(t, c, 1, nil)
	x, at := transactor(t, c, nobody(source), source)
	require.EqualValues(t, -1, at)
	b := bundleOf(one, 0, "a", "b")
	b.Add(&Message{Topic: two, Value: []byte("c"), Key: []byte("k"), Headers: []Header{{"h", []byte("v")}}, Timestamp: 1})
	require.Equal(t, 3, b.Len())
	require.NoError(t, x.Commit(t.Context(), b, 5))
	b.Reset()
	b.Add(&Message{Topic: one, Value: []byte("d"), Timestamp: 1})
	require.NoError(t, x.Commit(t.Context(), b, 6), "the next follows at once")
	b.Reset()
	require.NoError(t, x.Commit(t.Context(), b, 9), "a position may move alone")
	got, next := read(t, c, one, 0)
	require.Equal(t, []string{"a", "b", "d"}, got)
	require.EqualValues(t, 5, next, "each transaction ends with a marker")
	got, _ = read(t, c, two, 0)
	require.Equal(t, []string{"c"}, got)
	_, at = transactor(t, c, nobody(source), source)
	require.EqualValues(t, 9, at)
}

func conformZombie(t *testing.T, c *Client) {
	source, to := topicNamed(t, c, 1, nil), topicNamed(t, c, 1, nil)
	old, _ := transactor(t, c, nobody(source), source)
	require.NoError(t, old.Commit(t.Context(), bundleOf(to, 0, "a"), 1))
	left := bundleOf(to, 0, "lost")
	require.NoError(t, old.persist(t.Context(), "open", func(ctx context.Context) error { return old.addPartitions(ctx, left) }))
	require.NoError(t, old.persist(t.Context(), "add", old.addOffsets))
	require.NoError(t, old.write(t.Context(), left))
	require.NoError(t, old.persist(t.Context(), "store", func(ctx context.Context) error { return old.commitOffset(ctx, 2) }))

	owner, at := transactor(t, c, nobody(source), source)
	require.EqualValues(t, 1, at, "what the old owner had not committed is not the position")
	require.ErrorIs(t, old.persist(t.Context(), "commit", old.end), ErrFenced)
	require.ErrorIs(t, old.Commit(t.Context(), bundleOf(to, 0, "late"), 2), ErrFenced)
	require.NoError(t, owner.Commit(t.Context(), bundleOf(to, 0, "b"), 2))
	got, _ := read(t, c, to, 0)
	require.Equal(t, []string{"a", "b"}, got)
}

func conformEndedGeneration(t *testing.T, c *Client) {
	source, to := topicNamed(t, c, 1, nil), topicNamed(t, c, 1, nil)
	cfg := GroupConfig{Group: source, Topics: []string{source}}
	first := join(t, c, cfg, func(Assignment) error { return nil })
	a := first.next(t, 1)
	x, _ := transactor(t, c, a.Member(), source)
	require.NoError(t, c.StillMember(t.Context(), a.Member()))
	require.NoError(t, x.Commit(t.Context(), bundleOf(to, 0, "a"), 1))
	require.NoError(t, first.end(t))
	second := join(t, c, cfg, func(Assignment) error { return nil })
	second.next(t, 1)
	require.ErrorIs(t, c.StillMember(t.Context(), a.Member()), ErrNotMember)
	require.ErrorIs(t, x.Commit(t.Context(), bundleOf(to, 0, "late"), 2), ErrNotMember)
	require.NoError(t, second.end(t))
	_, at := transactor(t, c, nobody(source), source)
	require.EqualValues(t, 1, at)
	got, _ := read(t, c, to, 0)
	require.Equal(t, []string{"a"}, got)
}

func conformLargeBundle(t *testing.T, c *Client) {
	source, to := topicNamed(t, c, 1, nil), topicNamed(t, c, 1, nil)
	x, _ := transactor(t, c, nobody(source), source)
	want := make([]string, 60)
	for i := range want {
		want[i] = fmt.Sprintf("%02d-%0*d", i, 60_000, 0)
	}
	b := bundleOf(to, 0, want...)
	require.Greater(t, b.Bytes(), 3*maxWriteBytes)
	require.NoError(t, x.Commit(t.Context(), b, 1))
	require.NoError(t, x.Commit(t.Context(), bundleOf(to, 0, "after"), 2))
	got, _ := read(t, c, to, 0)
	require.Equal(t, append(want, "after"), got)
}

// TestACommitOutlivesWhatPasses lets each step of a transaction fail for a while.
func TestACommitOutlivesWhatPasses(t *testing.T) {
	for _, key := range []kmsg.Key{kmsg.AddPartitionsToTxn, kmsg.AddOffsetsToTxn, kmsg.Produce, kmsg.TxnOffsetCommit, kmsg.EndTxn, kmsg.OffsetFetch} {
		for _, passing := range []*kerr.Error{kerr.NotCoordinator, kerr.ConcurrentTransactions, kerr.RequestTimedOut} {
			if key == kmsg.OffsetFetch {
				passing = kerr.UnstableOffsetCommit
			}
			t.Run(key.Name()+" "+passing.Message, func(t *testing.T) {
				k := fake(t, kfake.SeedTopics(1, "source", "to"))
				c := fakeClient(t, k)
				fault := k.Fault(kfake.Fault{Keys: []kmsg.Key{key}, Err: passing, Count: 2})
				x, _ := transactor(t, c, nobody("g"), "source")
				require.NoError(t, x.Commit(t.Context(), bundleOf("to", 0, "a"), 1))
				require.NoError(t, x.Commit(t.Context(), bundleOf("to", 0, "b"), 2))
				require.Equal(t, 2, fault.Hits())
				got, _ := read(t, c, "to", 0)
				require.Equal(t, []string{"a", "b"}, got)
			})
		}
	}
}

func TestATransactionThatCannotGoOnIsGivenUp(t *testing.T) {
	for _, final := range []struct {
		key  kmsg.Key
		err  *kerr.Error
		want error
	}{
		{kmsg.Produce, kerr.OutOfOrderSequenceNumber, ErrGivenUp},
		{kmsg.EndTxn, kerr.InvalidTxnState, ErrGivenUp},
		{kmsg.EndTxn, kerr.RequestTimedOut, ErrGivenUp},
		{kmsg.EndTxn, kerr.ProducerFenced, ErrFenced},
		{kmsg.TxnOffsetCommit, kerr.IllegalGeneration, ErrNotMember},
	} {
		t.Run(final.err.Message, func(t *testing.T) {
			k := fake(t, kfake.SeedTopics(1, "source", "to"))
			c := newClient(t, Config{Brokers: k.ListenAddrs(), DeliveryTimeout: 200 * time.Millisecond})
			x, _ := transactor(t, c, nobody("g"), "source")
			fault := k.Fault(kfake.Fault{Keys: []kmsg.Key{final.key}, Err: final.err, Count: -1})
			require.ErrorIs(t, x.Commit(t.Context(), bundleOf("to", 0, "a"), 1), final.want)
			fault.Remove()
			next, at := transactor(t, c, nobody("g"), "source")
			require.EqualValues(t, -1, at)
			require.NoError(t, next.Commit(t.Context(), bundleOf("to", 0, "b"), 1))
			got, _ := read(t, c, "to", 0)
			require.Equal(t, []string{"b"}, got, "of the transaction that was given up nothing is seen")
		})
	}
}

func TestWhatNeedsAPersonIsNamed(t *testing.T) {
	k := fake(t, kfake.SeedTopics(1, "source", "to"))
	c := fakeClient(t, k)
	x, _ := transactor(t, c, nobody("g"), "source")
	k.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.TopicAuthorizationFailed})
	err := x.Commit(t.Context(), bundleOf("to", 0, "a"), 1)
	require.ErrorContains(t, err, "write in transaction g/0: to/0: ")
	require.ErrorContains(t, err, "an ACL is missing")
	require.NotErrorIs(t, err, ErrGivenUp)
}
