package mapping

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/wire"
)

func TestMinorUnits(t *testing.T) {
	for text, want := range map[string]int64{"12.50": 1250, "12.5": 1250, "12": 1200, "0": 0, "0.01": 1, "-3.20": -320, "+1": 100, "0012.00": 1200} {
		got, reason := parseMinor(text, 2)
		require.Empty(t, reason, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "-", ".", ".5", "5.", "1.005", "1.000", "1,000", "1e3", "NaN", "0x10", "１", "1 000", "--1", "9999999999999999", "12.50 "} {
		_, reason := parseMinor(text, 2)
		require.Equal(t, BadMoney, reason, text)
	}
}

func TestMinorUnitsUndoFormatMinor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minor := rapid.Int64Range(-999_999_999_999_999, 999_999_999_999_999).Draw(t, "minor")
		code := rapid.SampledFrom([]string{"CNY", "JPY", "KWD"}).Draw(t, "currency")
		currency, err := card.ParseCurrency(code)
		require.NoError(t, err)
		got, reason := parseMinor(card.FormatMinor(minor, currency), currency.Places())
		require.Empty(t, reason)
		require.Equal(t, minor, got)
	})
}

// one maps a single column "x" to one field of a customer or contact record and gives the field's JSON.
func one(t require.TestingT, topic, field, yaml, value string) (string, error) {
	must := map[string]string{"event_id": `{const: e}`, "customer_id": `{const: c}`, "updated_at": `{const: "0", time: unix, zone: UTC}`, "currency": `{const: CNY}`}
	if topic != "cards.customer.v1" {
		delete(must, "currency")
	}
	switch field { // A latitude without longitude is no place.
	case "home_lat":
		must["home_lon"] = `{const: "0"}`
	case "home_lon":
		must["home_lat"] = `{const: "0"}`
	}
	must[field] = yaml
	src := "records:\n  - topic: " + topic + "\n    fields:\n"
	for name, spec := range must {
		src += "      " + name + ": " + spec + "\n"
	}
	m, err := Parse("m", []byte(src))
	require.NoError(t, err)
	header, err := NewHeader([]string{"x"})
	require.NoError(t, err)
	var out map[string]json.RawMessage
	err = m.Apply(Row{Number: 1, Header: header, Values: []string{value}}, func(_, key string, v []byte) error {
		require.NotEmpty(t, key)
		require.NoError(t, json.Unmarshal(v, &out))
		return nil
	})
	return string(out[strings.Split(field, ".")[0]]), err
}

func TestFields(t *testing.T) {
	for name, tc := range map[string]struct{ topic, field, spec, value, want string }{
		"layout with its own offset":  {"cards.customer.v1", "updated_at", `{column: x, time: "02/01/2006 15:04 -0700"}`, "03/02/2030 04:05 +0930", `"2030-02-03T04:05:00.000+09:30"`},
		"zone with summer time":       {"cards.customer.v1", "updated_at", `{column: x, time: datetime, zone: Europe/Berlin}`, "2030-07-01 12:00:00", `"2030-07-01T12:00:00.000+02:00"`},
		"seconds since 1970":          {"cards.customer.v1", "updated_at", `{column: x, time: unix, zone: Asia/Shanghai}`, "1900000000", `"2030-03-18T01:46:40.000+08:00"`},
		"milliseconds since 1970":     {"cards.customer.v1", "updated_at", `{column: x, time: unix_milli, zone: "-03:30"}`, "1900000000123", `"2030-03-17T14:16:40.123-03:30"`},
		"a day":                       {"cards.customer.v1", "updated_at", `{column: x, time: date, zone: UTC}`, "2030-02-03", `"2030-02-03T00:00:00.000Z"`},
		"spaces around":               {"cards.customer.v1", "segment", `{column: x}`, "  gold ", `"gold"`},
		"empty is left out":           {"cards.customer.v1", "segment", `{column: x}`, " ", ``},
		"a default for empty":         {"cards.customer.v1", "segment", `{column: x, default: none}`, "", `"none"`},
		"a value that leaves out":     {"cards.customer.v1", "segment", `{column: x, values: {n/a: ""}, default: y}`, "n/a", ``},
		"quotes and control bytes":    {"cards.customer.v1", "segment", `{column: x}`, "a\"b\\c\nd", `"a\"b\\c\nd"`},
		"minor units stay":            {"cards.customer.v1", "monthly_income_minor", `{column: x, money: minor}`, "123", `123`},
		"degrees":                     {"cards.customer.v1", "home_lat", `{column: x}`, "-12.3456789", `-12.345679`},
		"a linear transform":          {"cards.customer.v1", "home_lon", `{column: x, scale: -2, offset: 10}`, "3", `4`},
		"a nested field":              {"cards.contact.v1", "consent.push", `{column: x, values: {Y: true, N: false}}`, "Y", `{"push":true}`},
		"a list":                      {"cards.contact.v1", "opt_out", `{column: x}`, "sms; service", `["sms","service"]`},
		"a hash is no card number":    {"cards.customer.v1", "segment", `{column: x}`, "1234567890ab", `"1234567890ab"`},
		"digits that fail Luhn's sum": {"cards.customer.v1", "segment", `{column: x}`, "4111111111111112", `"4111111111111112"`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := one(t, tc.topic, tc.field, tc.spec, tc.value)
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
		})
	}
}

