package detectors

import "slices"

// Without is the monitor without some of its detectors, as when they were stopped: they find nothing new, what they have opened stays open and
// closes in its time. Drafts judge on. Names that it does not know change nothing.
func (m *Monitor) Without(names ...Name) *Monitor {
	less := *m
	less.about, less.segments = nil, nil
	less.use(slices.DeleteFunc(slices.Clone(m.cards), func(d CardDetector) bool { return slices.Contains(names, d.About().Name) }))
	less.noHelp = m.noHelp || slices.Contains(names, m.rules.RepaymentStress.About().Name)
	return &less
}
