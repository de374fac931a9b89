package e2e_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/broker"
)

// TestOnTheEmbeddedBroker tells the stories in this process: what `cardwatch demo` is made of, on the machine's own clock.
func TestOnTheEmbeddedBroker(t *testing.T) {
	k, err := broker.Start(broker.Config{Dir: t.TempDir()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, k.Close()) })
	b := newBank(t, k.Addr())
	group := newGroup()
	require.NoError(t, b.client.CreateTopics(t.Context(), app.Topics(partitions, 1, app.BrokerTime, group+".monitor", group+".desk")))
	s := newSettings(t, k.Addr(), group, "monitor, desk")
	runApp(t, s.file(t))

	t.Run("the customer says no", func(t *testing.T) { customerSaysNo(t, b, s.site) })
	t.Run("the customer says yes", func(t *testing.T) { customerSaysYes(t, b, s.site) })
	t.Run("bad records", func(t *testing.T) { badRecords(t, b) })
}

// runApp runs the service in this process until the test ends.
func runApp(t *testing.T, file string) *app.App {
	t.Helper()
	cfg, err := config.Load(file, nil)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	a, err := app.New(ctx, app.Options{
		Config: cfg, Clock: stream.Clock{}, Zone: time.FixedZone("", 8*3600), Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Release: "e2e",
		LoadRules: func() (detectors.Rules, error) {
			cfg, err := config.Load(file, nil)
			if err != nil {
				return detectors.Rules{}, err
			}
			return cfg.Rules, nil
		},
	})
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-ended)
		require.NoError(t, a.Close())
	})
	return a
}
