package card_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors/card"
)

func moment(t *testing.T, s string) card.Moment {
	t.Helper()
	m, err := card.ParseMoment(s)
	require.NoError(t, err)
	return m
}

func TestMomentKeepsThePlacesOffset(t *testing.T) {
	m := moment(t, "2026-03-01T02:13:05.140+08:00")
	require.Equal(t, 2, m.LocalHour())
	require.Equal(t, "2026-03-01T02:13:05.140+08:00", m.String())
	require.Equal(t, moment(t, "2026-02-28T18:13:05.140Z").UnixMilli, m.UnixMilli)
}

func TestLocalDayAndHourGoByTheOffset(t *testing.T) {
	for _, c := range []struct {
		at   string
		day  string
		hour int
	}{
		{"2026-03-01T00:00:00+08:00", "2026-03-01", 0},
		{"2026-03-01T23:59:59+08:00", "2026-03-01", 23},
		{"2026-02-28T23:30:00-05:00", "2026-02-28", 23},
		{"1970-01-01T03:00:00+08:00", "1970-01-01", 3},
	} {
		m := moment(t, c.at)
		require.Equal(t, c.hour, m.LocalHour(), c.at)
		require.Equal(t, c.day, time.Unix(int64(m.LocalDay())*86400, 0).UTC().Format(time.DateOnly), c.at)
	}
}

func TestTimesThatCannotBeMeantAreRefused(t *testing.T) {
	for _, bad := range []string{"2026-02-30T00:00:00Z", "2026-03-01T00:00:00", "9999-01-01T00:00:00Z", "1767225600", "", "2026-03-01"} {
		_, err := card.ParseMoment(bad)
		require.Error(t, err, bad)
	}
}

func TestMoneyHasTheCurrencysDecimals(t *testing.T) {
	for _, c := range []struct {
		minor    int64
		currency string
		want     string
	}{
		{800000, "CNY", "8000.00 CNY"}, {5, "CNY", "0.05 CNY"}, {-150, "USD", "-1.50 USD"}, {1200, "JPY", "1200 JPY"}, {1234, "KWD", "1.234 KWD"}, {0, "CNY", "0.00 CNY"},
	} {
		currency, err := card.ParseCurrency(c.currency)
		require.NoError(t, err)
		require.Equal(t, c.want, card.Money{Minor: c.minor, Currency: currency}.String())
	}
}

func TestCustomersReadMoneyInTheirLanguage(t *testing.T) {
	for _, c := range []struct {
		minor        int64
		currency, zh string
		en           string
	}{
		{1_880_000, "CNY", "18,800.00元", "CNY 18,800.00"},
		{99_999, "CNY", "999.99元", "CNY 999.99"},
		{5, "CNY", "0.05元", "CNY 0.05"},
		{-123_456_789, "CNY", "-1,234,567.89元", "CNY -1,234,567.89"},
		{1_200, "JPY", "JPY 1,200", "JPY 1,200"},
		{123_456_789, "KWD", "KWD 123,456.789", "KWD 123,456.789"},
		{math.MinInt64, "CNY", "-92,233,720,368,547,758.08元", "CNY -92,233,720,368,547,758.08"},
		{100_000, "", "1,000.00", "1,000.00"},
	} {
		m := card.Money{Minor: c.minor}
		copy(m.Currency[:], c.currency)
		require.Equal(t, c.zh, m.In(card.Chinese))
		require.Equal(t, c.zh, m.In(0), "who told no language reads Chinese")
		require.Equal(t, c.en, m.In(card.English))
	}
}

func TestOnlyCurrenciesThatCardsAreBilledInPass(t *testing.T) {
	for _, bad := range []string{"usd", "XXX", "XTS", "ZZZ", "   ", "", "CN", "CNYX", "NY "} {
		_, err := card.ParseCurrency(bad)
		require.Error(t, err, "%q", bad)
	}
}

func TestWordsOfTheContractComeBack(t *testing.T) {
	for word, parse := range map[string]func(string) (string, bool){
		"reversal":           func(s string) (string, bool) { v, ok := card.ParseType(s); return v.String(), ok },
		"declined":           func(s string) (string, bool) { v, ok := card.ParseStatus(s); return v.String(), ok },
		"credential_on_file": func(s string) (string, bool) { v, ok := card.ParseEntryMode(s); return v.String(), ok },
		"collection":         func(s string) (string, bool) { v, ok := card.ParsePaymentMethod(s); return v.String(), ok },
		"failed":             func(s string) (string, bool) { v, ok := card.ParsePaymentStatus(s); return v.String(), ok },
		"zh-CN":              func(s string) (string, bool) { v, ok := card.ParseLanguage(s); return v.String(), ok },
		"genuine":            func(s string) (string, bool) { v, ok := card.ParseVerdict(s); return v.String(), ok },
		"staff":              func(s string) (string, bool) { v, ok := card.ParseFeedbackSource(s); return v.String(), ok },
	} {
		got, ok := parse(word)
		require.True(t, ok, word)
		require.Equal(t, word, got)
		_, ok = parse(word + "x")
		require.False(t, ok)
		_, ok = parse("")
		require.False(t, ok)
	}
}

func TestOnlyATouchedTerminalPlacesTheHolder(t *testing.T) {
	for mode, present := range map[card.EntryMode]bool{
		card.Chip: true, card.Contactless: true, card.Magstripe: true,
		card.Manual: false, card.Ecommerce: false, card.QR: false, card.CredentialOnFile: false, 0: false,
	} {
		require.Equal(t, present, mode.CardPresent(), mode.String())
	}
}

func TestAMomentSurvivesItsWord(t *testing.T) {
	for _, m := range []card.Moment{{}, {UnixMilli: 1772337600123, OffsetMinutes: 480}, {UnixMilli: -5, OffsetMinutes: -1080}, {UnixMilli: 7258118399999, OffsetMinutes: 1080}} {
		require.Equal(t, m, card.MomentOfWord(m.Word()))
	}
}
