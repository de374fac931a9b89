package rule

import (
	"slices"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// Detector is a compiled rule.
type Detector struct {
	about    detectors.About
	segments []string
	windows  []counter
	when     fn[bool]
	score    fn[int64]
	action   detectors.Action
	reasons  []reason
}

// reason is a fact that is ready to be told.
type reason struct {
	code         detectors.ReasonCode
	unit         detectors.Unit
	value, limit fn[int64]
	zh, en       template
}

// About says who the rule is.
func (d *Detector) About() detectors.About { return d.about }

// Validate has nothing to say: only a rule without a problem is compiled.
func (d *Detector) Validate() []detectors.Problem { return nil }

// Evaluate judges one use.
func (d *Detector) Evaluate(in *detectors.Sighting, f *detectors.Finding) {
	if len(d.segments) > 0 && !slices.Contains(d.segments, in.Profile.Segment) {
		return
	}
	s := scopeOf(in)
	s.rule = d
	clear(s.numbers[:len(d.windows)])
	fires, fault := d.when(s)
	if fault != "" || !fires {
		in.Fault = fault
		return
	}
	score, fault := d.score(s)
	if fault == "" && (score < 1 || score > 100) {
		fault = detectors.ScoreRange
	}
	if fault != "" {
		in.Fault = fault
		return
	}
	f.Score, f.Action, f.Title = int(score), d.action, d.about.Title
	for i := range d.reasons {
		// A fact that cannot be told does not take back what the others say.
		if r, fault := d.reasons[i].tell(s); fault == "" {
			f.Reasons = append(f.Reasons, r)
		} else {
			in.Fault = fault
		}
	}
}

func (r *reason) tell(s *scope) (told detectors.Reason, fault detectors.Fault) {
	if s.value, fault = r.value(s); fault != "" {
		return told, fault
	}
	if s.limit = 0; r.limit != nil {
		if s.limit, fault = r.limit(s); fault != "" {
			return told, fault
		}
	}
	return detectors.Reason{Code: r.code, Value: s.value, Limit: s.limit, Unit: r.unit,
		Text: detectors.Text{Zh: r.zh.write(s, card.Chinese), En: r.en.write(s, card.English)}}, ""
}
