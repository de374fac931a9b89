package e2e_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// TestWritesThatFailForTooLong: the group is well but nobody takes what the monitor writes, for longer than a delivery may
// take. The partition starts anew from the store as often as it must; the alert comes once the writes are taken again.
func TestWritesThatFailForTooLong(t *testing.T) {
	k, err := kfake.NewCluster(kfake.NumBrokers(1))
	require.NoError(t, err)
	t.Cleanup(k.Close)
	b := newBank(t, k.ListenAddrs()[0])
	require.NoError(t, b.client.CreateTopics(t.Context(), app.Topics(partitions, 1, app.BrokerTime, "stuck")))
	var refusing atomic.Bool
	refusing.Store(true)
	k.ControlKey(int16(kmsg.Produce), func(req kmsg.Request) (kmsg.Response, error, bool) {
		k.KeepControl()
		topic := req.(*kmsg.ProduceRequest).Topics[0].Topic
		return nil, errors.New("refused"), refusing.Load() && topic == wire.AlertTopic
	})

	log := new(output)
	runMonitor(t, k.ListenAddrs()[0], slog.New(slog.NewTextHandler(log, nil)))
	const who = "c-stuck"
	b.send(t, wire.CustomerTopic, b.opens(who))
	uses, copied := b.cloned(who)
	b.send(t, wire.TransactionTopic, uses...)
	require.Eventually(t, func() bool {
		return strings.Count(log.String(), "starts anew from the store") >= 2
	}, patience, glance)
	require.Empty(t, b.about(t, wire.AlertTopic, who))
	refusing.Store(false)
	require.Equal(t, []string{copied}, b.hears(t, wire.AlertTopic, who, 1).fields.EventIDs)
}

// runMonitor runs the monitor alone, with a short patience for deliveries, until the test ends.
func runMonitor(t *testing.T, address string, log *slog.Logger) {
	t.Helper()
	client, err := kafka.New(kafka.Config{Brokers: []string{address}, ClientID: "e2e", DeliveryTimeout: 200 * time.Millisecond})
	require.NoError(t, err)
	db, err := store.Open(t.TempDir(), store.Options{})
	require.NoError(t, err)
	engine, err := stream.NewEngine(func([]byte) (stream.Processor[detectors.State], error) {
		core, err := detectors.NewMonitor(detectors.Defaults())
		return stream.NewMonitor(core, nil), err
	}, stream.EngineConfig{
		Client: client, Store: db, Group: kafka.GroupConfig{Group: "stuck"}, Zone: time.UTC, Log: log,
	})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-ended)
		require.NoError(t, db.Close())
		require.NoError(t, client.Close())
	})
}
