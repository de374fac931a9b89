package geo_test

import (
	_ "embed"
	"encoding/csv"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors/geo"
)

//go:embed cities.csv
var citiesCSV string

func TestTableIsTheReviewedCSV(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(citiesCSV)).ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{"code", "zh", "en", "lat", "lon"}, rows[0])

	var want []geo.City
	for _, row := range rows[1:] {
		lat, err := strconv.ParseFloat(row[3], 64)
		require.NoError(t, err, row)
		lon, err := strconv.ParseFloat(row[4], 64)
		require.NoError(t, err, row)
		want = append(want, geo.City{Code: row[0], Zh: row[1], En: row[2], Point: geo.Point{Lat: lat, Lon: lon}})
	}
	require.Equal(t, want, slices.Collect(geo.Cities()), "run go generate in detectors/geo")
}

func TestEveryCityIsFoundByItsCodeAndNamedOnce(t *testing.T) {
	form := regexp.MustCompile(`^(\d{6}|[A-Z]{2}[A-Z2-9]{3})$`)
	codes, zh, en, points := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[geo.Point]bool{}
	for city := range geo.Cities() {
		found, ok := geo.Lookup(city.Code)
		require.True(t, ok, city)
		require.Equal(t, city, found)
		require.Regexp(t, form, city.Code)
		require.True(t, city.Valid(), city)
		require.NotEmpty(t, city.Region("zh-CN"), city)
		require.NotEmpty(t, city.Region("en"), city)
		require.Regexp(t, `^[\p{Han}（）]+$`, city.Zh)
		require.Regexp(t, `^[A-Z][\p{Latin} '.,()]+$`, city.En)
		require.False(t, codes[city.Code] || zh[city.Zh] || en[city.En] || points[city.Point], "twice: %v", city)
		codes[city.Code], zh[city.Zh], en[city.En], points[city.Point] = true, true, true, true
	}
}

// China has 333 divisions of prefecture level, plus four municipalities (Ministry of
// Civil Affairs, 2023), all of which the table must hold.
func TestEveryPrefectureIsThere(t *testing.T) {
	prefectures, provinces := 0, map[string]bool{}
	for city := range geo.Cities() {
		if geo.Country(city.Code) != "CN" {
			continue
		}
		provinces[city.Code[:2]] = true
		if strings.HasSuffix(city.Code, "00") && !strings.HasSuffix(city.Code, "0000") {
			prefectures++
		}
	}
	require.Equal(t, 333+4, prefectures)
	require.Len(t, provinces, 34)
}

// Coordinates from encyclopaedias, not from the sources of the table.
func TestKnownCitiesLieWhereTheyDo(t *testing.T) {
	tests := []struct {
		code, name string
		at         geo.Point
	}{
		{"110100", "Beijing", geo.Point{Lat: 39.904, Lon: 116.407}},
		{"230100", "Harbin", geo.Point{Lat: 45.750, Lon: 126.633}},
		{"310100", "Shanghai", geo.Point{Lat: 31.229, Lon: 121.475}},
		{"440300", "Shenzhen", geo.Point{Lat: 22.542, Lon: 114.060}},
		{"460200", "Sanya", geo.Point{Lat: 18.253, Lon: 109.504}},
		{"460300", "Sansha", geo.Point{Lat: 16.831, Lon: 112.333}},
		{"510100", "Chengdu", geo.Point{Lat: 30.657, Lon: 104.066}},
		{"540100", "Lhasa", geo.Point{Lat: 29.653, Lon: 91.119}},
		{"650100", "Urumqi", geo.Point{Lat: 43.825, Lon: 87.613}},
		{"653100", "Kashgar", geo.Point{Lat: 39.470, Lon: 75.990}},
		{"659009", "Kunyu", geo.Point{Lat: 37.209, Lon: 79.291}},
		{"810000", "Hong Kong, China", geo.Point{Lat: 22.300, Lon: 114.200}},
		{"820000", "Macao, China", geo.Point{Lat: 22.190, Lon: 113.538}},
		{"TWTPE", "Taipei", geo.Point{Lat: 25.038, Lon: 121.563}},
		{"JPTYO", "Tokyo", geo.Point{Lat: 35.690, Lon: 139.692}},
		{"USNYC", "New York", geo.Point{Lat: 40.713, Lon: -74.006}},
		{"GBLON", "London", geo.Point{Lat: 51.507, Lon: -0.128}},
		{"AUSYD", "Sydney", geo.Point{Lat: -33.868, Lon: 151.209}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			city, ok := geo.Lookup(test.code)
			require.True(t, ok)
			require.Equal(t, test.name, city.Name("en"))
			require.Less(t, geo.Distance(test.at, city.Point), 30.0)
		})
	}
}

func TestHarbinIsFarFromShenzhen(t *testing.T) {
	harbin, _ := geo.Lookup("230100")
	shenzhen, _ := geo.Lookup("440300")
	require.InDelta(t, 2_800, geo.Distance(harbin.Point, shenzhen.Point), 30)
}

