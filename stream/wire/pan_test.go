package wire

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// testNumbers are card numbers that the networks publish for tests.
var testNumbers = []string{
	"4111111111111111", "5555555555554444", "378282246310005", "6011111111111117", "3530111333300000", "30569309025904",
	"6200000000000005", "4222222222222", "6304000000000000", "6205500000000000004",
}

func TestPublishedTestNumbersAreFound(t *testing.T) {
	for _, number := range testNumbers {
		grouped := regexp.MustCompile(`\d{4}`).ReplaceAllString(number, "$0 ")
		for _, text := range []string{
			number, "x" + number + "y", strings.TrimSpace(grouped), strings.ReplaceAll(strings.TrimSpace(grouped), " ", "-"), "00" + number,
			"2026-03-01 " + number, number + " 12", "a very long plain text that comes before it: " + number,
		} {
			var f panFinder
			require.True(t, f.holdsPAN([]byte(text), true), text)
			require.True(t, f.holdsPAN([]byte(text), false), text)
		}
	}
}

func TestWhatIsNoCardNumber(t *testing.T) {
	for _, text := range []string{
		"", "411111111111", "4111111111111112", "000000000000", "4111 1111 1111  1111", "4111.1111.1111.1111", "41111111111111111111",
		"2026-03-01T02:13:05.123+08:00", "5f0c9b1e-4111-4111-8111-111111111111", "evt-41111111-1111-4111-1111-111111111111",
		"00-41111111111111114bf92f3577b34da6-4111111111111111-01",
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "a4111111111111111bcdef0123456789",
		"case-f4111111111111111aabbccd",
	} {
		var f panFinder
		require.False(t, f.holdsPAN([]byte(text), true), text)
		require.False(t, f.holdsPAN([]byte(text), false), text)
	}
}

// naiveLuhn is the textbook check, and naiveDigitRuns what a simple scan would call a card number.
func naiveLuhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			d = d*2/10 + d*2%10
		}
		sum += d
	}
	return sum%10 == 0
}

var naiveDigitRuns = regexp.MustCompile(`[1-9][0-9]{11,}`)

func naiveCardNumber(s string) string {
	for _, run := range naiveDigitRuns.FindAllString(s, -1) {
		if len(run) <= maxPAN && naiveLuhn(run) {
			return run
		}
	}
	return ""
}

func TestFastAndSlowSearchAgree(t *testing.T) {
	part := rapid.OneOf(rapid.StringMatching(`[0-9]{1,8}`), rapid.SampledFrom([]string{" ", "-", "x", ":", "0", "  "}),
		rapid.SampledFrom(testNumbers))
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(part, 0, 12).Draw(t, "parts"), "")
		var f panFinder
		require.Equal(t, f.next([]byte(text), 0) != nil, f.holdsPAN([]byte(text), true), text)
		if naiveCardNumber(text) != "" && !strings.ContainsAny(text, " -0") {
			require.True(t, f.holdsPAN([]byte(text), true), text)
		}
	})
}

func TestRedactKeepsTheLastFourDigits(t *testing.T) {
	for _, row := range []struct {
		name   string
		reason Reason
		value  string
		want   string
	}{
		{"nothing to hide", BadTime, goodTransaction, goodTransaction},
		{"text", ClearPAN, `{"a":"4111 1111 1111 1111"}`, `{"a":"**** **** **** 1111"}`},
		{"number", ClearPAN, `{"a":378282246310005}`, `{"a":***********0005}`},
		{"escapes", ClearPAN, `{"a":"\u0034111111111111111"}`, `{"a":"*****************1111"}`},
		{"two of them", ClearPAN, `{"a":"4111111111111111","b":"5555555555554444"}`, `{"a":"************1111","b":"************4444"}`},
		{"CVV as a text", SADReceived, `{"cvv":"123","b":1}`, `{"cvv":"***","b":1}`},
		{"CVV as a number", SADReceived, `{"b":1, "CVV2" : 123}`, `{"b":1, "CVV2" : "***"}`},
		{"nested object", SADReceived, `{"icc_data":{"x":[1,2]},"b":{"Pin":"0"}}`, `{"icc_data":"***","b":{"Pin":"***"}}`},
		{"name by escapes", SADReceived, `{"\u0063vc":"123"}`, `{"\u0063vc":"***"}`},
		{"also in half a record", BadJSON, `{"x":"y","cvv":"12`, `{"x":"y","cvv":"***"`},
		{"a value of that name is no name", BadTime, `{"x":"pin","y":"0"}`, `{"x":"pin","y":"0"}`},
		{"other encoding", BadEncoding, "4\x001\x001\x001\x00\xff", "*\x00*\x00*\x00*\x00\xff"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, got, _ := Redact(row.reason, nil, []byte(row.value), nil)
			require.Equal(t, row.want, string(got))
		})
	}
}

