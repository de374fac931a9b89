package store_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/store"
)

// work writes the records first to last: each changes one of three customers, the progress and the changelog position.
func work(t *testing.T, db *store.DB, first, last int64) {
	t.Helper()
	s := db.Space('m', 0)
	for n := first; n <= last; n++ {
		b := s.NewBatch()
		put(b, fmt.Sprint("c", n%3), store.Envelope{Applied: []int64{n}}, 0, fmt.Sprint(n))
		b.SetProgress(&store.Progress{Next: []int64{n}})
		b.SetChangelog(n)
		require.NoError(t, b.Commit())
		require.NoError(t, b.Close())
	}
	require.NoError(t, db.Sync())
}

// requirePrefix checks that the store is what it was after one of the records, and gives that record's number.
func requirePrefix(t *testing.T, db *store.DB) int64 {
	t.Helper()
	s := db.Space('m', 0)
	p, known, err := s.Progress()
	require.NoError(t, err)
	next, copied, err := s.Changelog()
	require.NoError(t, err)
	require.Equal(t, known, copied)
	if !known {
		return 0
	}
	n := p.Next[0]
	require.Equal(t, n, next, "progress and changelog position are apart")
	for record := max(1, n-2); record <= n; record++ {
		state, e, found := read(t, s, fmt.Sprint("c", record%3))
		require.True(t, found)
		require.Equal(t, fmt.Sprint(record), state)
		require.Equal(t, []int64{record}, e.Applied)
	}
	return n
}

// files holds a store's files: tables with the records to 30, a log with those to 60.
type files map[string][]byte

func newFiles(t *testing.T) files {
	t.Helper()
	fs := vfs.NewMem()
	db := open(t, fs)
	work(t, db, 1, 30)
	require.NoError(t, db.Close())
	db = open(t, fs)
	defer db.Close()
	work(t, db, 31, 60)
	names, err := fs.List("db")
	require.NoError(t, err)
	all := files{}
	for _, name := range names {
		f, err := fs.Open("db/" + name)
		if errors.Is(err, os.ErrNotExist) {
			continue // Pebble was still tidying up
		}
		require.NoError(t, err)
		if all[name], err = io.ReadAll(f); err != nil || name == "LOCK" {
			delete(all, name)
		}
		require.NoError(t, f.Close())
	}
	return all
}

// name is the newest file whose name has the given part.
func (f files) name(t *testing.T, part string) (name string) {
	t.Helper()
	for n := range f {
		if strings.Contains(n, part) && n > name {
			name = n
		}
	}
	require.NotEmpty(t, name)
	return name
}

// disk lays the files out, one of them changed or, when it becomes nil, missing.
func (f files) disk(t *testing.T, name string, change func([]byte) []byte) *vfs.MemFS {
	t.Helper()
	fs := vfs.NewMem()
	require.NoError(t, fs.MkdirAll("db", 0o700))
	for n, data := range f {
		if n == name {
			if data = change(slices.Clone(data)); data == nil {
				continue
			}
		}
		write(t, fs, "db/"+n, data)
	}
	return fs
}

func write(t *testing.T, fs vfs.FS, path string, data []byte) {
	t.Helper()
	w, err := fs.Create(path, vfs.WriteCategoryUnspecified)
	require.NoError(t, err)
	_, err = w.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
}

func flip(at int) func([]byte) []byte {
	return func(data []byte) []byte {
		data[(at+len(data))%len(data)] ^= 0x10
		return data
	}
}

func missing([]byte) []byte { return nil }

// ignoring lets a test look at a store that has failed; a process would end.
func ignoring(error) {}

// Row 25 of the fault matrix: a flipped bit in the log costs the records after it, or the store; never a part of a record.
func TestAFlippedBitInTheLogLeavesAPrefixOrIsNoticed(t *testing.T) {
	all := newFiles(t)
	log := all.name(t, ".log")
	shorter := 0
	for at := 0; at < len(all[log]); at += 64 {
		db, err := store.Open("db", store.Options{FS: all.disk(t, log, flip(at)), Fatal: ignoring})
		if err != nil {
			require.ErrorAs(t, err, new(*store.DamageError))
			continue
		}
		if n := requirePrefix(t, db); n < 60 {
			shorter++
			require.GreaterOrEqual(t, n, int64(30), "the tables are whole")
		}
		require.NoError(t, db.Close())
	}
	require.Positive(t, shorter)
}

