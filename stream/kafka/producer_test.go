package kafka

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestSendOutlivesWhatPassesAndStoresOnce(t *testing.T) {
	for _, passing := range []*kerr.Error{
		kerr.NotLeaderForPartition, kerr.RequestTimedOut, kerr.NotEnoughReplicas, kerr.NotEnoughReplicasAfterAppend, kerr.UnknownServerError,
		kerr.OutOfOrderSequenceNumber, kerr.UnknownProducerID,
	} {
		t.Run(passing.Message, func(t *testing.T) {
			k := fake(t, kfake.SeedTopics(1, "log"))
			c := fakeClient(t, k)
			p, err := c.Producer(t.Context(), "owner")
			require.NoError(t, err)
			require.NoError(t, p.Send(t.Context(), messages("log", []string{"a"})))
			fault := k.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: "log", Err: passing, Count: 2})
			require.NoError(t, p.Send(t.Context(), messages("log", []string{"b", "c"})))
			require.Equal(t, 2, fault.Hits())
			require.NoError(t, p.Send(t.Context(), messages("log", []string{"d"})))
			got, _ := read(t, c, "log", 0)
			require.Equal(t, []string{"a", "b", "c", "d"}, got)
		})
	}
}

func TestAFencedProducerSaysSoWhateverTheBrokersCallIt(t *testing.T) {
	for _, code := range []*kerr.Error{kerr.InvalidProducerEpoch, kerr.ProducerFenced} {
		k := fake(t, kfake.SeedTopics(1, "log"))
		p, err := fakeClient(t, k).Producer(t.Context(), "owner")
		require.NoError(t, err)
		k.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: code})
		require.ErrorIs(t, p.Send(t.Context(), messages("log", []string{"a"})), ErrFenced)
		require.ErrorIs(t, p.Send(t.Context(), messages("log", []string{"b"})), ErrFenced, "it stays fenced although the broker would accept it")
	}
}

func TestAFenceOpensNoTransactionOverAPartitionWithoutALeader(t *testing.T) {
	k := fake(t, kfake.SeedTopics(1, "log", "other"))
	p, err := fakeClient(t, k).Producer(t.Context(), "owner")
	require.NoError(t, err)
	places := []Place{{"log", 0}, {"other", 0}}
	leaderless := k.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.ListOffsets}, Topic: "other", Err: kerr.NotLeaderForPartition, Count: -1})
	opened := k.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.AddPartitionsToTxn}, Err: kerr.CoordinatorLoadInProgress, Count: -1})
	err = p.Fence(within(t, 200*time.Millisecond), places)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorContains(t, err, "other/0")
	require.Zero(t, opened.Hits())
	leaderless.Remove()
	opened.Remove()
	require.NoError(t, p.Fence(t.Context(), places))
}

func TestAnUnknownOutcomeEndsInAnErrorAndANewEpoch(t *testing.T) {
	k := fake(t, kfake.SeedTopics(1, "log"))
	c := newClient(t, Config{Brokers: k.ListenAddrs(), DeliveryTimeout: 100 * time.Millisecond})
	p, err := c.Producer(t.Context(), "owner")
	require.NoError(t, err)
	before := p.session
	fault := k.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.RequestTimedOut, Count: -1})
	err = p.Send(t.Context(), messages("log", []string{"unknown"}))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorContains(t, err, "write to log/0")
	require.ErrorContains(t, err, "Request Timed Out")
	fault.Remove()
	require.NoError(t, p.Send(t.Context(), messages("log", []string{"next"})))
	require.Equal(t, before.epoch+1, p.session.epoch)
	got, _ := read(t, c, "log", 0)
	require.Equal(t, "next", got[len(got)-1])
}

