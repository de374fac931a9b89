package rule

import (
	"cmp"
	"slices"
	"time"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"

	"github.com/cardwatch/cardwatch/detectors"
)

func choice[T any](when fn[bool], a, b fn[T]) fn[T] {
	if when == nil || a == nil || b == nil {
		return nil
	}
	return func(s *scope) (none T, _ detectors.Fault) {
		yes, fault := when(s)
		switch {
		case fault != "":
			return none, fault
		case yes:
			return a(s)
		}
		return b(s)
	}
}

// chain is a row of conditions, the cheap ones first: what decides the row is the same in any order, and most uses are decided by what costs
// nothing, before a window has to look at the past.
func (c *closures) chain(op string, e ast.Expr) fn[bool] {
	var parts []ast.Expr
	var flatten func(e ast.Expr)
	flatten = func(e ast.Expr) {
		if name, args := call(e); name == op {
			flatten(args[0])
			flatten(args[1])
			return
		}
		parts = append(parts, e)
	}
	flatten(e)
	slices.SortStableFunc(parts, func(a, b ast.Expr) int { return cmp.Compare(c.weight(a), c.weight(b)) })
	row := c.truth(parts[0])
	for _, part := range parts[1:] {
		row = logic(op == operators.LogicalOr, row, c.truth(part))
	}
	return row
}

// weight orders expressions by how far they look back.
func (c *closures) weight(e ast.Expr) (weight time.Duration) {
	ast.PostOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if v := c.ident(e); v != nil {
			weight = max(weight, v.reach)
		}
	}))
	return weight
}

// logic is CEL's: what one side decides, a fault on the other does not undo.
func logic(or bool, a, b fn[bool]) fn[bool] {
	if a == nil || b == nil {
		return nil
	}
	return func(s *scope) (bool, detectors.Fault) {
		left, leftFault := a(s)
		if leftFault == "" && left == or {
			return or, ""
		}
		right, rightFault := b(s)
		if rightFault == "" && right == or {
			return or, ""
		}
		if leftFault != "" {
			return false, leftFault
		}
		return !or, rightFault
	}
}
