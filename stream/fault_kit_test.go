package stream_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// The tests named after faults run engines against a cluster on an in-memory network in a bubble of fake time: a minute's outage costs
// nothing, and no time is measured.

const (
	sums      = "sums"
	group     = "adders"
	changelog = group + ".changelog"
	// patience bounds every wait, in fake time.
	patience = 10 * time.Minute
	glance   = 100 * time.Millisecond
)

// adder adds up each customer's payments and tells of every one by "id=sum": a payment that is lost, doubled or out of order shows in
// every sum after it.
// Under rules it adds " by RULES".
type adder struct {
	saver
	rules string
}

func newAdder(rules []byte) (stream.Processor[purse], error) {
	if string(rules) == "bad" {
		return nil, errors.New("bad rules")
	}
	return adder{rules: string(rules)}, nil
}

// Step implements stream.Processor.
func (a adder) Step(s *purse, ev card.Event, out *stream.Outputs) string {
	if body, ok := ev.Body.(*card.Payment); ok && a.rules != "" {
		s.payments++
		s.minor += body.Amount.Minor
		out.Add(sums, body.Customer, fmt.Appendf(nil, "%s=%d%s%s", body.ID, s.minor, by, a.rules))
		return ""
	}
	return a.saver.Step(s, ev, out)
}

const by = " by "

func (adder) Spec() stream.Spec {
	return stream.Spec{Name: "adder", Tag: 'a', Inputs: []string{wire.PaymentTopic, wire.TickTopic}, Outputs: []string{sums}}
}

func (adder) NextWake(*purse) card.Moment { return card.Moment{} }

// site is a cluster and the bank that writes to it.
type site struct {
	*testing.T
	network  kfake.VirtualNetwork
	cluster  *kfake.Cluster
	client   *kafka.Client
	producer *kafka.Producer
	paid     int
	totals   map[string]int64
	// want are the outputs that there have to be, once each.
	want []string
}

// onSite runs a test in a bubble.
func onSite(t *testing.T, partitions int, test func(s *site), options ...kfake.Opt) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &site{T: t, totals: map[string]int64{}}
		s.up(append(options, kfake.SeedTopics(int32(partitions), sums, asides, changelog, wire.PaymentTopic, wire.TickTopic,
			wire.DeadLetter(wire.PaymentTopic), wire.DeadLetter(wire.TickTopic)))...)
		defer func() { s.cluster.Close() }()
		s.client = s.connect(new(cable), 0)
		defer s.client.Close()
		var err error
		s.producer, err = s.client.Producer(t.Context(), "")
		require.NoError(t, err)
		test(s)
	})
}

func (s *site) up(options ...kfake.Opt) {
	var err error
	s.cluster, err = kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(1), kfake.Ports(9092, 9093, 9094), kfake.ListenFn(s.network.Listen)}, options...)...)
	require.NoError(s, err)
}

func (s *site) connect(c *cable, fetchBytes int) *kafka.Client {
	c.dial = s.network.DialContext
	client, err := kafka.New(kafka.Config{Brokers: []string{"127.0.0.1:9092", "127.0.0.1:9093"}, Dial: c.connect, FetchMaxBytes: fetchBytes})
	require.NoError(s, err)
	return client
}

// cable is one process's way to the cluster, which can be cut.
type cable struct {
	dial  func(ctx context.Context, network, address string) (net.Conn, error)
	wrap  func(net.Conn) net.Conn
	mu    sync.Mutex
	isCut bool
	open  []net.Conn
}

func (c *cable) connect(ctx context.Context, network, address string) (net.Conn, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isCut {
		return nil, errors.New("the cable is cut")
	}
	conn, err := c.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	if c.wrap != nil {
		conn = c.wrap(conn)
	}
	c.open = append(c.open, conn)
	return conn, nil
}

func (c *cable) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.isCut = true
	for _, conn := range c.open {
		_ = conn.Close() // it may have been closed before
	}
	c.open = nil
}

func (c *cable) mend() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.isCut = false
}

// process is one engine with its store.
type process struct {
	*site
	*stream.Engine[purse]
	cable cable
	// fetchBytes is kafka.Config's FetchMaxBytes.
	fetchBytes int
	newProc    func(rules []byte) (stream.Processor[purse], error)
	client     *kafka.Client
	db         *store.DB
	stop       context.CancelFunc
	ended      chan error
}

// start runs an engine on the disk.
func (s *site) start(disk vfs.FS, change ...func(*stream.EngineConfig)) *process {
	s.Helper()
	p := &process{site: s, ended: make(chan error, 1)}
	p.begin(disk, change...)
	return p
}

