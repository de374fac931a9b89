package wire

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/cardwatch/cardwatch/detectors/card"
)

func TestMomentsAreReadAsTheCardPackageReadsThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := time.FixedZone("", rapid.IntRange(-18*60, 18*60).Draw(t, "offset")*60)
		moment := time.UnixMilli(rapid.Int64Range(0, 7_258_118_400_000).Draw(t, "milli")).In(zone)
		layout := rapid.SampledFrom([]string{time.RFC3339, time.RFC3339Nano, "2006-01-02T15:04:05.000000Z07:00"}).Draw(t, "layout")
		text := moment.Format(layout)
		want, err := card.ParseMoment(text)
		got, ok := new(calendar).moment([]byte(text))
		require.Equal(t, err == nil, ok, text)
		if ok {
			require.Equal(t, want, got, text)
		}
	})
}

func TestMomentsThatAreNone(t *testing.T) {
	for _, s := range []string{
		"", "2026", "2026-03-01", "2026-03-01 02:13:05+08:00", "2026-03-01T02:13:05", "2026-03-01T02:13+08:00",
		"2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
		"2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z", "1969-12-31T23:59:59Z",
		"2201-01-01T00:00:00Z", "2026-03-01T02:13:05.Z", "2026-03-01T02:13:05,5Z", "2026-03-01T02:13:05+0800",
		"2026-03-01T02:13:05+08:60", "2026-03-01T02:13:05+18:01", "2026-03-01T02:13:05z", "+026-03-01T02:13:05Z",
		"2026-03-01T02:13:05ZZ", "2026-03-01T02:13:05+08:00 ", "２026-03-01T02:13:05Z",
	} {
		_, ok := new(calendar).moment([]byte(s))
		require.False(t, ok, s)
	}
}

func TestMomentsKeepTheirOffsetAndLoseWhatIsBelowTheMillisecond(t *testing.T) {
	m, ok := new(calendar).moment([]byte("2024-02-29T23:59:59.1239-03:30"))
	require.True(t, ok)
	require.Equal(t, "2024-02-29T23:59:59.123-03:30", m.String())
}
