package rule

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/window"
)

// Bounds of a set of rules.
const (
	maxRules   = 200
	maxReasons = 8
	maxTests   = 100
	maxID      = 64
	maxTitle   = 200
)

// compiler checks rules one after another and gathers what is wrong with them.
type compiler struct {
	use, past *space
	problems  []detectors.Problem
	path      string
}

func newCompiler() (*compiler, error) {
	use, err := newSpace(ofUse())
	if err != nil {
		return nil, err
	}
	past, err := newSpace(ofPast())
	if err != nil {
		return nil, err
	}
	return &compiler{use: use, past: past}, nil
}

func (c *compiler) fail(key, format string, args ...any) {
	c.add(key, one(format, args...))
}

// add notes problems with the value under a key of the rule; a text that starts with a verb is about the value.
func (c *compiler) add(key string, problems []detectors.Problem) {
	for _, p := range problems {
		p.Path = c.path
		if key != "" {
			p.Path += "." + key
		}
		c.problems = append(c.problems, p)
	}
}

// rule compiles one rule, nil when something is wrong with it.
func (c *compiler) rule(r *detectors.CustomRule) *Detector {
	before := len(c.problems)
	c.head(r)
	d := &Detector{about: detectors.About{Name: r.ID, Version: r.Version, Title: r.Title, Summary: r.Title},
		segments: r.Segments, action: r.Action}
	total := uint64(0)
	variables := make([]variable, 0, maxWindows)
	costs := make([]uint64, len(r.Windows))
	for i := range r.Windows {
		counter, cost := c.window(r, i)
		costs[i] = longestLog * (cost + 5)
		if counter.customer {
			costs[i] *= 4
		}
		d.windows = append(d.windows, counter)
		if i < maxWindows && !c.taken(r.Windows[i].Name) {
			variables = append(variables, variable{name: r.Windows[i].Name, isWindow: true, window: i, reach: r.Windows[i].Span})
		}
	}
	names, err := c.use.with(variables)
	if err != nil {
		c.fail("windows", "%s", err)
		return nil
	}
	asked := map[int]bool{}
	when, problems := names.compileTruth(r.When)
	c.add("when", problems)
	score, problems := names.compileNumber(r.Score)
	c.add("score", problems)
	if v := score.fixed; v != nil && (*v < 1 || *v > 100) {
		c.fail("score", "is %d, must lie in 1 … 100", *v)
	}
	total += when.cost + score.cost
	maps.Copy(asked, when.uses)
	maps.Copy(asked, score.uses)
	d.when, d.score = when.eval, score.eval
	for i := range r.Reasons {
		d.reasons = append(d.reasons, c.reason(names, r.Reasons[i], fmt.Sprintf("reasons[%d]", i), asked, &total))
	}
	for i := range asked {
		total += costs[i]
	}
	if total > maxRuleCost {
		c.fail("", "may cost %d steps a use with all its windows, at most %d are allowed; use shorter expressions or fewer windows", total, maxRuleCost)
	}
	c.tests(r)
	if len(c.problems) > before {
		return nil
	}
	return d
}

// head checks what is no expression.
func (c *compiler) head(r *detectors.CustomRule) {
	if !isName(string(r.ID)) {
		c.fail("id", "must be 1 to %d small letters, digits and underscores and start with a letter, not %q", maxID, r.ID)
	}
	if r.Version < 1 {
		c.fail("version", "must be 1 or more, and rise with every change")
	}
	c.title("title", r.Title)
	if r.Owner == "" || len(r.Owner) > maxTitle {
		c.fail("owner", "must say who answers for the rule, in at most %d bytes", maxTitle)
	}
	c.oneOf("mode", string(r.Mode), "live", "shadow", "off")
	c.oneOf("action", string(r.Action), string(detectors.ConfirmWithCustomer), string(detectors.Review))
	if r.Budget != (detectors.RuleBudget{}) && (r.Budget.Alerts < 1 || r.Budget.Per < time.Minute || r.Budget.Per > 7*24*time.Hour) {
		c.fail("budget", "must have alerts of 1 or more, per 1m … 7d")
	}
	for what, n := range map[string][2]int{"windows": {len(r.Windows), maxWindows}, "reasons": {len(r.Reasons), maxReasons}, "tests": {len(r.Tests), maxTests}} {
		if n[0] > n[1] {
			c.fail(what, "has %d entries, at most %d are read", n[0], n[1])
		}
	}
	if len(r.Reasons) == 0 {
		c.fail("reasons", "is empty; an alert has to say why")
	}
	for i, segment := range r.Segments {
		if segment == "" || len(segment) > maxID {
			c.fail(fmt.Sprintf("segments[%d]", i), "a segment's name has 1 to %d bytes", maxID)
		}
	}
}

func (c *compiler) title(key string, t detectors.Text) {
	if t.Zh == "" || t.En == "" {
		c.fail(key, "must have a text in zh-CN and one in en")
	}
	if len(t.Zh) > maxTitle || len(t.En) > maxTitle {
		c.fail(key, "must have at most %d bytes in each language", maxTitle)
	}
}