// Row 24: whatever is damaged or gone is noticed when the store opens; it is set aside and a new one takes its place.
func TestADamagedStoreIsNoticedAndSetAside(t *testing.T) {
	all := newFiles(t)
	for _, row := range []struct {
		name, file string
		change     func([]byte) []byte
	}{
		{"a table's block", ".sst", flip(10)},
		{"a table's footer", ".sst", flip(-1)},
		{"a table is cut", ".sst", func(data []byte) []byte { return data[:len(data)/2] }},
		{"a table is missing", ".sst", missing},
		{"the manifest", "MANIFEST", flip(0)},
		{"the manifest is missing", "MANIFEST", missing},
		{"the manifest's name is missing", "marker.manifest", missing},
		{"the format's name is missing", "marker.format", missing},
	} {
		t.Run(row.name, func(t *testing.T) {
			name := all.name(t, row.file)
			if row.file == "MANIFEST" {
				_, name, _ = strings.Cut(all.name(t, "marker.manifest"), "MANIFEST")
				name = "MANIFEST" + name
			}
			fs := all.disk(t, name, row.change)
			db, err := store.Open("db", store.Options{FS: fs, Fatal: ignoring})
			if err == nil { // only a read comes across it
				_, err = readAll(db)
				require.NoError(t, db.Close())
			}
			var damage *store.DamageError
			require.ErrorAs(t, err, &damage)
			require.Equal(t, "db", damage.Dir)

			aside, err := store.Quarantine(fs, "db", time.Date(2026, 3, 1, 2, 3, 4, 0, time.UTC))
			require.NoError(t, err)
			require.Equal(t, "db.quarantine-20260301T020304.000Z", aside)
			kept, err := fs.List(aside)
			require.NoError(t, err)
			require.NotEmpty(t, kept, "the damaged store is there to be looked at")
			fresh := open(t, fs)
			require.Zero(t, requirePrefix(t, fresh))
			require.NoError(t, fresh.Close())
		})
	}
}

func readAll(db *store.DB) (n int, err error) {
	err = db.Space('m', 0).States(func(string, []byte) bool { n++; return true })
	return n, err
}

// Damage that a running process comes across ends its store at once, and the next start sees the mark of it.
func TestDamageFoundWhileRunningEndsTheStore(t *testing.T) {
	fs := vfs.NewMem()
	db := open(t, fs)
	work(t, db, 1, 30)
	require.NoError(t, db.Close())
	var ended []error
	db, err := store.Open("db", store.Options{FS: fs, Fatal: func(err error) { ended = append(ended, err) }})
	require.NoError(t, err)
	names, err := fs.List("db")
	require.NoError(t, err)
	table := names[slices.IndexFunc(names, func(name string) bool { return strings.HasSuffix(name, ".sst") })]
	f, err := fs.OpenReadWrite("db/"+table, vfs.WriteCategoryUnspecified)
	require.NoError(t, err)
	_, err = f.WriteAt([]byte("damaged"), 5)
	require.NoError(t, err)
	require.NoError(t, f.Close())

	var damage *store.DamageError
	_, err = readAll(db)
	require.ErrorAs(t, err, &damage)
	require.ErrorContains(t, err, table)
	require.Len(t, ended, 1)
	_, _, err = db.Space('m', 0).Progress()
	require.ErrorAs(t, err, &damage, "nothing is served from a damaged store")
	require.ErrorAs(t, db.Space('m', 0).NewBatch().Commit(), &damage)
	require.NoError(t, db.Close())

	_, err = store.Open("db", store.Options{FS: fs})
	require.ErrorAs(t, err, &damage)
	require.ErrorContains(t, err, table, "the mark tells what was found")
}
