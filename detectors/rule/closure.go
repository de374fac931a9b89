package rule

import (
	"math"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// closures turns a checked expression into Go functions. It knows what rules are mostly made of; for anything else it gives nil, and
// CEL's interpreter takes over.
type closures struct {
	checked *ast.AST
	names   names
}

// names are the variables that an expression may use, the rule's windows among them.
type names map[string]*variable

func (c *closures) typeOf(e ast.Expr) types.Kind { return c.checked.GetType(e.ID()).Kind() }

// ident is the variable that an expression names, nil when it is something else.
func (c *closures) ident(e ast.Expr) *variable {
	if e.Kind() != ast.IdentKind {
		return nil
	}
	return c.names[e.AsIdent()]
}

// call takes a function call apart; the name is empty for anything else.
func call(e ast.Expr) (name string, args []ast.Expr) {
	if e.Kind() != ast.CallKind || e.AsCall().IsMemberFunction() {
		return "", nil
	}
	return e.AsCall().FunctionName(), e.AsCall().Args()
}

func literal[T any](e ast.Expr) (v T, ok bool) {
	if e.Kind() != ast.LiteralKind {
		return v, false
	}
	v, ok = e.AsLiteral().(any).(T)
	return v, ok
}

func constant[T any](v T) fn[T] {
	return func(*scope) (T, detectors.Fault) { return v, "" }
}

func always[T any](get func(*scope) T) fn[T] {
	return func(s *scope) (T, detectors.Fault) { return get(s), "" }
}

func (c *closures) truth(e ast.Expr) fn[bool] {
	if v, ok := literal[types.Bool](e); ok {
		return constant(bool(v))
	}
	if v := c.ident(e); v != nil && v.truth != nil {
		return always(v.truth)
	}
	name, args := call(e)
	switch name {
	case operators.LogicalAnd, operators.LogicalOr:
		return c.chain(name, e)
	case operators.LogicalNot:
		if inner := c.truth(args[0]); inner != nil {
			return func(s *scope) (bool, detectors.Fault) {
				yes, fault := inner(s)
				return !yes, fault
			}
		}
	case operators.Conditional:
		return choice(c.truth(args[0]), c.truth(args[1]), c.truth(args[2]))
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		return c.compare(name, args[0], args[1])
	case operators.In:
		return c.in(args[0], args[1])
	case fnKnown:
		if place := c.place(args[0]); place != nil {
			return func(s *scope) (bool, detectors.Fault) {
				spot, fault := place(s)
				return known(spot), fault
			}
		}
	case fnMCCIn:
		return c.mccIn(args[0], args[1])
	}
	return nil
}

func (c *closures) mccIn(mcc, group ast.Expr) fn[bool] {
	name, ok := literal[types.String](group)
	number := c.number(mcc)
	if !ok || number == nil {
		return nil
	}
	in := map[int64]bool{}
	for code := range int64(10_000) {
		if inGroup(code, string(name)) {
			in[code] = true
		}
	}
	return func(s *scope) (bool, detectors.Fault) {
		code, fault := number(s)
		return in[code], fault
	}
}

func (c *closures) number(e ast.Expr) fn[int64] {
	if v, ok := literal[types.Int](e); ok {
		return constant(int64(v))
	}
	if v := c.ident(e); v != nil && v.number != nil {
		return always(v.number)
	}
	if v := c.ident(e); v != nil && v.isWindow {
		i := v.window
		return func(s *scope) (int64, detectors.Fault) { return s.window(i) }
	}
	name, args := call(e)
	switch name {
	case operators.Conditional:
		return choice(c.truth(args[0]), c.number(args[1]), c.number(args[2]))
	case operators.Negate:
		if inner := c.number(args[0]); inner != nil {
			return binary(constant(int64(0)), inner, subtract)
		}
	case operators.Add:
		return binary(c.number(args[0]), c.number(args[1]), add)
	case operators.Subtract:
		return binary(c.number(args[0]), c.number(args[1]), subtract)
	case operators.Multiply:
		return binary(c.number(args[0]), c.number(args[1]), multiply)
	case operators.Divide:
		return binary(c.number(args[0]), c.number(args[1]), divide)
	case operators.Modulo:
		return binary(c.number(args[0]), c.number(args[1]), modulo)
	case "int":
		if c.typeOf(args[0]) == types.DoubleKind {
			return whole(c.real(args[0]))
		}
	}
	return nil
}

func (c *closures) real(e ast.Expr) fn[float64] {
	if v, ok := literal[types.Double](e); ok {
		return constant(float64(v))
	}
	if v := c.ident(e); v != nil && v.real != nil {
		return always(v.real)
	}
	name, args := call(e)
	op := func(f func(a, b float64) (float64, detectors.Fault)) fn[float64] {
		return binary(c.real(args[0]), c.real(args[1]), f)
	}
	switch name {
	case operators.Conditional:
		return choice(c.truth(args[0]), c.real(args[1]), c.real(args[2]))
	case operators.Add:
		return op(func(a, b float64) (float64, detectors.Fault) { return a + b, "" })
	case operators.Subtract:
		return op(func(a, b float64) (float64, detectors.Fault) { return a - b, "" })
	case operators.Multiply:
		return op(func(a, b float64) (float64, detectors.Fault) { return a * b, "" })
	case operators.Divide:
		return op(func(a, b float64) (float64, detectors.Fault) { return a / b, "" })
	case "double":
		return c.widened(args[0])
	case fnKm:
		return binary(c.place(args[0]), c.place(args[1]), func(a, b window.Spot) (float64, detectors.Fault) {
			km, known := a.Distance(b)
			if !known {
				return 0, detectors.PlaceUnknown
			}
			return km, ""
		})
	}
	return nil
}

// widened is a number of either kind as a real one.
func (c *closures) widened(e ast.Expr) fn[float64] {
	if c.typeOf(e) == types.DoubleKind {
		return c.real(e)
	}
	number := c.number(e)
	if number == nil {
		return nil
	}
	return func(s *scope) (float64, detectors.Fault) {
		n, fault := number(s)
		return float64(n), fault
	}
}

func (c *closures) text(e ast.Expr) fn[string] {
	if v, ok := literal[types.String](e); ok {
		return constant(string(v))
	}
	if v := c.ident(e); v != nil && v.text != nil {
		return always(v.text)
	}
	if name, args := call(e); name == operators.Conditional {
		return choice(c.truth(args[0]), c.text(args[1]), c.text(args[2]))
	}
	return nil
}

// place is a place, or the city that a text names.
func (c *closures) place(e ast.Expr) fn[window.Spot] {
	if v, ok := literal[types.String](e); ok {
		return constant(spotOfCity(string(v)))
	}
	if v := c.ident(e); v != nil && v.place != nil {
		return always(v.place)
	}
	if text := c.text(e); text != nil {
		return func(s *scope) (window.Spot, detectors.Fault) {
			city, fault := text(s)
			return spotOfCity(city), fault
		}
	}
	return nil
}

func binary[A, R any](a, b fn[A], f func(a, b A) (R, detectors.Fault)) fn[R] {
	if a == nil || b == nil {
		return nil
	}
	return func(s *scope) (none R, _ detectors.Fault) {
		left, fault := a(s)
		if fault != "" {
			return none, fault
		}
		right, fault := b(s)
		if fault != "" {
			return none, fault
		}
		return f(left, right)
	}
}

// whole cuts a real number, as int() does.
func whole(real fn[float64]) fn[int64] {
	if real == nil {
		return nil
	}
	return func(s *scope) (int64, detectors.Fault) {
		r, fault := real(s)
		if fault == "" && !(r > math.MinInt64 && r < math.MaxInt64) {
			fault = detectors.Overflow
		}
		if fault != "" {
			return 0, fault
		}
		return int64(r), ""
	}
}
