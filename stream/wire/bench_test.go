package wire

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/bench/gen"
)

// benchmarkTransaction is what one record of a bank looks like: 15 members, 334 bytes.
const benchmarkTransaction = `{"event_id":"t-5f0c9b1e","customer_id":"c-00018234","card_id":"k-00018234-1",` +
	`"occurred_at":"2026-03-01T02:13:05.120+08:00","type":"purchase","status":"approved","amount_minor":1880000,"currency":"CNY","mcc":"5411",` +
	`"merchant_id":"m-771204","merchant_name":"Hema","entry_mode":"contactless","city":"440300","lat":22.5431,"lon":114.0579}`

// bankRecords are the first records of a topic as a generated bank writes them, in the order of their arrival, and in memory one after
// the other, as a batch from Kafka holds them.
func bankRecords(t testing.TB, topic string, count int) []Record {
	config := gen.Defaults()
	config.Customers, config.Days, config.History = 500, 60, 0
	bank, err := gen.New(config)
	require.NoError(t, err)
	records, batch := make([]Record, 0, count), make([]byte, 0, count<<10)
	for len(records) < count {
		r, more := bank.Next()
		require.True(t, more, "the bank has too few records of %s", topic)
		if r.Topic() == topic {
			start := len(batch)
			batch = append(batch, r.Body.Meta().Customer...)
			key := len(batch)
			batch, err = AppendInput(batch, r.Body)
			require.NoError(t, err)
			records = append(records, Record{Topic: topic, Key: batch[start:key], Value: batch[key:], Arrived: r.Arrived})
		}
	}
	return records
}

// BenchmarkDecode reads many different records, so that neither the caches nor the branch predictor know them by heart.
func BenchmarkDecode(b *testing.B) {
	for _, bench := range []struct {
		topic string
		count int
	}{{TransactionTopic, 8000}, {PaymentTopic, 400}, {StatementTopic, 400}} {
		b.Run(bench.topic, func(b *testing.B) {
			records := bankRecords(b, bench.topic, bench.count)
			var bytes int64
			for i := range records {
				bytes += int64(len(records[i].Value))
			}
			b.SetBytes(bytes / int64(len(records)))
			b.ReportAllocs()
			var d Decoder
			for i := 0; b.Loop(); i = (i + 1) % len(records) {
				if _, _, err := d.Decode(records[i]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecodeTransaction(b *testing.B) {
	record := Record{
		Topic:   TransactionTopic,
		Key:     []byte("c-00018234"),
		Value:   []byte(benchmarkTransaction),
		Arrived: at("2026-03-01T02:13:06+08:00"),
	}
	var d Decoder
	_, _, err := d.Decode(record)
	require.NoError(b, err)
	b.SetBytes(int64(len(record.Value)))
	b.ReportAllocs()
	for b.Loop() {
		d.Decode(record)
	}
}

func BenchmarkAppendTransaction(b *testing.B) {
	var d Decoder
	body, _, err := d.Decode(Record{Topic: TransactionTopic, Value: []byte(benchmarkTransaction), Unkeyed: true})
	require.NoError(b, err)
	buffer := encode(nil, body)
	b.ReportAllocs()
	for b.Loop() {
		buffer = encode(buffer[:0], body)
	}
}
