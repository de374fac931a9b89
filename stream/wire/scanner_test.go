package wire

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// tree rebuilds a scanned value as encoding/json gives it, numbers as their text.
func tree(d *Decoder, t token) any {
	switch t.kind {
	case nullToken:
		return nil
	case boolToken:
		return d.data[t.start] == 't'
	case plainText, richText, escapedText:
		return d.str(t)
	case integerToken, decimalToken:
		return json.Number(d.data[t.start:t.end])
	case arrayToken:
		list := []any{}
		for e := range d.elements(t) {
			list = append(list, tree(d, e))
		}
		return list
	}
	object := map[string]any{}
	for name, value := range d.membersOf(t) {
		object[d.str(name)] = tree(d, value)
	}
	return object
}

// scanAll scans a record for its form alone and rebuilds it.
func scanAll(data []byte) (any, bool) {
	d := Decoder{format: &format{}, scanner: scanner{data: data}}
	d.scan()
	if d.err != nil {
		return nil, false
	}
	s := scanner{data: data}
	return tree(&d, s.value()), true
}

func FuzzAgainstEncodingJSON(f *testing.F) {
	for _, row := range badInput {
		if len(row.value) < 2000 {
			f.Add([]byte(row.value))
		}
	}
	for _, s := range []string{
		`{"a":"\ud83d\ude00","b":[1,-0,0.5,1E+2,true,null,{}]}`, `{"a":01}`, `{"a":1.}`, `{"a":-}`, `{"a":1e}`, `{"a":tru}`, `{"a" 1}`,
		`{"a":1,}`, `{"a":[1,]}`, `{,}`, `{"a":"\x"}`, `{"a":"\u12g4"}`, "{\"a\":\"\n\"}", `{"a":"é\u00e9\/\b\f\n\r\t\"\\"}`, `{"a":.5}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, ok := scanAll(data)
		if !ok {
			return
		}
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.UseNumber()
		var want any
		require.NoError(t, decoder.Decode(&want), "accepted what encoding/json refuses")
		require.False(t, decoder.More(), "accepted trailing data")
		require.Equal(t, want, got)
	})
}

func TestScannerAcceptsWhatRFC8259Allows(t *testing.T) {
	for _, s := range []string{
		`{}`, " \t\r\n{ \"a\" : [ ] } \n", `{"":""}`, `{"a":-0}`, `{"a":-0.5e-7,"b":1E+2}`, `{"a":"\ud83d\ude00\u20ac"}`,
		"{\"a\":\"\u2028\U0010ffff\"}", `{"a":{"b":1},"c":{"b":1}}`,
	} {
		var want any
		decoder := json.NewDecoder(strings.NewReader(s))
		decoder.UseNumber()
		require.NoError(t, decoder.Decode(&want))
		got, ok := scanAll([]byte(s))
		require.True(t, ok, s)
		require.Equal(t, want, got)
	}
}

func TestPlainEndStopsAtEachSpecialByteInEachPosition(t *testing.T) {
	for c := range 256 {
		special := c == '"' || c == '\\' || c < ' ' || c >= 0x7f
		for position := range 20 {
			data := bytes.Repeat([]byte("~ !#[]^a"), 3)
			data[position] = byte(c)
			want := len(data)
			if special {
				want = position
			}
			require.Equal(t, want, plainEnd(data, 0), "byte %#x at %d", c, position)
		}
	}
}

func TestParseNumberIsExact(t *testing.T) {
	for _, s := range []string{
		"0", "-0", "114.0579", "-179.999999", "0.1", "0.30000000000000004", "9007199254740993", "999999999999999.9", "1234567890.12345",
		"123456789012345", "1e-7", "5E3", "0.000000000000001", "-12345678901234.5", "1.7976931348623157e308", "9999999999999999",
	} {
		want, err := strconv.ParseFloat(s, 64)
		require.NoError(t, err)
		got, err := parseNumber([]byte(`{"number":`+s), len(`{"number":`))
		require.NoError(t, err)
		require.Equal(t, math.Float64bits(want), math.Float64bits(got), s)
	}
}

func TestWrittenStringsReadBack(t *testing.T) {
	for _, s := range []string{"", "plain", `"\/`, "\x00\x1f\x7f", "é店🍜\u2028", "\xff\xfeA"} {
		b := appendString(nil, s)
		var got string
		require.NoError(t, json.Unmarshal(b, &got))
		require.True(t, utf8.Valid(b))
		require.Equal(t, strings.ToValidUTF8(s, "\ufffd"), strings.ReplaceAll(got, "\ufffd\ufffd", "\ufffd"))
	}
}
