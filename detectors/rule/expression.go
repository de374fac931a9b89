package rule

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/cardwatch/cardwatch/detectors"
)

const (
	// maxText bounds an expression in bytes; what people write has a few hundred.
	maxText = 16 << 10
	// maxCost bounds what one evaluation of an expression may cost by CEL's reckoning, about a comparison each; maxRuleCost a rule with
	// all its windows, every one of them as long as a log can be.
	maxCost     = 10_000
	maxRuleCost = 200_000
	// longestLog is how many uses a window may have to look at.
	longestLog = 400
	// maxNesting bounds parentheses and calls within one another.
	maxNesting = 50
)

// space is where expressions of a kind are checked: CEL's environment and the names in it.
type space struct {
	env   *cel.Env
	names names
}

// newSpace makes an environment of the names.
func newSpace(variables []variable) (*space, error) {
	env, err := cel.NewEnv(append(functions(), cel.CrossTypeNumericComparisons(true), cel.DefaultUTCTimeZone(true),
		cel.ParserExpressionSizeLimit(maxText), cel.ParserRecursionLimit(maxNesting))...)
	if err != nil {
		return nil, fmt.Errorf("rule: %w", err)
	}
	s := &space{env: env, names: names{}}
	return s.with(variables)
}

// with is the space with more names.
func (s *space) with(variables []variable) (*space, error) {
	more := &space{names: names{}}
	for name, v := range s.names {
		more.names[name] = v
	}
	var declared []cel.EnvOption
	for i := range variables {
		v := &variables[i]
		more.names[v.name] = v
		declared = append(declared, cel.Variable(v.name, v.celType()))
	}
	env, err := s.env.Extend(declared...)
	if err != nil {
		return nil, fmt.Errorf("rule: %w", err)
	}
	more.env = env
	return more, nil
}

// expression is what was compiled, and the most that it can cost.
type expression[T any] struct {
	eval fn[T]
	cost uint64
	// uses are the windows that it asks for.
	uses map[int]bool
	// fixed is the value of an expression that depends on nothing.
	fixed *T
}

// compileTruth and compileNumber check an expression and make it ready to run; problems carry their place inside the text.
func (s *space) compileTruth(text string) (expression[bool], []detectors.Problem) {
	return compile(s, text, cel.BoolType, (*closures).truth, func(v ref.Val) (bool, bool) {
		b, ok := v.(types.Bool)
		return bool(b), ok
	})
}

func (s *space) compileNumber(text string) (expression[int64], []detectors.Problem) {
	return compile(s, text, cel.IntType, (*closures).number, func(v ref.Val) (int64, bool) {
		n, ok := v.(types.Int)
		return int64(n), ok
	})
}

func compile[T any](s *space, text string, want *cel.Type, closure func(*closures, ast.Expr) fn[T], unpack func(ref.Val) (T, bool)) (x expression[T], problems []detectors.Problem) {
	if strings.TrimSpace(text) == "" {
		return x, one("is empty; write an expression of type %s", want)
	}
	if len(text) > maxText {
		return x, one("has %d bytes; an expression has at most %d", len(text), maxText)
	}
	checked, issues := s.env.Compile(text)
	if err := issues.Err(); err != nil {
		return x, s.problemsOf(issues)
	}
	if got := checked.OutputType(); !got.IsExactType(want) {
		return x, one("is of type %s, must be %s", got, want)
	}
	native := checked.NativeRep()
	w := walker{space: s, checked: native, uses: map[int]bool{}}
	w.walk(native.Expr())
	if len(w.problems) > 0 {
		return x, w.problems
	}
	reckoned, err := s.env.EstimateCost(checked, sizes{})
	if err != nil || reckoned.Max > maxCost {
		return x, one("may cost %s steps each time, at most %d are allowed", steps(reckoned.Max), maxCost)
	}
	x.cost, x.uses = reckoned.Max, w.uses
	c := closures{checked: native, names: s.names}
	if x.eval = closure(&c, native.Expr()); x.eval == nil {
		if w.compared != nil {
			return x, []detectors.Problem{w.problem(w.compared, "%s of an earlier use can only be compared: %[1]s == \"M1\", or %[1]s in [\"M1\", \"M2\"]", w.compared.AsIdent())}
		}
		program, err := s.env.Program(checked, cel.CostLimit(maxCost), cel.EvalOptions(cel.OptOptimize))
		if err != nil {
			return x, one("cannot be run: %s", err)
		}
		x.eval = interpreted(program, s.names, unpack)
	}
	if !w.named {
		if v, fault := x.eval(&scope{}); fault == "" {
			x.fixed = &v
		}
	}
	return x, nil
}

