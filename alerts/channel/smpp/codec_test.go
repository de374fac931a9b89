package smpp

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/alerts/channel/internal/sms"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	require.NoError(t, err)
	return b
}

// The example of SMPP 3.4 §3.2.2 is a bind_transmitter of length 0x2F and sequence number 1.
func TestTheSpecificationsExampleIsRead(t *testing.T) {
	raw := unhex(t, `0000002F 00000002 00000000 00000001
		534D50503354455354 00 7365637265743038 00 5355424D495431 00 00 01 01 00`)
	p, err := readPDU(bytes.NewReader(raw))
	require.NoError(t, err)
	require.Equal(t, uint32(2), p.Command)
	require.Equal(t, uint32(1), p.Sequence)
	r := reader{rest: p.Body}
	require.Equal(t, []string{"SMPP3TEST", "secret08", "SUBMIT1"}, []string{r.text(16), r.text(9), r.text(13)})
	require.Equal(t, raw, encodePDU(p))
}

func TestASubmitIsWrittenAsTheSpecificationHasIt(t *testing.T) {
	m := message{
		source: address{5, 0, "BANK"}, destination: address{1, 1, "8613800138000"}, validity: "000000001500000R",
		registered: 1, coding: 8, text: []byte{0x60, 0xA8}, options: map[tag][]byte{userReference: {0xAB, 0xCD}},
	}
	require.Equal(t, unhex(t, `00 05 00 42414E4B 00 01 01 38363133383030313338303030 00 00 00 00 00
		30303030303030303135303030303052 00 01 00 08 00 02 60A8 0204 0002 ABCD`), m.encode(userReference))
}

func TestOptionsThatRunOverTheEndCostNoText(t *testing.T) {
	m := message{source: address{1, 1, "1"}, text: []byte("NO")}
	for name, tail := range map[string]string{"cut in the value": "02040002AB", "cut in the tag": "02", "a length of 65,535": "0204FFFF"} {
		got, err := decodeMessage(append(m.encode(), unhex(t, tail)...))
		require.NoError(t, err, name)
		require.Equal(t, "NO", string(got.text), name)
		require.Empty(t, got.options, name)
	}
}

func TestStringsAreBounded(t *testing.T) {
	for n, good := range map[int]bool{20: true, 21: false} {
		_, err := decodeMessage(message{source: address{1, 1, strings.Repeat("1", n)}}.encode())
		require.Equal(t, good, err == nil, "%d digits", n)
	}
}

func drawText(t *rapid.T) string {
	r := rapid.SampledFrom([]rune("aZ0@£ñ\n[€{}~é您卡🙏"))
	plain := rapid.SampledFrom([]rune("aZ0@£ñ\n[€"))
	if rapid.Bool().Draw(t, "plain") {
		r = plain
	}
	return rapid.StringOfN(r, 0, 700, -1).Draw(t, "text")
}

// The desk counts parts when it checks a template; the desk's count and the parts that really go out must be the same.
func TestATextGoesOutInAsManyPartsAsTheDeskCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawText(t)
		way := rapid.SampledFrom([]Long{UDH, SAR}).Draw(t, "way")
		parts, err := split(message{}, text, GSM7, way, 7)
		if err != nil {
			t.Fatal(err)
		}
		if len(parts) != alerts.Parts(text) {
			t.Fatalf("%d parts, the desk counts %d", len(parts), alerts.Parts(text))
		}
		var whole []byte
		for n, p := range parts {
			m, err := decodeMessage(p.encode(sarRef, sarTotal, sarPart))
			if err != nil {
				t.Fatal(err)
			}
			b, at := m.unwrap()
			if want := (sms.Place{Reference: 7, Total: len(parts), Number: n + 1}); len(parts) > 1 && at != want {
				t.Fatalf("place %v, want %v", at, want)
			}
			if strings.ContainsRune(sms.Decode(b, m.coding, GSM7), '\uFFFD') {
				t.Fatal("a character is cut in two")
			}
			whole = append(whole, b...)
		}
		if got := sms.Decode(whole, parts[0].coding, GSM7); got != text {
			t.Fatalf("came back as %q", got)
		}
	})
}

func TestAPayloadIsOneMessage(t *testing.T) {
	parts, err := split(message{}, strings.Repeat("银", 200), GSM7, Payload, 1)
	require.NoError(t, err)
	require.Len(t, parts, 1)
	require.Empty(t, parts[0].text)
	require.Len(t, parts[0].options[messagePayload], 400)
	_, err = split(message{}, strings.Repeat("银", 40_000), GSM7, Payload, 1)
	require.Error(t, err)
	_, err = split(message{}, strings.Repeat("银", 67*255+1), GSM7, UDH, 1)
	require.Error(t, err)
}

func TestNumbersAreReadWithTheirCountry(t *testing.T) {
	for number, want := range map[address]alerts.Phone{
		{1, 1, "8613800138000"}:   "+8613800138000",
		{0, 0, "8613800138000"}:   "+8613800138000",
		{0, 1, "13800138000"}:     "+8613800138000",
		{2, 1, "013800138000"}:    "+8613800138000",
		{0, 0, "+8613800138000"}:  "+8613800138000",
		{0, 0, "008613800138000"}: "+8613800138000",
		{0, 0, "95588"}:           "95588",
		{5, 0, "SHOP"}:            "",
		{1, 1, ""}:                "",
	} {
		got, _ := number.phone("86")
		require.Equal(t, want.Reveal(), got.Reveal(), "%d", number.ton)
	}
}

func FuzzMessage(f *testing.F) {
	f.Add([]byte{})
	f.Add(message{source: address{1, 1, "8613800138000"}, esmClass: esmUDH, text: []byte("\x05\x00\x03\x01\x02\x01N")}.encode())
	f.Add(message{esmClass: esmReceipt, text: []byte("id:1 stat:DELIVRD")}.encode())
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := decodeMessage(body)
		if err != nil {
			return
		}
		text, at := m.unwrap()
		require.LessOrEqual(t, len(text), len(body))
		require.True(t, at == sms.Place{} || at.Number >= 1 && at.Number <= at.Total)
		for _, a := range []Alphabet{GSM7, Latin1, UCS2} {
			require.LessOrEqual(t, len([]rune(sms.Decode(text, m.coding, a))), len(text))
		}
		if id, _, readable := m.receipt(); readable {
			require.NotEmpty(t, canonical(id, 10))
			require.LessOrEqual(t, len(canonical(id, 0)), 64)
		}
		if p, ok := m.source.phone("86"); ok {
			require.Regexp(t, `^\+?[0-9]{3,15}$`, p.Reveal())
		}
	})
}

func FuzzPDU(f *testing.F) {
	f.Add(encodePDU(sms.Frame{Command: enquireLink, Sequence: 1}))
	f.Add([]byte{0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := readPDU(bytes.NewReader(raw))
		if err == nil {
			require.Equal(t, raw[:headerLen+len(p.Body)], encodePDU(p))
		}
	})
}
