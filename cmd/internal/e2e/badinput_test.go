package e2e_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// clearPAN is a public test number; no real card has it.
const clearPAN = "4111111111111111"

// badRecords: what cannot be right is set aside with where it came from and why, and the rest goes on.
func badRecords(t *testing.T, b *bank) {
	const who = "c-bad"
	good := func(id string) string {
		return `{"event_id":"` + id + `","customer_id":"c-bad","card_id":"card-c-bad","occurred_at":"` +
			time.Now().Format(time.RFC3339) + `","type":"purchase","status":"approved","amount_minor":100,"currency":"CNY"}`
	}
	swap := func(old, new string) string { return strings.Replace(good("b-x"), old, new, 1) }
	rows := []struct{ name, key, value, reason string }{
		{"nothing", who, "", "empty_value"},
		{"half an object", who, "{", "bad_json"},
		{"two objects", who, good("b-1") + good("b-2"), "trailing_data"},
		{"amount twice", who, swap(`{`, `{"amount_minor":1,`), "duplicate_field"},
		{"amount in major units", who, swap(`:100,`, `:1.50,`), "bad_amount"},
		{"no such currency", who, swap("CNY", "ZZZ"), "bad_currency"},
		{"no card", who, swap(`"card_id"`, `"kard_id"`), "missing_field:card_id"},
		{"another customer's key", "c-other", good("b-3"), "key_mismatch"},
		{"newer version", who, swap(`{`, `{"schema_version":2,`), "unsupported_version"},
		{"card number as the token", who, swap("card-c-bad", clearPAN), "clear_pan"},
		{"card number in the text", who, swap(`{`, `{"merchant_name":"REF 4111 1111 1111 1111",`), "clear_pan"},
		{"verification code", who, swap(`{`, `{"cvv":"123",`), "sad_received"},
	}
	var messages []kafka.Message
	for _, row := range rows {
		messages = append(messages, kafka.Message{
			Topic: wire.TransactionTopic, Partition: -1, Key: []byte(row.key), Value: []byte(row.value),
			Headers: []kafka.Header{{Key: "row", Value: []byte(row.name)}, {Key: "ref", Value: []byte(clearPAN)}},
		})
	}
	for i := range messages {
		if rows[i].reason != "clear_pan" {
			messages[i].Headers = messages[i].Headers[:1]
		}
	}
	require.NoError(t, b.producer.Send(t.Context(), messages))

	dead := wire.DeadLetter(wire.TransactionTopic)
	var letters []record
	require.EventuallyWithT(t, func(t *assert.CollectT) {
		letters = b.read(t, dead)
		require.GreaterOrEqual(t, len(letters), len(rows))
	}, patience, glance, "not every bad record became a dead letter")
	require.Len(t, letters, len(rows))
	inputs := b.read(t, wire.TransactionTopic)
	for i, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			at := slices.IndexFunc(letters, func(r record) bool { return r.headers["row"] == row.name })
			require.GreaterOrEqual(t, at, 0)
			letter := letters[at]
			origin := slices.IndexFunc(inputs, func(r record) bool { return r.headers["row"] == row.name })
			require.Equal(t, wire.TransactionTopic, letter.headers["dlq_topic"])
			require.Equal(t, strconv.Itoa(inputs[origin].partition), letter.headers["dlq_partition"])
			require.Equal(t, strconv.FormatInt(inputs[origin].offset, 10), letter.headers["dlq_offset"])
			require.Equal(t, row.reason, letter.headers["dlq_reason"])
			require.Equal(t, "decode", letter.headers["dlq_stage"])
			require.NotEmpty(t, letter.headers["dlq_version"])
			_, err := time.Parse(time.RFC3339Nano, letter.headers["dlq_at"])
			require.NoError(t, err)
			require.Equal(t, row.key, letter.key)
			if row.reason != "clear_pan" && row.reason != "sad_received" {
				require.Equal(t, string(messages[i].Value), string(letter.value), "the original is kept")
			}
		})
	}
	requireNoClearPAN(t, b)
}

// requireNoClearPAN looks for the test number, in both ways it was written, on every topic but the one that brought it.
func requireNoClearPAN(t *testing.T, b *bank) {
	t.Helper()
	for _, name := range wire.Topics() {
		for _, topic := range []string{name, wire.DeadLetter(name)} {
			if topic == wire.TransactionTopic {
				continue
			}
			for _, r := range b.read(t, topic) {
				text := r.key + " " + string(r.value)
				for k, v := range r.headers {
					text += " " + k + " " + v
				}
				requireMasked(t, text, topic)
			}
		}
	}
}

func requireMasked(t *testing.T, text, where string) {
	t.Helper()
	for _, pan := range []string{clearPAN, "4111 1111 1111 1111"} {
		require.False(t, strings.Contains(text, pan), "a clear card number is in %s", where)
	}
}