func (p *process) begin(disk vfs.FS, change ...func(*stream.EngineConfig)) {
	p.Helper()
	p.client = p.connect(&p.cable, p.fetchBytes)
	var err error
	p.db, err = store.Open("db", store.Options{FS: disk, CacheBytes: 1 << 20})
	require.NoError(p, err)
	if p.newProc == nil {
		p.newProc = newAdder
	}
	cfg := stream.EngineConfig{
		Client: p.client, Store: p.db, Group: kafka.GroupConfig{Group: group}, Zone: time.UTC, Log: slog.New(slog.DiscardHandler),
	}
	for _, c := range change {
		c(&cfg)
	}
	p.Engine, err = stream.NewEngine(p.newProc, cfg)
	require.NoError(p, err)
	ctx, stop := context.WithCancel(context.Background())
	p.stop = stop
	go func() { p.ended <- p.Run(ctx) }()
}

// end stops the engine as SIGTERM does.
func (p *process) end() {
	p.Helper()
	p.stop()
	require.NoError(p, <-p.ended)
	p.close()
}

func (p *process) close() {
	p.Helper()
	require.NoError(p, p.db.Close())
	require.NoError(p, p.client.Close())
}

// pay sends n payments of seven customers.
func (s *site) pay(n int) {
	s.Helper()
	for range n {
		s.payBy(fmt.Sprint("c", s.paid%7))
	}
}

func (s *site) payBy(customer string) {
	s.Helper()
	s.paid++
	id := fmt.Sprint("p", s.paid)
	s.totals[customer] += int64(s.paid)
	s.want = append(s.want, fmt.Sprintf("%s=%d", id, s.totals[customer]))
	rec := payment(0, customer, id, int64(s.paid))
	require.NoError(s, s.producer.Send(context.Background(), []kafka.Message{{Topic: wire.PaymentTopic, Partition: -1, Key: rec.Key, Value: rec.Value}}))
}

// told counts what stands in the outputs, whatever rules decided.
func (s *site) told() map[string]int {
	s.Helper()
	all := map[string]int{}
	for _, rec := range s.records(sums) {
		sum, _, _ := strings.Cut(string(rec.Value), by)
		all[sum]++
	}
	return all
}

// records are those of a topic, all partitions together.
func (s *site) records(topic string) (all []kafka.Record) {
	s.Helper()
	for _, info := range s.cluster.PartitionInfos(topic) {
		all = append(all, s.partition(topic, int(info.Partition))...)
	}
	return all
}

func (s *site) partition(topic string, partition int) (all []kafka.Record) {
	s.Helper()
	for f := s.client.Fetch(topic, partition, kafka.Earliest); ; {
		b, err := f.Next(context.Background())
		require.NoError(s, err)
		for _, rec := range b.Records {
			rec.Value, rec.Key = slices.Clone(rec.Value), slices.Clone(rec.Key)
			all = append(all, rec)
		}
		if b.CaughtUp() {
			return all
		}
	}
}

// settles waits until every payment has been told of, and checks that none was told twice or wrongly.
func (s *site) settles(what string) {
	s.Helper()
	s.within(what, func() bool {
		told := s.told()
		return !slices.ContainsFunc(s.want, func(w string) bool { return told[w] == 0 })
	})
	told := s.told()
	for value, n := range told {
		require.Equal(s, 1, n, "%s: told again: %s", what, value)
	}
	require.Len(s, told, len(s.want), "%s: somebody told a sum that never was: %v", what, slices.Sorted(maps.Keys(told)))
}

func (s *site) within(what string, condition func() bool) {
	s.Helper()
	require.Eventually(s, condition, patience, glance, "%s", what)
}

// stopped waits until a partition of the process is stopped and gives the reason.
func (p *process) stopped() (reason string) {
	p.Helper()
	p.within("no partition is stopped", func() bool {
		for _, one := range p.Status().Partitions() {
			if one.State == stream.Stopped {
				reason = one.Reason
				return true
			}
		}
		return false
	})
	return reason
}

// committed is the group's offset of a topic's partition, −1 for none.
func (s *site) committed(topic string, partition int32) int64 {
	if info := s.cluster.GroupInfo(group); info != nil {
		if c, ok := info.Commits[topic][partition]; ok {
			return c.Offset
		}
	}
	return -1
}

// franz is an independent client, which can do what ours does not.
func (s *site) franz(options ...kgo.Opt) *kgo.Client {
	s.Helper()
	f, err := kgo.NewClient(append([]kgo.Opt{
		kgo.SeedBrokers("127.0.0.1:9092"), kgo.Dialer(s.network.DialContext), kgo.RecordPartitioner(kgo.ManualPartitioner()),
	}, options...)...)
	require.NoError(s, err)
	return f
}

// refuses makes the cluster refuse what is written to a topic until the fault is removed.
func (s *site) refuses(topic string, err *kerr.Error) *kfake.FaultHandle {
	return s.cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: topic, Err: err, Count: -1})
}
