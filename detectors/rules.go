package detectors

import (
	"errors"
	"fmt"
	"time"
)

// Validate names everything that is wrong with the rules at once; nil when nothing is.
func (r *Rules) Validate() error {
	var c checks
	c.that(r.Version != "" && len(r.Version) <= 64, "version", "must have 1 to 64 bytes")
	c.within("lateness", r.Lateness, 0, time.Hour)
	c.within("clock_ahead", r.ClockAhead, 0, time.Hour)
	c = append(c, r.Delinquency.problems()...)
	errs := c.errs()
	for _, d := range r.Catalogue() {
		for _, p := range d.Validate() {
			errs = append(errs, Problem{Path: string(d.About().Name) + "." + p.Path, Text: p.Text})
		}
	}
	errs = append(errs, r.validateSegments())
	return errors.Join(errs...)
}

// Problem is one thing that is wrong with a configuration.
type Problem struct {
	// Path leads to the value, "large_out_of_town.alert_at"; within a detector's own Validate it starts at its section.
	Path string
	// Text says what the value must be.
	Text string
	// See is the path of another value that the text is about, empty for none.
	See string
	// Line and Column lead to the place inside a value that is a text of its own, counted from 1 in characters; 0 for the whole value.
	Line, Column int
}

// Error is the path and the text.
func (p Problem) Error() string { return p.Path + ": " + p.Text }

// checks gathers problems.
type checks []Problem

func (c *checks) that(ok bool, path, text string) {
	if !ok {
		*c = append(*c, Problem{Path: path, Text: text})
	}
}

// within demands a duration in low … high.
func (c *checks) within(path string, d, low, high time.Duration) {
	c.that(d >= low && d <= high, path, fmt.Sprintf("is %v, must lie in %v … %v", d, low, high))
}

// between demands a number in low … high.
func (c *checks) between(path string, n, low, high int) {
	c.that(n >= low && n <= high, path, fmt.Sprintf("is %d, must lie in %d … %d", n, low, high))
}

func (c checks) errs() []error {
	var errs []error
	for _, p := range c {
		errs = append(errs, p)
	}
	return errs
}
