package stream_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// log collects what a process says.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) has(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.text.String(), text)
}

func (l *log) into(c *stream.EngineConfig) { c.Log = slog.New(slog.NewTextHandler(l, nil)) }

// Row 27: an owner that was away while another took over is refused when it comes back with what it had begun.
func TestAZombieIsRefused(t *testing.T) {
	onSite(t, 1, func(s *site) {
		late := s.lateWrites(sums)
		zombie := s.start(vfs.NewMem())
		s.pay(10)
		s.settles("before")
		refusing := s.refuses(sums, kerr.NotEnoughReplicas)
		s.pay(10)
		time.Sleep(time.Second) // it has applied the payments and tries to tell of them
		zombie.cable.cut()
		refusing.Remove()
		owner := s.start(vfs.NewMem())
		s.settles("the new owner tells of what the zombie had begun")
		zombie.cable.mend()
		s.within("the zombie has not tried", func() bool { return late.Load() > 0 })
		s.pay(10)
		s.settles("after")
		zombie.end()
		s.pay(10)
		s.settles("the owner alone")
		owner.end()
	})
}

// lateWrites counts the writes to a topic under an epoch below one that was seen before.
func (s *site) lateWrites(topic string) *atomic.Int64 {
	const epochAt = 51 // in a record batch
	late, newest := new(atomic.Int64), uint16(0)
	s.cluster.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
		s.cluster.KeepControl()
		for _, written := range req.(*kmsg.ProduceRequest).Topics {
			if epoch := binary.BigEndian.Uint16(written.Partitions[0].Records[epochAt:]); written.Topic == topic && epoch < newest {
				late.Add(1)
			} else if written.Topic == topic {
				newest = epoch
			}
		}
		return nil, nil, false
	})
	return late
}

// Row 28: a member that comes and goes every second costs no record, and the group's offsets never go back.
func TestAMemberComesAndGoes(t *testing.T) {
	onSite(t, 3, func(s *site) {
		stays := s.start(vfs.NewMem())
		disk := vfs.NewMem()
		before := [3]int64{-1, -1, -1}
		for range 12 {
			flaps := s.start(disk)
			s.pay(9)
			time.Sleep(time.Second)
			flaps.end()
			for p := range before {
				now := s.committed(wire.PaymentTopic, int32(p))
				require.GreaterOrEqual(s, now, before[p], "the group's offset went back")
				before[p] = now
			}
		}
		s.settles("after the storm")
		stays.end()
	})
}

// Row 39: a process that is told to end finishes what it has begun, writes it, says how far it is, and leaves.
func TestAnOrderlyEnd(t *testing.T) {
	onSite(t, 2, func(s *site) {
		disk := vfs.NewMem()
		p := s.start(disk, func(c *stream.EngineConfig) { c.WriteBehind = time.Hour })
		s.pay(10)
		s.settles("before")
		s.pay(200)
		p.stop()
		require.NoError(s, <-p.ended)
		require.Empty(s, s.cluster.GroupInfo(group).Members, "it has not left the group")
		for partition := range 2 {
			stored, found, err := p.db.Space('a', partition).Progress()
			require.NoError(s, err)
			require.True(s, found)
			require.True(s, stored.Released, "the next owner would wait")
			require.Equal(s, stored.Next[0], s.committed(wire.PaymentTopic, int32(partition)))
		}
		p.close()
		p = s.start(vfs.NewMem())
		s.settles("the next owner goes on without the former's disk")
		p.end()
	})
}

// Row 23: a disk that takes seconds to sync holds up neither the group nor what is told.
func TestASlowDisk(t *testing.T) {
	onSite(t, 1, func(s *site) {
		slow := &errorfs.Toggle{Injector: errorfs.InjectorFunc(func(op errorfs.Op) error {
			if op.Kind == errorfs.OpFileSyncData && strings.HasSuffix(op.Path, ".log") {
				time.Sleep(20 * time.Second) // three sessions
			}
			return nil
		})}
		p := s.start(errorfs.Wrap(vfs.NewMem(), slow))
		s.pay(5)
		s.settles("before")
		generation := s.cluster.GroupInfo(group).Epoch
		slow.On()
		synced := make(chan error, 1)
		go func() { synced <- p.db.Sync() }()
		s.pay(20)
		s.settles("while the disk syncs")
		require.Empty(s, synced, "the disk was not slow")
		require.NoError(s, <-synced)
		slow.Off()
		require.Equal(s, generation, s.cluster.GroupInfo(group).Epoch, "the group has missed its member")
		p.end()
	})
}

// Row 22: while the gate is shut nothing more is read, the member stays, and what is stored can be read.
func TestAShutGateHoldsReadingBack(t *testing.T) {
	onSite(t, 1, func(s *site) {
		var gate stream.Gate
		p := s.start(vfs.NewMem(), func(c *stream.EngineConfig) { c.Gate = &gate })
		s.pay(10)
		s.settles("before")
		generation := s.cluster.GroupInfo(group).Epoch
		gate.Shut()
		time.Sleep(time.Second) // a fetch that is under way may still bring something
		s.pay(10)
		time.Sleep(time.Minute)
		require.Len(s, s.told(), 10)
		require.Equal(s, generation, s.cluster.GroupInfo(group).Epoch)
		_, found, err := p.db.Space('a', 0).Progress()
		require.NoError(s, err)
		require.True(s, found)
		gate.Open()
		s.settles("after")
		p.end()
	})
}

// counting counts the records in what it reads.
type counting struct {
	net.Conn
	records *atomic.Int64
}

func (c counting) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.records.Add(int64(bytes.Count(p[:n], []byte(`"event_id"`))))
	return n, err
}

// Rows 37 and 38: what comes faster than it can be told of, half of it one customer's, stays in the log and is not heaped up in memory.
func TestASpikeIsHeldBackInTheLog(t *testing.T) {
	onSite(t, 1, func(s *site) {
		fetched := new(atomic.Int64)
		p := &process{site: s, ended: make(chan error, 1), fetchBytes: 8 << 10}
		p.cable.wrap = func(c net.Conn) net.Conn { return counting{c, fetched} }
		p.begin(vfs.NewMem(), func(c *stream.EngineConfig) { c.Budget = stream.NewBudget(8 << 10) })
		s.pay(1)
		s.settles("before")
		refusing := s.refuses(sums, kerr.NotEnoughReplicas)
		for n := range 500 {
			s.payBy("hot")
			s.payBy(fmt.Sprint("n", n))
		}
		time.Sleep(10 * time.Second)
		require.Less(s, fetched.Load(), int64(200), "of a thousand")
		refusing.Remove()
		s.settles("after")
		p.end()
	})
}

// Row 39: without a broker the end takes no longer than ten seconds.
func TestAnEndWithoutBrokers(t *testing.T) {
	onSite(t, 2, func(s *site) {
		p := s.start(vfs.NewMem())
		s.pay(10)
		s.settles("before")
		s.cluster.Close()
		time.Sleep(3 * time.Second)
		began := time.Now()
		p.stop()
		require.NoError(s, <-p.ended)
		require.LessOrEqual(s, time.Since(began), 10*time.Second, "in the bubble's time")
		p.close()
	})
}

// Row 39: a process that is told to end before it has joined its group ends in order, too.
func TestAnEndBeforeTheBeginning(t *testing.T) {
	onSite(t, 1, func(s *site) {
		p := s.start(vfs.NewMem())
		p.end()
		p = s.start(vfs.NewMem())
		s.pay(5)
		s.settles("the next start")
		p.end()
	})
}
