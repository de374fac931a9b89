package wire

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func compiled(t testing.TB, topic string) *jsonschema.Schema {
	b, err := Schema(topic)
	require.NoError(t, err)
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	require.NoError(t, compiler.AddResource(topic, document))
	schema, err := compiler.Compile(topic)
	require.NoError(t, err)
	return schema
}

func allows(t require.TestingT, schema *jsonschema.Schema, value []byte) bool {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(value))
	require.NoError(t, err)
	return schema.Validate(document) == nil
}

func TestSchemaNamesEveryFieldOfItsFormat(t *testing.T) {
	for _, topic := range Topics() {
		properties := compiled(t, topic).Properties
		for f := noField + 1; f < fieldCount; f++ {
			require.Equal(t, formats[topic].fields.has(f), properties[f.String()] != nil, "%s in %s", f, topic)
		}
	}
}

func TestSchemaAllowsTheGoldenRecords(t *testing.T) {
	for _, topic := range Topics() {
		require.True(t, allows(t, compiled(t, topic), golden(t, topic)), topic)
	}
}

func TestSchemaAllowsWhatIsWritten(t *testing.T) {
	for _, topic := range Topics() {
		t.Run(topic, func(t *testing.T) {
			schema := compiled(t, topic)
			rapid.Check(t, func(t *rapid.T) {
				value := encode(nil, generate(t, topic))
				require.True(t, allows(t, schema, value), string(value))
			})
		})
	}
}

// beyondSchema are the reasons for values that are well-formed by a schema: what it has no words for.
var beyondSchema = []Reason{
	EmptyValue, BadEncoding, BadJSON, TrailingData, TooLarge, TooDeep, DuplicateField, ClearPAN, SADReceived, BadCurrency, BadTime,
}

// inWords are bad values that no schema can tell from good ones: JSON Schema takes 1.0 and 1e3 for integers.
var inWords = []string{"07 integer as a float", "07 integer with an exponent"}

func TestSchemaRefusesTheBadTransactionsToo(t *testing.T) {
	schema := compiled(t, TransactionTopic)
	for _, row := range badInput {
		reason, _, _ := strings.Cut(row.want, ":")
		if slices.Contains(beyondSchema, Reason(reason)) || slices.Contains(inWords, row.name) {
			continue
		}
		require.False(t, allows(t, schema, []byte(row.value)), row.name)
	}
}

func TestSchemaRefusesTheBadRecordsOfOtherTopicsToo(t *testing.T) {
	for _, row := range badElsewhere {
		if row.schemaMayAllow {
			continue
		}
		value := changed(t, row.topic, row.old, row.new)
		require.False(t, allows(t, compiled(t, row.topic), []byte(value)), "%s %s", row.topic, row.new)
	}
}

func TestRecordsAcceptedWithNothingDroppedAreAllowedByTheSchema(t *testing.T) {
	part := rapid.SampledFrom([]string{
		`null`, `""`, `"CN"`, `"5411"`, `"0000"`, `5411`, `1.5`, `-1`, `0`, `true`, `[]`, `{}`, `"440300"`, `"JPTYO"`, `"chip"`,
		`"refund"`, `"declined"`, `"USD"`, `"2026-03-01T02:13:05+08:00"`, `"x\u0000"`, `"` + strings.Repeat("é", 40) + `"`,
	})
	schema := compiled(t, TransactionTopic)
	rapid.Check(t, func(t *rapid.T) {
		members := []string{}
		for f := noField + 1; f < fieldCount; f++ {
			free := formats[TransactionTopic].fields.has(f) && !strings.Contains(goodTransaction, quotedNames[f])
			if free && draw(t, 0, 3) == 0 {
				members = append(members, quotedNames[f]+part.Draw(t, "value"))
			}
		}
		value := goodTransaction
		if len(members) > 0 {
			value = with(strings.Join(members, ","))
		}
		if draw(t, 0, 1) == 1 {
			old := pick(t, `"CNY"`, `"purchase"`, `"approved"`, `100`, `"2026-03-01T02:13:05+08:00"`, `"k-1"`, `"00"`)
			value = strings.Replace(value, old, part.Draw(t, "new"), 1)
		}
		if _, meta, err := decode(t, TransactionTopic, value); err == nil && len(meta.Dropped) == 0 {
			require.True(t, allows(t, schema, []byte(value)), value)
		}
	})
}
