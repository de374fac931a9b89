package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// numbered is a stream of customers whose cards are copied one after the other: each of them must alert.
type numbered struct {
	bank *bank
	sent atomic.Int64
	stop context.CancelFunc
	done chan error
	// aborting is an independent client that writes what nobody may see.
	aborting *kgo.Client
	connect  func() error
}

const (
	// crowd bounds a numbered stream; between two copies passes pace.
	crowd = 20_000
	pace  = 10 * time.Millisecond
)

func nameOf(n int64) string { return "n-" + strconv.FormatInt(n, 10) }

// newNumbered makes the customers known; flow starts the stream.
func newNumbered(t *testing.T, broker string) *numbered {
	t.Helper()
	n := &numbered{bank: newBank(t, broker), done: make(chan error, 1)}
	id := "e2e-aborting-" + newGroup()
	n.connect = func() (err error) {
		n.aborting, err = kgo.NewClient(kgo.SeedBrokers(broker), kgo.TransactionalID(id))
		return err
	}
	require.NoError(t, n.connect())
	t.Cleanup(func() { n.aborting.Close() })
	var all []card.Body
	for i := range int64(crowd) {
		all = append(all, n.bank.opens(nameOf(i)))
	}
	n.bank.send(t, wire.CustomerTopic, all...)
	return n
}

func (n *numbered) flow(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	n.stop = stop
	go func() {
		ticker := time.NewTicker(pace)
		defer ticker.Stop()
		for n.sent.Load() < crowd {
			select {
			case <-ctx.Done():
				n.done <- nil
				return
			case <-ticker.C:
			}
			if err := errors.Join(n.next(context.WithoutCancel(ctx)), n.abort(context.WithoutCancel(ctx))); err != nil {
				n.done <- err
				return
			}
		}
		n.done <- fmt.Errorf("the story took longer than %d customers", crowd)
	}()
	t.Cleanup(stop)
}

func (n *numbered) next(ctx context.Context) error {
	uses, _ := n.bank.cloned(nameOf(n.sent.Load()))
	var messages []kafka.Message
	for _, use := range uses {
		m, err := message(wire.TransactionTopic, use)
		if err != nil {
			return err
		}
		messages = append(messages, m)
	}
	if err := n.bank.producer.Send(ctx, messages); err != nil {
		return err
	}
	n.sent.Add(1)
	return nil
}

// abort has a transactional producer write a copied card and think better of it, after every twentieth customer. A broker that restarts
// in the middle may leave the producer unable to go on, and its markers without an answer for half a minute; another one of the same id
// then ends what is left open, and begins anew.
func (n *numbered) abort(ctx context.Context) error {
	if n.sent.Load()%20 != 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, restartLimit)
	defer cancel()
	pause := time.NewTicker(time.Second)
	defer pause.Stop()
	for {
		err := n.abortOnce(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the aborting writer: %w", err)
		case <-pause.C:
		}
		n.aborting.Close()
		if err := n.connect(); err != nil {
			return err
		}
	}
}

func (n *numbered) abortOnce(ctx context.Context) error {
	uses, _ := n.bank.cloned("aborted-" + nameOf(n.sent.Load()))
	if err := n.aborting.BeginTransaction(); err != nil {
		return err
	}
	for _, use := range uses {
		m, err := message(wire.TransactionTopic, use)
		if err != nil {
			return err
		}
		n.aborting.Produce(ctx, &kgo.Record{Topic: m.Topic, Key: m.Key, Value: m.Value}, nil)
	}
	return errors.Join(n.aborting.Flush(ctx), n.aborting.EndTransaction(ctx, kgo.TryAbort))
}

// more waits until so many more customers' cards have been copied.
func (n *numbered) more(t *testing.T, count int64) {
	t.Helper()
	until := n.sent.Load() + count
	require.Eventually(t, func() bool { return n.sent.Load() >= until || len(n.done) > 0 }, restartLimit, glance)
	select {
	case err := <-n.done:
		require.NoError(t, err, "the stream ended by itself")
	default:
	}
}

// outcome is what became of a numbered stream.
type outcome struct {
	// copies counts the alert records per alert_id and revision, wait is from the copy's record to the first of them.
	copies map[string]int
	wait   map[string]time.Duration
	// lost are the customers without an alert.
	lost []string
}

// outcome looks at the topics; sent is how many customers' cards have been copied.
func (n *numbered) outcome(t require.TestingT, sent int64) outcome {
	o := outcome{copies: map[string]int{}, wait: map[string]time.Duration{}}
	var door wire.Decoder
	used := map[string]time.Time{}
	for _, r := range n.bank.read(t, wire.TransactionTopic) {
		used[r.key] = r.at
	}
	for _, r := range n.bank.read(t, wire.AlertTopic) {
		body, _, err := door.Decode(wire.Record{Topic: wire.AlertTopic, Key: []byte(r.key), Value: r.value})
		require.NoError(t, err)
		if o.copies[body.Meta().ID]++; o.copies[body.Meta().ID] == 1 {
			o.wait[r.key] = r.at.Sub(used[r.key])
		}
	}
	for i := range sent {
		if _, found := o.wait[nameOf(i)]; !found {
			o.lost = append(o.lost, nameOf(i))
		}
	}
	return o
}

// alerted waits until every card that has been copied so far has its alert.
func (n *numbered) alerted(t *testing.T, what string) {
	t.Helper()
	began, sent := time.Now(), n.sent.Load()
	require.EventuallyWithT(t, func(t *assert.CollectT) {
		require.Empty(t, n.outcome(t, sent).lost, "without an alert")
	}, restartLimit, glance, what)
	t.Logf("%s: nothing is lost after %v", what, time.Since(began).Round(time.Millisecond))
}