func (c *compiler) oneOf(key, word string, words ...string) {
	if !slices.Contains(words, word) {
		c.fail(key, "must be one of %s, not %q", strings.Join(words, ", "), word)
	}
}

// taken reports whether a window cannot have the name, which is then noted elsewhere.
func (c *compiler) taken(name string) bool {
	_, variable := c.use.names[name]
	return variable || !isName(name)
}

// isName reports whether a word can name a rule, a window or a reason.
func isName(s string) bool {
	if s == "" || len(s) > maxID || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// window checks a window and makes it ready to count; cost is that of looking at one use.
func (c *compiler) window(r *detectors.CustomRule, i int) (n counter, cost uint64) {
	w, key := &r.Windows[i], fmt.Sprintf("windows[%d]", i)
	switch _, variable := c.use.names[w.Name]; {
	case !isName(w.Name):
		c.fail(key+".name", "must be 1 to %d small letters, digits and underscores and start with a letter, not %q", maxID, w.Name)
	case variable:
		c.fail(key+".name", "%q is the name of a variable; call the window something else", w.Name)
	case slices.ContainsFunc(r.Windows[:i], func(o detectors.RuleWindow) bool { return o.Name == w.Name }):
		c.fail(key+".name", "there is a window %q already", w.Name)
	}
	if w.Span <= 0 || w.Span > window.LogSpan {
		c.fail(key+".span", "must be above 0 and at most 90d: a window without an end would need all of history")
	}
	n = counter{span: w.Span, pastOnly: w.PastOnly}
	c.key(&n, w.Key, key+".key")
	c.aggregate(&n, w, key)
	if w.Where != "" {
		where, problems := c.past.compileTruth(w.Where)
		c.add(key+".where", problems)
		n.where, cost = where.eval, where.cost
	}
	return n, cost
}

func (c *compiler) key(n *counter, words []string, key string) {
	known := []string{"card", "customer", "merchant_id", "city", "country", "mcc"}
	whose := 0
	for i, word := range words {
		switch {
		case !slices.Contains(known, word):
			c.oneOf(fmt.Sprintf("%s[%d]", key, i), word, known...)
		case word == "card" || word == "customer":
			whose++
			n.customer = word == "customer"
		default:
			n.keys = append(n.keys, fields()[word])
		}
		if slices.Contains(words[:i], word) {
			c.fail(fmt.Sprintf("%s[%d]", key, i), "%q stands here twice", word)
		}
	}
	if whose != 1 {
		c.fail(key, "must say whose uses: card or customer, one of them")
	}
}

func (c *compiler) aggregate(n *counter, w *detectors.RuleWindow, key string) {
	all := folds(w.Q)
	fold, ok := all[w.Aggregate]
	if !ok {
		c.oneOf(key+".aggregate", w.Aggregate, slices.Sorted(maps.Keys(all))...)
	}
	n.fold, n.single = fold, w.Aggregate == "distinct" || w.Aggregate == "quantile"
	n.field = func(*window.Past) int64 { return 0 }
	if (w.Aggregate == "quantile") != (w.Q > 0 && w.Q <= 1) {
		c.fail(key+".q", "is for the aggregate quantile, and lies above 0 and at most at 1")
	}
	field := fields()[w.Field]
	switch {
	case w.Aggregate == "count":
		if w.Field != "" {
			c.fail(key+".field", "is not needed to count")
		}
		return
	case w.Aggregate == "distinct":
		c.oneOf(key+".field", w.Field, "merchant_id", "city", "country", "mcc", "amount_minor")
	case ok:
		c.oneOf(key+".field", w.Field, "amount_minor")
	}
	if field != nil {
		n.field = func(p *window.Past) int64 { return int64(field(p)) }
	}
}

func (c *compiler) reason(names *space, r detectors.RuleReason, key string, asked map[int]bool, total *uint64) (out reason) {
	if !isName(string(r.Code)) {
		c.fail(key+".code", "must be 1 to %d small letters, digits and underscores and start with a letter, not %q", maxID, r.Code)
	}
	units := []string{}
	for _, u := range []detectors.Unit{detectors.Kilometres, detectors.KmPerHour, detectors.Minor, detectors.Uses, detectors.Percent, detectors.Days,
		detectors.Points, detectors.Months} {
		units = append(units, string(u))
	}
	c.oneOf(key+".unit", string(r.Unit), units...)
	c.title(key+".text", r.Text)
	value, problems := names.compileNumber(r.Value)
	c.add(key+".value", problems)
	out = reason{code: r.Code, unit: r.Unit, value: value.eval}
	limit := expression[int64]{}
	if r.Limit != "" {
		limit, problems = names.compileNumber(r.Limit)
		c.add(key+".limit", problems)
		out.limit = limit.eval
	}
	*total += value.cost + limit.cost
	maps.Copy(asked, value.uses)
	maps.Copy(asked, limit.uses)
	texts := maps.Clone(names.names)
	for _, v := range ofText() {
		texts[v.name] = &v
	}
	out.zh, problems = parseTemplate(r.Text.Zh, texts)
	c.add(key+".text.zh-CN", problems)
	out.en, problems = parseTemplate(r.Text.En, texts)
	c.add(key+".text.en", problems)
	return out
}
