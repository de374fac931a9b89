package stream_test

import (
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"
)

// Row 18: a clock that jumps an hour ahead and back moves a partition's time on once, and never back; nobody is woken twice.
func TestAClockThatJumpsNeverTurnsTimeBack(t *testing.T) {
	db := open(t, vfs.NewMem())
	defer db.Close()
	out := &topic{}
	task := newTask(t, db, out)
	hour := time.Hour.Milliseconds()
	newest := int64(0)
	for n, at := range []int64{1, hour + 1, 2, 2*hour + 2, 3} {
		rec := payment(int64(n), "c1", "p"+string(rune('0'+n)), 1)
		rec.Timestamp = at
		require.NoError(t, task.Apply(0, rec))
		newest = max(newest, at)
		require.Equal(t, newest, task.Now().UnixMilli)
	}
	require.NoError(t, task.Commit(t.Context()))
	require.Equal(t, []string{"p0=1", "woken at 01:00:00", "p1=2", "p2=3", "woken at 02:00:00", "p3=4", "p4=5"}, out.sent)
}
