package e2e_test

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/cardwatch/cardwatch/cmd/internal/app"
	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// TestTheDiskFails: the disk refuses a write, the process ends with an error that says so and what to do; what the disk then holds is
// damaged, the next start sets it aside, takes everything from the changelog, and no alert comes twice.
func TestTheDiskFails(t *testing.T) {
	k, err := kfake.NewCluster(kfake.NumBrokers(1))
	require.NoError(t, err)
	t.Cleanup(k.Close)
	b := newBank(t, k.ListenAddrs()[0])
	group := newGroup()
	require.NoError(t, b.client.CreateTopics(t.Context(), app.Topics(partitions, 1, app.BrokerTime, group+".monitor")))
	s := newSettings(t, k.ListenAddrs()[0], group, "monitor")
	broken := &errorfs.Toggle{Injector: errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind == errorfs.OpFileWrite && strings.HasSuffix(op.Path, ".log") {
			return syscall.EIO
		}
		return nil
	})}
	disk := vfs.NewCrashableMem()
	makeDurable(t, disk, s.dir)
	log := new(output)
	a := newApp(t, s, errorfs.Wrap(disk, broken), log)
	ended := make(chan error, 1)
	go func() { ended <- a.Run(t.Context()) }()
	alerts := func(who string) {
		t.Helper()
		b.send(t, wire.CustomerTopic, b.opens(who))
		uses, copied := b.cloned(who)
		b.send(t, wire.TransactionTopic, uses...)
		require.Equal(t, []string{copied}, b.hears(t, wire.AlertTopic, who, 1).fields.EventIDs)
	}
	alerts("c-before")
	broken.On()
	var failed *store.FailedError
	require.ErrorAs(t, <-ended, &failed)
	require.ErrorContains(t, failed, "start again: nothing is lost")
	require.ErrorIs(t, failed, syscall.EIO)
	require.Contains(t, log.String(), "the store has failed")
	require.NoError(t, a.Close())

	after := disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: rand.New(rand.NewPCG(1, 1))})
	damage(t, after, s.store())
	a = newApp(t, s, after, log)
	ctx, stop := context.WithCancel(t.Context())
	go func() { ended <- a.Run(ctx) }()
	require.Contains(t, log.String(), "was set aside")
	families, err := a.Metrics.Gather()
	require.NoError(t, err)
	set := slices.IndexFunc(families, func(f *dto.MetricFamily) bool { return f.GetName() == "cardwatch_store_quarantined" })
	require.EqualValues(t, 1, families[set].GetMetric()[0].GetGauge().GetValue())
	alerts("c-after")
	require.Len(t, b.about(t, wire.AlertTopic, "c-before"), 1)
	stop()
	require.NoError(t, <-ended)
	require.NoError(t, a.Close())
}

func newApp(t *testing.T, s settings, disk vfs.FS, log *output) *app.App {
	t.Helper()
	cfg, err := config.Load(s.file(t), nil)
	require.NoError(t, err)
	a, err := app.New(t.Context(), app.Options{
		Config: cfg, Clock: stream.Clock{}, Zone: time.UTC, Log: slog.New(slog.NewTextHandler(log, nil)), Release: "e2e", Disk: disk,
	})
	require.NoError(t, err)
	return a
}

// makeDurable makes a directory that a crash of the machine does not take.
func makeDurable(t *testing.T, disk vfs.FS, dir string) {
	t.Helper()
	require.NoError(t, disk.MkdirAll(dir, 0o700))
	for ; ; dir = filepath.Dir(dir) {
		d, err := disk.OpenDir(dir)
		require.NoError(t, err)
		require.NoError(t, errors.Join(d.Sync(), d.Close()))
		if dir == filepath.Dir(dir) {
			return
		}
	}
}

// damage cuts the store's newest manifest.
func damage(t *testing.T, disk vfs.FS, dir string) {
	t.Helper()
	names, err := disk.List(dir)
	require.NoError(t, err)
	manifest := ""
	for _, name := range names {
		if strings.HasPrefix(name, "MANIFEST-") {
			manifest = max(manifest, name)
		}
	}
	require.NotEmpty(t, manifest)
	f, err := disk.Create(filepath.Join(dir, manifest), vfs.WriteCategoryUnspecified)
	require.NoError(t, err)
	require.NoError(t, f.Close())
}
