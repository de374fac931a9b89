package e2e_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/stream/broker"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// Events of the bank's own, keyed by card, in another number of partitions than the contract's topics have.
const (
	foreignTopic      = "bank.card.events"
	foreignPartitions = 3
	foreignCards      = 200
	foreignSources    = "rekey:\n  sources:\n    - topic: " + foreignTopic + "\n      mapping: card-events\n"
)

// foreign writes a bank's own topic: the shipped example's shape, each card's events numbered by their amount.
type foreign struct {
	bank  *bank
	sent  atomic.Int64
	cards [foreignCards]int
}

// foreignSpec is the source as the bank makes it.
func foreignSpec() kafka.TopicSpec {
	return kafka.TopicSpec{
		Name: foreignTopic, Partitions: foreignPartitions, ReplicationFactor: 1, Config: map[string]string{"message.timestamp.type": string(app.BrokerTime)},
	}
}

// TestRekeyOnTheEmbeddedBroker runs the role beside the monitor in this process: what the bank's topic holds reaches the detectors.
func TestRekeyOnTheEmbeddedBroker(t *testing.T) {
	k, err := broker.Start(broker.Config{Dir: t.TempDir()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, k.Close()) })
	s := newSettings(t, k.Addr(), newGroup(), "monitor, rekey")
	s.extra += foreignSources
	file := s.file(t)
	cfg, err := config.Load(file, nil)
	require.NoError(t, err)
	f := &foreign{bank: newBank(t, k.Addr())}
	require.NoError(t, f.bank.client.CreateTopics(t.Context(), append(app.Topics(partitions, 1, app.BrokerTime, s.group+".monitor"), app.RekeyTopics(cfg)...)))
	require.NoError(t, f.bank.client.CreateTopics(t.Context(), []kafka.TopicSpec{foreignSpec()}))
	runApp(t, file)
	require.NoError(t, f.bank.producer.Send(t.Context(), f.events(rand.New(rand.NewPCG(7, 8)), 2000)))
	f.sent.Add(2000)
	s.site.applied(t, "monitor", wire.TransactionTopic, len(f.audit(t)))
	status, answer := get(s.site.probes + "/readyz")
	require.Equal(t, 200, status, answer)
}

// freshForeign makes the source anew, as the bank does, and lets the operator make the rest.
func (l *lane) freshForeign(t *testing.T, s *settings) *foreign {
	t.Helper()
	s.extra += foreignSources
	b := l.noTopics(t)
	require.NoError(t, b.client.CreateTopics(t.Context(), []kafka.TopicSpec{foreignSpec()}))
	create := l.start(t, "topics create", "topics", "create", "-c", s.file(t))
	require.Zero(t, create.wait(t), create.stderr.String())
	require.Contains(t, create.stdout.String(), wire.DeadLetter(foreignTopic)+"\t4 partitions")
	return &foreign{bank: b}
}

// events are the next n, one in 500 of them cut short.
func (f *foreign) events(rng *rand.Rand, n int) (messages []kafka.Message) {
	for range n {
		i := rng.IntN(foreignCards)
		value := fmt.Sprintf(`{"card":{"token":"c-%d","customer":"k-%d"},"local":"%s","proc":"00","resp":"00","billing":{"amount":"%d.00","cur":"CNY"}}`,
			i, i/3, time.Now().Format(time.RFC3339Nano), f.cards[i]+1)
		if rng.IntN(500) == 0 {
			value = value[:len(value)-1]
		} else {
			f.cards[i]++
		}
		messages = append(messages, kafka.Message{Topic: foreignTopic, Partition: -1, Key: []byte("c-" + strconv.Itoa(i)), Value: []byte(value)})
	}
	return messages
}

// flow writes about rate events a second until ctx ends.
func (f *foreign) flow(ctx context.Context, rate int) error {
	rng := rand.New(rand.NewPCG(1, 2))
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		if err := f.bank.producer.Send(context.WithoutCancel(ctx), f.events(rng, rate/100)); err != nil {
			return err
		}
		f.sent.Add(int64(rate / 100))
	}
}

// settled waits until everything that was sent has come out, and gives it.
func (f *foreign) settled(t *testing.T) (written, letters []record) {
	t.Helper()
	require.EventuallyWithT(t, func(t *assert.CollectT) {
		written, letters = f.bank.read(t, wire.TransactionTopic), f.bank.read(t, wire.DeadLetter(foreignTopic))
		require.GreaterOrEqual(t, int64(len(written)+len(letters)), f.sent.Load())
	}, restartLimit, 200*time.Millisecond)
	return written, letters
}

// audit: each event came out once, in the partition of its customer, each card's in its order.
func (f *foreign) audit(t *testing.T) []record {
	t.Helper()
	written, letters := f.settled(t)
	seen, last := map[string]bool{}, map[string]int{}
	once := func(place string) {
		require.False(t, seen[place], "%s came out twice", place)
		seen[place] = true
	}
	for _, r := range written {
		once(r.headers["source"])
		require.Equal(t, kafka.Partition([]byte(r.key), partitions), r.partition)
		_, card, _ := strings.Cut(string(r.value), `"card_id":"`)
		card, _, _ = strings.Cut(card, `"`)
		_, amount, _ := strings.Cut(string(r.value), `"amount_minor":`)
		amount, _, _ = strings.Cut(amount, ",")
		require.Equal(t, strconv.Itoa(last[card]+1)+"00", amount, "the order of card %s", card)
		last[card]++
	}
	for _, r := range letters {
		once(foreignTopic + "/" + r.headers["dlq_partition"] + "/" + r.headers["dlq_offset"])
		require.Equal(t, "bad_json", r.headers["dlq_reason"])
	}
	require.Len(t, seen, int(f.sent.Load()), "nothing is lost")
	for i, n := range f.cards {
		require.Equal(t, n, last["c-"+strconv.Itoa(i)])
	}
	t.Logf("%d events, each once: %d written on, %d dead letters", f.sent.Load(), len(written), len(letters))
	return written
}

