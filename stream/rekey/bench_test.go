package rekey

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/mapping"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// BenchmarkFill is what one record costs between the fetch and the transaction: read, mapped, shown to the door, encoded.
func BenchmarkFill(b *testing.B) {
	text, _ := mapping.ShippedSource("card-events")
	m, err := mapping.Parse("card-events", text)
	require.NoError(b, err)
	const foreign = `{"rrn":"503217","card":{"token":"c-81","customer":"k-7"},"local":"2026-03-01T02:13:05+08:00","proc":"00","resp":"00",` +
		`"billing":{"amount":"18800.00","cur":"CNY"},"terminal":{"mcc":"5944","id":"T1","city":"440300"},"pos":"05"}`
	const ours = `{"event_id":"e-1","customer_id":"k-7","card_id":"c-81","occurred_at":"2026-03-01T02:13:05.000+08:00","type":"purchase",` +
		`"status":"approved","amount_minor":1880000,"currency":"CNY","mcc":"5944","terminal_id":"T1","entry_mode":"chip","city":"440300"}`
	for name, one := range map[string]struct {
		source Source
		value  string
	}{
		"mapped":   {Source{Topic: source, Mapping: m}, foreign},
		"as it is": {Source{Topic: source, Target: wire.TransactionTopic}, ours},
	} {
		b.Run(name, func(b *testing.B) {
			c, err := newConverter(&one.source, 0)
			require.NoError(b, err)
			f := filler{convert: c, partitions: map[string]int{wire.TransactionTopic: 12}, zone: time.UTC, maxRecords: 4000}
			out, rec := newBundle(), kafka.Record{Value: []byte(one.value)}
			b.ReportAllocs()
			for b.Loop() {
				rec.Offset++
				require.NoError(b, f.add(out, &rec))
				if f.full(out) {
					require.Empty(b, out.done.Refused)
					out.reset()
				}
			}
		})
	}
}
