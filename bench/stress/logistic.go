package stress

import (
	"errors"
	"math"
)

// sparse is one customer's row of a design matrix of zeros and ones: the columns that are one.
type sparse []int

// logistic fits a ridge logistic regression on zero-one columns by Newton's method: the intercept, which is not penalised,
// and one weight a column. It is deterministic.
func logistic(rows []sparse, missed []bool, columns int, ridge float64) (intercept float64, weights []float64, err error) {
	beta := make([]float64, columns+1)
	for range 50 {
		gradient := make([]float64, columns+1)
		hessian := make([][]float64, columns+1)
		for i := range hessian {
			hessian[i] = make([]float64, columns+1)
		}
		for i, row := range rows {
			z := beta[columns]
			for _, j := range row {
				z += beta[j]
			}
			p := sigmoid(z)
			residual, w := -p, p*(1-p)
			if missed[i] {
				residual++
			}
			full := append(row[:len(row):len(row)], columns)
			for _, j := range full {
				gradient[j] += residual
				for _, k := range full {
					hessian[j][k] += w
				}
			}
		}
		for j := range columns {
			gradient[j] -= ridge * beta[j]
			hessian[j][j] += ridge
		}
		step, err := solve(hessian, gradient)
		if err != nil {
			return 0, nil, err
		}
		largest := 0.0
		for j := range beta {
			beta[j] += step[j]
			largest = max(largest, math.Abs(step[j]))
		}
		if largest < 1e-9 {
			return beta[columns], beta[:columns], nil
		}
	}
	return 0, nil, errors.New("stress: the regression does not settle; is there an attribute that tells the outcome?")
}

// calibrate fits the log odds of the outcome as a straight line of the points.
func calibrate(points []int, missed []bool) (intercept, slope float64, err error) {
	mean := 0.0
	for _, p := range points {
		mean += float64(p) / float64(len(points))
	}
	for range 50 {
		var g0, g1, h00, h01, h11 float64
		for i, at := range points {
			x := (float64(at) - mean) / pointsPerUnit
			p := sigmoid(intercept + slope*x)
			residual, w := -p, p*(1-p)
			if missed[i] {
				residual++
			}
			g0, g1 = g0+residual, g1+residual*x
			h00, h01, h11 = h00+w, h01+w*x, h11+w*x*x
		}
		det := h00*h11 - h01*h01
		if det <= 0 {
			return 0, 0, errors.New("stress: every customer has the same points")
		}
		d0, d1 := (h11*g0-h01*g1)/det, (h00*g1-h01*g0)/det
		intercept, slope = intercept+d0, slope+d1
		if math.Abs(d0)+math.Abs(d1) < 1e-10 {
			return intercept - slope*mean/pointsPerUnit, slope / pointsPerUnit, nil
		}
	}
	return 0, 0, errors.New("stress: the calibration does not settle")
}

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// solve solves a symmetric positive definite system by Cholesky's method, in place.
func solve(a [][]float64, b []float64) ([]float64, error) {
	n := len(b)
	for j := range n {
		for k := range j {
			a[j][j] -= a[j][k] * a[j][k]
		}
		if a[j][j] <= 0 {
			return nil, errors.New("stress: the regression is singular")
		}
		a[j][j] = math.Sqrt(a[j][j])
		for i := j + 1; i < n; i++ {
			for k := range j {
				a[i][j] -= a[i][k] * a[j][k]
			}
			a[i][j] /= a[j][j]
		}
	}
	for i := range n {
		for k := range i {
			b[i] -= a[i][k] * b[k]
		}
		b[i] /= a[i][i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			b[i] -= a[k][i] * b[k]
		}
		b[i] /= a[i][i]
	}
	return b, nil
}
