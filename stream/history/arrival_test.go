package history

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/stream/wire"
)

const minute = int64(60_000)

func TestArrivalIsEstimatedFromTheOrderOfTheFile(t *testing.T) {
	hour := 60 * minute
	for name, c := range map[string]struct {
		previous, own int64
		behind        []int64
		want          int64
	}{
		"in order":                                   {10 * hour, 10*hour + minute, []int64{10*hour + 2*minute, 10*hour + 3*minute}, 10*hour + minute},
		"late by hours":                              {10 * hour, 7 * hour, []int64{10*hour + minute}, 10 * hour},
		"a clock eight hours ahead":                  {10 * hour, 18 * hour, []int64{10*hour + minute, 10*hour + 2*minute, 10*hour + 3*minute}, 10*hour + minute},
		"two clocks ahead, side by side":             {10 * hour, 18 * hour, []int64{19 * hour, 10*hour + minute, 10*hour + 2*minute}, 10*hour + minute},
		"behind it one that is late":                 {10 * hour, 11 * hour, []int64{8 * hour, 11*hour + minute, 11*hour + 2*minute}, 11 * hour},
		"a quiet night, then the next day":           {10 * hour, 20 * hour, []int64{20*hour + minute, 21 * hour}, 20 * hour},
		"two clocks ahead, the others a second late": {10 * hour, 18 * hour, []int64{19 * hour, 10*hour - 1, 10*hour - 2}, 10 * hour},
		"twenty minutes fast by night":               {3 * hour, 3*hour + 21*minute, []int64{3*hour + 4*minute, 3*hour + 9*minute, 3*hour + 17*minute, 3*hour + 24*minute, 3*hour + 30*minute, 3*hour + 41*minute}, 3*hour + 4*minute},
		"the last record":                            {10 * hour, 11 * hour, nil, 11 * hour},
		"the last but one, its clock ahead":          {10 * hour, 22 * hour, []int64{10*hour + minute}, 10*hour + minute},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, arrival(c.previous, c.own, c.behind))
		})
	}
}

func TestOwnTimeIsFoundWithoutDecoding(t *testing.T) {
	at, ok := ownTime(timeField[wire.PaymentTopic], []byte(`{"event_id":"p", "paid_at" : "1970-01-01T00:01:00Z"}`))
	require.True(t, ok)
	require.Equal(t, minute, at)
	for _, none := range []string{``, `{`, `{"paid_at":12}`, `{"paid_at":"yesterday"}`, `{"statement_at":"1970-01-01T00:01:00Z"}`} {
		_, ok := ownTime(timeField[wire.PaymentTopic], []byte(none))
		require.False(t, ok, none)
	}
}
