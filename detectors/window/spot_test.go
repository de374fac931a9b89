package window_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/pack"
	"github.com/cardwatch/cardwatch/detectors/window"
)

func TestAreaIsTheCityElseACell(t *testing.T) {
	require.Equal(t, "230100", window.AreaOf(card.Place{City: "230100", HasPoint: true, Lat: 45.8, Lon: 126.5}).City())
	require.Equal(t, "JPTYO", window.AreaOfCity("JPTYO").City())
	require.Zero(t, window.AreaOf(card.Place{}))
	require.Zero(t, window.AreaOfCity("longer than any code"))

	at := func(lat, lon float64) window.Area {
		return window.AreaOf(card.Place{HasPoint: true, Lat: lat, Lon: lon})
	}
	require.Equal(t, at(45.8, 126.6), at(45.9, 126.9), "the same half degree")
	require.NotEqual(t, at(45.8, 126.6), at(46.1, 126.6))
	require.NotEqual(t, at(45.8, 126.6), at(-45.8, 126.6))
	require.Empty(t, at(45.8, 126.6).City())
}

func TestDistanceIsToldOnlyWhenBothPointsAreKnown(t *testing.T) {
	harbin := window.SpotOf(card.Place{City: "230100"})
	shenzhen := window.SpotOf(card.Place{City: "440300"})
	unlisted := window.SpotOf(card.Place{City: "999999"})

	km, known := harbin.Distance(shenzhen)
	require.True(t, known)
	require.InDelta(t, 2830, km, 60)

	km, known = unlisted.Distance(unlisted)
	require.True(t, known, "the same area is no distance, wherever it is")
	require.Zero(t, km)

	_, known = harbin.Distance(unlisted)
	require.False(t, known)
	_, known = window.Spot{}.Distance(window.Spot{})
	require.False(t, known)
}

func TestTerminalsOwnPointWinsOverTheCitys(t *testing.T) {
	s := window.SpotOf(card.Place{City: "230100", HasPoint: true, Lat: 45.123, Lon: 127.456})
	require.InDelta(t, 45.12, s.Point().Lat, 0.001)
	require.InDelta(t, 127.46, s.Point().Lon, 0.001)

	nowhere := window.SpotOf(card.Place{City: "230100", HasPoint: true})
	require.True(t, nowhere.HasPoint(), "0, 0 is what terminals send that do not know")
	require.InDelta(t, 45.7, nowhere.Point().Lat, 0.5)
}

func TestSpotComesBackFromItsBinaryForm(t *testing.T) {
	s := window.SpotOf(card.Place{HasPoint: true, Lat: -33.87, Lon: -151.21})
	r := pack.NewReader(s.Append(nil))
	require.Equal(t, s, window.ReadSpot(r))
	require.NoError(t, r.Done())
}

func TestTravelPurchases(t *testing.T) {
	for _, mcc := range []card.MCC{3000, 3999, 4112, 4511, 4722, 7011} {
		require.True(t, window.IsTravel(mcc), mcc)
	}
	for _, mcc := range []card.MCC{0, 4111, 4121, 5411, 5541} {
		require.False(t, window.IsTravel(mcc), mcc)
	}
}
