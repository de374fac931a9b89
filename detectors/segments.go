package detectors

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// SegmentRules are the built-in detectors as they judge the customers of one segment: whole sections, of which a rule file names only what
// differs. A section that is nil is that of all customers.
type SegmentRules struct {
	LargeOutOfTown         *LargeOutOfTown         `yaml:"large_out_of_town" json:"large_out_of_town,omitempty"`
	LateNightHighFrequency *LateNightHighFrequency `yaml:"late_night_high_frequency" json:"late_night_high_frequency,omitempty"`
	SlowClone              *SlowClone              `yaml:"slow_clone" json:"slow_clone,omitempty"`
	OnlineSpree            *OnlineSpree            `yaml:"online_spree" json:"online_spree,omitempty"`
}

// Catalogue lists the sections that differ.
func (s *SegmentRules) Catalogue() []CardDetector {
	var own []CardDetector
	if s.LargeOutOfTown != nil {
		own = append(own, s.LargeOutOfTown)
	}
	if s.LateNightHighFrequency != nil {
		own = append(own, s.LateNightHighFrequency)
	}
	if s.SlowClone != nil {
		own = append(own, s.SlowClone)
	}
	if s.OnlineSpree != nil {
		own = append(own, s.OnlineSpree)
	}
	return own
}

// maxSegments bounds the segments with rules of their own.
const maxSegments = 64

func (r *Rules) validateSegments() error {
	var errs []error
	if len(r.Segments) > maxSegments {
		errs = append(errs, Problem{Path: "segments", Text: fmt.Sprintf("has %d segments, at most %d are read", len(r.Segments), maxSegments)})
	}
	for _, name := range slices.Sorted(maps.Keys(r.Segments)) {
		path := "segments." + name
		if name == "" || len(name) > maxSegment {
			errs = append(errs, Problem{Path: path, Text: fmt.Sprintf("a segment's name has 1 to %d bytes", maxSegment)})
		}
		own := r.Segments[name]
		for _, d := range own.Catalogue() {
			for _, p := range d.Validate() {
				p.Path = path + "." + string(d.About().Name) + "." + p.Path
				errs = append(errs, p)
			}
		}
	}
	return errors.Join(errs...)
}

// detectorsOf are the card detectors for a segment: its own in the place of those of all customers.
func detectorsOf(all []CardDetector, own SegmentRules) []CardDetector {
	list := slices.Clone(all)
	for _, d := range own.Catalogue() {
		for i := range list {
			if list[i].About().Name == d.About().Name {
				list[i] = d
			}
		}
	}
	return list
}
