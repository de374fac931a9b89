package mapping

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/stream/wire"
)

// event is a value as the shipped example describes it.
const event = `{"rrn":"503217","card":{"token":"c-81","customer":"k-7"},"local":"2026-03-01T02:13:05+08:00","proc":"00","resp":"00",` +
	`"billing":{"amount":18800.00,"cur":"CNY"},"terminal":{"mcc":"5944","id":"T1","city":"440300"},"pos":"05"}`

func stream(t *testing.T, m *Mapping) *Stream {
	t.Helper()
	s, err := m.Stream()
	require.NoError(t, err)
	return s
}

func TestAJSONValueIsMappedAsARowIs(t *testing.T) {
	s := stream(t, shipped(t, "card-events"))
	for range 2 { // nothing is left of the record before
		var got []string
		require.NoError(t, s.Apply([]byte(event), "bank.p2.o17", func(topic, key string, value []byte) error {
			got = append(got, topic, key, string(value))
			return nil
		}))
		require.Equal(t, []string{wire.TransactionTopic, "k-7", `{"event_id":"bank.p2.o17","customer_id":"k-7","card_id":"c-81",` +
			`"occurred_at":"2026-03-01T02:13:05.000+08:00","type":"purchase","status":"approved","response_code":"00","amount_minor":1880000,` +
			`"currency":"CNY","mcc":"5944","terminal_id":"T1","entry_mode":"chip","city":"440300"}`}, got)
		require.Error(t, s.Apply([]byte(`{"account": "a-1"}`), "x", nil))
	}
}

func TestAJSONValueIsRefusedWithAReason(t *testing.T) {
	s := stream(t, shipped(t, "card-events"))
	for value, want := range map[string]RowError{
		`{"card":`:                  {Reason: "bad_json"},
		`[1]`:                       {Reason: "not_object"},
		``:                          {Reason: "empty_value"},
		`{"proc":"00","proc":"01"}`: {Reason: "duplicate_field"},
		`{}`:                        {Reason: MissingValue, Field: wire.TransactionTopic + " customer_id"},
		strings.Replace(event, `18800.00`, `"18800.001"`, 1):         {Reason: BadMoney, Field: wire.TransactionTopic + " amount_minor"},
		strings.Replace(event, `"proc":"00"`, `"proc":"9"`, 1):       {Reason: BadWord, Field: wire.TransactionTopic + " type"},
		strings.Replace(event, `"c-81"`, `"4111 1111 1111 1111"`, 1): {Reason: "clear_pan", Field: wire.TransactionTopic + " card_id"},
	} {
		err := s.Apply([]byte(value), "id", func(string, string, []byte) error { return nil })
		require.Equal(t, &want, err, value)
	}
}

func TestSeveralEventsOfOneRecordHaveIdsOfTheirOwn(t *testing.T) {
	payment := `
  - topic: cards.payment.v1
    fields: {event_id: {const: ""}, customer_id: {column: c}, account_id: {column: c}, paid_at: {column: t, time: rfc3339},
      amount_minor: {column: a, money: minor}, currency: {const: CNY}, method: {const: manual}, status: {const: settled}}`
	m, err := Parse("two", []byte("records:"+payment+payment))
	require.NoError(t, err)
	var ids []string
	require.NoError(t, stream(t, m).Apply([]byte(`{"c":"k","t":"2026-03-01T02:13:05+08:00","a":5}`), "bank.p0.o1", func(_, _ string, value []byte) error {
		id, _, _ := strings.Cut(strings.TrimPrefix(string(value), `{"event_id":"`), `"`)
		ids = append(ids, id)
		return nil
	}))
	require.Equal(t, []string{"bank.p0.o1", "bank.p0.o1.1"}, ids)
}

func TestAMappingThatNeedsAWholeFileIsNoStream(t *testing.T) {
	_, err := shipped(t, "cardsim").Stream()
	require.ErrorContains(t, err, "`once`")
	_, err = shipped(t, "sparkov").Stream()
	require.ErrorContains(t, err, "{row}")
	m, err := Parse("bank.yaml", sample(t, "bank.yaml"))
	require.NoError(t, err)
	_, err = m.Stream()
	require.Error(t, err)
}
