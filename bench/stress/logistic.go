package stress

import (
	"errors"
	"math"
)

// sparse is one customer's row of a design matrix of zeros and ones: the columns that are one.
type sparse []int

// penalty holds weights back: by ridge each towards none, and by smooth each of the columns in joined towards the column
// after it, since neighbouring bins are nearly alike.
type penalty struct {
	ridge, smooth float64
	joined        []int
}

// logistic fits a penalised logistic regression on zero-one columns by Newton's method: the intercept, which is not
// penalised, and one weight a column. It is deterministic.
func logistic(rows []sparse, missed []bool, columns int, hold penalty) (intercept float64, weights []float64, err error) {
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
		hold.apply(beta[:columns], gradient, hessian)
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

// apply adds the penalty's part to the gradient and the Hessian of the log likelihood at some weights.
func (p *penalty) apply(weights, gradient []float64, hessian [][]float64) {
	for j, w := range weights {
		gradient[j] -= p.ridge * w
		hessian[j][j] += p.ridge
	}
	for _, j := range p.joined {
		step := p.smooth * (weights[j+1] - weights[j])
		gradient[j] += step
		gradient[j+1] -= step
		hessian[j][j] += p.smooth
		hessian[j+1][j+1] += p.smooth
		hessian[j][j+1] -= p.smooth
		hessian[j+1][j] -= p.smooth
	}
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
