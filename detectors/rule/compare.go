package rule

import (
	"cmp"
	"slices"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/cardwatch/cardwatch/detectors"
)

// compare is a comparison of two numbers, texts or truths.
func (c *closures) compare(op string, a, b ast.Expr) fn[bool] {
	if f := c.compareCodes(op, a, b); f != nil {
		return f
	}
	left, right := c.typeOf(a), c.typeOf(b)
	switch {
	case left == types.IntKind && right == types.IntKind:
		return ordered(op, c.number(a), c.number(b))
	case (left == types.IntKind || left == types.DoubleKind) && (right == types.IntKind || right == types.DoubleKind):
		return ordered(op, c.widened(a), c.widened(b))
	case left == types.StringKind && right == types.StringKind:
		return ordered(op, c.text(a), c.text(b))
	case left == types.BoolKind && right == types.BoolKind && (op == operators.Equals || op == operators.NotEquals):
		return binary(c.truth(a), c.truth(b), func(a, b bool) (bool, detectors.Fault) { return (a == b) == (op == operators.Equals), "" })
	}
	return nil
}

// compareCodes compares a text of a past use with a fixed one by their codes, without making the text.
func (c *closures) compareCodes(op string, a, b ast.Expr) fn[bool] {
	v, text := c.ident(a), b
	if v == nil {
		v, text = c.ident(b), a
	}
	fixed, ok := literal[types.String](text)
	if v == nil || v.code == nil || !ok || op != operators.Equals && op != operators.NotEquals {
		return nil
	}
	code, equal := v.encode(string(fixed)), op == operators.Equals
	if code == 0 && fixed != "" {
		return constant(!equal) // No use has a code that is none.
	}
	return func(s *scope) (bool, detectors.Fault) { return (v.code(s) == code) == equal, "" }
}

func ordered[T cmp.Ordered](op string, a, b fn[T]) fn[bool] {
	f := order[T](op)
	return binary(a, b, func(a, b T) (bool, detectors.Fault) { return f(a, b), "" })
}

func order[T cmp.Ordered](op string) func(a, b T) bool {
	switch op {
	case operators.Equals:
		return func(a, b T) bool { return a == b }
	case operators.NotEquals:
		return func(a, b T) bool { return a != b }
	case operators.Less:
		return func(a, b T) bool { return a < b }
	case operators.LessEquals:
		return func(a, b T) bool { return a <= b }
	case operators.Greater:
		return func(a, b T) bool { return a > b }
	}
	return func(a, b T) bool { return a >= b }
}

// in is membership in a list that is written out, or in a list variable.
func (c *closures) in(e, list ast.Expr) fn[bool] {
	if v := c.ident(list); v != nil && v.list != nil {
		text := c.text(e)
		if text == nil {
			return nil
		}
		return func(s *scope) (bool, detectors.Fault) {
			t, fault := text(s)
			return fault == "" && slices.Contains(v.list(s), t), fault
		}
	}
	if list.Kind() != ast.ListKind {
		return nil
	}
	var any fn[bool]
	for _, item := range list.AsList().Elements() {
		if item.Kind() != ast.LiteralKind || c.typeOf(item) != c.typeOf(e) {
			return nil
		}
		equal := c.compare(operators.Equals, e, item)
		if equal == nil {
			return nil
		}
		if any == nil {
			any = equal
			continue
		}
		any = logic(true, any, equal)
	}
	if any == nil {
		return constant(false)
	}
	return any
}
