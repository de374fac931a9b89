package rule

import (
	"math"
	"slices"
	"time"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// maxWindows bounds the windows of a rule.
const maxWindows = 16

// counter is a window that is ready to count.
type counter struct {
	span     time.Duration
	customer bool
	pastOnly bool
	// keys are what a use must share with the one being judged.
	keys []func(*window.Past) uint64
	// where picks uses; nil picks all.
	where fn[bool]
	// field is what is aggregated; 0 is not told, of a field that is told apart alone.
	field func(*window.Past) int64
	fold  func(values *gathered) int64
	// single says that fold needs every value.
	single bool
}

// gathered is what a window found.
type gathered struct {
	n             int64
	sum, max, min int64
	overflow      bool
	values        []int64
}

func (g *gathered) add(v int64, single bool) {
	if g.n == 0 {
		g.max, g.min = v, v
	}
	g.n++
	g.max, g.min = max(g.max, v), min(g.min, v)
	sum, fault := add(g.sum, v)
	g.sum, g.overflow = sum, g.overflow || fault != ""
	if single {
		g.values = append(g.values, v)
	}
}

// window is the number of one of the rule's windows, worked out when it is first asked for.
func (s *scope) window(i int) (int64, detectors.Fault) {
	n := &s.numbers[i]
	if !n.known {
		n.value, n.fault = s.rule.windows[i].count(s)
		n.known = true
	}
	return n.value, n.fault
}

// count looks at every use of the span, the newest first.
func (c *counter) count(s *scope) (int64, detectors.Fault) {
	s.now = s.in.Use.Past()
	for _, key := range c.keys {
		if key(&s.now) == 0 {
			return 0, "" // Nobody knows what it would share.
		}
	}
	s.found = gathered{values: s.found.values[:0]}
	if !c.pastOnly {
		s.history.Past = s.now
		if fault := c.take(s); fault != "" {
			return 0, fault
		}
	}
	if !c.customer {
		if fault := c.countCard(s, s.in.Window); fault != "" {
			return 0, fault
		}
	} else {
		for i := range s.in.Cards {
			if fault := c.countCard(s, &s.in.Cards[i].Window); fault != "" {
				return 0, fault
			}
		}
	}
	if s.found.overflow {
		return 0, detectors.Overflow
	}
	return c.fold(&s.found), ""
}

func (c *counter) countCard(s *scope, w *window.Window) detectors.Fault {
	s.history = w.Since(s.now.At.UnixMilli - c.span.Milliseconds() + 1)
	for s.history.Next() {
		if s.history.At.UnixMilli > s.now.At.UnixMilli {
			continue
		}
		if fault := c.take(s); fault != "" {
			return fault
		}
	}
	return ""
}

// take counts the use that the history stands at, if it is one of those meant. A use of which where cannot be told, such as a distance
// to nowhere known, does not count; any other fault is the window's.
func (c *counter) take(s *scope) detectors.Fault {
	p := &s.history.Past
	for _, key := range c.keys {
		if key(p) != key(&s.now) {
			return ""
		}
	}
	if c.where != nil {
		s.past = p
		yes, fault := c.where(s)
		if s.past = nil; fault == detectors.PlaceUnknown {
			return ""
		}
		if fault != "" || !yes {
			return fault
		}
	}
	s.found.add(c.field(p), c.single)
	return ""
}

// The aggregates. Of no uses at all each is 0.
func folds(q float64) map[string]func(*gathered) int64 {
	return map[string]func(*gathered) int64{
		"count": func(g *gathered) int64 { return g.n },
		"sum":   func(g *gathered) int64 { return g.sum },
		"max":   func(g *gathered) int64 { return g.max },
		"min":   func(g *gathered) int64 { return g.min },
		"avg":   func(g *gathered) int64 { return g.sum / max(g.n, 1) },
		"distinct": func(g *gathered) int64 {
			slices.Sort(g.values)
			values := slices.Compact(g.values)
			if len(values) > 0 && values[0] == 0 {
				values = values[1:]
			}
			return int64(len(values))
		},
		"quantile": func(g *gathered) int64 {
			if len(g.values) == 0 {
				return 0
			}
			slices.Sort(g.values)
			rank := int(math.Ceil(q * float64(len(g.values))))
			return g.values[min(max(rank, 1), len(g.values))-1]
		},
	}
}

// fields are what windows aggregate or share, as a number that is 0 when it is not told.
func fields() map[string]func(*window.Past) uint64 {
	return map[string]func(*window.Past) uint64{
		"amount_minor": func(p *window.Past) uint64 { return uint64(p.Minor) },
		"merchant_id":  func(p *window.Past) uint64 { return uint64(p.Merchant) },
		"city":         func(p *window.Past) uint64 { return cityCode(p.Area) },
		"country":      func(p *window.Past) uint64 { return uint64(p.Area.Country()) },
		"mcc":          func(p *window.Past) uint64 { return uint64(p.MCC) },
	}
}
