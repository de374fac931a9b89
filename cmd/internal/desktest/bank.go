// Package desktest is a small bank for the tests of what people and other systems do at the desk: the real store and the real desk task, one
// partition, a clock that stands still, and Kafka replaced by applying at once. Only tests use it.
package desktest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// Phone is every customer's number.
const Phone = alerts.Phone("+8613800138000")

// ErrKafka is what Publish fails with while Kafka is down. Nobody outside may be told it.
var ErrKafka = errors.New("dial tcp 10.0.0.7:9092: secret internals")

// Bank is safe for concurrent use.
type Bank struct {
	View stream.View
	Desk *alerts.Desk

	t testing.TB
	// Committed hear which customers' states have changed; set them before the first event.
	Committed []func(customers []string)

	mu       sync.Mutex
	now      time.Time
	task     *stream.Task[alerts.State]
	offset   int64
	down     bool
	deaf     bool
	recorded []Record
}

// Record is one event that was published.
type Record struct {
	Topic, Customer string
	Value           []byte
}

// New opens a bank whose clock stands at 02:00 on 1 March 2026 in China.
func New(t testing.TB, policy alerts.Policy) *Bank {
	b := &Bank{t: t, now: time.Date(2026, 3, 1, 2, 0, 0, 0, time.FixedZone("CST", 8*3600))}
	db, err := store.Open("", store.Options{FS: vfs.NewMem()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	b.View = stream.View{DB: db, Partitions: 1}
	b.Desk, err = alerts.NewDesk(policy)
	require.NoError(t, err)
	b.Reopen(b.Desk)
	return b
}

// Reopen starts the desk's process again, by another desk: under other silences, say.
func (b *Bank) Reopen(core *alerts.Desk) {
	b.mu.Lock()
	defer b.mu.Unlock()
	task, err := stream.NewTask(stream.NewDesk(core, nil), stream.TaskConfig{
		Space: b.View.DB.Space(stream.DeskTag, 0), Sink: b, Zone: b.now.Location(), FindByPhone: b.View.FindByPhone,
		Committed: func(customers []string) {
			for _, tell := range b.Committed {
				tell(customers)
			}
		},
	})
	require.NoError(b.t, err)
	b.task = task
}

// Send keeps what the desk puts out among the records.
func (b *Bank) Send(_ context.Context, messages []kafka.Message) error {
	for _, m := range messages {
		b.recorded = append(b.recorded, Record{m.Topic, string(m.Key), m.Value})
	}
	return nil
}

// Now is the bank's clock.
func (b *Bank) Now() card.Moment {
	b.mu.Lock()
	defer b.mu.Unlock()
	return card.MomentOf(b.now)
}

// Pass lets time go by, for everybody at the desk too.
func (b *Bank) Pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
	require.NoError(b.t, b.task.Advance(b.now.UnixMilli()))
	require.NoError(b.t, b.task.Commit(context.Background()))
}

// KafkaDown makes every publication fail, or no longer.
func (b *Bank) KafkaDown(down bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.down = down
}

// DeskBehind lets Kafka acknowledge what the desk does not read, or no longer.
func (b *Bank) DeskBehind(behind bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.deaf = behind
}

// Publish applies an event to the desk as if it had been read from Kafka.
func (b *Bank) Publish(_ context.Context, topic, customer string, value []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down {
		return ErrKafka
	}
	b.recorded = append(b.recorded, Record{topic, customer, value})
	if b.deaf {
		return nil
	}
	for input, name := range stream.NewDesk(nil, nil).Spec().Inputs {
		if name == topic {
			b.offset++
			record := &kafka.Record{Offset: b.offset, Timestamp: b.now.UnixMilli(), Key: []byte(customer), Value: value}
			if err := b.task.Apply(input, record); err != nil {
				return err
			}
			return b.task.Commit(context.Background())
		}
	}
	return fmt.Errorf("desktest: the desk does not read %s", topic)
}

// Records are the published events of a topic, the desk's own among them.
func (b *Bank) Records(topic string) (of []Record) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.recorded {
		if r.Topic == topic {
			of = append(of, r)
		}
	}
	return of
}

// State is a customer's state at the desk.
func (b *Bank) State(customer string) *alerts.State {
	state, err := b.View.Desk(customer)
	require.NoError(b.t, err)
	return state
}

// Finding is an alert about a customer's card; change may alter it before the desk hears of it. It gives the id of the card's newest case.
func (b *Bank) Finding(customer, cardID string, change ...func(*detectors.Alert)) string {
	now := b.Now()
	// Base 36, so that no id looks like a card number.
	alert := cardID + "-" + strconv.FormatInt(now.UnixMilli, 36)
	a := detectors.Alert{
		Head: card.Head{ID: "event-" + alert, Customer: customer, At: now}, AlertID: "alert-" + alert,
		Revision: 1, State: detectors.Open, Detector: "large_out_of_town", DetectorVersion: 1, RuleSet: "default.1", Mode: detectors.Live,
		Severity: detectors.High, Score: 60, Card: cardID, EventIDs: []string{"tx-" + cardID}, OccurredAt: now, Action: detectors.Review,
		Reasons: []detectors.Reason{{Code: "amount_vs_usual", Value: 1_880_000, Limit: 200_000, Unit: detectors.Minor}},
	}
	for _, c := range change {
		c(&a)
	}
	require.NoError(b.t, b.Publish(context.Background(), wire.AlertTopic, customer, wire.AppendAlert(nil, &a)))
	id := ""
	for _, c := range b.State(customer).Cases {
		if c.Card == cardID {
			id = c.ID
		}
	}
	require.NotEmpty(b.t, id, "the finding made no case")
	return id
}

// Contact tells the desk how to reach a customer.
func (b *Bank) Contact(customer string, lang card.Language) {
	now := b.Now()
	c := alerts.Contact{
		Head: card.Head{ID: "contact-" + customer, Customer: customer, At: now}, Phone: Phone, PushToken: "push", Language: lang,
		Timezone: "Asia/Shanghai", OffsetMinutes: 480, Consent: alerts.Consent{SMS: true, Push: true, Profiling: true},
	}
	require.NoError(b.t, b.Publish(context.Background(), wire.ContactTopic, customer, wire.AppendContact(nil, &c)))
}
