package stream_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// purse is the smallest state that shows a record applied twice, left out, or applied to the wrong customer.
type purse struct{ payments, minor, woken int64 }

// saver is a processor that adds up payments. It tells of every payment by a record whose value is the sum so far, and asks
// to be woken an hour after each.
type saver struct{}

func (saver) Spec() stream.Spec {
	return stream.Spec{Name: "saver", Tag: 's', Inputs: []string{wire.PaymentTopic, wire.ReplyTopic}}
}

func (saver) Step(s *purse, ev card.Event, out *stream.Outputs) string {
	switch body := ev.Body.(type) {
	case *card.Payment:
		if body.ID == "conflict" {
			return string(wire.EventIDConflict)
		}
		s.payments++
		s.minor += body.Amount.Minor
		out.Add("sums", body.Customer, fmt.Appendf(nil, "%s=%d", body.ID, s.minor))
	case *card.Tick:
		s.woken++
		s.payments = 0
		out.Add("sums", body.Customer, fmt.Appendf(nil, "woken at %s", body.At.Time().UTC().Format(time.TimeOnly)))
	}
	return ""
}

func (saver) NextWake(s *purse) card.Moment {
	if s.payments == 0 {
		return card.Moment{}
	}
	return card.Moment{UnixMilli: (s.woken + 1) * time.Hour.Milliseconds()}
}

func (saver) AppendState(dst []byte, s *purse) []byte {
	for _, v := range []int64{s.payments, s.minor, s.woken} {
		dst = binary.AppendVarint(dst, v)
	}
	return dst
}

func (saver) LoadState(b []byte, s *purse) error {
	for _, v := range []*int64{&s.payments, &s.minor, &s.woken} {
		n := 0
		if *v, n = binary.Varint(b); n <= 0 {
			return errors.New("cut short")
		}
		b = b[n:]
	}
	return nil
}

func (saver) Index(_ *purse, rows []store.Row) []store.Row { return rows }

// topic collects what a task sends; while broken it acknowledges nothing.
type topic struct {
	sent   []string
	dead   []kafka.Message
	all    []kafka.Message
	broken bool
}

var errBroken = errors.New("no acknowledgement")

func (s *topic) Send(_ context.Context, messages []kafka.Message) error {
	if s.broken {
		return errBroken
	}
	for _, m := range messages {
		s.all = append(s.all, m)
		if m.Topic == "sums" {
			s.sent = append(s.sent, string(m.Value))
		} else {
			s.dead = append(s.dead, m)
		}
	}
	return nil
}

func open(t *testing.T, fs vfs.FS) *store.DB {
	t.Helper()
	db, err := store.Open("db", store.Options{FS: fs})
	require.NoError(t, err)
	return db
}

func newTask(t *testing.T, db *store.DB, sink stream.Sink, change ...func(*stream.TaskConfig)) *stream.Task[purse] {
	t.Helper()
	cfg := stream.TaskConfig{Space: db.Space('s', 0), Sink: sink, Zone: time.UTC, Release: "test", Budget: stream.NewBudget(128)}
	for _, c := range change {
		c(&cfg)
	}
	task, err := stream.NewTask[purse](saver{}, cfg)
	require.NoError(t, err)
	return task
}

func payment(offset int64, customer, id string, minor int64) *kafka.Record {
	p := card.Payment{
		Head: card.Head{ID: id, Customer: customer, At: card.Moment{UnixMilli: 1000 + offset}}, Account: "a",
		Amount: card.Money{Minor: minor, Currency: card.Currency{'C', 'N', 'Y'}}, Method: card.ManualPayment, Status: card.Settled,
	}
	return &kafka.Record{Offset: offset, Timestamp: 1000 + offset, Key: []byte(customer), Value: wire.AppendPayment(nil, &p)}
}

func stored(t *testing.T, db *store.DB, customer string) (p purse) {
	t.Helper()
	_, err := db.Space('s', 0).View(customer, func(b []byte) error { return saver{}.LoadState(b, &p) })
	require.NoError(t, err)
	return p
}

