package mapping

import (
	"fmt"
	"strconv"
	"time"
)

// parseZone reads "+08:00", "-05:00" or an IANA name. Empty gives UTC, for formats that carry their own offset.
func parseZone(s string) (*time.Location, error) {
	if len(s) == 6 && (s[0] == '+' || s[0] == '-') {
		t, err := time.Parse("-07:00", s)
		if err != nil {
			return nil, fmt.Errorf("zone %q is no offset such as +08:00", s)
		}
		_, seconds := t.Zone()
		return time.FixedZone("", seconds), nil
	}
	if s == "Local" {
		return nil, fmt.Errorf("zone Local differs from machine to machine; name the zone")
	}
	zone, err := time.LoadLocation(s)
	if err != nil {
		return nil, fmt.Errorf("zone %q is neither an IANA name (Asia/Shanghai) nor an offset (+08:00)", s)
	}
	return zone, nil
}

// timeReader reads one format. A wall clock that a daylight-saving change makes ambiguous or impossible is read as
// time.ParseInLocation does: deterministic, but possibly an hour off; a fixed offset has no such hour.
func timeReader(name, layout string, zone *time.Location) func(string) (time.Time, error) {
	switch name {
	case "unix":
		return func(s string) (time.Time, error) {
			n, err := strconv.ParseInt(s, 10, 64)
			return time.Unix(n, 0).In(zone), err
		}
	case "unix_milli":
		return func(s string) (time.Time, error) {
			n, err := strconv.ParseInt(s, 10, 64)
			return time.UnixMilli(n).In(zone), err
		}
	default:
		return func(s string) (time.Time, error) { return time.ParseInLocation(layout, s, zone) }
	}
}