func TestRedactMasksKeyAndHeadersAndLeavesTheOriginalAlone(t *testing.T) {
	key := []byte("4111111111111111")
	headers := []Header{{"ref", []byte("4111-1111-1111-1111")}, {"CVV", []byte("123")}, {"x", []byte("y")}}
	safeKey, _, safeHeaders := Redact(ClearPAN, key, nil, headers)
	require.Equal(t, "************1111", string(safeKey))
	require.Equal(t, []Header{{"ref", []byte("****-****-****-1111")}, {"CVV", []byte(`"***"`)}, {"x", []byte("y")}}, safeHeaders)
	require.Equal(t, "4111111111111111", string(key))
	require.Equal(t, "4111-1111-1111-1111", string(headers[0].Value))
}

func TestRedactCutsWhatIsTooLarge(t *testing.T) {
	for pad := range 40 {
		value := strings.Repeat("x", 990+pad) + "4111111111111111" + strings.Repeat("y", MaxValueBytes)
		_, got, _ := Redact(TooLarge, nil, []byte(value), nil)
		require.Len(t, got, 1024)
		require.NotContains(t, string(got), "411111", "a number on the edge, at %d", pad)
	}
}

func TestNoRedactedRecordHoldsACardNumber(t *testing.T) {
	part := rapid.OneOf(rapid.SampledFrom(testNumbers), rapid.StringMatching(`[0-9]{1,6}`),
		rapid.SampledFrom([]string{" ", "-", `"`, `\u0034`, `\u202e`, "\u202e", `\\`, `{"cvv":`, "}", ",", `\`, "0"}))
	rapid.Check(t, func(t *rapid.T) {
		value := strings.Join(rapid.SliceOfN(part, 0, 12).Draw(t, "parts"), "")
		_, safe, _ := Redact(BadJSON, nil, []byte(value), nil)
		var f panFinder
		require.Nil(t, f.next(safe, 0), "%s became %s", value, safe)
	})
}

// hexWords are what may be a UUID, a hash or a traceparent.
var hexWords = regexp.MustCompile(`[0-9A-Fa-f-]{24,}`)

func FuzzNoCardNumberPasses(f *testing.F) {
	for i, topic := range Topics() {
		f.Add(uint8(i), golden(f, topic))
	}
	for _, row := range badInput {
		if len(row.value) < 2000 {
			f.Add(uint8(0), []byte(row.value))
		}
	}
	decoder := &Decoder{}
	f.Fuzz(func(t *testing.T, topic uint8, value []byte) {
		name := Topics()[int(topic)%len(Topics())]
		body, _, err := decoder.Decode(Record{Topic: name, Value: value, Unkeyed: true})
		if err != nil {
			require.NotPanics(t, func() { Redact(BadJSON, nil, value, nil) })
			return
		}
		for _, text := range exported(body) {
			// A text that was cut may end in the middle of a longer number.
			if utf8.RuneCountInString(text) < maxNameRunes {
				require.Empty(t, naiveCardNumber(hexWords.ReplaceAllString(text, "")), "passed a clear card number")
			}
		}
	})
}
