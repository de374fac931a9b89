package stream_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// ruled starts a process under rules, that keeps what it has changed to itself: whoever follows has to repeat all of it.
func ruled(rules string) func(*stream.EngineConfig) {
	return func(c *stream.EngineConfig) { c.Rules, c.WriteBehind = []byte(rules), time.Hour }
}

// reload brings other rules and waits until they decide everywhere.
func (p *process) reload(rules string) {
	p.Helper()
	require.NoError(p, p.Reload([]byte(rules)))
	p.decides(rules)
}

func (p *process) decides(rules string) {
	p.Helper()
	p.within(rules+" do not decide", func() bool {
		partitions := p.Status().Partitions()
		return len(partitions) > 0 && !slices.ContainsFunc(partitions, func(one stream.PartitionStatus) bool { return string(one.Rules) != rules })
	})
}

// decided lists who decided the payments of the one partition, in order: "v1 v1 v2".
func (s *site) decided() string {
	s.Helper()
	var list []string
	for _, rec := range s.records(sums) {
		_, rules, _ := strings.Cut(string(rec.Value), by)
		list = append(list, rules)
	}
	return strings.Join(list, " ")
}

func times(n int, rules string) string { return strings.TrimSpace(strings.Repeat(rules+" ", n)) }

// crash ends the process as a power loss does, and gives what is left of its disk.
func (p *process) crash(disk *vfs.MemFS) *vfs.MemFS {
	p.Helper()
	p.cable.cut()
	left := disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: rand.New(rand.NewPCG(1, 1))})
	p.stop()
	<-p.ended
	p.close()
	return left
}

// Other rules decide from an offset that Status names, in every partition its own, and each payment is told of once.
func TestRulesChangeWhilePaymentsCome(t *testing.T) {
	onSite(t, 3, func(s *site) {
		p := s.start(vfs.NewMem(), ruled("v1"))
		s.pay(20)
		s.settles("before the change")
		s.pay(20)
		require.NoError(s, p.Reload([]byte("v2")))
		s.pay(20)
		p.decides("v2")
		s.pay(20)
		s.settles("after the change")

		changed := 0
		for _, one := range p.Status().Partitions() {
			payments, told := s.partition(wire.PaymentTopic, one.Partition), s.partition(sums, one.Partition)
			require.Len(s, told, len(payments))
			for n, rec := range payments {
				want := by + "v2"
				if rec.Offset < one.RulesFrom[wire.PaymentTopic] {
					want = by + "v1"
					changed++
				}
				require.True(s, strings.HasSuffix(string(told[n].Value), want), "%s at offset %d, the rules changed at %d", told[n].Value, rec.Offset, one.RulesFrom[wire.PaymentTopic])
			}
		}
		require.Positive(s, changed, "the old rules decided nothing")
		p.end()
	})
}

func TestRefusedRulesChangeNothing(t *testing.T) {
	onSite(t, 1, func(s *site) {
		p := s.start(vfs.NewMem(), ruled("v1"))
		s.pay(3)
		s.settles("before")
		require.ErrorContains(s, p.Reload([]byte("bad")), "bad rules")
		s.pay(3)
		s.settles("after")
		require.Equal(s, times(6, "v1"), s.decided())
		p.end()
	})
}

// What was decided before a crash is decided by the same rules when it is repeated, up to exactly where they changed, whatever rules the
// next process has.
func TestACrashAfterAChangeOfRules(t *testing.T) {
	onSite(t, 1, func(s *site) {
		disk := vfs.NewCrashableMem()
		p := s.start(disk, ruled("v1"))
		s.pay(5)
		s.settles("before the change")
		p.reload("v2")
		s.pay(5)
		s.settles("after the change")
		disk = p.crash(disk)

		s.pay(5)
		p = s.start(disk, ruled("v3"))
		s.settles("the next process")
		p.decides("v3")
		s.pay(5)
		s.settles("its own rules")
		p.end()
		// The payments that nobody had decided are part of what the log held when the next process came: still the old rules'.
		require.Equal(s, times(5, "v1")+" "+times(10, "v2")+" "+times(5, "v3"), s.decided())
	})
}