func TestRedeliveredRecordsChangeNothing(t *testing.T) {
	db := open(t, vfs.NewMem())
	defer db.Close()
	out := &topic{}
	task := newTask(t, db, out)
	for range 2 {
		require.NoError(t, task.Apply(0, payment(0, "c1", "p0", 100)))
		require.NoError(t, task.Apply(0, payment(1, "c2", "p1", 7)))
		require.NoError(t, task.Apply(0, payment(2, "c1", "p2", 50)))
		require.NoError(t, task.Commit(t.Context()))
	}
	require.Equal(t, int64(150), stored(t, db, "c1").minor)
	require.Equal(t, int64(7), stored(t, db, "c2").minor)
	require.Equal(t, []string{"p0=100", "p1=7", "p2=150"}, out.sent)
}

func TestNothingIsKeptThatHasSeenUnacknowledgedOutputs(t *testing.T) {
	db := open(t, vfs.NewMem())
	defer db.Close()
	out := &topic{broken: true}
	task := newTask(t, db, out)
	require.NoError(t, task.Apply(0, payment(0, "c1", "p0", 100)))
	require.ErrorIs(t, task.Commit(t.Context()), errBroken)
	require.Zero(t, stored(t, db, "c1"))

	out.broken = false
	again := newTask(t, db, out)
	require.Equal(t, kafka.Earliest, again.Next(0), "the next owner reads the record again")
	require.NoError(t, again.Apply(0, payment(0, "c1", "p0", 100)))
	require.NoError(t, again.Commit(t.Context()))
	require.Equal(t, []string{"p0=100"}, out.sent)
}

func TestCustomersAreWokenInOrderAndBeforeTheRecordThatMovesTime(t *testing.T) {
	db := open(t, vfs.NewMem())
	defer db.Close()
	out := &topic{}
	task := newTask(t, db, out)
	require.NoError(t, task.Apply(0, payment(0, "b", "p0", 1)))
	require.NoError(t, task.Apply(0, payment(1, "a", "p1", 1)))
	later := payment(2, "c", "p2", 1)
	later.Timestamp = 2 * time.Hour.Milliseconds()
	require.NoError(t, task.Apply(0, later))
	require.NoError(t, task.Commit(t.Context()))
	require.Equal(t, []string{"p0=1", "p1=1", "woken at 01:00:00", "woken at 01:00:00", "p2=1"}, out.sent)
	require.Equal(t, "a", string(out.all[2].Key), "customers who are due together are woken in order")
	require.Equal(t, 2*time.Hour.Milliseconds(), task.Now().UnixMilli)
}

func TestTimersSurviveARestart(t *testing.T) {
	db := open(t, vfs.NewMem())
	defer db.Close()
	first := newTask(t, db, &topic{})
	require.NoError(t, first.Apply(0, payment(0, "c1", "p0", 1)))
	require.NoError(t, first.Commit(t.Context()))
	out := &topic{}
	second := newTask(t, db, out)
	require.NoError(t, second.Advance(time.Hour.Milliseconds()))
	require.NoError(t, second.Commit(t.Context()))
	require.Equal(t, []string{"woken at 01:00:00"}, out.sent)
	require.NoError(t, second.Advance(5*time.Hour.Milliseconds()))
	require.Equal(t, int64(1), stored(t, db, "c1").woken, "once is enough")
}

