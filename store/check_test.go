package store_test

import (
	"errors"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/store"
)

// nameRow is the index of this test: each state has one row under its own text.
func nameRow(state []byte) ([]store.Row, error) {
	if string(state) == "unreadable" {
		return nil, errors.New("it says so itself")
	}
	return []store.Row{{Index: 1, Key: append([]byte("by name/"), state...), Value: []byte("v")}}, nil
}

// fill makes a space as an engine leaves it: two customers, one with a timer.
func fill(t *testing.T, db *store.DB, change func(b *store.Batch)) *store.Space {
	t.Helper()
	s := db.Space('m', 3)
	b := s.NewBatch()
	for customer, e := range map[string]store.Envelope{"ann": {Applied: []int64{5}, Wake: 1000}, "ben": {Applied: []int64{6}}} {
		put(b, customer, e, 0, "state of "+customer)
		rows, _ := nameRow([]byte("state of " + customer))
		b.Reindex(nil, rows)
	}
	b.SetProgress(&store.Progress{Next: []int64{6}, Released: true})
	b.SetRules([]byte("{}"))
	b.SetChangelog(9)
	b.SetFormat(store.Format{Level: 1})
	change(b)
	require.NoError(t, b.Commit())
	return s
}

func TestCheckNamesEverythingThatDoesNotGoTogether(t *testing.T) {
	row := func(state string) []store.Row {
		rows, _ := nameRow([]byte(state))
		return rows
	}
	for name, c := range map[string]struct {
		change func(b *store.Batch)
		says   []string
	}{
		"nothing": {func(*store.Batch) {}, nil},
		"a timer is gone": {func(b *store.Batch) {
			put(b, "ann", store.Envelope{Applied: []int64{5}, Wake: 1000}, 1000, "state of ann")
			dropTimer(b)
		},
			[]string{`customer "ann": its timer at 1970-01-01T00:00:01Z is missing`}},
		"a timer that nobody asks for": {func(b *store.Batch) {
			put(b, "ann", store.Envelope{Applied: []int64{5}, Wake: 2000}, 0, "state of ann")
		},
			[]string{`customer "ann": there is a timer at 1970-01-01T00:00:01Z that its state does not ask for`}},
		"a timer of nobody": {func(b *store.Batch) { store.SetRaw(b, []byte("t\x00\x00\x00\x00\x00\x00\x03\xe8zoe"), "") },
			[]string{`customer "zoe": there is a timer at 1970-01-01T00:00:01Z, but no state`}},
		"an index row is gone": {func(b *store.Batch) { b.Reindex(row("state of ben"), nil) },
			[]string{`customer "ben": its row "by name/state of ben" of index 1 is missing`}},
		"an index row says something else": {func(b *store.Batch) {
			b.Reindex(nil, []store.Row{{Index: 1, Key: []byte("by name/state of ben"), Value: []byte("w")}})
		},
			[]string{`customer "ben": its row "by name/state of ben" of index 1 holds "w" instead of "v"`}},
		"a stray index row": {func(b *store.Batch) { b.Reindex(nil, row("nobody's")) },
			[]string{`the row "by name/nobody's" of index 1, which holds "v", follows from no state that can be read`}},
		"a state that cannot be decoded": {func(b *store.Batch) {
			put(b, "cid", store.Envelope{Applied: []int64{1}}, 0, "unreadable")
		}, []string{`customer "cid": the state cannot be read: it says so itself`}},
		"a version of the future": {func(b *store.Batch) { b.PutValue([]byte("cid"), []byte{9, 0, 0}, 0, 0) },
			[]string{`customer "cid": the value cannot be read: store: state has version 9, this binary reads 1: run the release that wrote it`}},
		"a state ahead of its owner's end": {func(b *store.Batch) { b.SetProgress(&store.Progress{Next: []int64{5}, Released: true}) },
			[]string{`customer "ben": its state has seen input 0 up to offset 6, the progress of an owner that has stopped ends at 5`}},
		"a state ahead of an owner at work": {func(b *store.Batch) { b.SetProgress(&store.Progress{Next: []int64{5}}) }, nil},
		"another number of inputs":          {func(b *store.Batch) { put(b, "ben", store.Envelope{Applied: []int64{1, 2}}, 0, "state of ben") }, []string{`customer "ben": its state has seen 2 inputs, the progress knows 1`}},
		"a table of another release": {func(b *store.Batch) { store.SetRaw(b, []byte("zz"), "") },
			[]string{`the key 00036d7a7a belongs to no table of this release`}},
		"a progress of another release": {func(b *store.Batch) { store.SetRaw(b, []byte("p"), "\x01") },
			[]string{`the progress cannot be read: store: progress has version 1, this binary reads 2: run the release that wrote it`}},
	} {
		t.Run(name, func(t *testing.T) {
			db := open(t, vfs.NewMem())
			defer db.Close()
			var said []string
			require.NoError(t, fill(t, db, c.change).Check(nameRow, func(p store.Problem) { said = append(said, p.String()) }))
			require.Equal(t, c.says, said)
		})
	}
}

