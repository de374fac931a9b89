package wire

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cardwatch/cardwatch/alerts"
)

func TestAContactHasItsZonesOffsetAtItsOwnTime(t *testing.T) {
	const shanghai = `"Asia/Shanghai"`
	for _, tc := range []struct {
		name, zone, at string
		offset         int16
		dropped        []string
	}{
		{"China", shanghai, "2026-01-15", 480, nil},
		{"New York in winter", `"America/New_York"`, "2026-01-15", -300, nil},
		{"New York in summer", `"America/New_York"`, "2026-07-15", -240, nil},
		{"a zone of half an hour", `"Asia/Kolkata"`, "2026-01-15", 330, nil},
		{"Greenwich", `"UTC"`, "2026-01-15", 0, nil},
		{"no zone", `null`, "2026-01-15", 480, nil},
		{"an empty zone", `""`, "2026-01-15", 480, nil},
		{"a zone that is not on the list", `"Asia/Atlantis"`, "2026-01-15", 480, []string{"timezone"}},
		{"a folder of zones", `"Asia"`, "2026-01-15", 480, []string{"timezone"}},
		{"a file elsewhere", `"/etc/hostname"`, "2026-01-15", 480, []string{"timezone"}},
		{"this machine's zone", `"Local"`, "2026-01-15", 480, []string{"timezone"}},
		{"no name at all", `"../x y"`, "2026-01-15", 480, []string{"timezone"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			value := changed(t, ContactTopic, shanghai, tc.zone)
			value = replaceOnce(t, value, `"2026-01-15`, `"`+tc.at)
			body, meta, err := decode(t, ContactTopic, value)
			require.NoError(t, err)
			require.Equal(t, tc.offset, body.(*alerts.Contact).OffsetMinutes)
			require.Equal(t, tc.dropped, meta.Dropped)
			require.Equal(t, tc.dropped != nil || tc.zone == `null` || tc.zone == `""`, body.(*alerts.Contact).Timezone == "")
		})
	}
}

func TestADecoderKeepsTheZonesItHasFound(t *testing.T) {
	var d Decoder
	for range 2 {
		body, _, err := d.Decode(Record{Topic: ContactTopic, Value: golden(t, ContactTopic), Unkeyed: true})
		require.NoError(t, err)
		require.Equal(t, int16(480), body.(*alerts.Contact).OffsetMinutes)
		require.Len(t, d.zones, 1)
		_, meta, err := d.Decode(Record{Topic: ContactTopic, Value: []byte(changed(t, ContactTopic, "Asia/Shanghai", "Asia/Atlantis")), Unkeyed: true})
		require.NoError(t, err)
		require.Equal(t, []string{"timezone"}, meta.Dropped)
		require.Len(t, d.zones, 1, "names of nowhere are not kept")
	}
}
