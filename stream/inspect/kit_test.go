package inspect_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/broker"
	"github.com/cardwatch/cardwatch/stream/inspect"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// start is 14:00 on a Sunday in China.
var start = card.Moment{UnixMilli: 1_772_344_800_000, OffsetMinutes: 480}

const group = "bank.desk"

// house is a broker with one partition of each topic, and the store of a desk that has worked on it and stopped.
type house struct {
	client *kafka.Client
	dir    string
}

func newHouse(t *testing.T) *house {
	t.Helper()
	b, err := broker.Start(broker.Config{Dir: t.TempDir()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	client, err := kafka.New(kafka.Config{Brokers: []string{b.Addr()}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	specs := []kafka.TopicSpec{{Name: stream.ChangelogTopic(group), Partitions: 1, ReplicationFactor: 1}}
	for _, topic := range wire.Topics() {
		specs = append(specs, kafka.TopicSpec{Name: topic, Partitions: 1, ReplicationFactor: 1},
			kafka.TopicSpec{Name: wire.DeadLetter(topic), Partitions: 1, ReplicationFactor: 1})
	}
	require.NoError(t, client.CreateTopics(t.Context(), specs))
	h := &house{client: client, dir: filepath.Join(t.TempDir(), "store")}
	h.work(t, h.dir, func(task *desk) {
		for _, customer := range []string{"cust-1", "cust-2", "cust-3"} {
			task.contact(customer)
		}
		task.alert("cust-1", "alert-1")
		task.alert("cust-2", "alert-2")
		require.NoError(t, task.Release(t.Context()))
	})
	return h
}

// desk is a task with a producer that feeds it.
type desk struct {
	*stream.Task[alerts.State]
	t        *testing.T
	client   *kafka.Client
	producer *kafka.Producer
}

// work has a desk go on from a store.
func (h *house) work(t *testing.T, dir string, do func(*desk)) {
	t.Helper()
	db, err := store.Open(dir, store.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	core, err := alerts.NewDesk(alerts.Defaults())
	require.NoError(t, err)
	producer, err := h.client.Producer(t.Context(), group+"/0")
	require.NoError(t, err)
	task, err := stream.NewTask(stream.NewDesk(core, nil), stream.TaskConfig{
		Space: db.Space(stream.DeskTag, 0), Sink: producer, Partitions: 1, Zone: time.UTC, Changelog: stream.ChangelogTopic(group),
		Rules: []byte(`{"some":"policy"}`), Epoch: 1, Release: "test",
	})
	require.NoError(t, err)
	defer task.Close()
	do(&desk{task, t, h.client, producer})
}

// take writes a record to a topic and has the desk apply it.
func (d *desk) take(input int, topic, customer string, value []byte) {
	d.t.Helper()
	end, err := d.client.End(d.t.Context(), topic, 0)
	require.NoError(d.t, err)
	require.NoError(d.t, d.producer.Send(d.t.Context(), []kafka.Message{{Topic: topic, Key: []byte(customer), Value: value, Timestamp: start.UnixMilli}}))
	require.NoError(d.t, d.Apply(input, &kafka.Record{Offset: end, Timestamp: start.UnixMilli, Key: []byte(customer), Value: value}))
	require.NoError(d.t, d.Commit(d.t.Context()))
	require.NoError(d.t, d.Flush(d.t.Context()))
}

func (d *desk) contact(customer string) {
	d.take(0, wire.ContactTopic, customer, wire.AppendContact(nil, &alerts.Contact{
		Head: card.Head{ID: "contact-" + customer, Customer: customer, At: start}, Phone: "+8613800138000", PushToken: "push-secret",
		Language: card.English, OffsetMinutes: 480, Consent: alerts.Consent{SMS: true, Push: true, Profiling: true},
	}))
}

func (d *desk) alert(customer, id string) {
	d.take(1, wire.AlertTopic, customer, wire.AppendAlert(nil, &detectors.Alert{
		Head: card.Head{ID: "event-" + id, Customer: customer, At: start}, AlertID: id, Revision: 1, State: detectors.Open,
		Detector: "large_out_of_town", Mode: detectors.Live, Severity: detectors.High, Score: 80, Card: "tok-" + customer,
		EventIDs: []string{"tx-1"}, OccurredAt: start, Action: detectors.ConfirmWithCustomer, RuleSet: "r1", DetectorVersion: 1,
		Use: detectors.Use{Amount: card.Money{Minor: 880_000, Currency: card.Currency{'C', 'N', 'Y'}}, City: "440300", Country: "CN"},
	}))
}

// shares opens a store for reading.
func shares(t *testing.T, dir string) []inspect.Share {
	t.Helper()
	db, err := store.Open(dir, store.Options{ReadOnly: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	list, err := inspect.Shares(db, inspect.Kinds(), inspect.Pick{Partition: -1})
	require.NoError(t, err)
	require.Len(t, list, 1)
	return list
}

// damaged is a copy of the house's store with a change in it.
func (h *house) damaged(t *testing.T, change func(s *store.Space, b *store.Batch)) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "copy")
	require.NoError(t, os.CopyFS(dir, os.DirFS(h.dir)))
	db, err := store.Open(dir, store.Options{})
	require.NoError(t, err)
	s := db.Space(stream.DeskTag, 0)
	b := s.NewBatch()
	change(s, b)
	require.NoError(t, b.Commit())
	require.NoError(t, db.Close())
	return dir
}

func scratch(t *testing.T) *store.DB {
	t.Helper()
	db, err := store.Open(t.TempDir(), store.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func (h *house) problems(t *testing.T, dir string) (offline, against []string) {
	t.Helper()
	s := shares(t, dir)[0]
	require.NoError(t, s.Verify(func(p string) { offline = append(offline, p) }))
	require.NoError(t, s.VerifyAgainst(t.Context(), h.client, scratch(t), group, func(p string) { against = append(against, p) }))
	return offline, against
}

// rewrite changes a customer's stored value and leaves its timer.
func rewrite(t *testing.T, s *store.Space, b *store.Batch, customer string, change func(value []byte) []byte) {
	t.Helper()
	value, found, err := s.AppendValue(nil, customer)
	require.NoError(t, err)
	require.True(t, found)
	b.PutValue([]byte(customer), change(value), 0, 0)
}