// interpreted runs an expression in CEL's own interpreter.
func interpreted[T any](program cel.Program, names names, unpack func(ref.Val) (T, bool)) fn[T] {
	return func(s *scope) (none T, _ detectors.Fault) {
		v, _, err := program.Eval(activation{s, names})
		if err != nil {
			return none, faultOf(err)
		}
		if got, ok := unpack(v); ok {
			return got, ""
		}
		return none, detectors.BadValue
	}
}

// activation gives CEL's interpreter the values of names when it asks for them.
type activation struct {
	scope *scope
	names names
}

func (a activation) ResolveName(name string) (any, bool) {
	v, ok := a.names[name]
	if !ok || v.onlyCompared {
		return nil, false
	}
	return v.value(a.scope), true
}

func (a activation) Parent() cel.Activation { return nil }

// sizes tells CEL's estimate how long things can get and what the helpers cost.
type sizes struct{}

func (sizes) EstimateSize(node cost.AstNode) *cost.SizeEstimate {
	if path := node.Path(); len(path) == 0 || path[0] == "" {
		return nil
	}
	if node.Type().Kind() == types.ListKind {
		return &cost.SizeEstimate{Min: 0, Max: 12}
	}
	return &cost.SizeEstimate{Min: 0, Max: 64}
}

func (sizes) EstimateCallCost(function, _ string, _ *cost.AstNode, _ []cost.AstNode) *cost.CallEstimate {
	switch function {
	case fnKm, fnKnown, fnMCCIn, fnLocalHour:
		return &cost.CallEstimate{CostEstimate: cost.FixedCostEstimate(5)}
	}
	return nil
}

// one is a problem with the whole of a value.
func one(format string, args ...any) []detectors.Problem {
	return []detectors.Problem{{Text: fmt.Sprintf(format, args...)}}
}

func steps(n uint64) string {
	if n > 1<<40 {
		return "any number of"
	}
	return fmt.Sprint(n)
}

// problemsOf are CEL's own findings, with its wording about containers, of which rules know nothing, taken out.
func (s *space) problemsOf(issues *cel.Issues) (problems []detectors.Problem) {
	for _, e := range issues.Errors() {
		text, _, _ := strings.Cut(e.Message, " (in container '')")
		if _, rest, found := strings.Cut(e.Message, " (in container '')"); found {
			text += rest
		}
		line, column := e.Location.Line(), max(e.Location.Column()+1, 1)
		if line <= 0 {
			line, column = 0, 0
		}
		problems = append(problems, detectors.Problem{Text: text, Line: line, Column: column})
	}
	return problems
}

// walker looks at every part of a checked expression for what CEL lets through and a rule may not do.
type walker struct {
	*space
	checked  *ast.AST
	problems []detectors.Problem
	uses     map[int]bool
	// named says that the expression depends on something, compared is a name that can only be compared.
	named    bool
	compared ast.Expr
}

func (w *walker) problem(e ast.Expr, format string, args ...any) detectors.Problem {
	p := detectors.Problem{Text: fmt.Sprintf(format, args...)}
	if at := w.checked.SourceInfo().GetStartLocation(e.ID()); at.Line() > 0 {
		p.Line, p.Column = at.Line(), at.Column()+1
	}
	return p
}

func (w *walker) walk(root ast.Expr) {
	ast.PostOrderVisit(root, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() == ast.IdentKind {
			w.ident(e)
			return
		}
		name, args := call(e)
		switch {
		case name == operators.Divide || name == operators.Modulo:
			if w.isZero(args[1]) {
				w.problems = append(w.problems, w.problem(args[1], "division by zero"))
			}
		case name == fnMCCIn && len(args) == 2:
			group, ok := literal[types.String](args[1])
			if ok && !slices.Contains(groupNames(), string(group)) {
				w.problems = append(w.problems, w.problem(args[1], "there is no group of merchants %q; there are %s", string(group), strings.Join(groupNames(), ", ")))
			}
		}
	}))
}

func (w *walker) ident(e ast.Expr) {
	v, ok := w.names[e.AsIdent()]
	if !ok {
		return // The running variable of a macro such as exists().
	}
	w.named = true
	if v.isWindow {
		w.uses[v.window] = true
	}
	if v.onlyCompared {
		w.compared = e
	}
}

// isZero reports whether a divisor is 0 whatever happens: it names nothing and comes to 0.
func (w *walker) isZero(e ast.Expr) bool {
	inner := walker{space: w.space, checked: w.checked, uses: map[int]bool{}}
	inner.walk(e)
	if inner.named || len(inner.problems) > 0 {
		return false
	}
	c := closures{checked: w.checked, names: w.names}
	if number := c.number(e); number != nil {
		n, fault := number(&scope{})
		return fault == "" && n == 0
	}
	if real := c.real(e); real != nil {
		r, fault := real(&scope{})
		return fault == "" && r == 0
	}
	return false
}
