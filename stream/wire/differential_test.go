package wire

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// compareWithReference reads a record twice with one decoder, the second time with what the first taught it, and asks for the
// reference's verdict and values both times.
func compareWithReference(t require.TestingT, value []byte) {
	want, wantMeta, ok := byReference(value)
	var d Decoder
	for range 2 {
		got, meta, err := d.Decode(Record{Topic: TransactionTopic, Value: value, Unkeyed: true})
		require.Equal(t, ok, err == nil, "%q gave %v", value, err)
		if !ok {
			continue
		}
		require.Equal(t, want, got, "%q", value)
		require.Equal(t, wantMeta.Unknown, meta.Unknown, "%q", value)
		require.ElementsMatch(t, wantMeta.Dropped, meta.Dropped, "%q", value)
	}
}

// FuzzTransactionAgainstJSONv2 looks for a record that the door and the reference read differently: accepted by one alone, or with
// another value. Its corpus under testdata holds one odd record a file.
func FuzzTransactionAgainstJSONv2(f *testing.F) {
	for _, row := range badInput {
		if len(row.value) < 2000 {
			f.Add([]byte(row.value))
		}
	}
	for _, r := range bankRecords(f, TransactionTopic, 20) {
		f.Add(r.Value)
	}
	f.Add(golden(f, TransactionTopic))
	f.Fuzz(func(t *testing.T, value []byte) { compareWithReference(t, value) })
}

// oddValues are what a member may hold: right for some, wrong for others.
var oddValues = []string{
	`null`, `true`, `""`, `"x"`, `0`, `-0`, `1`, `-1`, `12345678`, `123456789`, `9223372036854775807`, `9223372036854775808`, `1.0`, `1e3`,
	`01`, `22.5`, `-118.2437`, `114.05791`, `179.123456789`, `1.5e1`, `5E3`, `0.0`, `-0.0`, `90.00000001`, `1.`, `.5`, `[]`, `{}`, `[1,{"a":null}]`,
	`{"a":1,"a":2}`, `"440300"`, `"JPTYO"`, `"CN"`, `"UK"`, `"JPY"`, `"5411"`, `"0000"`, `"chip"`, `"credential_on_file"`, `"refund"`, `"cash"`,
	`"declined"`, `"2026-03-01T02:13:05+08:00"`, `"2026-03-01T02:13:05.1234-18:00"`, `"2026-02-29T00:00:00Z"`, `"2026-03-01T24:00:00Z"`,
	`"2026-03-01T02:13:05.411111111111111100Z"`, `"2026-03-01T02\u003a13:05Z"`, `"济南小吃9店"`, `"店\u0301"`, "\"e\u0301\"", "\"\u202e\"", `"\ud83d\ude00"`, `"\ud83d"`,
	"\"\xe5\xba\"", "\"\x7f\"", "\"\t\"", `"4111111111111111"`, `"a 4111-1111-1111-1111"`, `"m370100g5814n8"`, `"m-123456789012"`, `4111111111111111`,
	`"店4111111111111111"`, `"41111111\u202e11111111"`, `"` + strings.Repeat("k", 65) + `"`, `"` + strings.Repeat("店", 121) + `"`,
	strings.Repeat("[", 15) + strings.Repeat("]", 15), strings.Repeat("[", 16) + strings.Repeat("]", 16),
}

// oddNames are names that no topic knows, with one that says a known name by an escape.
var oddNames = []string{`x`, `y`, ``, `cvv`, `Pin`, `\u0063ity`, `merchant_name2`, `4111111111111111`, `店`}

func TestTransactionsAreReadAsTheReferenceReadsThem(t *testing.T) {
	names := slices.Clone(oddNames)
	for f := noField + 1; f < fieldCount; f++ {
		if transactionFormat.fields.has(f) {
			names = append(names, f.String())
		}
	}
	good := strings.Split(strings.Trim(goodTransaction, "{}"), `,"`)
	rapid.Check(t, func(t *rapid.T) {
		members := slices.Clone(good)
		for i := range members {
			members[i] = `"` + strings.TrimPrefix(members[i], `"`)
		}
		for range draw(t, 0, 4) {
			member := `"` + pick(t, names...) + `"` + pick(t, ":", ":", " : ") + pick(t, oddValues...)
			at := draw(t, 0, len(members))
			if at < len(members) && draw(t, 0, 1) == 0 {
				name, _, _ := strings.Cut(members[at], ":")
				members[at] = name + ":" + pick(t, oddValues...)
			} else {
				members = slices.Insert(members, at, member)
			}
		}
		opening, comma, closing := "{", pick(t, ",", ",", ", ", " ,\n"), "}"
		if draw(t, 0, 7) == 0 {
			opening, comma, closing = pick(t, " {", "{,", "\ufeff{"), pick(t, ",", "", ",,"), pick(t, ",}", "} ", "}}", "", "\x00}")
		}
		compareWithReference(t, []byte(opening+strings.Join(members, comma)+closing))
	})
}
