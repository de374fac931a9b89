package app

import (
	"bytes"
	"errors"
	"log/slog"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/cmd/internal/config"
	"github.com/cardwatch/cardwatch/store"
)

func newTestWatch(t *testing.T, log *bytes.Buffer, cfg config.Store) (*diskWatch, *vfs.MemFS, *prometheus.Registry) {
	t.Helper()
	fs, reg := vfs.NewMem(), prometheus.NewRegistry()
	db, err := store.Open("db", store.Options{FS: fs})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return newDiskWatch(cfg, db, slog.New(slog.NewTextHandler(log, nil)), reg), fs, reg
}

// Row 22 of the fault matrix: alarm, pause, and on again with some room to spare.
func TestReadingPausesBeforeTheDiskIsFull(t *testing.T) {
	var log bytes.Buffer
	w, fs, reg := newTestWatch(t, &log, config.Store{Dir: "/store", MinFreePercent: 5})
	for _, step := range []struct {
		free  uint64
		state float64
		says  string
	}{
		{50, 0, ""},
		{10, 0, ""},
		{9, 1, "little room left"},
		{5, 1, ""},
		{4, 2, "reading is paused"},
		{5, 2, ""},
		{6, 1, "little room left"},
		{11, 0, "has room again"},
	} {
		log.Reset()
		fs.TestingSetDiskUsage(vfs.DiskUsage{AvailBytes: step.free << 30, TotalBytes: 100 << 30})
		require.NoError(t, w.look())
		require.Equal(t, step.state, gauge(t, reg, "cardwatch_store_disk_state"), "%d GiB free", step.free)
		require.Contains(t, log.String(), step.says)
		if step.says == "" {
			require.Empty(t, log.String(), "what has not changed is not said again")
		}
		require.Equal(t, step.state == 2, w.ready() != nil)
		require.Equal(t, step.state == 1, w.note() != "")
	}
}

func TestASetMinimumAlarms(t *testing.T) {
	var log bytes.Buffer
	w, fs, _ := newTestWatch(t, &log, config.Store{MinFreePercent: 5, MinFreeMiB: 2048})
	fs.TestingSetDiskUsage(vfs.DiskUsage{AvailBytes: 1 << 30, TotalBytes: 4 << 30})
	require.NoError(t, w.look())
	require.NotEmpty(t, w.note())
	require.NoError(t, w.ready())
}

func TestASystemThatDoesNotTellItsRoomIsNotWatched(t *testing.T) {
	w, _, _ := newTestWatch(t, new(bytes.Buffer), config.Store{MinFreePercent: 5})
	require.True(t, errors.Is(w.look(), vfs.ErrUnsupported))
}

func gauge(t *testing.T, reg prometheus.Gatherer, name string) float64 {
	t.Helper()
	families, err := reg.Gather()
	require.NoError(t, err)
	for _, family := range families {
		if family.GetName() == name {
			return family.GetMetric()[0].GetGauge().GetValue()
		}
	}
	require.Fail(t, "no such metric", name)
	return 0
}
