package store_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/store"
)

func open(t *testing.T, fs vfs.FS) *store.DB {
	t.Helper()
	db, err := store.Open("db", store.Options{FS: fs, Fatal: func(err error) { t.Errorf("fatal: %v", err) }})
	require.NoError(t, err)
	return db
}

func put(b *store.Batch, customer string, e store.Envelope, oldWake int64, state string) {
	b.PutValue([]byte(customer), append(store.AppendEnvelope(nil, &e), state...), oldWake, e.Wake)
}

func read(t *testing.T, s *store.Space, customer string) (string, store.Envelope, bool) {
	t.Helper()
	var e store.Envelope
	value, found, err := s.AppendValue(nil, customer)
	require.NoError(t, err)
	if !found {
		return "", e, false
	}
	state, err := store.ReadEnvelope(value, &e)
	require.NoError(t, err)
	return string(state), e, true
}

func TestStateComesBackWithItsEnvelope(t *testing.T) {
	db := open(t, vfs.NewMem())
	defer db.Close()
	s := db.Space('m', 3)
	b := s.NewBatch()
	put(b, "c1", store.Envelope{Applied: []int64{7, 0, 12}, Wake: 99}, 0, "hello")
	b.SetProgress(&store.Progress{Next: []int64{8, 0, 13}, Now: 1234})
	require.NoError(t, b.Commit())

	state, e, found := read(t, s, "c1")
	require.True(t, found)
	require.Equal(t, "hello", state)
	require.Equal(t, store.Envelope{Applied: []int64{7, 0, 12}, Wake: 99}, e)
	p, known, err := s.Progress()
	require.NoError(t, err)
	require.True(t, known)
	require.Equal(t, store.Progress{Next: []int64{8, 0, 13}, Now: 1234}, p)
}

func TestSpacesOfOtherPartitionsAndProcessorsAreApart(t *testing.T) {
	db := open(t, vfs.NewMem())
	defer db.Close()
	mine := db.Space('m', 1)
	b := mine.NewBatch()
	put(b, "c1", store.Envelope{Wake: 5}, 0, "mine")
	b.SetProgress(&store.Progress{Next: []int64{1}})
	require.NoError(t, b.Commit())

	for name, other := range map[string]*store.Space{"partition": db.Space('m', 2), "processor": db.Space('d', 1)} {
		_, _, found := read(t, other, "c1")
		require.False(t, found, name)
		_, known, err := other.Progress()
		require.NoError(t, err)
		require.False(t, known, name)
	}
	_, _, found := read(t, mine, "c1")
	require.True(t, found)
}

func TestTimersFollowTheirStateAndComeInOrder(t *testing.T) {
	db := open(t, vfs.NewMem())
	defer db.Close()
	s := db.Space('m', 0)
	b := s.NewBatch()
	put(b, "late", store.Envelope{Wake: 300}, 0, "")
	put(b, "soon", store.Envelope{Wake: 100}, 0, "")
	put(b, "moved", store.Envelope{Wake: 50}, 0, "")
	put(b, "none", store.Envelope{}, 0, "")
	require.NoError(t, b.Commit())
	b.Reset()
	put(b, "moved", store.Envelope{Wake: 200}, 50, "")
	require.NoError(t, b.Commit())

	timers, err := s.Timers(0, 10)
	require.NoError(t, err)
	require.Equal(t, []store.Timer{{Due: 100, Customer: "soon"}, {Due: 200, Customer: "moved"}, {Due: 300, Customer: "late"}}, timers)
	timers, err = s.Timers(101, 1)
	require.NoError(t, err)
	require.Equal(t, []store.Timer{{Due: 200, Customer: "moved"}}, timers)
}

func TestTimersOfOneMillisecondAreNeverCutApart(t *testing.T) {
	db := open(t, vfs.NewMem())
	defer db.Close()
	s := db.Space('m', 0)
	b := s.NewBatch()
	for _, customer := range []string{"a", "b", "c"} {
		put(b, customer, store.Envelope{Wake: 100}, 0, "")
	}
	put(b, "d", store.Envelope{Wake: 101}, 0, "")
	require.NoError(t, b.Commit())
	timers, err := s.Timers(0, 2)
	require.NoError(t, err)
	require.Len(t, timers, 3)
}

