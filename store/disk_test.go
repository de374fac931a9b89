package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/store"
)

// refuse makes the operating system refuse an operation on files whose names end so.
func refuse(errno syscall.Errno, kind errorfs.OpKind, suffix string) *errorfs.Toggle {
	return &errorfs.Toggle{Injector: errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind == kind && strings.HasSuffix(op.Path, suffix) {
			return errno
		}
		return nil
	})}
}

// Rows 22 and 23 of the fault matrix: a disk that is full or broken ends the store with one error that says so; what was synced is
// there after the next start.
func TestADiskThatRefusesEndsTheStore(t *testing.T) {
	for _, row := range []struct {
		name, says string
		fault      *errorfs.Toggle
		// unsynced is whether the store has to find out by its writes alone.
		unsynced bool
	}{
		{"the log cannot grow", "is full", refuse(syscall.ENOSPC, errorfs.OpFileWrite, ".log"), false},
		{"the log cannot grow and nobody syncs", "is full", refuse(syscall.ENOSPC, errorfs.OpFileWrite, ".log"), true},
		{"the log cannot be written", "look after the disk", refuse(syscall.EIO, errorfs.OpFileWrite, ".log"), false},
		{"the log cannot be synced", "look after the disk", refuse(syscall.EIO, errorfs.OpFileSyncData, ".log"), false},
		{"a table cannot be made", "is full", refuse(syscall.ENOSPC, errorfs.OpCreate, ".sst"), true},
	} {
		t.Run(row.name, func(t *testing.T) {
			disk := vfs.NewCrashableMem()
			ended := make(chan error, 1)
			db, err := store.Open("db", store.Options{FS: errorfs.Wrap(disk, row.fault), Fatal: func(err error) { ended <- err }})
			require.NoError(t, err)
			work(t, db, 1, 30)
			row.fault.On()
			go func() { // what is under way may never return
				for n := int64(31); len(ended) == 0; n++ {
					if pad(db, n) != nil || !row.unsynced && db.Sync() != nil {
						return
					}
				}
			}()
			err = <-ended
			var failed *store.FailedError
			require.ErrorAs(t, err, &failed)
			require.ErrorContains(t, err, row.says)
			require.ErrorAs(t, db.Sync(), &failed, "it takes nothing more")
			_, _, err = db.Space('m', 0).Progress()
			require.ErrorAs(t, err, &failed)
			require.NoError(t, db.Close())

			after := open(t, disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 50, RNG: rand.New(rand.NewPCG(1, 1))}))
			require.GreaterOrEqual(t, requireProgress(t, after), int64(30))
			require.NoError(t, after.Close())
		})
	}
}

// pad writes a large record, to fill the log's buffer and the memory table.
func pad(db *store.DB, n int64) error {
	b := db.Space('m', 0).NewBatch()
	put(b, "pad", store.Envelope{Applied: []int64{n}}, 0, strings.Repeat(fmt.Sprint(n), 1<<18))
	b.SetProgress(&store.Progress{Next: []int64{n}})
	return errors.Join(b.Commit(), b.Close())
}

func requireProgress(t *testing.T, db *store.DB) int64 {
	t.Helper()
	p, known, err := db.Space('m', 0).Progress()
	require.NoError(t, err)
	require.True(t, known)
	return p.Next[0]
}

func TestADiskThatIsFullAtTheStartIsNoDamage(t *testing.T) {
	full := refuse(syscall.ENOSPC, errorfs.OpFileWrite, "")
	full.On()
	_, err := store.Open("db", store.Options{FS: errorfs.Wrap(vfs.NewMem(), full), Fatal: ignoring})
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.NotErrorAs(t, err, new(*store.DamageError))
}

// Row 26: a store that somebody works on is not set aside.
func TestALockedStoreIsNotDamaged(t *testing.T) {
	dir := t.TempDir()
	db, err := store.Open(dir, store.Options{})
	require.NoError(t, err)
	defer db.Close()
	_, err = store.Quarantine(nil, dir, time.Now())
	require.ErrorIs(t, err, store.ErrLocked)
}

func TestRoomIsThatOfTheStoresFileSystem(t *testing.T) {
	fs := vfs.NewMem()
	fs.TestingSetDiskUsage(vfs.DiskUsage{AvailBytes: 7, TotalBytes: 100})
	db := open(t, fs)
	defer db.Close()
	free, total, err := db.Room()
	require.NoError(t, err)
	require.Equal(t, []uint64{7, 100}, []uint64{free, total})
}