func TestBadRecordIsADeadLetterAndCostsNobodyElse(t *testing.T) {
	db := open(t, vfs.NewMem())
	defer db.Close()
	out := &topic{}
	task := newTask(t, db, out)
	bad := payment(1, "c1", "p1", 1)
	bad.Value, bad.Headers = []byte(`{"event_id":`), []kafka.Header{{Key: "trace", Value: []byte("t1")}}
	require.NoError(t, task.Apply(0, payment(0, "c1", "p0", 1)))
	require.NoError(t, task.Apply(0, bad))
	require.NoError(t, task.Apply(0, payment(2, "c1", "conflict", 1)))
	require.NoError(t, task.Apply(0, payment(3, "c1", "p3", 1)))
	require.NoError(t, task.Commit(t.Context()))
	require.Equal(t, []string{"p0=1", "p3=2"}, out.sent)
	require.Len(t, out.dead, 2)

	headers := map[string]string{}
	for _, h := range out.dead[0].Headers {
		headers[h.Key] = string(h.Value)
	}
	require.Equal(t, "cards.payment.v1.cardwatch.dlq", out.dead[0].Topic)
	require.Equal(t, `{"event_id":`, string(out.dead[0].Value))
	require.Equal(t, map[string]string{
		"trace": "t1", "dlq_topic": "cards.payment.v1", "dlq_partition": "0", "dlq_offset": "1", "dlq_reason": "bad_json",
		"dlq_stage": "decode", "dlq_at": "1970-01-01T00:00:01.001Z", "dlq_version": "test",
	}, headers)
	require.Contains(t, out.dead[1].Headers, kafka.Header{Key: "dlq_reason", Value: []byte("event_id_conflict")})
	require.Contains(t, out.dead[1].Headers, kafka.Header{Key: "dlq_stage", Value: []byte("step")})
}

func TestPoisonStormStopsThePartition(t *testing.T) {
	db := open(t, vfs.NewMem())
	defer db.Close()
	bad := func(offset int64) *kafka.Record {
		return &kafka.Record{Offset: offset, Timestamp: 1, Key: []byte("c"), Value: []byte("{")}
	}
	t.Run("a hundred in a row", func(t *testing.T) {
		task := newTask(t, db, &topic{})
		for n := range int64(99) {
			require.NoError(t, task.Apply(0, bad(n)))
		}
		require.ErrorIs(t, task.Apply(0, bad(99)), stream.ErrPoisonStorm)
	})
	t.Run("more than one in a hundred", func(t *testing.T) {
		task := newTask(t, db, &topic{})
		var err error
		n := int64(0)
		for ; err == nil && n < 2000; n++ {
			if n%50 == 0 {
				err = task.Apply(0, bad(n))
			} else {
				err = task.Apply(0, payment(n, "c", fmt.Sprint(n), 1))
			}
		}
		require.ErrorIs(t, err, stream.ErrPoisonStorm)
		require.GreaterOrEqual(t, n, int64(1000), "a share is judged over a thousand records")
	})
	t.Run("one in a hundred goes on", func(t *testing.T) {
		task := newTask(t, db, &topic{})
		for n := range int64(3000) {
			if n%100 == 0 {
				require.NoError(t, task.Apply(0, bad(n)))
			} else {
				require.NoError(t, task.Apply(0, payment(n, "c", fmt.Sprint(n), 1)))
			}
		}
	})
	t.Run("a file is read to its end", func(t *testing.T) {
		task := newTask(t, db, &topic{}, func(c *stream.TaskConfig) { c.FromFile = true })
		for n := range int64(300) {
			require.NoError(t, task.Apply(0, bad(n)))
		}
	})
}

func TestReplyWithoutCustomerGoesToWhoseNumberItIs(t *testing.T) {
	db := open(t, vfs.NewMem())
	defer db.Close()
	out := &topic{}
	task := newTask(t, db, out, func(c *stream.TaskConfig) {
		c.FindByPhone = func(p alerts.Phone) ([]*alerts.State, error) {
			return map[alerts.Phone][]*alerts.State{"+8619900012345": {{Customer: "c9"}}}[p], nil
		}
	})
	reply := func(offset int64, from alerts.Phone) *kafka.Record {
		r := alerts.Reply{Head: card.Head{ID: fmt.Sprint("r", offset), At: card.Moment{UnixMilli: 5}}, Channel: alerts.SMS, From: from, Text: "N"}
		return &kafka.Record{Offset: offset, Timestamp: 5, Value: wire.AppendReply(nil, &r)}
	}
	require.NoError(t, task.Apply(1, reply(0, "+8619900012345")))
	require.NoError(t, task.Apply(1, reply(1, "+8619900099999")))
	require.NoError(t, task.Commit(t.Context()))
	require.Len(t, out.dead, 2)
	require.Equal(t, wire.ReplyTopic, out.dead[0].Topic)
	require.Equal(t, "c9", string(out.dead[0].Key))
	require.Equal(t, int32(-1), out.dead[0].Partition, "the customer's partition, not ours")
	require.Equal(t, wire.DeadLetter(wire.ReplyTopic), out.dead[1].Topic)
	require.Contains(t, out.dead[1].Headers, kafka.Header{Key: "dlq_reason", Value: []byte(stream.UnknownCustomer)})
}

