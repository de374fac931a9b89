package stream

import "time"

// Clock is where the edge takes the time from. The zero Clock is the machine's. A running-fast clock lets the demo's bank live
// a day in a minute; it is the only other use.
type Clock struct {
	// Start is the wall time at which the clock showed Epoch, and Rate how many seconds it advances in one.
	Start, Epoch time.Time
	Rate         float64
}

// Now is the time the clock shows.
func (c Clock) Now() time.Time {
	if c.Rate == 0 {
		return time.Now()
	}
	return c.At(time.Now())
}

// At is the time the clock shows at a wall time.
func (c Clock) At(wall time.Time) time.Time {
	if c.Rate == 0 {
		return wall
	}
	return c.Epoch.Add(time.Duration(float64(wall.Sub(c.Start)) * c.Rate))
}

// Wall turns a span on this clock into the wall time it takes.
func (c Clock) Wall(d time.Duration) time.Duration {
	if c.Rate == 0 {
		return d
	}
	return time.Duration(float64(d) / c.Rate)
}