// A change that reached no changelog has not happened: nothing was decided by it.
func TestACrashBeforeTheChangeIsRecorded(t *testing.T) {
	onSite(t, 1, func(s *site) {
		disk := vfs.NewCrashableMem()
		p := s.start(disk, ruled("v1"))
		s.pay(5)
		s.settles("before the change")
		refusing := s.refuses(changelog, kerr.NotEnoughReplicas)
		require.NoError(s, p.Reload([]byte("v2")))
		time.Sleep(time.Second)
		s.pay(5)
		time.Sleep(5 * time.Second)
		require.Equal(s, times(5, "v1"), s.decided(), "the new rules decide before they are recorded")
		disk = p.crash(disk)
		refusing.Remove()

		p = s.start(disk, ruled("v2"))
		s.settles("the next process")
		p.decides("v2")
		s.pay(5)
		s.settles("under the new rules")
		p.end()
		require.Equal(s, times(10, "v1")+" "+times(5, "v2"), s.decided())
	})
}

// A partition that moves between processes with different rules is decided by its owner's, and each change is told.
func TestAPartitionMovesBetweenRules(t *testing.T) {
	onSite(t, 1, func(s *site) {
		const change = "other rules decide from here on"
		p := s.start(vfs.NewMem(), ruled("v1"))
		s.pay(3)
		s.settles("the first process")
		p.reload("v2")
		s.pay(3)
		s.settles("its new rules")
		p.end()

		var quiet, loud log
		p = s.start(vfs.NewMem(), ruled("v2"), quiet.into)
		s.pay(3)
		s.settles("a process that has heard of them")
		p.decides("v2")
		p.end()
		require.False(s, quiet.has(change))

		p = s.start(vfs.NewMem(), ruled("v1"), loud.into)
		p.decides("v1")
		s.pay(3)
		s.settles("a process that has not")
		require.True(s, loud.has(change))
		p.end()
		require.Equal(s, times(3, "v1")+" "+times(6, "v2")+" "+times(3, "v1"), s.decided())
	})
}

// Rules that come while a predecessor's work is being repeated wait for its end.
func TestRulesComeDuringAReplay(t *testing.T) {
	onSite(t, 1, func(s *site) {
		disk := vfs.NewCrashableMem()
		p := s.start(disk, ruled("v1"))
		s.pay(5)
		s.settles("before")
		disk = p.crash(disk)

		var gate stream.Gate
		gate.Shut()
		p = s.start(disk, ruled("v1"), func(c *stream.EngineConfig) { c.Gate = &gate })
		p.decides("v1")
		require.NoError(s, p.Reload([]byte("v2")))
		time.Sleep(time.Second)
		p.decides("v1")
		gate.Open()
		p.decides("v2")
		s.pay(5)
		s.settles("after")
		p.end()
		require.Equal(s, times(5, "v1")+" "+times(5, "v2"), s.decided())
	})
}

// laterAdder is a later release, which writes to one more topic.
type laterAdder struct{ adder }

const asides = "asides"

func (laterAdder) Spec() stream.Spec {
	spec := adder{}.Spec()
	spec.Later = []string{asides}
	return spec
}

func (a laterAdder) Step(s *purse, ev card.Event, out *stream.Outputs) string {
	if body, ok := ev.Body.(*card.Payment); ok {
		out.Add(asides, body.Customer, []byte(strings.Clone(body.ID)))
	}
	return a.adder.Step(s, ev, out)
}

func (s *site) startLater(disk vfs.FS) *process {
	s.Helper()
	p := &process{site: s, ended: make(chan error, 1), newProc: func(rules []byte) (stream.Processor[purse], error) {
		return laterAdder{adder{rules: string(rules)}}, nil
	}}
	p.begin(disk, ruled("v1"))
	return p
}

// A later release writes to one more topic: it goes on from what the one before has left, on its own disk or another's.
func TestALaterReleaseWritesToOneMoreTopic(t *testing.T) {
	for name, other := range map[string]bool{"on its own disk": false, "on another disk": true} {
		t.Run(name, func(t *testing.T) {
			onSite(t, 1, func(s *site) {
				disk := vfs.NewCrashableMem()
				p := s.start(disk, ruled("v1"))
				s.pay(5)
				s.settles("the release before")
				p.end()
				if other {
					disk = vfs.NewCrashableMem()
				}
				p = s.startLater(disk)
				s.pay(5)
				s.settles("the later release")
				p = s.startLater(p.crash(disk))
				s.pay(5)
				s.settles("after a crash")
				p.end()
				require.Len(s, s.records(asides), 10, "of both topics what stood there is not told again")
			})
		})
	}
}
