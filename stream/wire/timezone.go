package wire

import (
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
)

// defaultOffset is China's, which has one zone: minutes east of UTC for a contact that names no zone.
const defaultOffset = 8 * 60

// offset fills in the offset of the contact's zone at the contact's own time, so that the desk needs no zone files. A zone that
// they do not have is left out.
func (d *Decoder) offset(c *alerts.Contact) {
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
	_, seconds := time.UnixMilli(c.At.UnixMilli).In(location).Zone()
	c.OffsetMinutes = int16(seconds / 60)
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
