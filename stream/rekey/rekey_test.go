package rekey

import (
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	franz "github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/wire"
)

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestATopicKeyedByCardIsKeyedByCustomer(t *testing.T) {
	b := newBank(t)
	rng := rand.New(rand.NewPCG(1, 1))
	b.uses(t, rng, 3000)
	e, _ := b.engine(t, b.client, example(t))
	require.Equal(t, 3000, b.audit(t))
	require.Len(t, e.Status().Partitions(), sources)
	require.True(t, e.Status().Joined())
	b.uses(t, rng, 10)
	require.Equal(t, 3010, b.audit(t))
}

func TestTwoProcessesShareASourceAndHandOver(t *testing.T) {
	b := newBank(t)
	rng := rand.New(rand.NewPCG(2, 1))
	_, stop := b.engine(t, b.client, example(t))
	b.uses(t, rng, 500)
	cables := &wires{}
	second, stopSecond := b.engine(t, b.connect(t, cables.dial), example(t))
	// Which of the two gets two of the three partitions depends on who joined when.
	require.Eventually(t, func() bool { n := len(running(second)); return n > 0 && n < sources }, patience, 10*time.Millisecond)
	b.uses(t, rng, 500)
	stop()
	require.Eventually(t, func() bool { return len(running(second)) == sources }, patience, 10*time.Millisecond)
	b.uses(t, rng, 500)
	cables.kill()
	b.engine(t, b.client, example(t))
	b.uses(t, rng, 500)
	require.Equal(t, 2000, b.audit(t))
	stopSecond()
}

func running(e *Engine) (list []int) {
	for _, p := range e.Status().Partitions() {
		if p.State == stream.Running {
			list = append(list, p.Partition)
		}
	}
	return list
}

func TestARefusedRecordIsADeadLetterWithoutACardNumber(t *testing.T) {
	b := newBank(t)
	const pan = "4111111111111111"
	b.sends(t, pan, strings.Replace(b.event("c-1"), `"c-1"`, `"`+pan+`"`, 1))
	b.engine(t, b.client, example(t))
	written, letters := b.moved(t, 1)
	require.Empty(t, written)
	l := letters[0]
	require.Equal(t, "clear_pan", l.header("dlq_reason"))
	require.Equal(t, "map", l.header("dlq_stage"))
	require.Equal(t, wire.TransactionTopic+" card_id", l.header("dlq_field"))
	require.Equal(t, source, l.header("dlq_topic"))
	require.Equal(t, "test", l.header("dlq_version"))
	require.Equal(t, strings.Repeat("*", 12)+"1111", string(l.Key))
	require.NotContains(t, string(l.Value), pan)
}

func TestValuesInTheContractsShapePassAsTheyAre(t *testing.T) {
	b := newBank(t)
	const payment = `"customer_id":"k-7","account_id":"a","paid_at":"2026-03-01T02:13:05+08:00","amount_minor":5,"currency":"CNY","method":"manual","status":"settled"}`
	b.sends(t, "c-1", `{"event_id":"own",`+payment, ` { `+payment, `{"event_id":null,`+payment, `{}`, strings.Replace(`{`+payment, `:5`, `:"5"`, 1))
	b.engine(t, b.client, Source{Topic: source, Target: wire.PaymentTopic})
	var letters []record
	require.Eventually(t, func() bool { letters = b.read(t, wire.DeadLetter(source), targets); return len(letters) == 3 }, patience, 20*time.Millisecond)
	written := b.read(t, wire.PaymentTopic, targets)
	require.Len(t, written, 2)
	require.Equal(t, `{"event_id":"own",`+payment, string(written[0].Value))
	require.Contains(t, string(written[1].Value), `{"event_id":"bank.events.p`)
	require.Equal(t, "k-7", string(written[1].Key))
	var reasons []string
	for _, l := range letters {
		reasons = append(reasons, l.header("dlq_reason"))
		require.Equal(t, "decode", l.header("dlq_stage"))
	}
	require.Equal(t, []string{"missing_field:event_id", "missing_field:event_id", "bad_amount"}, reasons)
}