func TestChineseCitiesLieInChinaAndNearTheirProvince(t *testing.T) {
	wide := map[string]float64{"15": 1_300, "54": 1_200, "62": 900, "65": 1_000} // Inner Mongolia, Tibet, Gansu, Xinjiang
	byProvince := map[string][]geo.City{}
	for city := range geo.Cities() {
		if geo.Country(city.Code) != "CN" {
			continue
		}
		require.True(t, city.Lat > 3.8 && city.Lat < 53.6 && city.Lon > 73.5 && city.Lon < 135.1, city)
		byProvince[city.Code[:2]] = append(byProvince[city.Code[:2]], city)
	}
	for province, members := range byProvince {
		limit := 800.0
		if km, ok := wide[province]; ok {
			limit = km
		}
		centre := median(members)
		for _, city := range members {
			require.Less(t, geo.Distance(centre, city.Point), limit, "%v from the middle of its province", city)
		}
	}
}

func TestNamesAndRegions(t *testing.T) {
	tests := []struct{ code, zh, regionZh, en, regionEn string }{
		{"440300", "深圳市", "广东省", "Shenzhen", "Guangdong"},
		{"110100", "北京市", "北京市", "Beijing", "Beijing"},
		{"320500", "苏州市", "江苏省", "Suzhou (Jiangsu)", "Jiangsu"},
		{"341300", "宿州市", "安徽省", "Suzhou (Anhui)", "Anhui"},
		{"632500", "海南藏族自治州", "青海省", "Hainan Prefecture", "Qinghai"},
		{"710000", "中国台湾", "中国台湾", "Taiwan, China", "Taiwan, China"},
		{"810000", "中国香港", "中国香港", "Hong Kong, China", "Hong Kong, China"},
		{"820000", "中国澳门", "中国澳门", "Macao, China", "Macao, China"},
		{"TWTPE", "台北", "中国台湾", "Taipei", "Taiwan, China"},
		{"JPTYO", "东京", "日本", "Tokyo", "Japan"},
	}
	for _, test := range tests {
		t.Run(test.code, func(t *testing.T) {
			city, ok := geo.Lookup(test.code)
			require.True(t, ok)
			require.Equal(t, test.zh, city.Name("zh-CN"))
			require.Equal(t, test.regionZh, city.Region("zh-CN"))
			require.Equal(t, test.en, city.Name("en"))
			require.Equal(t, test.regionEn, city.Region("en"))
		})
	}
}

func TestUnknownCodesAreNotFound(t *testing.T) {
	for _, code := range []string{"", "4403", "440399", "000000", "999999", "ZZZZZ", "jptyo", "440300 ", "深圳市"} {
		_, ok := geo.Lookup(code)
		require.False(t, ok, "%q", code)
	}
	require.Empty(t, geo.City{}.Region("en"))
}

func TestCountryOfACityCode(t *testing.T) {
	for code, want := range map[string]string{
		"440300": "CN", "810000": "CN", "999999": "CN", "JPTYO": "JP", "TWTPE": "TW", "JPXXX": "JP",
		"": "", "4403": "", "44O300": "", "ZZTYO": "", "JP": "", "JPTYOX": "",
	} {
		require.Equal(t, want, geo.Country(code), "%q", code)
	}
}

func TestNearest(t *testing.T) {
	for city := range geo.Cities() {
		nearest, km, ok := geo.Nearest(city.Point)
		require.True(t, ok)
		require.Equal(t, city, nearest)
		require.Zero(t, km)
	}

	huaqiangbei := geo.Point{Lat: 22.547, Lon: 114.085}
	city, km, ok := geo.Nearest(huaqiangbei)
	require.True(t, ok)
	require.Equal(t, "440300", city.Code)
	require.Less(t, km, 10.0)

	for name, nowhere := range map[string]geo.Point{
		"middle of the Pacific": {Lat: 0, Lon: -140},
		"no place":              {},
		"not on the earth":      {Lat: 91, Lon: 0},
	} {
		_, _, ok := geo.Nearest(nowhere)
		require.False(t, ok, name)
	}
}

func TestLookupsDoNotAllocate(t *testing.T) {
	shenzhen := geo.Point{Lat: 22.54, Lon: 114.06}
	require.Zero(t, testing.AllocsPerRun(100, func() {
		city, _ := geo.Lookup("440300")
		_ = city.Region("zh-CN")
		_ = geo.Country("JPTYO")
		_, _, _ = geo.Nearest(shenzhen)
	}))
}

func BenchmarkLookup(b *testing.B) {
	for b.Loop() {
		geo.Lookup("440300")
	}
}

func BenchmarkNearest(b *testing.B) {
	shenzhen := geo.Point{Lat: 22.54, Lon: 114.06}
	for b.Loop() {
		geo.Nearest(shenzhen)
	}
}

func median(cities []geo.City) geo.Point {
	var lats, lons []float64
	for _, city := range cities {
		lats, lons = append(lats, city.Lat), append(lons, city.Lon)
	}
	slices.Sort(lats)
	slices.Sort(lons)
	return geo.Point{Lat: lats[len(lats)/2], Lon: lons[len(lons)/2]}
}
