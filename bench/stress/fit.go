// Package stress fits the repayment-stress scorecard on a history of customers and what became of them.
//
// A fit splits the customers into those who are current and those who are late. In each part it cuts every attribute into
// at most ten bins, fits a smoothed logistic regression on them and rounds its weights to whole points (20 double the odds);
// then it fits the probability anew on the points. It is a pure function of its input: the same
// customers in the same order give the same table, byte for byte.
package stress

import (
	"fmt"
	"math"
	"slices"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

const (
	// pointsPerUnit makes 20 points double the odds.
	pointsPerUnit = 20 / math.Ln2
	// evenOdds are the points at which missing and paying are equally likely, as fitted.
	evenOdds = 500
	// ridge keeps the weights of an attribute from drifting together, smooth holds neighbouring bins to each other: 100 did
	// best of 10 … 300 by repeated hold-outs on the UCI data.
	ridge  = 1
	smooth = 100
	// folds is how many parts the cross-validation has.
	folds = 5
	// leastOfEach is how many customers of each outcome a fit needs: 50 a bin in the mean.
	leastOfEach = 350
)

// Example is one customer at the moment of an assessment, and what became of the next payment.
type Example struct {
	// Inputs are detectors.StressInputs.
	Inputs []float64
	Missed bool
}

// Current reports whether the customer had no cycle past due at the assessment.
func (e *Example) Current() bool { return e.Inputs[0] == 0 }

// OnlyCurrent gives the examples that were current.
func OnlyCurrent(examples []Example) []Example {
	return slices.DeleteFunc(slices.Clone(examples), func(e Example) bool { return !e.Current() })
}

// Report says how good a fitted table is.
type Report struct {
	// CrossValidated measures tables fitted on four fifths of the customers on the fifth that they did not see.
	CrossValidated Measures `json:"cross_validated"`
	// CrossValidatedCurrent is the same for customers with no cycle past due at the assessment.
	CrossValidatedCurrent Measures `json:"cross_validated_current"`
	// Fitted measures the table on the customers it was fitted on.
	Fitted Measures `json:"fitted"`
}

// Fit makes a table under a version's name from examples. Too few examples of either outcome are an error.
func Fit(version string, examples []Example) (detectors.Scorecard, Report, error) {
	for _, e := range examples {
		if len(e.Inputs) != len(detectors.StressAttributes()) {
			return detectors.Scorecard{}, Report{}, fmt.Errorf("stress: an example has %d inputs, the attributes are %d", len(e.Inputs), len(detectors.StressAttributes()))
		}
	}
	if missed, paid := tally(examples); missed < leastOfEach || paid < leastOfEach {
		return detectors.Scorecard{}, Report{}, fmt.Errorf("stress: %d customers who missed and %d who paid; a table needs at least %d of each", missed, paid, leastOfEach)
	}
	table, err := fit(version, examples)
	if err != nil {
		return detectors.Scorecard{}, Report{}, err
	}
	report := Report{Fitted: Judge(&table, examples)}
	report.CrossValidated, report.CrossValidatedCurrent, err = crossValidate(examples)
	return table, report, err
}

func fit(version string, examples []Example) (detectors.Scorecard, error) {
	var fits []fitted
	for _, part := range parts(examples) {
		f, err := fitSegment(part.fromCycles, part.examples)
		if err != nil {
			return detectors.Scorecard{}, err
		}
		fits = append(fits, f)
	}
	missed := outcomes(examples)
	intercept, slope, err := calibrate(scores(tabulate(version, fits, 1, 0), examples), missed)
	if err != nil {
		return detectors.Scorecard{}, err
	}
	// Smoothed weights say too little, and the costlier of two segments too much: the points are stretched until they mean odds.
	table := tabulate(version, fits, slope*pointsPerUnit, intercept+slope*evenOdds)
	intercept, slope, err = calibrate(scores(table, examples), missed)
	table.Intercept, table.Slope = sixDigits(intercept), sixDigits(slope)
	return table, err
}

func scores(table detectors.Scorecard, examples []Example) []int {
	points := make([]int, len(examples))
	for i := range examples {
		points[i] = table.Score(examples[i].Inputs, card.Currency{}).Points
	}
	return points
}

// part is the customers of one segment.
type part struct {
	fromCycles int
	examples   []Example
}

// parts splits the customers into those who are current and those who are late. Where either has too few of an outcome for
// points of its own, all share one segment.
func parts(examples []Example) []part {
	current := OnlyCurrent(examples)
	late := slices.DeleteFunc(slices.Clone(examples), func(e Example) bool { return e.Current() })
	if !enough(current) || !enough(late) {
		return []part{{0, examples}}
	}
	return []part{{0, current}, {1, late}}
}

func enough(examples []Example) bool {
	missed, paid := tally(examples)
	return missed >= leastOfEach && paid >= leastOfEach
}

func tally(examples []Example) (missed, paid int) {
	for _, e := range examples {
		if e.Missed {
			missed++
		}
	}
	return missed, len(examples) - missed
}

// fitted is a segment before its weights, in log odds, become points.
type fitted struct {
	fromCycles int
	intercept  float64
	weights    [][]float64
	rows       [][]bin
}

func fitSegment(fromCycles int, examples []Example) (fitted, error) {
	missed := outcomes(examples)
	var rows [][]bin
	for j, a := range detectors.StressAttributes() {
		rows = append(rows, binned(column(examples, j), missed, a.Sign))
	}
	intercept, weights, err := regress(examples, missed, rows)
	for err == nil && mergeAgainstSign(rows, weights) {
		intercept, weights, err = regress(examples, missed, rows)
	}
	return fitted{fromCycles, intercept, weights, rows}, err
}

// regress fits a weight for every bin, one list an attribute.
func regress(examples []Example, missed []bool, rows [][]bin) (intercept float64, weights [][]float64, err error) {
	design, joined, columns := dummies(examples, rows)
	intercept, flat, err := logistic(design, missed, columns, penalty{ridge, smooth, joined})
	if err != nil {
		return 0, nil, err
	}
	for _, bins := range rows {
		weights = append(weights, flat[:len(bins)])
		flat = flat[len(bins):]
	}
	return intercept, weights, nil
}

// mergeAgainstSign merges, in every attribute with a sign, the neighbouring bins whose weights run against it the most,
// and reports whether there were any: what one attribute says may turn in the company of the others.
func mergeAgainstSign(rows [][]bin, weights [][]float64) (merged bool) {
	for j, a := range detectors.StressAttributes() {
		worst, at := 0.0, -1
		for k := range len(rows[j]) - 1 {
			if against := float64(-a.Sign) * (weights[j][k+1] - weights[j][k]); against > worst {
				worst, at = against, k
			}
		}
		if at >= 0 {
			rows[j] = merge(rows[j], at)
			merged = true
		}
	}
	return merged
}

// dummies gives every bin a column, and joins the columns of neighbouring bins.
func dummies(examples []Example, rows [][]bin) (design []sparse, joined []int, columns int) {
	first := make([]int, len(rows))
	for j, bins := range rows {
		first[j] = columns
		for k := range len(bins) - 1 {
			joined = append(joined, columns+k)
		}
		columns += len(bins)
	}
	design = make([]sparse, len(examples))
	for i, e := range examples {
		design[i] = make(sparse, len(rows))
		for j, bins := range rows {
			design[i][j] = first[j] + find(bins, e.Inputs[j])
		}
	}
	return design, joined, columns
}

// tabulate makes the table whose log odds are stretch times those of the fits, and shift more.
func tabulate(version string, fits []fitted, stretch, shift float64) detectors.Scorecard {
	table := detectors.Scorecard{Version: version}
	for i := range fits {
		table.Segments = append(table.Segments, fits[i].tabulate(stretch, shift))
	}
	return table
}

// tabulate rounds weights to points. The mildest bin of every attribute costs none, so that points are what stress cost; an
// attribute that costs nobody anything is left out, but for the cycles past due, so that no segment is empty.
func (f *fitted) tabulate(stretch, shift float64) detectors.ScoreSegment {
	segment := detectors.ScoreSegment{FromCycles: f.fromCycles}
	base := f.intercept
	for j, a := range detectors.StressAttributes() {
		least := slices.Min(f.weights[j])
		base += least
		attribute := detectors.ScoreAttribute{Code: a.Code}
		for k, b := range f.rows[j] {
			bin := detectors.ScoreBin{Points: int(math.Round((f.weights[j][k] - least) * stretch * pointsPerUnit))}
			if n := len(attribute.Bins); n > 0 && attribute.Bins[n-1].Points == bin.Points {
				attribute.Bins = attribute.Bins[:n-1]
			}
			if !math.IsInf(b.below, 1) {
				bin.Below = &f.rows[j][k].below
			}
			attribute.Bins = append(attribute.Bins, bin)
		}
		if j == 0 || len(attribute.Bins) > 1 {
			segment.Attributes = append(segment.Attributes, attribute)
		}
	}
	segment.BasePoints = evenOdds + int(math.Round((base*stretch+shift)*pointsPerUnit))
	return segment
}

// Judge measures a table on examples.
func Judge(table *detectors.Scorecard, examples []Example) Measures {
	var all judgements
	for i := range examples {
		all.add(table, &examples[i])
	}
	return all.measure()
}

// crossValidate judges every example by a table that was fitted without it and every fifth other. The folds are by place,
// so examples that belong together must not stand five apart.
func crossValidate(examples []Example) (all, current Measures, err error) {
	var judged, judgedCurrent judgements
	for f := range folds {
		var seen, unseen []Example
		for i, e := range examples {
			if i%folds == f {
				unseen = append(unseen, e)
			} else {
				seen = append(seen, e)
			}
		}
		table, err := fit("cross-validation", seen)
		if err != nil {
			return Measures{}, Measures{}, fmt.Errorf("cross-validation: %w", err)
		}
		for i := range unseen {
			judged.add(&table, &unseen[i])
			if unseen[i].Current() {
				judgedCurrent.add(&table, &unseen[i])
			}
		}
	}
	return judged.measure(), judgedCurrent.measure(), nil
}

// judgements are probabilities and what became of them.
type judgements struct {
	probabilities []float64
	missed        []bool
}

func (j *judgements) add(table *detectors.Scorecard, e *Example) {
	j.probabilities = append(j.probabilities, table.MissProbability(table.Score(e.Inputs, card.Currency{}).Points))
	j.missed = append(j.missed, e.Missed)
}

func (j *judgements) measure() Measures { return Measure(j.probabilities, j.missed) }

func outcomes(examples []Example) []bool {
	missed := make([]bool, len(examples))
	for i := range examples {
		missed[i] = examples[i].Missed
	}
	return missed
}

func column(examples []Example, j int) []float64 {
	values := make([]float64, len(examples))
	for i := range examples {
		values[i] = examples[i].Inputs[j]
	}
	return values
}