func TestTheEpochIsRenewedBeforeTheBrokersForgetIt(t *testing.T) {
	k := fake(t, kfake.SeedTopics(1, "log"))
	c := fakeClient(t, k)
	p, err := c.Producer(t.Context(), "owner")
	require.NoError(t, err)
	require.NoError(t, p.Send(t.Context(), messages("log", []string{"a"})))
	before := p.session
	p.since = p.since.Add(-sessionRenewal)
	require.NoError(t, p.Send(t.Context(), messages("log", []string{"b"})))
	require.NoError(t, p.Send(t.Context(), messages("log", []string{"c"})))
	require.Equal(t, session{before.producerID, before.epoch + 1}, p.session)
	got, _ := read(t, c, "log", 0)
	require.Equal(t, []string{"a", "b", "c"}, got)
}

func TestWhatTheBrokersRefuseIsAnErrorAtOnce(t *testing.T) {
	k := fake(t, kfake.SeedTopics(1, "log"))
	c := fakeClient(t, k)
	p, err := c.Producer(t.Context(), "")
	require.NoError(t, err)
	huge := []Message{{Topic: "log", Value: make([]byte, 2<<20)}}
	require.ErrorContains(t, p.Send(t.Context(), huge), "Message Size Too Large")
	require.ErrorContains(t, p.Send(t.Context(), []Message{{Topic: "absent", Partition: -1}}), "absent does not exist")
	require.NoError(t, p.Send(t.Context(), messages("log", []string{"fine"})), "the refused one took no sequence number")
	require.NoError(t, p.Send(t.Context(), nil))
}

func TestManySendersOfOneProducerKeepTheirOrder(t *testing.T) {
	const senders, rounds = 8, 20
	k := fake(t, kfake.SeedTopics(3, "log"))
	c := fakeClient(t, k)
	p, err := c.Producer(t.Context(), "")
	require.NoError(t, err)
	var wg sync.WaitGroup
	failed := make(chan error, senders*rounds)
	for s := range senders {
		key := []byte(fmt.Sprintf("sender-%d", s))
		wg.Go(func() {
			for r := range rounds {
				failed <- p.Send(t.Context(), []Message{
					{Topic: "log", Partition: -1, Key: key, Value: []byte{byte(2 * r)}},
					{Topic: "log", Partition: -1, Key: key, Value: []byte{byte(2*r + 1)}},
				})
			}
		})
	}
	wg.Wait()
	close(failed)
	for err := range failed {
		require.NoError(t, err)
	}
	counts := map[string]int{}
	for partition := range 3 {
		f := c.Fetch("log", partition, 0)
		for {
			b, err := f.Next(t.Context())
			require.NoError(t, err)
			for _, r := range b.Records {
				require.Equal(t, Partition(r.Key, 3), partition)
				require.Equal(t, counts[string(r.Key)], int(r.Value[0]))
				counts[string(r.Key)]++
			}
			if b.CaughtUp() {
				break
			}
		}
	}
	require.Len(t, counts, senders)
	for _, n := range counts {
		require.Equal(t, 2*rounds, n)
	}
}

func TestALargeSendIsSplitIntoBatchesTheBrokersTake(t *testing.T) {
	k := fake(t, kfake.SeedTopics(1, "log"))
	c := fakeClient(t, k)
	p, err := c.Producer(t.Context(), "")
	require.NoError(t, err)
	msgs := make([]Message, 50)
	for i := range msgs {
		msgs[i] = Message{Topic: "log", Value: make([]byte, 100<<10)}
	}
	require.NoError(t, p.Send(t.Context(), msgs))
	ends, err := c.Offsets(t.Context(), "log")
	require.NoError(t, err)
	require.EqualValues(t, 50, ends[0].Latest)
}

func TestSequenceNumbersWrapAround(t *testing.T) {
	const last = 1<<31 - 1
	require.EqualValues(t, 0, nextSequence(last, 1))
	require.EqualValues(t, 2, nextSequence(last-1, 4))
	require.EqualValues(t, 7, nextSequence(3, 4))
}
