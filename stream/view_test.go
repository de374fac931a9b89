package stream_test

import (
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/stream"
)

func TestATelephoneThatTwoCustomersShareIsNobodysUntilOneGivesItUp(t *testing.T) {
	db := open(t, vfs.NewMem())
	defer db.Close()
	view := stream.View{DB: db, Partitions: 1}
	rows := func(customer string) *alerts.State {
		return &alerts.State{Customer: customer, Contact: alerts.Contact{Phone: "+8613800138000"}}
	}
	b, desk := db.Space(stream.DeskTag, 0).NewBatch(), stream.NewDesk(nil, nil)
	finds := func() string {
		require.NoError(t, b.Commit())
		b.Reset()
		customer, err := view.FindByPhone("+8613800138000")
		require.NoError(t, err)
		return customer
	}
	b.Reindex(nil, desk.Index(rows("husband"), nil))
	require.Equal(t, "husband", finds())
	b.Reindex(nil, desk.Index(rows("wife"), nil))
	require.Empty(t, finds())
	b.Reindex(desk.Index(rows("husband"), nil), nil)
	require.Equal(t, "wife", finds())
}