// end stops the stream and waits until every customer has an alert: none may be lost. What came twice is reported.
func (n *numbered) end(t *testing.T) {
	t.Helper()
	n.stop()
	require.NoError(t, <-n.done)
	n.alerted(t, "at the end")
	o := n.outcome(t, n.sent.Load())
	sent, twice := int(n.sent.Load()), 0
	for _, c := range o.copies {
		twice += c - 1
	}
	require.Len(t, o.copies, sent, "one alert with one revision for each customer, and none for a transaction that was aborted")
	require.Zero(t, twice, "an alert stands in the topic twice")
	t.Logf("%d copied cards, no alert lost or doubled; longest wait for an alert %v", sent, slices.Max(slices.Collect(maps.Values(o.wait))))
}

// owns waits until the processes' monitors work on so many partitions each.
func owns(t *testing.T, what string, want map[*settings]int) {
	t.Helper()
	began := time.Now()
	var have []int
	require.Eventually(t, func() bool {
		have = have[:0]
		right := true
		for s, n := range want {
			got := s.site.owned()
			have = append(have, got)
			right = right && got == n
		}
		return right
	}, patience, glance, "%s: partitions %v", what, &have)
	t.Logf("%s: %v", what, time.Since(began).Round(time.Millisecond))
}

// handOver: partitions move as processes come, go and die, while the stream flows.
func (l *lane) handOver(t *testing.T) {
	l.freshTopics(t)
	n := newNumbered(t, l.broker)
	a, b := newSettings(t, l.broker, l.group, "monitor"), newSettings(t, l.broker, l.group, "monitor")
	l.service(t, "a", a)
	n.flow(t)
	n.more(t, 100)
	second := l.service(t, "b", b)
	owns(t, "a second monitor joins", map[*settings]int{&a: 2, &b: 2})
	n.more(t, 100)

	code, took := second.signal(t, syscall.SIGTERM)
	require.Equal(t, exitInterrupted, code)
	t.Logf("b ended %v after SIGTERM", took)
	owns(t, "hand-over to a", map[*settings]int{&a: 4})
	n.more(t, 100)

	second = l.service(t, "b again", b)
	owns(t, "b comes back", map[*settings]int{&a: 2, &b: 2})
	n.more(t, 100)

	n.more(t, 50)
	second.signal(t, syscall.SIGKILL)
	owns(t, "fail-over to a after kill -9 (session time-out 6 s)", map[*settings]int{&a: 4})
	n.more(t, 100)
	n.end(t)
}

// zombies: over and over one of two monitors is killed, or stopped for longer than its session and then let go on, which makes it
// believe that it still owns what the other one has.
func (l *lane) zombies(t *testing.T) {
	l.freshTopics(t)
	n := newNumbered(t, l.broker)
	a, b := newSettings(t, l.broker, l.group, "monitor"), newSettings(t, l.broker, l.group, "monitor")
	first, second := l.service(t, "a", a), l.service(t, "b", b)
	owns(t, "two monitors share", map[*settings]int{&a: 2, &b: 2})
	n.flow(t)
	for cycle := range cycles(t) {
		n.more(t, 100)
		require.NoError(t, first.cmd.Process.Signal(syscall.SIGSTOP))
		owns(t, "fail-over to b after SIGSTOP", map[*settings]int{&b: 4})
		n.more(t, 100)
		require.NoError(t, first.cmd.Process.Signal(syscall.SIGCONT))
		owns(t, "the zombie comes back", map[*settings]int{&a: 2, &b: 2})
		n.more(t, 100)
		second.signal(t, syscall.SIGKILL)
		owns(t, "fail-over to a after kill -9", map[*settings]int{&a: 4})
		second = l.service(t, fmt.Sprint("b ", cycle), b)
		owns(t, "b comes back", map[*settings]int{&a: 2, &b: 2})
	}
	n.more(t, 100)
	n.end(t)
}

// cycles is how often a story of crashes is repeated: KAFKA_TEST_CYCLES, or twice.
func cycles(t *testing.T) int {
	text := os.Getenv("KAFKA_TEST_CYCLES")
	if text == "" {
		return 2
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err, "KAFKA_TEST_CYCLES")
	return n
}

// brokerRestarts: the only broker goes away and comes back while the stream flows, the first time at once, the second time
// after every partition was let go.
func (l *lane) brokerRestarts(t *testing.T) {
	script := os.Getenv("KAFKA_TEST_SCRIPT")
	if script == "" {
		t.Skip("KAFKA_TEST_SCRIPT is not set: set it to the path of .ci/kafka/broker.sh to let the test restart the broker")
	}
	broker := func(verb string) {
		t.Helper()
		began := time.Now()
		out, err := exec.CommandContext(t.Context(), script, verb).CombinedOutput()
		require.NoError(t, err, "%s", out)
		t.Logf("broker %s: %v", verb, time.Since(began).Round(time.Millisecond))
	}
	l.freshTopics(t)
	n := newNumbered(t, l.broker)
	s, other := newSettings(t, l.broker, l.group, "monitor, desk"), newSettings(t, l.broker, l.group, "monitor, desk")
	p := l.service(t, "cardwatch", s)
	n.flow(t)
	n.more(t, 100)
	broker("stop")
	broker("start")
	n.more(t, 100)
	n.alerted(t, "after a restart")

	q := l.service(t, "other", other)
	broker("stop")
	code, took := q.signal(t, syscall.SIGTERM)
	require.Equal(t, exitInterrupted, code)
	t.Logf("without a broker a process ended %v after SIGTERM", took)
	broker("start")
	n.more(t, 100)
	n.end(t)
	require.True(t, p.running(), "the process did not outlive the broker's restart")
	owns(t, "all partitions are worked on", map[*settings]int{&s: partitions})
}