func TestIndexRowsFollowTheStatesThatGiveThem(t *testing.T) {
	db := open(t, vfs.NewMem())
	defer db.Close()
	row := func(key, value string) store.Row { return store.Row{Index: 1, Key: []byte(key), Value: []byte(value)} }
	keys := func() (got []string) {
		found, err := db.Scan('d', 1, []int{0, 1}, []byte("q"), 10)
		require.NoError(t, err)
		for _, f := range found {
			got = append(got, fmt.Sprintf("%d:%s=%s", f.Partition, f.Key, f.Value))
		}
		return got
	}
	one, two := db.Space('d', 0).NewBatch(), db.Space('d', 1).NewBatch()
	one.Reindex(nil, []store.Row{row("q3", "x"), row("q1", "y"), row("other", "z")})
	two.Reindex(nil, []store.Row{row("q2", "w"), {Index: 2, Key: []byte("q0")}})
	require.NoError(t, one.Commit())
	require.NoError(t, two.Commit())
	require.Equal(t, []string{"0:q1=y", "1:q2=w", "0:q3=x"}, keys())

	one.Reset()
	one.Reindex([]store.Row{row("q3", "x"), row("q1", "y")}, []store.Row{row("q1", "changed"), row("q4", "new")})
	require.NoError(t, one.Commit())
	require.Equal(t, []string{"0:q1=changed", "1:q2=w", "0:q4=new"}, keys())

	found, err := db.ScanRange('d', 1, []int{0, 1}, []byte("q1"), []byte("q4"), 1)
	require.NoError(t, err)
	require.Len(t, found, 1, "the limit holds over all partitions together")
}

// A crash at any moment leaves a whole number of batches: never a state without its progress.
func TestCrashLeavesWholeBatches(t *testing.T) {
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 1))
		fs := vfs.NewCrashableMem()
		db := open(t, fs)
		s := db.Space('m', 0)
		synced := int64(0)
		for n := int64(1); n <= 60; n++ {
			b := s.NewBatch()
			for _, customer := range []string{"a", "b"} {
				put(b, customer, store.Envelope{Applied: []int64{n}}, 0, fmt.Sprint(n))
			}
			b.SetProgress(&store.Progress{Next: []int64{n}})
			require.NoError(t, b.Commit())
			if rng.IntN(10) == 0 {
				require.NoError(t, db.Sync())
				synced = n
			}
		}
		after := open(t, fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: rng.IntN(101), RNG: rng}))
		require.NoError(t, db.Close())
		p, known, err := after.Space('m', 0).Progress()
		require.NoError(t, err)
		if synced > 0 {
			require.True(t, known, "seed %d", seed)
			require.GreaterOrEqual(t, p.Next[0], synced, "seed %d: a synced batch was lost", seed)
		}
		if known {
			for _, customer := range []string{"a", "b"} {
				state, e, found := read(t, after.Space('m', 0), customer)
				require.True(t, found)
				require.Equal(t, p.Next, e.Applied, "seed %d: state and progress are apart", seed)
				require.Equal(t, fmt.Sprint(p.Next[0]), state)
			}
		}
		require.NoError(t, after.Close())
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	dir := t.TempDir()
	first, err := store.Open(dir, store.Options{})
	require.NoError(t, err)
	defer first.Close()
	_, err = store.Open(dir, store.Options{})
	require.ErrorIs(t, err, store.ErrLocked)
	require.ErrorContains(t, err, dir)
}

func TestStateOfANewerReleaseIsRefused(t *testing.T) {
	db := open(t, vfs.NewMem())
	defer db.Close()
	s := db.Space('m', 0)
	b := s.NewBatch()
	put(b, "c", store.Envelope{}, 0, "x")
	require.NoError(t, b.Commit())
	store.OverwriteVersion(t, s, "c", 9)
	value, _, err := s.AppendValue(nil, "c")
	require.NoError(t, err)
	_, err = store.ReadEnvelope(value, new(store.Envelope))
	require.ErrorContains(t, err, "version 9, this binary reads 1")
}
