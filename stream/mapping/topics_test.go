package mapping

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/stream/wire"
)

// example is a text that the door takes for the field.
func example(topic string, f fieldDef) string {
	byName := map[string]string{
		"type": "purchase", "entry_mode": "chip", "language": "zh-CN", "method": "autopay", "mcc": "5411", "country": "CN", "city": "440300",
		"home_city": "230100", "timezone": "Asia/Shanghai", "phone": "+8613800000000", "region": "CN", "opt_out": "service",
		"due_at": "2030-02-20T00:00:00+08:00",
	}
	if f.name == "status" {
		return map[string]string{wire.TransactionTopic: "approved", wire.PaymentTopic: "settled"}[topic]
	}
	if text, ok := byName[f.name]; ok {
		return text
	}
	return map[kind]string{
		kindText: "x1", kindTime: "2030-02-01T00:00:00+08:00", kindMoney: "100", kindSignedMoney: "-5", kindInt: "1", kindLat: "22.5",
		kindLon: "114.1", kindBool: "true", kindCurrency: "CNY",
	}[f.kind]
}

func TestEveryFieldOfEveryTopicIsKnownToTheDoor(t *testing.T) {
	for topic, fields := range topicFields() {
		t.Run(topic, func(t *testing.T) {
			src := "records:\n  - topic: " + topic + "\n    fields:\n"
			for _, f := range fields {
				if f.name == "original_event_id" {
					continue // A purchase takes nothing back.
				}
				options := ""
				switch f.kind {
				case kindTime:
					options = ", time: rfc3339"
				case kindMoney, kindSignedMoney:
					options = ", money: minor"
				}
				src += fmt.Sprintf("      %s: {const: %q%s}\n", f.name, example(topic, f), options)
			}
			m, err := Parse("m", []byte(src))
			require.NoError(t, err)
			header, err := NewHeader(nil)
			require.NoError(t, err)
			require.NoError(t, m.Apply(Row{Number: 1, Header: header}, func(to, key string, value []byte) error {
				require.Equal(t, topic, to)
				_, meta, err := new(wire.Decoder).Decode(wire.Record{Topic: to, Key: []byte(key), Value: value})
				require.NoError(t, err, string(value))
				require.Zero(t, meta.Unknown, string(value))
				require.Empty(t, meta.Dropped, string(value))
				return nil
			}))
		})
	}
}

func TestARefundNeedsWhatItTakesBack(t *testing.T) {
	header, err := NewHeader(nil)
	require.NoError(t, err)
	m, err := Parse("m", []byte(`records:
  - topic: cards.transaction.v1
    fields:
      event_id: {const: e}
      customer_id: {const: c}
      card_id: {const: k}
      occurred_at: {const: "2030-02-01T00:00:00+08:00", time: rfc3339}
      type: {const: refund}
      status: {const: approved}
      amount_minor: {const: "1", money: minor}
      currency: {const: CNY}
`))
	require.NoError(t, err)
	err = m.Apply(Row{Number: 1, Header: header}, nil)
	require.EqualError(t, err, "missing_field:original_event_id cards.transaction.v1 original_event_id")
}
