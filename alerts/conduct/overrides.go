package conduct

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Overrides are what a bank sets on top of a pack. They may only tighten it: below the law nobody goes by configuration.
type Overrides struct {
	Rules map[RuleID]Override `yaml:"rules"`
	// Holidays are days without contact, as 2026-10-01, for the packs that close on holidays.
	Holidays []string `yaml:"holidays"`
}

// Override is a bank's own figures for one rule; what is absent stays as the pack has it.
type Override struct {
	// From and Until are opening and closing as 08:30, in whole quarters, for every day on which the rule opens at all.
	From  string `yaml:"from"`
	Until string `yaml:"until"`
	// Max, Warn and Days belong to a cap: a smaller number, an own warning, a longer window.
	Max  *int `yaml:"max"`
	Warn *int `yaml:"warn"`
	Days *int `yaml:"days"`
	// Staff is how many go on a visit; Failures how many failed calls make a debtor lost; Years how long a record is kept.
	Staff    *int `yaml:"staff"`
	Failures *int `yaml:"failures"`
	Years    *int `yaml:"years"`
}

// Tighten is the pack with a bank's own figures. The error joins everything that is wrong: a rule that the pack does not have, a figure
// that the rule does not have, and every figure that would loosen it; the pack is then the zero Pack, which allows nothing.
func Tighten(p Pack, o Overrides) (Pack, error) {
	p.Rules, p.Holidays = slices.Clone(p.Rules), slices.Clone(p.Holidays)
	t := &tightening{pack: p.ID}
	for _, id := range slices.Sorted(maps.Keys(o.Rules)) {
		t.id, t.used = id, map[string]bool{}
		known := false
		for i := range p.Rules {
			if rule := &p.Rules[i]; rule.ID == id {
				known = true
				rule.Check = t.tighten(rule.Check, o.Rules[id])
			}
		}
		if !known {
			t.fail("the pack has no such rule")
			continue
		}
		for _, name := range o.Rules[id].given() {
			if !t.used[name] {
				t.fail("%s is no figure of this rule", name)
			}
		}
	}
	for _, day := range o.Holidays {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.problems = append(t.problems, fmt.Errorf("%s.holidays: %q is no day such as 2026-10-01", p.ID, day))
		}
		p.Holidays = append(p.Holidays, int32(at.Unix()/(24*60*60)))
	}
	if len(t.problems) > 0 {
		return Pack{}, errors.Join(t.problems...)
	}
	slices.Sort(p.Holidays)
	p.Holidays = slices.Compact(p.Holidays)
	return p, nil
}

// given names the figures that are set.
func (o Override) given() (names []string) {
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"from", o.From != ""}, {"until", o.Until != ""}, {"max", o.Max != nil}, {"warn", o.Warn != nil}, {"days", o.Days != nil},
		{"staff", o.Staff != nil}, {"failures", o.Failures != nil}, {"years", o.Years != nil},
	} {
		if f.set {
			names = append(names, f.name)
		}
	}
	return names
}

// tightening gathers what is wrong with the overrides of one pack, and which figures of the rule at hand found their place.
type tightening struct {
	pack     PackID
	id       RuleID
	used     map[string]bool
	problems []error
}

func (t *tightening) fail(format string, args ...any) {
	t.problems = append(t.problems, fmt.Errorf("%s.rules.%s: "+format, append([]any{t.pack, t.id}, args...)...))
}

func (t *tightening) tighten(check Check, o Override) Check {
	switch c := check.(type) {
	case Hours:
		c.Weekday, c.Weekend = t.span(c.Weekday, o), t.span(c.Weekend, o)
		return c
	case Cap:
		c = c.clone()
		t.figure(&c.Max, o.Max, "max", 1, c.Max)
		t.figure(&c.Days, o.Days, "days", c.Days, MaxDays)
		c.Warn = min(c.Warn, c.Max-1)
		t.figure(&c.Warn, o.Warn, "warn", 0, c.Max-1)
		return c
	case Staff:
		t.figure(&c.Min, o.Staff, "staff", c.Min, 10)
		return c
	case Lost:
		t.figure(&c.Failures, o.Failures, "failures", c.Failures, 30)
		return c
	case Keep:
		if len(c.What) == 0 { // PI-DEL: no longer than need be
			return c
		}
		c = c.clone()
		t.figure(&c.Years, o.Years, "years", c.Years, 30)
		return c
	}
	return check
}

// figure sets a number that must not be looser than the pack's, nor absurd.
func (t *tightening) figure(at *int, given *int, name string, least, most int) {
	if given == nil {
		return
	}
	t.used[name] = true
	if *given < least || *given > most {
		t.fail("%s %d is outside %d … %d: a bank may tighten a rule, never loosen it", name, *given, least, most)
		return
	}
	*at = *given
}

// span narrows the hours of a day; a day that is closed stays so.
func (t *tightening) span(s Span, o Override) Span {
	if s == (Span{}) {
		return s
	}
	narrow := s
	t.clock(&narrow.From, o.From, "from")
	t.clock(&narrow.Until, o.Until, "until")
	if narrow.From < s.From || narrow.Until > s.Until || narrow.From >= narrow.Until {
		t.fail("%v does not lie within %v: a bank may tighten a rule, never loosen it", narrow, s)
		return s
	}
	return narrow
}

func (t *tightening) clock(at *int, given, name string) {
	if given == "" {
		return
	}
	t.used[name] = true
	clock, err := time.Parse("15:04", given)
	minute := clock.Hour()*60 + clock.Minute()
	if err != nil || minute%15 != 0 {
		t.fail("%s %q is no time such as 08:30, in whole quarters", name, given)
		return
	}
	*at = minute
}
