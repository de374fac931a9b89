package geo_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors/geo"
)

func TestAllOfISO3166IsValidAndNamed(t *testing.T) {
	letters := "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	valid, names := 0, map[string]string{}
	for _, first := range letters {
		for _, second := range letters {
			code := string(first) + string(second)
			if !geo.ValidCountry(code) {
				require.Empty(t, geo.CountryName(code, "en"), code)
				continue
			}
			valid++
			for _, lang := range []string{"zh-CN", "en"} {
				name := geo.CountryName(code, lang)
				require.NotEmpty(t, name, code)
				require.Empty(t, names[name], "%s names %s and %s", name, names[name], code)
				names[name] = code
			}
			require.Regexp(t, `^[\p{Han}（）、-]+$`, geo.CountryName(code, "zh-CN"))
		}
	}
	require.Equal(t, 249, valid, "ISO 3166-1 has 249 officially assigned codes")
}

func TestValidCountryRefuses(t *testing.T) {
	for _, code := range []string{"", "C", "cn", "CHN", "156", "ZZ", "XK", "UK", "EU", " CN"} {
		require.False(t, geo.ValidCountry(code), "%q", code)
	}
}

func TestNamesAChineseBankMustGetRight(t *testing.T) {
	tests := []struct{ code, zh, en string }{
		{"CN", "中国", "China"},
		{"HK", "中国香港", "Hong Kong, China"},
		{"MO", "中国澳门", "Macao, China"},
		{"TW", "中国台湾", "Taiwan, China"},
		{"JP", "日本", "Japan"},
		{"KR", "韩国", "South Korea"},
		{"GB", "英国", "United Kingdom"},
		{"US", "美国", "United States"},
	}
	for _, test := range tests {
		require.Equal(t, test.zh, geo.CountryName(test.code, "zh-CN"))
		require.Equal(t, test.zh, geo.CountryName(test.code, "zh"))
		require.Equal(t, test.en, geo.CountryName(test.code, "en"))
	}
}

func TestEveryForeignCityLiesInAKnownCountry(t *testing.T) {
	for city := range geo.Cities() {
		require.True(t, geo.ValidCountry(geo.Country(city.Code)), city)
	}
}
