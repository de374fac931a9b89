package mapping

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// minimal is a mapping that works; the tests below break one thing at a time.
const minimal = `records:
  - topic: cards.payment.v1
    fields:
      event_id: {template: "p-{row}"}
      customer_id: {column: c}
      account_id: {column: c}
      paid_at: {column: t, time: datetime, zone: "+08:00"}
      amount_minor: {column: a, money: major}
      currency: {const: CNY}
      method: {const: manual}
      status: {const: settled}
`

func TestParseAcceptsTheMinimalMapping(t *testing.T) {
	m, err := Parse("m.yaml", []byte(minimal))
	require.NoError(t, err)
	require.Equal(t, []string{"cards.payment.v1"}, m.Topics())
	require.False(t, m.NeedsTokenKey())
}

func TestParseRefuses(t *testing.T) {
	for name, tc := range map[string]struct{ old, new, want string }{
		"an unknown topic": {"cards.payment.v1", "cards.payments.v1",
			`m.yaml:2:5: topic "cards.payments.v1" cannot be mapped to, only cards.contact.v1, cards.customer.v1, cards.payment.v1, cards.statement.v1, cards.transaction.v1; did you mean "cards.payment.v1"?`},
		"an unknown field":          {"account_id", "acount_id", "m.yaml:3:5: cards.payment.v1 needs the field \"account_id\"\nm.yaml:6:7: cards.payment.v1 has no field \"acount_id\"; did you mean \"account_id\"?"},
		"an unknown key":            {"{column: c}\n      acc", "{colunm: c}\n      acc", "m.yaml:5:7: give exactly one of column, template, const, lookup and when\nm.yaml:5:21: unknown key \"colunm\" in records[0].fields.customer_id; did you mean \"column\"?"},
		"two sources":               {"{const: CNY}", "{const: CNY, column: x}", "m.yaml:9:7: give exactly one of column, template, const, lookup and when"},
		"a word outside the set":    {"{const: manual}", "{const: cheque}", `m.yaml:10:7: "cheque" is no method`},
		"a currency that is none":   {"CNY", "RMB", `m.yaml:9:7: "RMB" is no ISO 4217 currency`},
		"an amount without unit":    {", money: major", "", "m.yaml:8:7: amount_minor needs `money: major` (12.50) or `money: minor` (1250)"},
		"an unknown unit":           {"money: major", "money: fen", "m.yaml:8:33: money is major (12.50) or minor (1250)"},
		"money for a word":          {"{const: settled}", "{const: settled, money: major}", "m.yaml:11:32: status is no amount"},
		"a time without format":     {"time: datetime, ", "", "m.yaml:7:7: paid_at needs `time:`, a Go layout (2006-01-02 15:04:05) or rfc3339, datetime, date, compact, unix, unix_milli"},
		"a misspelt format":         {"datetime", "datetmie", "m.yaml:7:7: paid_at needs `time:`, a Go layout (2006-01-02 15:04:05) or rfc3339, datetime, date, compact, unix, unix_milli; did you mean \"datetime\"?"},
		"a wall clock without zone": {`, zone: "+08:00"`, "", "m.yaml:7:7: paid_at needs `zone:` exactly when its format has no offset"},
		"an offset and a zone":      {"datetime", "rfc3339", "m.yaml:7:7: paid_at needs `zone:` exactly when its format has no offset"},
		"a zone that is none":       {"+08:00", "Asia/Pekin", `m.yaml:7:44: zone "Asia/Pekin" is neither an IANA name (Asia/Shanghai) nor an offset (+08:00)`},
		"the machine's own zone":    {`"+08:00"`, "Local", "m.yaml:7:44: zone Local differs from machine to machine; name the zone"},
		"an open brace":             {"p-{row}", "p-{row", "m.yaml:4:18: a column stands in braces: {card}-{row}"},
		"a scale on a word":         {"{const: settled}", "{const: settled, scale: 2}", "m.yaml:11:7: scale and offset are for lat and lon"},
		"a lookup that is not named": {"account_id: {column: c}", "account_id: {lookup: x.y, by: c}",
			"m.yaml:6:20: write `lookup: NAME.COLUMN` and `by: COLUMN` for a NAME under `lookups`"},
		"labels without transactions":  {"records:", "label: {column: f}\nrecords:", "m.yaml:1:1: labels belong to transactions; map cards.transaction.v1 too"},
		"a label beside 0 and 1":       {"records:", "label: {column: f, values: {x: 2}}\nrecords:", "m.yaml:1:1: labels belong to transactions; map cards.transaction.v1 too\nm.yaml:1:29: a label is 1 for fraud and 0 otherwise"},
		"a skip without reason":        {"records:", "skip:\n  - if: {a: b}\nrecords:", "m.yaml:2:5: a skip needs a reason; it is counted under it"},
		"a long delimiter":             {"records:", "csv: {delimiter: ab}\nrecords:", `m.yaml:1:7: delimiter must be one character such as "," ";" or "\t"`},
		"an unknown charset":           {"records:", "csv: {charset: big5}\nrecords:", `m.yaml:1:7: charset "big5" is not read; write utf-8 or gb18030`},
		"the same word for both signs": {"{const: manual}", "{column: a, sign: {negative: manual, positive: manual}}", "m.yaml:10:27: sign needs two different words, for negative and for positive"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, minimal, tc.old)
			_, err := Parse("m.yaml", []byte(strings.Replace(minimal, tc.old, tc.new, 1)))
			require.EqualError(t, err, tc.want)
		})
	}
}

func TestAnAmountNeedsItsCurrency(t *testing.T) {
	_, err := Parse("m.yaml", []byte(`records:
  - topic: cards.customer.v1
    fields:
      event_id: {column: c}
      customer_id: {column: c}
      updated_at: {column: t, time: unix, zone: UTC}
      monthly_income_minor: {column: i, money: minor}
`))
	require.EqualError(t, err, `m.yaml:3:5: an amount needs the field "currency" beside it`)
}

func TestAMappingWithoutRecordsIsRefused(t *testing.T) {
	_, err := Parse("m.yaml", []byte("about: nothing"))
	require.EqualError(t, err, "m.yaml:1:1: the mapping makes no records; name at least one topic under `records`")
}

func TestAFileThatIsNoYAMLHasOneProblem(t *testing.T) {
	_, err := Parse("m.yaml", []byte("records:\n\t- topic: x"))
	require.EqualError(t, err, "m.yaml:2:1: a tab; YAML is indented with spaces")
}

func TestShippedMappingsParse(t *testing.T) {
	require.Equal(t, []string{"card-events", "cardsim", "sparkov", "sparkov-cards", "tabformer"}, Shipped())
	for _, name := range Shipped() {
		src, ok := ShippedSource(name)
		require.True(t, ok)
		m, err := Parse(name, src)
		require.NoError(t, err)
		require.NotEmpty(t, m.About(), name)
	}
	_, ok := ShippedSource("../doc.go")
	require.False(t, ok)
}
