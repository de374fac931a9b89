package mapping

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/stream/wire"
)

func TestApplyMayRunInSeveralGoroutines(t *testing.T) {
	m := shipped(t, "sparkov-cards")
	header, err := NewHeader([]string{"card_id", "lat", "long", "profile"})
	require.NoError(t, err)
	row := Row{Number: 1, Header: header, Values: []string{"X001", "41", "-80", "rural"}}
	const want = `{"event_id":"sparkov-home-X001","customer_id":"X001","updated_at":"2025-01-01T00:00:00.000-05:00","home_lat":41,"home_lon":-80,"currency":"USD","language":"en","segment":"rural"}`
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 200 {
				err := m.Apply(row, func(topic, key string, value []byte) error {
					if topic != wire.CustomerTopic || key != "X001" || string(value) != want {
						t.Errorf("%s %s %s", topic, key, value)
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}
