package rekey

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"go.uber.org/goleak"

	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/mapping"
	"github.com/cardwatch/cardwatch/stream/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	source  = "bank.events"
	sources = 3
	targets = 5
	// patience bounds what a test waits for; nothing comes near it unless it is broken.
	patience = time.Minute
)

// bank is an in-memory cluster with a topic keyed by card in three partitions, and the contract's topics in five.
type bank struct {
	k      *kfake.Cluster
	client *kafka.Client
	events map[string]int // per card
	cards  []string
}

func newBank(t *testing.T) *bank {
	t.Helper()
	k, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.GroupMinSessionTimeout(time.Second), kfake.SeedTopics(sources, source),
		kfake.SeedTopics(targets, wire.TransactionTopic, wire.PaymentTopic, wire.DeadLetter(source)))
	require.NoError(t, err)
	t.Cleanup(k.Close)
	b := &bank{k: k, events: map[string]int{}}
	b.client = b.connect(t, nil)
	for i := range 40 {
		b.cards = append(b.cards, fmt.Sprintf("c-%d", i))
	}
	return b
}

func (b *bank) connect(t *testing.T, dial func(context.Context, string, string) (net.Conn, error)) *kafka.Client {
	t.Helper()
	cfg := kafka.Config{Brokers: b.k.ListenAddrs(), ClientID: "rekey", Dial: dial, FetchMaxWait: 5 * time.Millisecond}
	if dial != nil {
		cfg.DeliveryTimeout = time.Second // so that what is left of the dead gives up
	}
	c, err := kafka.New(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

// customerOf shares three cards to a customer, so that customers' events come from several source partitions.
func customerOf(card string) string {
	n, _ := strconv.Atoi(strings.TrimPrefix(card, "c-"))
	return "k-" + strconv.Itoa(n/3)
}

// event is the next use of the card, as the shipped example has it; its amount counts them.
func (b *bank) event(card string) string {
	b.events[card]++
	return fmt.Sprintf(`{"card":{"token":"%s","customer":"%s"},"local":"2026-03-01T02:13:05+08:00","proc":"00","resp":"00",`+
		`"billing":{"amount":"%d.00","cur":"CNY"}}`, card, customerOf(card), b.events[card])
}

// sends writes values to the source, keyed by card; it may be called while others read.
func (b *bank) sends(t *testing.T, card string, values ...string) {
	t.Helper()
	p, err := b.client.Producer(t.Context(), "")
	require.NoError(t, err)
	var messages []kafka.Message
	for _, v := range values {
		messages = append(messages, kafka.Message{Topic: source, Partition: -1, Key: []byte(card), Value: []byte(v)})
	}
	require.NoError(t, p.Send(t.Context(), messages))
}

// uses writes so many uses of random cards, with one bad record among about 300.
func (b *bank) uses(t *testing.T, rng *rand.Rand, n int) {
	t.Helper()
	p, err := b.client.Producer(t.Context(), "")
	require.NoError(t, err)
	var messages []kafka.Message
	for range n {
		card := b.cards[rng.IntN(len(b.cards))]
		value := b.event(card)
		if rng.IntN(300) == 0 {
			b.events[card]--
			value = value[:len(value)-1]
		}
		messages = append(messages, kafka.Message{Topic: source, Partition: -1, Key: []byte(card), Value: []byte(value)})
	}
	require.NoError(t, p.Send(t.Context(), messages))
}

func example(t *testing.T) Source {
	t.Helper()
	text, ok := mapping.ShippedSource("card-events")
	require.True(t, ok)
	m, err := mapping.Parse("card-events", text)
	require.NoError(t, err)
	return Source{Topic: source, Mapping: m}
}

// engine runs as the group's member until stop is called.
func (b *bank) engine(t *testing.T, c *kafka.Client, s Source) (e *Engine, stop func()) {
	t.Helper()
	e = New(Config{
		Client: c, Source: s, Zone: time.UTC, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Release: "test", LookEvery: 50 * time.Millisecond,
		Group: kafka.GroupConfig{Group: "g", SessionTimeout: time.Second, HeartbeatInterval: 50 * time.Millisecond},
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	t.Cleanup(stop)
	return e, stop
}

// record is a record that was written, with where it lies.
type record struct {
	topic     string
	partition int
	kafka.Record
}

func (r record) header(name string) string {
	for _, h := range r.Headers {
		if h.Key == name {
			return string(h.Value)
		}
	}
	return ""
}

// read gives all committed records of a topic, partition by partition.
func (b *bank) read(t require.TestingT, topic string, partitions int) (all []record) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for p := range partitions {
		for f := b.client.Fetch(topic, p, kafka.Earliest); ; {
			batch, err := f.Next(ctx)
			require.NoError(t, err)
			for _, r := range batch.Records {
				r.Key, r.Value = append([]byte(nil), r.Key...), append([]byte(nil), r.Value...)
				var headers []kafka.Header
				for _, h := range r.Headers {
					headers = append(headers, kafka.Header{Key: h.Key, Value: append([]byte(nil), h.Value...)})
				}
				r.Headers = headers
				all = append(all, record{topic, p, r})
			}
			if batch.CaughtUp() {
				break
			}
		}
	}
	return all
}

// moved waits until so many records have come out: on the transactions' topic and among the dead letters.
func (b *bank) moved(t *testing.T, n int) (written, letters []record) {
	t.Helper()
	require.Eventually(t, func() bool {
		written, letters = b.read(t, wire.TransactionTopic, targets), b.read(t, wire.DeadLetter(source), targets)
		return len(written)+len(letters) >= n
	}, patience, 20*time.Millisecond)
	return written, letters
}

// audit compares what came out with what went in: each record once, in the partition of its customer, each card's in its order.
func (b *bank) audit(t *testing.T) (moved int) {
	t.Helper()
	want := map[string]record{}
	for _, r := range b.read(t, source, sources) {
		want[fmt.Sprintf("%s/%d/%d", source, r.partition, r.Offset)] = r
	}
	written, letters := b.moved(t, len(want))
	seen, last := map[string]bool{}, map[string]int{}
	for _, r := range written {
		place := r.header("source")
		require.False(t, seen[place], "%s was written twice", place)
		seen[place] = true
		from, known := want[place]
		require.True(t, known, place)
		var door wire.Decoder
		body, _, err := door.Decode(wire.Record{Topic: r.topic, Key: r.Key, Value: r.Value, Headers: []wire.Header{{Key: "source", Value: []byte(place)}}})
		require.NoError(t, err)
		require.Equal(t, kafka.Partition(r.Key, targets), r.partition)
		require.Equal(t, customerOf(string(from.Key)), string(r.Key))
		require.Equal(t, strings.NewReplacer(source+"/", source+".p", "/", ".o").Replace(place), body.Meta().ID)
		card, amount := string(from.Key), amountOf(t, r.Value)
		require.Equal(t, last[card]+1, amount, "the order of card %s", card)
		last[card] = amount
	}
	for _, r := range letters {
		place := fmt.Sprintf("%s/%s/%s", r.header("dlq_topic"), r.header("dlq_partition"), r.header("dlq_offset"))
		require.False(t, seen[place], "%s was refused twice", place)
		seen[place] = true
		require.Equal(t, want[place].Value, r.Value)
		require.Equal(t, "bad_json", r.header("dlq_reason"))
	}
	require.Len(t, seen, len(want), "nothing is lost")
	for card, n := range b.events {
		require.Equal(t, n, last[card], "all uses of card %s", card)
	}
	return len(seen)
}

func amountOf(t *testing.T, value []byte) int {
	t.Helper()
	_, rest, found := strings.Cut(string(value), `"amount_minor":`)
	require.True(t, found)
	digits, _, _ := strings.Cut(rest, ",")
	n, err := strconv.Atoi(digits)
	require.NoError(t, err)
	return n / 100
}

// wires are a process's connections, which can all be cut at once, as a kill does.
type wires struct {
	mu   sync.Mutex
	cut  bool
	open []net.Conn
	// writes is how many writes are left before the wires are cut by themselves, right behind the last one; 0 is no bound.
	writes int
}

func (w *wires) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil && w.cut {
		return nil, errors.Join(errors.New("the process is dead"), conn.Close())
	}
	if err != nil {
		return nil, err
	}
	w.open = append(w.open, conn)
	return cable{conn, w}, nil
}

func (w *wires) kill() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = true
	for _, c := range w.open {
		_ = c.Close() // the other end may have been first
	}
}

// cable is one of the wires.
type cable struct {
	net.Conn
	all *wires
}

func (c cable) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.all.mu.Lock()
	last := c.all.writes == 1
	c.all.writes = max(c.all.writes-1, 0)
	c.all.mu.Unlock()
	if last {
		c.all.kill()
	}
	return n, err
}
