package detectors

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// Scorecard is a table of points that tells the chance of missing the next minimum payment. It is data: a bank fits one on
// its own history (bench/stress) and it travels as JSON. More points are more stress; 20 double the odds, as fitted.
type Scorecard struct {
	// Version names the table on every assessment.
	Version string `json:"version"`
	// Intercept and Slope turn points into log odds, by a logistic regression of the outcome on the points alone.
	Intercept float64 `json:"intercept"`
	Slope     float64 `json:"slope"`
	// Worth is what one major unit of a currency is worth in the money of the table's amounts; 1 where it says nothing.
	Worth map[string]float64 `json:"worth,omitempty"`
	// Segments are in ascending order of FromCycles, the first from 0. What tells the current apart tells little of those who
	// are late already, so each has points of its own.
	Segments []ScoreSegment `json:"segments"`
}

// ScoreSegment is the points for customers with at least FromCycles cycles past due.
type ScoreSegment struct {
	FromCycles int `json:"from_cycles"`
	// BasePoints are everyone's in the segment.
	BasePoints int              `json:"base_points"`
	Attributes []ScoreAttribute `json:"attributes"`
}

// ScoreAttribute is one attribute's row of bins, in ascending order.
type ScoreAttribute struct {
	Code ReasonCode `json:"code"`
	Bins []ScoreBin `json:"bins"`
}

// ScoreBin gives Points to values below Below; the last bin of a row has no bound and takes the rest.
type ScoreBin struct {
	Below  *float64 `json:"below,omitempty"`
	Points int      `json:"points"`
}

// ParseScorecard reads a table from JSON. Unknown fields, trailing text and a table that Validate refuses are errors.
func ParseScorecard(text []byte) (Scorecard, error) {
	var s Scorecard
	in := json.NewDecoder(bytes.NewReader(text))
	in.DisallowUnknownFields()
	if err := in.Decode(&s); err != nil {
		return Scorecard{}, fmt.Errorf("scorecard: %w", err)
	}
	if in.More() {
		return Scorecard{}, fmt.Errorf("scorecard: text after the table at byte %d", in.InputOffset())
	}
	return s, s.Validate()
}

// Validate says what keeps the table from being used: no version, an attribute that this program does not compute or that
// stands twice, bins out of order, or a probability that does not rise with the points.
func (s *Scorecard) Validate() error {
	if s.Version == "" {
		return fmt.Errorf("scorecard: version is missing")
	}
	if !(s.Slope > 0) || math.IsInf(s.Slope, 0) || math.IsNaN(s.Intercept) || math.IsInf(s.Intercept, 0) {
		return fmt.Errorf("scorecard: slope %v and intercept %v must be finite and the slope above 0", s.Slope, s.Intercept)
	}
	for currency, worth := range s.Worth {
		if _, err := card.ParseCurrency(currency); err != nil || !(worth > 0) || math.IsInf(worth, 0) {
			return fmt.Errorf("scorecard: worth of %q is %v, must be above 0 for an ISO 4217 currency", currency, worth)
		}
	}
	if len(s.Segments) == 0 {
		return fmt.Errorf("scorecard: no segments")
	}
	for i := range s.Segments {
		g := &s.Segments[i]
		if i == 0 && g.FromCycles != 0 || i > 0 && g.FromCycles <= s.Segments[i-1].FromCycles {
			return fmt.Errorf("scorecard: segment %d begins at %d cycles past due; the first must begin at 0, each later one above the one before", i+1, g.FromCycles)
		}
		if err := g.validate(); err != nil {
			return fmt.Errorf("scorecard: segment from %d cycles: %w", g.FromCycles, err)
		}
	}
	return nil
}

func (g *ScoreSegment) validate() error {
	if len(g.Attributes) == 0 {
		return fmt.Errorf("no attributes")
	}
	seen := map[ReasonCode]bool{}
	for _, a := range g.Attributes {
		if at, _ := attributeIndex(a.Code); at < 0 {
			return fmt.Errorf("attribute %q is not one of those that can be computed", a.Code)
		}
		if seen[a.Code] {
			return fmt.Errorf("attribute %q stands twice", a.Code)
		}
		seen[a.Code] = true
		if err := a.validate(); err != nil {
			return fmt.Errorf("attribute %q: %w", a.Code, err)
		}
	}
	return nil
}

func (a *ScoreAttribute) validate() error {
	last := len(a.Bins) - 1
	if last < 0 || a.Bins[last].Below != nil {
		return fmt.Errorf("the last bin must be without a bound")
	}
	for i := range last {
		if a.Bins[i].Below == nil || math.IsNaN(*a.Bins[i].Below) {
			return fmt.Errorf("bin %d needs a bound", i+1)
		}
		if i > 0 && *a.Bins[i].Below <= *a.Bins[i-1].Below {
			return fmt.Errorf("bin %d's bound %v is not above the one before", i+1, *a.Bins[i].Below)
		}
	}
	return nil
}

// Scored is what a table says of one account: Lines and Base add up to Points.
type Scored struct {
	Points, Base int
	Lines        []PointsReason
}

// Score judges StressInputs in a currency by the segments whose FromCycles the account has reached; the one that gives the
// most points counts, so that falling behind never lowers them.
func (s *Scorecard) Score(inputs []float64, currency card.Currency) (most Scored) {
	worth, listed := s.Worth[currency.String()]
	if !listed {
		worth = 1
	}
	for i := range s.Segments {
		g := &s.Segments[i]
		if i > 0 && inputs[cyclesInput] < float64(g.FromCycles) {
			break
		}
		if scored := g.score(inputs, worth); i == 0 || scored.Points > most.Points {
			most = scored
		}
	}
	return most
}

func (g *ScoreSegment) score(inputs []float64, worth float64) Scored {
	scored := Scored{Points: g.BasePoints, Base: g.BasePoints, Lines: make([]PointsReason, len(g.Attributes))}
	for i, a := range g.Attributes {
		at, money := attributeIndex(a.Code)
		value, scale := inputs[at], 1.0
		if money && value > 0 {
			scale = worth
		}
		scored.Lines[i] = PointsReason{Code: a.Code, Points: a.points(value * scale), Value: value}
		scored.Points += scored.Lines[i].Points
	}
	return scored
}

func (a *ScoreAttribute) points(value float64) int {
	for _, b := range a.Bins {
		if b.Below == nil || value < *b.Below {
			return b.Points
		}
	}
	return 0
}

// MissProbability is the chance of missing the next minimum payment at a number of points, rounded to 1/10,000 so that it
// is the same on every machine.
func (s *Scorecard) MissProbability(points int) float64 {
	return math.Round(1e4/(1+math.Exp(-s.Intercept-s.Slope*float64(points)))) / 1e4
}