// dropTimer deletes ann's timer as a lost write would.
func dropTimer(b *store.Batch) {
	b.PutValue([]byte("ann"), append(store.AppendEnvelope(nil, &store.Envelope{Applied: []int64{5}, Wake: 1000}), "state of ann"...), 1000, 0)
}

func TestSpacesSizeAndComparison(t *testing.T) {
	db, other := open(t, vfs.NewMem()), open(t, vfs.NewMem())
	defer db.Close()
	defer other.Close()
	s := fill(t, db, func(*store.Batch) {})
	o := fill(t, other, func(b *store.Batch) {
		put(b, "aaa", store.Envelope{}, 0, "only there")
		put(b, "ben", store.Envelope{Applied: []int64{7}}, 0, "later")
		put(b, "zoe", store.Envelope{}, 0, "only there")
	})
	first := db.Space('d', 1).NewBatch()
	put(first, "cid", store.Envelope{}, 0, "")
	require.NoError(t, first.Commit())

	spaces, err := db.Spaces()
	require.NoError(t, err)
	require.Len(t, spaces, 2)
	require.Equal(t, []any{1, byte('d'), 3, byte('m')}, []any{spaces[0].Partition(), spaces[0].Processor(), spaces[1].Partition(), spaces[1].Processor()})

	size, err := s.Size()
	require.NoError(t, err)
	require.Equal(t, store.Size{States: 2, Bytes: 33, Timers: 1, Rows: 2}, size)

	differences := map[string][2]bool{}
	compare := func(a, b *store.Space) {
		clear(differences)
		require.NoError(t, a.Compare(b, func(customer, here, there []byte) error {
			differences[string(customer)] = [2]bool{here != nil, there != nil}
			return nil
		}))
	}
	compare(s, o)
	require.Equal(t, map[string][2]bool{"aaa": {false, true}, "ben": {true, true}, "zoe": {false, true}}, differences)
	compare(o, s)
	require.Equal(t, map[string][2]bool{"aaa": {true, false}, "ben": {true, true}, "zoe": {true, false}}, differences)
	compare(s, s)
	require.Empty(t, differences)
}

func TestAStoreIsReadWithoutBeingChanged(t *testing.T) {
	dir := t.TempDir()
	_, err := store.Open(dir, store.Options{ReadOnly: true})
	require.ErrorContains(t, err, dir, "there is none")
	db, err := store.Open(dir, store.Options{})
	require.NoError(t, err)
	_, err = store.Open(dir, store.Options{ReadOnly: true})
	require.ErrorIs(t, err, store.ErrLocked)
	fill(t, db, func(*store.Batch) {})
	require.NoError(t, db.Sync())
	require.NoError(t, db.Close())
	for range 2 {
		reader, err := store.Open(dir, store.Options{ReadOnly: true})
		require.NoError(t, err)
		state, _, found := read(t, reader.Space('m', 3), "ann")
		require.True(t, found)
		require.Equal(t, "state of ann", state)
		b := reader.Space('m', 3).NewBatch()
		put(b, "ann", store.Envelope{}, 0, "changed")
		require.ErrorIs(t, b.Commit(), pebble.ErrReadOnly)
		require.NoError(t, reader.Close())
	}
}

// A newer Pebble, or a release with a higher level, changes the form of the files only once the level is recorded.
func TestTheFormOfTheFilesFollowsTheFormatLevel(t *testing.T) {
	store.SetPebbleFormats(t, pebble.FormatColumnarBlocks, pebble.FormatValueSeparation)
	fs := vfs.NewMem()
	form := func(db *store.DB) pebble.FormatMajorVersion { return store.PebbleFormat(db) }
	db := open(t, fs)
	require.Equal(t, pebble.FormatColumnarBlocks, form(db))
	fill(t, db, func(*store.Batch) {})
	require.Equal(t, pebble.FormatColumnarBlocks, form(db))
	fill(t, db, func(b *store.Batch) { b.SetFormat(store.Format{Level: 2, Release: "v2"}) })
	require.Equal(t, pebble.FormatValueSeparation, form(db))
	require.NoError(t, db.Close())

	db = open(t, fs)
	defer db.Close()
	require.Equal(t, pebble.FormatValueSeparation, form(db))
	f, err := db.Space('m', 3).Format()
	require.NoError(t, err)
	require.NoError(t, f.Check(2))
	require.EqualError(t, f.Check(1), "store: the partition was finalized at format level 2, this binary reads up to 1: run release v2 or a newer one")
	f, err = db.Space('m', 4).Format()
	require.NoError(t, err)
	require.Equal(t, store.Format{Level: 1}, f, "what has no record is at level 1")
}