// TestRekeyOnApacheKafka kills processes of the role rekey in the middle of their transactions while a bank's topic flows.
func TestRekeyOnApacheKafka(t *testing.T) {
	l := newLane(t)
	t.Run("kill -9 in mid-transaction", l.rekeyKilled)
	t.Run("SIGSTOP makes a zombie", l.rekeyZombie)
	t.Run("how fast", l.rekeySpeed)
}

func (l *lane) rekeyKilled(t *testing.T) {
	group := newGroup()
	one, other := newSettings(t, l.broker, group, "rekey"), newSettings(t, l.broker, group, "rekey")
	f := l.freshForeign(t, &one)
	other.extra = one.extra
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	flowing := make(chan error, 1)
	go func() { flowing <- f.flow(ctx, 2000) }()
	rng := rand.New(rand.NewPCG(3, 4))
	l.service(t, "the other", other)
	for i := range 6 {
		p := l.service(t, "victim "+strconv.Itoa(i), one)
		owns := func() bool { return one.site.running("rekey:"+foreignTopic) > 0 }
		require.Eventually(t, owns, patience, glance)
		timer := time.NewTimer(time.Duration(200+rng.IntN(400)) * time.Millisecond)
		<-timer.C
		p.signal(t, syscall.SIGKILL)
	}
	stop()
	require.NoError(t, <-flowing)
	f.audit(t)
}

// rekeyZombie: a process that is stopped loses its partitions; when it goes on, it finds itself fenced.
func (l *lane) rekeyZombie(t *testing.T) {
	group := newGroup()
	one, other := newSettings(t, l.broker, group, "rekey"), newSettings(t, l.broker, group, "rekey")
	f := l.freshForeign(t, &one)
	other.extra = one.extra
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	flowing := make(chan error, 1)
	go func() { flowing <- f.flow(ctx, 2000) }()
	zombie := l.service(t, "zombie", one)
	l.service(t, "the other", other)
	for range 2 {
		require.Eventually(t, func() bool { return one.site.running("rekey:"+foreignTopic) > 0 }, patience, glance)
		require.NoError(t, zombie.cmd.Process.Signal(syscall.SIGSTOP))
		require.Eventually(t, func() bool { return other.site.running("rekey:"+foreignTopic) == foreignPartitions }, patience, glance)
		require.NoError(t, zombie.cmd.Process.Signal(syscall.SIGCONT))
	}
	stop()
	require.NoError(t, <-flowing)
	f.audit(t)
	require.True(t, zombie.running())
}

// rekeySpeed reports how long an event waits in a steady flow, and how fast a backlog is moved.
func (l *lane) rekeySpeed(t *testing.T) {
	s := newSettings(t, l.broker, newGroup(), "rekey")
	f := l.freshForeign(t, &s)
	p := l.service(t, "cardwatch", s)
	rng := rand.New(rand.NewPCG(5, 6))
	const first = 1000 // brokers take a while until topics that were just made are ready
	require.NoError(t, f.bank.producer.Send(t.Context(), f.events(rng, first)))
	f.sent.Add(first)
	f.settled(t)
	steady := time.Now()
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	require.NoError(t, f.flow(ctx, 1000))
	appended := map[string]time.Time{}
	for _, r := range f.bank.readOf(t, foreignTopic, foreignPartitions) {
		appended[fmt.Sprintf("%s/%d/%d", foreignTopic, r.partition, r.offset)] = r.at
	}
	var waits []time.Duration
	for _, r := range f.audit(t) {
		if at := appended[r.headers["source"]]; at.After(steady) {
			waits = append(waits, r.at.Sub(at))
		}
	}
	slices.Sort(waits)
	t.Logf("appended to the source → to the target at 1,000/s: p50 %v, p90 %v, p99 %v", waits[len(waits)/2], waits[len(waits)*9/10], waits[len(waits)*99/100])
	p.signal(t, syscall.SIGTERM)

	const backlog = 300_000
	for range backlog / 5000 {
		require.NoError(t, f.bank.producer.Send(t.Context(), f.events(rng, 5000)))
		f.sent.Add(5000)
	}
	p = l.service(t, "cardwatch again", s)
	began := time.Now()
	read := func() float64 {
		return s.site.metric("cardwatch_stream_records_total", label("processor", "rekey:"+foreignTopic))
	}
	before := read()
	require.Eventually(t, func() bool { return read() == backlog }, patience, glance)
	took := time.Since(began)
	t.Logf("a backlog: %.0f records a second", (backlog-before)/took.Seconds())
	f.audit(t)
	code, _ := p.signal(t, syscall.SIGTERM)
	require.Equal(t, exitInterrupted, code)
	usage := p.cmd.ProcessState.SysUsage().(*syscall.Rusage)
	t.Logf("CPU of the process: %.1f µs a record", float64(usage.Utime.Nano()+usage.Stime.Nano())/1000/backlog)
}
