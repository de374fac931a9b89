package wire

import (
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// defaultOffset is China's, which has one zone: minutes east of UTC for a contact that names no zone.
const defaultOffset = 8 * 60

// offset fills in the offset of the contact's zone at the contact's own time and the next changes of its clocks, so that the desk needs
// no zone files. A zone that they do not have is left out.
func (d *Decoder) offset(c *alerts.Contact, shifts []alerts.Shift) {
	c.OffsetMinutes = defaultOffset
	if c.Timezone == "" {
		return
	}
	location := d.location(c.Timezone)
	if location == nil {
		c.Timezone = ""
		d.drop(fTimezone)
		return
	}
	at := time.UnixMilli(c.At.UnixMilli).In(location)
	c.OffsetMinutes = offsetOf(at)
	for range alerts.MaxShifts {
		_, end := at.ZoneBounds()
		if end.IsZero() {
			break
		}
		at = end
		shifts = append(shifts, alerts.Shift{At: card.Moment{UnixMilli: end.UnixMilli()}, OffsetMinutes: offsetOf(end)})
	}
	if len(shifts) > 0 {
		c.Shifts = shifts
	}
}

func offsetOf(at time.Time) int16 {
	_, seconds := at.Zone()
	return int16(seconds / 60)
}

// location finds a zone, nil when there is none. The decoder keeps those it has found, since loading one reads a file; there
// are a few hundred. "Local" is no zone of a customer's but this machine's.
func (d *Decoder) location(name string) *time.Location {
	if location := d.zones[name]; location != nil || name == "Local" {
		return location
	}
	location, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	if d.zones == nil {
		d.zones = make(map[string]*time.Location)
	}
	d.zones[strings.Clone(name)] = location
	return location
}
