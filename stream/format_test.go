package stream_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/broker"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// release is the saver of one release: it reads the forms of its own level and below, and writes that of the partition's level. A state
// begins with the number of its form.
type release struct {
	saver
	newest, writes byte
}

func (r *release) Spec() stream.Spec {
	s := r.saver.Spec()
	s.Level = r.newest
	return s
}

func (r *release) WriteLevel(level byte) { r.writes = level }

func (r *release) AppendState(dst []byte, s *purse) []byte {
	return r.saver.AppendState(append(dst, r.writes), s)
}

func (r *release) LoadState(b []byte, s *purse) error {
	if b[0] > r.newest {
		return fmt.Errorf("form %d, this release reads %d", b[0], r.newest)
	}
	return r.saver.LoadState(b[1:], s)
}

func (r *release) Step(s *purse, ev card.Event, out *stream.Outputs) string {
	return r.saver.Step(s, ev, out)
}

// bench is a broker with the saver's topics, and payments on it.
type bench struct {
	client   *kafka.Client
	producer *kafka.Producer
	payments int64
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b, err := broker.Start(broker.Config{Dir: t.TempDir()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	client, err := kafka.New(kafka.Config{Brokers: []string{b.Addr()}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	var topics []kafka.TopicSpec
	for _, name := range []string{wire.PaymentTopic, wire.DeadLetter(wire.PaymentTopic), wire.ReplyTopic, wire.DeadLetter(wire.ReplyTopic),
		wire.TickTopic, "sums", stream.ChangelogTopic("bank.saver")} {
		topics = append(topics, kafka.TopicSpec{Name: name, Partitions: 1, ReplicationFactor: 1})
	}
	require.NoError(t, client.CreateTopics(t.Context(), topics))
	producer, err := client.Producer(t.Context(), "")
	require.NoError(t, err)
	return &bench{client: client, producer: producer}
}

func (b *bench) pay(t *testing.T) {
	t.Helper()
	rec := payment(b.payments, "c1", fmt.Sprint("p", b.payments), 1)
	b.payments++
	require.NoError(t, b.producer.Send(t.Context(), []kafka.Message{{Topic: wire.PaymentTopic, Key: rec.Key, Value: rec.Value}}))
}

// run starts a release on a store; stop ends it.
func (b *bench) run(t *testing.T, level byte, db *store.DB) (status *stream.Status, stop func()) {
	t.Helper()
	e, err := stream.NewEngine(func([]byte) (stream.Processor[purse], error) { return &release{newest: level, writes: level}, nil }, stream.EngineConfig{
		Client: b.client, Store: db, Zone: time.UTC, TickEvery: 100 * time.Millisecond, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Group: kafka.GroupConfig{Group: "bank.saver", Balancer: kafka.Sticky()},
	})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	return e.Status(), func() {
		cancel()
		require.NoError(t, <-ended)
	}
}

// saved waits until the store has every payment, and gives the number of the form that the state is in.
func (b *bench) saved(t *testing.T, db *store.DB) (form byte) {
	t.Helper()
	require.Eventually(t, func() bool {
		var p purse
		found, err := db.Space('s', 0).View("c1", func(state []byte) error {
			form = state[0]
			return saver{}.LoadState(state[1:], &p)
		})
		return err == nil && found && p.minor == b.payments
	}, time.Minute, 10*time.Millisecond)
	return form
}

func (b *bench) refuses(t *testing.T, db *store.DB) {
	t.Helper()
	status, stop := b.run(t, 1, db)
	defer stop()
	require.Eventually(t, func() bool {
		p := status.Partitions()
		return len(p) == 1 && p[0].State == stream.Stopped
	}, time.Minute, 10*time.Millisecond)
	require.Contains(t, status.Partitions()[0].Reason, "finalized at format level 2, this binary reads up to 1: run release v2 or a newer one")
}

// A new release writes as the one before until an operator finalizes; so the one before can come back, and afterwards refuses to.
func TestTheReleaseBeforeCanComeBackUntilFinalize(t *testing.T) {
	b, mine := newBench(t), open(t, vfs.NewMem())
	defer mine.Close()

	_, stop := b.run(t, 2, mine)
	b.pay(t)
	require.EqualValues(t, 1, b.saved(t, mine), "the new release writes the old form")
	stop()

	_, stop = b.run(t, 1, mine)
	b.pay(t)
	require.EqualValues(t, 1, b.saved(t, mine), "the old release goes on")
	stop()

	_, stop = b.run(t, 2, mine)
	b.pay(t)
	b.saved(t, mine)
	level2 := store.Format{Level: 2, Release: "v2"}
	raised, err := stream.Finalize(t.Context(), b.client, "bank.saver", level2)
	require.NoError(t, err)
	require.Equal(t, 1, raised)
	require.Eventually(t, func() bool {
		b.pay(t)
		return b.saved(t, mine) == 2
	}, time.Minute, 10*time.Millisecond, "the owner, fenced, begins anew and meets the level")
	stop()

	raised, err = stream.Finalize(t.Context(), b.client, "bank.saver", level2)
	require.NoError(t, err)
	require.Zero(t, raised, "once is enough")
	_, err = stream.Finalize(t.Context(), b.client, "bank.saver", store.Format{Level: 1})
	require.ErrorContains(t, err, "run release v2", "an old release's finalize lowers nothing")

	b.refuses(t, mine)
	empty := open(t, vfs.NewMem())
	defer empty.Close()
	b.refuses(t, empty)
}
