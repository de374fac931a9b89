package stream_test

import (
	"context"
	"regexp"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// tenPaid is a site where a process has told of ten payments and ended; its disk is there for the next.
func tenPaid(t *testing.T, test func(s *site, disk *vfs.MemFS)) {
	t.Helper()
	onSite(t, 1, func(s *site) {
		disk := vfs.NewMem()
		p := s.start(disk)
		for range 10 {
			s.pay(1)
			s.settles("before")
		}
		p.end()
		test(s, disk)
	})
}

// stays checks that a stopped partition tells of nothing.
func (p *process) stays(told int) {
	p.Helper()
	time.Sleep(time.Minute)
	require.Len(p, p.told(), told, "a stopped partition goes on")
	p.end()
}

// again deletes a topic and makes it anew, which takes a moment.
func (s *site) again(topic string) {
	s.Helper()
	time.Sleep(time.Second)
	require.NoError(s, s.cluster.DeleteTopic(topic))
	require.NoError(s, s.cluster.CreateTopic(topic, 1, nil))
}

// Row 9: records that retention took before they were read stop the partition, until an operator accepts just this loss.
func TestRecordsAreGoneBeforeTheyWereRead(t *testing.T) {
	tenPaid(t, func(s *site, disk *vfs.MemFS) {
		known := len(s.want)
		for n := range 5 {
			s.payBy("lost" + string(rune('A'+n)))
		}
		s.want = s.want[:known]
		s.pay(5)
		require.NoError(s, s.cluster.DeleteRecords(wire.PaymentTopic, 0, 15))

		p := s.start(disk)
		reason := p.stopped()
		text := regexp.MustCompile(`--accept-gap (\S+)`).FindStringSubmatch(reason)
		require.NotNil(s, text, reason)
		p.stays(10)
		gap, err := stream.ParseGap(text[1])
		require.NoError(s, err)
		require.Equal(s, stream.Gap{Topic: wire.PaymentTopic, First: 10, Last: 14}, gap)

		p = s.start(disk, func(c *stream.EngineConfig) { c.AcceptGaps = []stream.Gap{{Topic: gap.Topic, First: 10, Last: 13}} })
		p.stopped()
		p.stays(10)

		p = s.start(disk, func(c *stream.EngineConfig) { c.AcceptGaps = []stream.Gap{gap} })
		s.settles("without what is lost")
		p.end()
	})
}

// Row 10: a log that ends before what was read of it is not the log that was read.
func TestTheLogEndsBeforeWhatWasRead(t *testing.T) {
	tenPaid(t, func(s *site, disk *vfs.MemFS) {
		s.again(wire.PaymentTopic)
		s.pay(3)
		p := s.start(disk)
		require.Contains(s, p.stopped(), "beyond the log's end")
		p.stays(10)
	})
}

// Row 11: a topic that was made anew is noticed although all offsets are there.
func TestATopicIsMadeAnew(t *testing.T) {
	tenPaid(t, func(s *site, disk *vfs.MemFS) {
		s.again(wire.PaymentTopic)
		s.pay(20)
		p := s.start(disk)
		require.Contains(s, p.stopped(), "was deleted and made anew")
		p.stays(10)
	})
}

func TestTheNumberOfPartitionsChanges(t *testing.T) {
	tenPaid(t, func(s *site, disk *vfs.MemFS) {
		req := kmsg.NewPtrCreatePartitionsRequest()
		for _, topic := range []string{wire.PaymentTopic, wire.TickTopic, changelog, sums, wire.DeadLetter(wire.PaymentTopic), wire.DeadLetter(wire.TickTopic)} {
			add := kmsg.NewCreatePartitionsRequestTopic()
			add.Topic, add.Count = topic, 2
			req.Topics = append(req.Topics, add)
		}
		f := s.franz()
		defer f.Close()
		_, err := req.RequestWith(context.Background(), f)
		require.NoError(s, err)
		p := s.start(disk)
		require.Contains(s, p.stopped(), "were made for 1 partitions, the topics have 2 now")
		p.stays(10)
	})
}

// Row 20: a partition whose input has gone bad as a whole stops, and goes on when it is started again; the others do not stop.
func TestAPoisonStormStopsItsPartitionAlone(t *testing.T) {
	onSite(t, 2, func(s *site) {
		disk := vfs.NewMem()
		p := s.start(disk)
		const well = "c0"
		sick := int32(1 - kafka.Partition([]byte(well), 2))
		storm := make([]kafka.Message, 120)
		for i := range storm {
			storm[i] = kafka.Message{Topic: wire.PaymentTopic, Partition: sick, Key: []byte("c"), Value: []byte("{")}
		}
		require.NoError(s, s.producer.Send(context.Background(), storm))
		require.Contains(s, p.stopped(), "poison storm")
		s.payBy(well)
		s.settles("the other partition")
		p.end()
		require.Len(s, s.records(wire.DeadLetter(wire.PaymentTopic)), 100, "no topic is drained into the dead letters")

		s.pay(7) // customers of both partitions
		p = s.start(disk)
		s.settles("the producer is mended")
		p.end()
		require.Len(s, s.records(wire.DeadLetter(wire.PaymentTopic)), 120, "each is set aside once")
	})
}

// Row 29: what the changelog has lost is made again from the inputs, and not told again; where the inputs are gone too, the partition
// stops.
func TestTheChangelogIsLost(t *testing.T) {
	for _, row := range []struct {
		name              string
		kept              int // of ten parts
		store, inputsGone bool
	}{
		{"its end, and the store", 5, false, false},
		{"its end, the store is ahead of it", 5, true, false},
		{"all of it, and the store", 0, false, false},
		{"all of it, the store is there", 0, true, false},
		{"its end, and the inputs since", 5, false, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			tenPaid(t, func(s *site, disk *vfs.MemFS) {
				records := s.records(changelog)
				s.again(changelog)
				for _, rec := range records[:len(records)*row.kept/10] {
					require.NoError(s, s.producer.Send(context.Background(), []kafka.Message{{Topic: changelog, Key: rec.Key, Value: rec.Value}}))
				}
				if !row.store {
					disk = vfs.NewMem()
				}
				if row.inputsGone {
					require.NoError(s, s.cluster.DeleteRecords(wire.PaymentTopic, 0, 10))
				}
				s.pay(10)
				said := new(log)
				p := s.start(disk, said.into)
				if row.inputsGone {
					require.Contains(s, p.stopped(), "--accept-gap")
					p.stays(10)
					return
				}
				s.settles("after")
				p.end()
				require.Equal(s, row.kept == 0, said.has("it was lost; states are made again"))
			})
		})
	}
}

// Row 30: what a newer release wrote is neither read nor overwritten.
func TestAChangelogOfANewerRelease(t *testing.T) {
	tenPaid(t, func(s *site, disk *vfs.MemFS) {
		require.NoError(s, s.producer.Send(context.Background(), []kafka.Message{{Topic: changelog, Key: []byte("sc1"), Value: []byte{99, 1, 2, 3, 4, 5, 6}}}))
		before := len(s.records(changelog))
		s.pay(5)
		p := s.start(disk)
		require.Contains(s, p.stopped(), "has version 99, this binary reads 1")
		p.stays(10)
		require.Len(s, s.records(changelog), before)
	})
}
