package web

import (
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

func catalogues(t *testing.T) (zh, en catalogue) {
	t.Helper()
	zh, err := loadCatalogue(card.Chinese)
	require.NoError(t, err)
	en, err = loadCatalogue(card.English)
	require.NoError(t, err)
	return zh, en
}

func TestBothCataloguesHaveTheSameKeysAndPlaceholders(t *testing.T) {
	zh, en := catalogues(t)
	require.Equal(t, slices.Sorted(maps.Keys(zh)), slices.Sorted(maps.Keys(en)))
	placeholder := regexp.MustCompile(`\{[a-z]+\}`)
	for key, text := range zh {
		require.NotEmpty(t, text, key)
		require.NotEmpty(t, en[key], key)
		require.ElementsMatch(t, placeholder.FindAllString(text, -1), placeholder.FindAllString(en[key], -1), key)
	}
}

func TestEveryKeyInATemplateHasATextAndEveryTextIsUsed(t *testing.T) {
	zh, _ := catalogues(t)
	used := regexp.MustCompile(`\{\{t "([^"]+)"`)
	pages, err := fs.Glob(files, "templates/*.html")
	require.NoError(t, err)
	inTemplates := map[string]bool{}
	for _, name := range pages {
		text, err := fs.ReadFile(files, name)
		require.NoError(t, err)
		for _, match := range used.FindAllStringSubmatch(string(text), -1) {
			require.Contains(t, zh, match[1], name)
			inTemplates[match[1]] = true
		}
	}
	// Keys that are put together from codes are checked where the codes are.
	composed := regexp.MustCompile(`^(error\.\d+|time|reason|type|status|entry_mode|board\.line|clock|silences\.field|calculator\.field|figures\.by)\.|^board\.none_free$|^calculator\.bad_|\.title$`)
	for key := range zh {
		require.True(t, inTemplates[key] || composed.MatchString(key), "nobody uses %q", key)
	}
}

func TestChineseTextsUseFullWidthPunctuation(t *testing.T) {
	zh, _ := catalogues(t)
	half := regexp.MustCompile(`\p{Han}[,;:?!()]|[,;:?!()]\p{Han}`)
	for key, text := range zh {
		require.NotRegexp(t, half, text, key)
	}
}

func TestEnumerationsOfTransactionsHaveWords(t *testing.T) {
	zh, en := catalogues(t)
	for _, texts := range []catalogue{zh, en} {
		for kind := card.Purchase; kind <= card.Reversal; kind++ {
			require.Contains(t, texts, "type."+kind.String())
		}
		for mode := card.Chip; mode <= card.CredentialOnFile; mode++ {
			require.Contains(t, texts, "entry_mode."+mode.String())
		}
		for _, status := range []card.Status{card.Approved, card.Declined} {
			require.Contains(t, texts, "status."+status.String())
		}
	}
}

func TestWhatASilenceLooksAtAndTheLinesHaveWords(t *testing.T) {
	zh, _ := catalogues(t)
	for _, field := range append(silenceFields, alerts.MatchRuleSet) {
		require.Contains(t, zh, "silences.field."+string(field))
	}
	for _, line := range boardLines {
		require.Contains(t, zh, "board.line."+orElse(line, "first"))
	}
	for _, clock := range []alerts.ClockKind{alerts.ClaimClock, alerts.CloseClock} {
		require.Contains(t, zh, "clock."+string(clock))
		require.Contains(t, zh, "clock."+string(clock)+"_late")
	}
}

func TestMoneyIsWrittenForPeople(t *testing.T) {
	for _, tt := range []struct {
		minor    int64
		currency string
		want     string
	}{
		{800_000, "CNY", "¥8,000.00"},
		{5, "CNY", "¥0.05"},
		{-1_250, "USD", "−US$12.50"},
		{123_456_789, "JPY", "JP¥123,456,789"},
		{1_250, "KWD", "KWD\u00a01.250"},
		{99_999, "", "999.99"},
	} {
		var c card.Currency
		copy(c[:], tt.currency)
		require.Equal(t, tt.want, money(tt.minor, c))
	}
}

func TestReasonsReadAsSentences(t *testing.T) {
	s := &Server{texts: map[card.Language]catalogue{}}
	s.texts[card.Chinese], s.texts[card.English] = catalogues(t)
	cny := card.Currency{'C', 'N', 'Y'}
	far := alertReason{detectors.Reason{Code: "distance_from_home", Value: 1940, Limit: 100, Unit: detectors.Kilometres}, cny}
	income := alertReason{detectors.Reason{Code: "spend_to_income", Value: 140, Unit: detectors.Percent}, cny}
	later := alertReason{detectors.Reason{Code: "of_a_later_release", Value: 3, Unit: "light-years"}, cny}
	for _, tt := range []struct {
		lang        card.Language
		reason      alertReason
		text, limit string
	}{
		{card.Chinese, far, "用卡地点距常用地 1,940 公里", "100 公里"},
		{card.English, far, "Used 1,940 km from where the card belongs", "100 km"},
		{card.English, income, "Spending to income: 140 %", ""},
		{card.English, later, "of_a_later_release: 3 light-years", ""},
	} {
		got, err := s.sentence(tt.lang, tt.reason)
		require.NoError(t, err)
		require.Equal(t, tt.text, got.Text)
		require.Equal(t, tt.limit, got.Limit)
	}
}

func TestOnlyOurOwnAddressesAreGoneBackTo(t *testing.T) {
	for address, want := range map[string]string{
		"/queue?tier=mild": "/queue?tier=mild", "/cases/case-1": "/cases/case-1", "": "/", "https://evil.example/": "/",
		"//evil.example/": "/", `/\evil.example`: "/", "javascript:alert(1)": "/", "queue": "/",
	} {
		require.Equal(t, want, localPath(address), "%q", address)
	}
}

func TestCustomersPageIsSmall(t *testing.T) {
	css, err := fs.ReadFile(files, "static/customer.css")
	require.NoError(t, err)
	page, err := fs.ReadFile(files, "templates/customer.html")
	require.NoError(t, err)
	require.Less(t, len(css)+len(page), 15_000)
	require.NotContains(t, string(page), "<script")
	require.False(t, strings.Contains(string(page), "style="), "the policy forbids inline styles")
}
