package backtest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/stream/wire"
)

// A customer that is read at a glance is the one that the decoder reads, or the record is refused: so a customer's records never part.
func FuzzTheCustomerAtAGlance(f *testing.F) {
	const rest = `"event_id":"e","updated_at":"2026-01-01T00:00:00+08:00"}`
	for _, s := range []string{
		`{"customer_id":"c1",` + rest, `{ "customer_id" : "c1" , ` + rest, `{"customer_id":"c\u0031",` + rest,
		`{"x":{"customer_id":"other"},"customer_id":"c1",` + rest, `{"x":"customer_id","customer_id":"c1",` + rest,
		`{"x":{"customer_id":"other"},"customer\u005fid":"c1",` + rest, `{"customer_id":7,` + rest, `{"customer_id":"c1`, `{"customer_id"`,
	} {
		f.Add([]byte(s))
	}
	var decoder wire.Decoder
	f.Fuzz(func(t *testing.T, value []byte) {
		name, clear := customerAtAGlance(value)
		body, _, err := decoder.Decode(wire.Record{Topic: wire.CustomerTopic, Value: value, Unkeyed: true})
		if clear && err == nil {
			require.Equal(t, body.Meta().Customer, string(name))
		}
	})
}

func TestMostRecordsAreDealtAtAGlance(t *testing.T) {
	name, clear := customerAtAGlance([]byte(`{"event_id":"e","customer_id":"c1","card_id":"k"}`))
	require.True(t, clear)
	require.Equal(t, "c1", string(name))
}
