package stream_test

import (
	"context"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/bench/gen"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// byTopic keeps what a task sends, in order.
type byTopic map[string][]string

func (b byTopic) Send(_ context.Context, messages []kafka.Message) error {
	for _, m := range messages {
		b[m.Topic] = append(b[m.Topic], string(m.Key)+" "+string(m.Value))
	}
	return nil
}

// watch lets a monitor judge a generated fortnight.
func watch(t *testing.T, core *detectors.Monitor) byTopic {
	t.Helper()
	config := gen.Defaults()
	config.Customers, config.Days, config.History, config.AttackRate = 60, 14, 0, 30
	bank, err := gen.New(config)
	require.NoError(t, err)
	db, err := store.Open("db", store.Options{FS: vfs.NewMem()})
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	sent := byTopic{}
	monitor := stream.NewMonitor(core, nil)
	task, err := stream.NewTask(monitor, stream.TaskConfig{Space: db.Space(stream.MonitorTag, 0), Sink: sent, Zone: time.FixedZone("", 8*3600)})
	require.NoError(t, err)
	inputs := map[string]int{}
	for i, topic := range monitor.Spec().Inputs {
		inputs[topic] = i
	}
	offset := int64(0)
	for r, more := bank.Next(); more; r, more = bank.Next() {
		input, read := inputs[r.Topic()]
		if !read {
			continue
		}
		value, err := wire.AppendInput(nil, r.Body)
		require.NoError(t, err)
		require.NoError(t, task.Apply(input, &kafka.Record{Offset: offset, Timestamp: r.Arrived.UnixMilli, Key: []byte(r.Body.Meta().Customer), Value: value}))
		offset++
	}
	require.NoError(t, task.Commit(t.Context()))
	return sent
}

// alarmist finds every use as bad as can be.
type alarmist struct{}

func (alarmist) About() detectors.About        { return detectors.About{Name: "alarmist", Version: 1} }
func (alarmist) Validate() []detectors.Problem { return nil }
func (alarmist) Evaluate(_ *detectors.Sighting, f *detectors.Finding) {
	f.Score, f.Action = 100, detectors.Review
}

// A draft that fires at everything changes no byte of what anybody acts on, and the desk reads nothing of it.
func TestADraftWritesToTheShadowTopicAlone(t *testing.T) {
	live, err := detectors.NewMonitor(detectors.Defaults())
	require.NoError(t, err)
	rules := detectors.Defaults()
	rules.Version = "draft.1"
	draft, err := detectors.NewMonitor(rules, alarmist{})
	require.NoError(t, err)

	alone, watched := watch(t, live), watch(t, live.WithDrafts(draft))
	require.NotEmpty(t, alone[wire.AlertTopic])
	require.Greater(t, len(watched[wire.ShadowTopic]), 2*len(alone[wire.AlertTopic]), "the draft does not fire at everything")
	delete(watched, wire.ShadowTopic)
	require.Equal(t, alone, watched)

	desk := stream.Desk{}
	require.NotContains(t, desk.Spec().Inputs, wire.ShadowTopic)
}
