package stream_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

func TestNothingIsLostOrDoubledWithoutFaults(t *testing.T) {
	onSite(t, 2, func(s *site) {
		p := s.start(vfs.NewMem())
		s.pay(50)
		s.settles("without faults")
		p.end()
	})
}

// Row 4.
func TestLeadersMove(t *testing.T) {
	onSite(t, 2, func(s *site) {
		p := s.start(vfs.NewMem())
		for range 10 {
			s.pay(10)
			s.cluster.ShufflePartitionLeaders()
		}
		s.settles("leaders move")
		p.end()
	}, kfake.NumBrokers(3))
}

// Row 5.
func TestAllBrokersAreGoneForTenMinutes(t *testing.T) {
	dir := kfake.DataDir(t.TempDir())
	onSite(t, 2, func(s *site) {
		p := s.start(vfs.NewMem())
		s.pay(30)
		s.settles("before")
		time.Sleep(time.Second) // for the states to be written, which the outputs do not wait for
		s.cluster.Close()
		time.Sleep(10 * time.Minute)
		_, found, err := p.db.Space('a', 0).Progress()
		require.NoError(s, err)
		require.True(s, found, "what is stored can be read meanwhile")
		for _, one := range p.Status().Partitions() {
			require.Equal(s, stream.Waiting, one.State)
			require.Contains(s, one.Reason, "the broker cannot be reached")
		}
		s.up(dir)
		s.pay(30)
		s.settles("after")
		require.Len(s, p.Status().CaughtUp(), 2)
		p.end()
	}, dir)
}

// Row 6: while the changelog takes nothing, the group hears of no progress and memory stays within the budget: the partition stands
// still, and goes on by itself.
func TestTheChangelogTakesNothing(t *testing.T) {
	onSite(t, 1, func(s *site) {
		refusing := s.refuses(changelog, kerr.NotEnoughReplicas)
		p := &process{site: s, ended: make(chan error, 1), fetchBytes: 4 << 10}
		p.begin(vfs.NewMem(), func(c *stream.EngineConfig) { c.Budget = stream.NewBudget(8 << 10) })
		for n := range 300 {
			s.payBy(fmt.Sprint("n", n))
		}
		time.Sleep(5 * time.Minute)
		require.EqualValues(s, -1, s.committed(wire.PaymentTopic, 0), "nothing is in the changelog, so nothing is done")
		require.Less(s, len(s.told()), 300, "what waits for the changelog holds back what comes after")
		refusing.Remove()
		s.settles("the changelog takes writes again")
		p.end()
		require.EqualValues(s, 300, s.committed(wire.PaymentTopic, 0))
	})
}

// Row 7: writes that were stored although the answer says otherwise are not stored again, whether they are tried again by the same
// producer or made again by the next after the time for a delivery is over.
func TestAnswersSayTimedOut(t *testing.T) {
	for _, topic := range []string{sums, changelog} {
		t.Run(topic, func(t *testing.T) {
			onSite(t, 1, func(s *site) {
				p := s.start(vfs.NewMem())
				s.pay(10)
				s.settles("before")
				lying := s.refuses(topic, kerr.RequestTimedOut)
				s.pay(10)
				time.Sleep(10 * time.Second)
				lying.Remove()
				s.settles("for a moment")
				lying = s.refuses(topic, kerr.RequestTimedOut)
				s.pay(10)
				time.Sleep(2 * time.Minute)
				lying.Remove()
				s.settles("for longer than a delivery may take")
				p.end()
			})
		})
	}
}

// Row 8: the partitions are worked on while the group finds its coordinator again.
func TestCoordinatorsMove(t *testing.T) {
	onSite(t, 2, func(s *site) {
		p := s.start(vfs.NewMem())
		for range 5 {
			s.pay(10)
			s.cluster.RehashCoordinators()
			s.settles("coordinators move")
		}
		s.within("the member is not back in its group", func() bool {
			info := s.cluster.GroupInfo(group)
			return info != nil && len(info.Members) == 1 && info.State == "Stable"
		})
		p.end()
	}, kfake.NumBrokers(3))
}

// flipping damages what it reads after the mark, so often.
type flipping struct {
	net.Conn
	mark  []byte
	times *atomic.Int64
}

func (f flipping) Read(p []byte) (int, error) {
	n, err := f.Conn.Read(p)
	if at := bytes.Index(p[:n], f.mark); at >= 0 && f.times.Add(-1) >= 0 {
		p[at+len(f.mark)-1] ^= 1
	}
	return n, err
}

// Row 12: a batch that is damaged on the way is fetched again; one that stays so stops its partition, and nothing of it is applied.
func TestABatchIsDamagedOnTheWay(t *testing.T) {
	for name, times := range map[string]int64{"twice": 2, "for good": 1 << 40} {
		t.Run(name, func(t *testing.T) {
			onSite(t, 1, func(s *site) {
				left := new(atomic.Int64)
				left.Store(times)
				disk := vfs.NewMem()
				p := &process{site: s, ended: make(chan error, 1)}
				p.cable.wrap = func(c net.Conn) net.Conn { return flipping{c, []byte(`"event_id":"p21"`), left} }
				p.begin(disk)
				s.pay(20)
				s.settles("before")
				s.pay(10)
				if times > 2 {
					require.Contains(s, p.stopped(), "corrupt")
					require.Len(s, s.told(), 20)
					p.end()
					p = s.start(disk)
				}
				s.settles("after")
				p.end()
			})
		})
	}
}

// Row 13: records of an aborted transaction are never seen; the partition goes on behind them.
func TestAbortedTransactionsAreNeverSeen(t *testing.T) {
	onSite(t, 1, func(s *site) {
		bank := s.franz(kgo.TransactionalID("bank"))
		defer bank.Close()
		p := s.start(vfs.NewMem())
		s.pay(10)
		require.NoError(s, bank.BeginTransaction())
		rec := payment(0, "c1", "never", 1000)
		require.NoError(s, bank.ProduceSync(context.Background(), &kgo.Record{Topic: wire.PaymentTopic, Key: rec.Key, Value: rec.Value}).FirstErr())
		s.pay(10)
		require.NoError(s, bank.EndTransaction(context.Background(), kgo.TryAbort))
		s.settles("after the transaction")
		p.end()
		require.EqualValues(s, 22, s.committed(wire.PaymentTopic, 0), "twenty payments, the aborted one and its marker")
	})
}

// Row 21: while the dead letters cannot be written nothing is passed over; each is written once in the end.
func TestDeadLettersCannotBeWritten(t *testing.T) {
	onSite(t, 1, func(s *site) {
		dead := wire.DeadLetter(wire.PaymentTopic)
		refusing := s.refuses(dead, kerr.NotEnoughReplicas)
		p := s.start(vfs.NewMem())
		s.pay(5)
		s.settles("before")
		require.NoError(s, s.producer.Send(context.Background(), []kafka.Message{{Topic: wire.PaymentTopic, Key: []byte("c"), Value: []byte("{")}}))
		s.pay(5)
		time.Sleep(2 * time.Minute)
		require.LessOrEqual(s, s.committed(wire.PaymentTopic, 0), int64(5))
		refusing.Remove()
		s.settles("after")
		s.within("no dead letter", func() bool { return len(s.records(dead)) > 0 })
		p.end()
		require.Len(s, s.records(dead), 1)
	})
}