func TestAPoisonStormStopsThePartitionAlone(t *testing.T) {
	b := newBank(t)
	var storm []string
	for range 150 {
		storm = append(storm, "no JSON")
	}
	b.sends(t, "c-1", storm...)
	for _, card := range b.cards {
		if card != "c-1" {
			b.sends(t, card, b.event(card))
		}
	}
	e, _ := b.engine(t, b.client, example(t))
	stopped := waitStopped(t, e)
	require.Contains(t, stopped.Reason, "poison storm")
	require.Empty(t, b.read(t, wire.DeadLetter(source), targets), "a mapping that is mended finds all of them where they were")
	require.Len(t, running(e), sources-1)
}

func waitStopped(t *testing.T, e *Engine) (stopped stream.PartitionStatus) {
	t.Helper()
	require.Eventually(t, func() bool {
		for _, p := range e.Status().Partitions() {
			if p.State == stream.Stopped {
				stopped = p
				return true
			}
		}
		return false
	}, patience, 10*time.Millisecond)
	return stopped
}

func TestAGapInTheSourceStopsThePartition(t *testing.T) {
	b := newBank(t)
	b.uses(t, rand.New(rand.NewPCG(3, 1)), 300)
	_, stop := b.engine(t, b.client, example(t))
	require.Equal(t, 300, b.audit(t))
	stop()
	b.uses(t, rand.New(rand.NewPCG(4, 1)), 300)
	ends, err := b.client.Offsets(t.Context(), source)
	require.NoError(t, err)
	deletion := kmsg.NewPtrDeleteRecordsRequest()
	deletion.Topics = []kmsg.DeleteRecordsRequestTopic{{Topic: source, Partitions: []kmsg.DeleteRecordsRequestTopicPartition{{
		Partition: 1, Offset: ends[1].Latest - 1,
	}}}}
	b.administers(t, deletion)
	e, _ := b.engine(t, b.client, example(t))
	stopped := waitStopped(t, e)
	require.Equal(t, 1, stopped.Partition)
	require.Contains(t, stopped.Reason, "were deleted before they were read")
}

func TestNewPartitionsOfTheSourceAreSeen(t *testing.T) {
	b := newBank(t)
	e, _ := b.engine(t, b.client, example(t))
	require.Eventually(t, func() bool { return len(running(e)) == sources }, patience, 10*time.Millisecond)
	more := kmsg.NewPtrCreatePartitionsRequest()
	more.TimeoutMillis = 10_000
	more.Topics = []kmsg.CreatePartitionsRequestTopic{{Topic: source, Count: sources + 1}}
	b.administers(t, more)
	require.Eventually(t, func() bool { return len(running(e)) == sources+1 }, patience, 10*time.Millisecond)
}

// administers does to the cluster what its owners may do at any time.
func (b *bank) administers(t *testing.T, req kmsg.Request) {
	t.Helper()
	admin, err := franz.NewClient(franz.SeedBrokers(b.k.ListenAddrs()...))
	require.NoError(t, err)
	defer admin.Close()
	_, err = admin.Request(t.Context(), req)
	require.NoError(t, err)
}

func TestMissingTopicsAreNamed(t *testing.T) {
	b := newBank(t)
	s := example(t)
	s.Topic = "bank.elsewhere"
	e := New(Config{Client: b.client, Source: s, Log: discard()})
	require.ErrorContains(t, e.Run(t.Context()), "topic bank.elsewhere does not exist")
}

func TestAnIDMadeFromAPlaceIsShortAndNoCardNumber(t *testing.T) {
	require.Equal(t, "bank.events.p2.o17", eventID("bank.events", 2, 17))
	long := eventID(strings.Repeat("long.", 40), 1023, 1<<62)
	require.LessOrEqual(t, len(long), maxID)
	require.NotEqual(t, long, eventID(strings.Repeat("other", 40), 1023, 1<<62))
}