func TestFieldsRefuse(t *testing.T) {
	for name, tc := range map[string]struct {
		topic, field, spec, value string
		want                      Reason
	}{
		"a day that does not exist":  {"cards.customer.v1", "updated_at", `{column: x, time: date, zone: UTC}`, "2030-02-30", BadTime},
		"a year beyond the contract": {"cards.customer.v1", "updated_at", `{column: x, time: date, zone: UTC}`, "9999-01-01", BadTime},
		"a long id":                  {"cards.customer.v1", "customer_id", `{column: x}`, strings.Repeat("x", 65), "id_too_long"},
		"an empty id":                {"cards.customer.v1", "customer_id", `{column: x}`, "", MissingValue},
		"a word that no table lists": {"cards.customer.v1", "language", `{column: x, values: {C: zh-CN}}`, "E", BadWord},
		"a language outside the set": {"cards.customer.v1", "language", `{column: x}`, "fr", BadWord},
		"a latitude beyond the pole": {"cards.customer.v1", "home_lat", `{column: x}`, "90.1", BadNumber},
		"a longitude that is none":   {"cards.customer.v1", "home_lon", `{column: x}`, "NaN", BadNumber},
		"a negative income":          {"cards.customer.v1", "monthly_income_minor", `{column: x, money: major}`, "-1", BadMoney},
		"a rounded income":           {"cards.customer.v1", "monthly_income_minor", `{column: x, money: major}`, "1.234", BadMoney},
		"a boolean in words":         {"cards.contact.v1", "consent.sms", `{column: x}`, "yes", BadWord},
		"a card number":              {"cards.customer.v1", "segment", `{column: x}`, "4111111111111111", "clear_pan"},
		"a card number with spaces":  {"cards.customer.v1", "segment", `{column: x}`, "card 4111 1111 1111 1111!", "clear_pan"},
		"a card number in a list":    {"cards.contact.v1", "opt_out", `{column: x}`, "sms;5500-0055-5555-5559", "clear_pan"},
		"a card number in an id":     {"cards.customer.v1", "event_id", `{template: "id-{x}"}`, "378282246310005", "clear_pan"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := one(t, tc.topic, tc.field, tc.spec, tc.value)
			var refused *RowError
			require.ErrorAs(t, err, &refused)
			require.Equal(t, tc.want, refused.Reason)
			require.Equal(t, tc.topic+" "+tc.field, refused.Field)
			if tc.value != "" {
				require.NotContains(t, err.Error(), tc.value)
			}
		})
	}
}

func TestAnyTextComesOutAsTheSameText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Filter(func(s string) bool { return strings.TrimSpace(s) == s && s != "" }).Draw(t, "text")
		got, err := one(t, "cards.customer.v1", "segment", `{column: x}`, text)
		require.NoError(t, err)
		var back string
		require.NoError(t, json.Unmarshal([]byte(got), &back))
		require.Equal(t, text, back)
	})
}

func TestApplyEmitsAllOfARowOrNothing(t *testing.T) {
	m := shipped(t, "cardsim")
	header, err := NewHeader(strings.Split("date_time,card_id,merchant_id,amount,credit_card,remote,distance,card_x,card_y,merch_x,merch_y,is_fraud", ","))
	require.NoError(t, err)
	var topics []string
	emit := func(topic, key string, _ []byte) error {
		require.Equal(t, "Q01", key)
		topics = append(topics, topic)
		return nil
	}
	good := strings.Split("2030-05-01 07:30:00,Q01,M01,4.20,0,0,10,100,100,110,100,0", ",")
	bad := strings.Split("2030-05-01 07:30:00,Q01,M01,free,0,0,10,100,100,110,100,0", ",")
	require.NoError(t, m.Apply(Row{Number: 1, Header: header, Values: good}, emit))
	require.Equal(t, []string{"cards.customer.v1", wire.TransactionTopic}, topics)
	var refused *RowError
	require.ErrorAs(t, m.Apply(Row{Number: 2, Header: header, Values: bad}, emit), &refused)
	require.Len(t, topics, 2)
}
