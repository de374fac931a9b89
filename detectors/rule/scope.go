package rule

import (
	"time"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// scope is what an expression is evaluated in: the use being judged, and within a window one use of the past.
type scope struct {
	in   *detectors.Sighting
	past *window.Past
	// rule is the detector whose windows are meant, and numbers what of them has been worked out.
	rule    *Detector
	numbers [maxWindows]number
	// value and limit are those of the reason whose text is being written.
	value, limit int64
	base         baselines
	// now, history and found are room for counting a window.
	now     window.Past
	history window.History
	found   gathered
}

type number struct {
	known bool
	fault detectors.Fault
	value int64
}

// baselines are the card's own normal, worked out when the first rule asks.
type baselines struct {
	amounts, total bool
	p50, p95       int64
	n              int64
	period         window.Period
}

// scopeOf is the scope that all rules share about a use.
func scopeOf(in *detectors.Sighting) *scope {
	s, ok := in.Memo.(*scope)
	if !ok {
		s = &scope{}
		in.Memo = s
	}
	s.in = in
	return s
}

func (s *scope) amounts() *baselines {
	if !s.base.amounts {
		a := s.in.Window.Amounts()
		s.base.amounts, s.base.p50, s.base.p95, s.base.n = true, a.Quantile(0.5), a.Quantile(0.95), int64(a.N)
	}
	return &s.base
}

func (s *scope) total() *window.Period {
	if !s.base.total {
		s.base.total, s.base.period = true, s.in.Window.Total()
	}
	return &s.base.period
}

// nightShare is the share of the card's uses between midnight and six, 0 without uses.
func (s *scope) nightShare() float64 {
	total, night := s.total(), uint32(0)
	if total.Uses == 0 {
		return 0
	}
	for _, n := range total.Hours[:6] {
		night += n
	}
	return float64(night) / float64(total.Uses)
}

// daysSinceFirstUse is the age of the oldest use that is remembered, in days.
func (s *scope) daysSinceFirstUse() int64 {
	oldest := s.in.Use.At.UnixMilli
	for h := s.in.Window.Since(0); h.Next(); {
		oldest = min(oldest, h.At.UnixMilli)
	}
	return (s.in.Use.At.UnixMilli - oldest) / (24 * time.Hour).Milliseconds()
}

// completeDays is how many days back the card's log has every use: fewer than 90 for a card that is used very often, and after an upgrade
// from a release that kept no log.
func (s *scope) completeDays() int64 {
	const days = int64(window.LogSpan / window.Day)
	since := s.in.Window.LogSince()
	if since == 0 {
		return days
	}
	return min(max((s.in.Use.At.UnixMilli-since)/window.Day.Milliseconds(), 0), days)
}

// usual reports whether the card was used at a place on several days: what usual_cities lists.
func usual(p *window.Place) bool { return p.Uses() >= 3 && p.LastDay > p.FirstDay }

func (s *scope) usualCities() []string {
	var cities []string
	for i, places := 0, s.in.Window.Places(); i < len(places); i++ {
		if city := places[i].Area.City(); city != "" && usual(&places[i]) {
			cities = append(cities, city)
		}
	}
	return cities
}

// country is the transaction's, the city's when it is not told.
func (s *scope) country() string {
	if s.in.Transaction.Place.Country != "" {
		return s.in.Transaction.Place.Country
	}
	return countryName(uint64(s.in.Use.Spot.Area.Country()))
}

func countryName(code uint64) string {
	if code == 0 {
		return ""
	}
	return string([]byte{byte(code >> 8), byte(code)})
}
