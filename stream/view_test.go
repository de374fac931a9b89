package stream_test

import (
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream"
)

func TestATelephoneIsAllOfThoseWhoShareIt(t *testing.T) {
	db := open(t, vfs.NewMem())
	defer db.Close()
	view := stream.View{DB: db, Partitions: 1}
	owner := func(customer string) *alerts.State {
		return &alerts.State{Customer: customer, Contact: alerts.Contact{Phone: "+8613800138000"}}
	}
	b, desk := db.Space(stream.DeskTag, 0).NewBatch(), stream.NewDesk(nil, nil)
	write := func(s *alerts.State, rows, before []store.Row) {
		b.PutValue([]byte(s.Customer), append(store.AppendEnvelope(nil, &store.Envelope{Applied: []int64{1}}), s.AppendBinary(nil)...), 0, 0)
		b.Reindex(before, rows)
		require.NoError(t, b.Commit())
		b.Reset()
	}
	found := func() (names []string) {
		sharers, err := view.FindByPhone("+8613800138000")
		require.NoError(t, err)
		for _, s := range sharers {
			names = append(names, s.Customer)
		}
		return names
	}
	husband, wife := owner("husband"), owner("wife")
	write(husband, desk.Index(husband, nil), nil)
	require.Equal(t, []string{"husband"}, found())
	write(wife, desk.Index(wife, nil), nil)
	require.Equal(t, []string{"husband", "wife"}, found())
	write(husband, nil, desk.Index(husband, nil))
	require.Equal(t, []string{"wife"}, found())
}
