package e2e_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// record is a record as somebody else's consumer sees it: JSON by the contract's names.
type record struct {
	partition int
	offset    int64
	at        time.Time
	key       string
	value     []byte
	headers   map[string]string
	fields    fields
}

// fields are the contract's members that the stories look at.
type fields struct {
	AlertID    string   `json:"alert_id"`
	Revision   int      `json:"revision"`
	State      string   `json:"state"`
	Detector   string   `json:"detector"`
	RuleSet    string   `json:"rule_set"`
	Severity   string   `json:"severity"`
	Mode       string   `json:"mode"`
	CustomerID string   `json:"customer_id"`
	CardID     string   `json:"card_id"`
	EventIDs   []string `json:"event_ids"`
	Action     string   `json:"action"`
	Verdict    string   `json:"verdict"`
	Source     string   `json:"source"`
	ExemptTill string   `json:"exempt_until"`
	Requested  string   `json:"requested_by"`
	Provider   string   `json:"provider"`
	Outcome    string   `json:"outcome"`
	Reasons    []struct {
		Code string `json:"code"`
	} `json:"reasons"`
}

func (f *fields) reasons() []string {
	var codes []string
	for _, r := range f.Reasons {
		codes = append(codes, r.Code)
	}
	return codes
}

// read gives everything that is on a topic now, partition by partition. An output has to pass our own door too.
func (b *bank) read(t require.TestingT, topic string) []record { return b.readOf(t, topic, partitions) }

func (b *bank) readOf(t require.TestingT, topic string, partitions int) []record {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var all []record
	for p := range partitions {
		for f := b.client.Fetch(topic, p, kafka.Earliest); ; {
			batch, err := f.Next(ctx)
			require.NoError(t, err, topic)
			for i := range batch.Records {
				all = append(all, recordOf(p, &batch.Records[i]))
			}
			if batch.CaughtUp() {
				break
			}
		}
	}
	return all
}

func recordOf(partition int, r *kafka.Record) record {
	rec := record{
		partition: partition, offset: r.Offset, at: time.UnixMilli(r.Timestamp), key: string(r.Key),
		value: append([]byte(nil), r.Value...), headers: map[string]string{},
	}
	for _, h := range r.Headers {
		rec.headers[h.Key] = string(h.Value)
	}
	return rec
}

// about gives the customer's records of an output topic, oldest first, read by the contract's names and by our own door.
func (b *bank) about(t require.TestingT, topic, customer string) []record {
	var own []record
	var door wire.Decoder
	for _, r := range b.read(t, topic) {
		if r.key != customer {
			continue
		}
		_, _, err := door.Decode(wire.Record{Topic: topic, Key: []byte(r.key), Value: r.value})
		require.NoError(t, err, "our own output on %s does not pass our own door", topic)
		require.NoError(t, json.Unmarshal(r.value, &r.fields))
		own = append(own, r)
	}
	return own
}

// hears waits for the customer's n-th record on an output topic.
func (b *bank) hears(t *testing.T, topic, customer string, n int) record {
	t.Helper()
	var own []record
	require.EventuallyWithT(t, func(t *assert.CollectT) {
		own = b.about(t, topic, customer)
		require.GreaterOrEqual(t, len(own), n)
	}, patience, glance, "%s: waiting for record %d of %s", topic, n, customer)
	return own[n-1]
}
