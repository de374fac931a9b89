package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// benchmarkTransaction is what one record of a bank looks like: 15 members, 334 bytes.
const benchmarkTransaction = `{"event_id":"t-5f0c9b1e","customer_id":"c-00018234","card_id":"k-00018234-1",` +
	`"occurred_at":"2026-03-01T02:13:05.120+08:00","type":"purchase","status":"approved","amount_minor":1880000,"currency":"CNY","mcc":"5411",` +
	`"merchant_id":"m-771204","merchant_name":"Hema","entry_mode":"contactless","city":"440300","lat":22.5431,"lon":114.0579}`

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