// Whatever crashes when, each record changes each state once, and the topic has every output at least once.
func TestCrashesAtAnyMomentChangeNothing(t *testing.T) {
	const records = 400
	want := map[string]int64{}
	var feed []*kafka.Record
	rng := rand.New(rand.NewPCG(1, 1))
	for n := range int64(records) {
		customer := fmt.Sprint("c", rng.IntN(12))
		want[customer] += n
		feed = append(feed, payment(n, customer, fmt.Sprint("p", n), n))
	}
	for seed := range uint64(15) {
		rng := rand.New(rand.NewPCG(seed, 2))
		fs := vfs.NewCrashableMem()
		db := open(t, fs)
		out := &topic{}
		task := newTask(t, db, out)
		for task.Next(0) < records {
			n := max(task.Next(0), 0)
			require.NoError(t, task.Apply(0, feed[n]))
			switch rng.IntN(30) {
			case 0:
				require.NoError(t, task.Commit(t.Context()))
			case 1:
				require.NoError(t, db.Sync())
			case 2:
				survivor := fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: rng.IntN(101), RNG: rng})
				require.NoError(t, db.Close())
				fs = survivor
				db = open(t, fs)
				task = newTask(t, db, out)
			}
		}
		require.NoError(t, task.Commit(t.Context()))
		seen := map[string]bool{}
		for _, s := range out.sent {
			seen[s] = true
		}
		require.GreaterOrEqual(t, len(seen), records, "seed %d: an output was lost", seed)
		for customer, minor := range want {
			require.Equal(t, minor, stored(t, db, customer).minor, "seed %d: %s", seed, customer)
		}
		require.NoError(t, db.Close())
	}
}

// widerSaver is a later release, which reads one more topic.
type widerSaver struct{ saver }

func (widerSaver) Spec() stream.Spec {
	spec := saver{}.Spec()
	spec.Inputs = append(spec.Inputs, wire.ContactTopic)
	return spec
}

// A later release reads one more topic, from its start, and goes on with the others where the release before has left them; that one
// refuses what it has written.
func TestALaterReleaseReadsOneMoreTopic(t *testing.T) {
	db := open(t, vfs.NewMem())
	defer db.Close()
	task := newTask(t, db, &topic{})
	require.NoError(t, task.Apply(0, payment(0, "c1", "p0", 100)))
	require.NoError(t, task.Commit(t.Context()))

	out := &topic{}
	cfg := stream.TaskConfig{Space: db.Space('s', 0), Sink: out, Zone: time.UTC, Release: "test", Budget: stream.NewBudget(128)}
	wider, err := stream.NewTask[purse](widerSaver{}, cfg)
	require.NoError(t, err)
	require.Equal(t, int64(1), wider.Next(0))
	require.Equal(t, kafka.Earliest, wider.Next(2))
	contact := alerts.Contact{Head: card.Head{ID: "k1", Customer: "c1", At: card.Moment{UnixMilli: 1}}}
	record := &kafka.Record{Offset: 0, Timestamp: 2000, Key: []byte("c1"), Value: wire.AppendContact(nil, &contact)}
	for range 2 {
		require.NoError(t, wider.Apply(2, record))
		require.NoError(t, wider.Apply(0, payment(0, "c1", "p0", 100)))
	}
	require.NoError(t, wider.Apply(0, payment(1, "c1", "p1", 50)))
	require.NoError(t, wider.Commit(t.Context()))
	require.Equal(t, []string{"p1=150"}, out.sent)

	_, err = stream.NewTask[purse](saver{}, cfg)
	require.ErrorContains(t, err, "3 inputs")
}
