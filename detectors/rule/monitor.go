package rule

import (
	"errors"
	"fmt"

	"github.com/cardwatch/cardwatch/detectors"
)

// NewMonitor makes the monitor of a set of rules: the built-in detectors and the live rules of the set, and each rule in shadow as a draft of
// its own, so that none hides behind another. The error names everything that is wrong.
func NewMonitor(rules detectors.Rules) (*detectors.Monitor, error) {
	compiled, problems := compileAll(&rules)
	if len(problems) > 0 {
		return nil, fmt.Errorf("rules %q cannot be used:\n%w", rules.Version, errors.Join(rules.Validate(), joined(problems)))
	}
	var live []detectors.CardDetector
	var drafts []*detectors.Monitor
	for i, d := range compiled {
		switch rules.Custom[i].Mode {
		case detectors.RuleLive:
			live = append(live, d)
		case detectors.RuleShadow:
			drafts = append(drafts, detectors.NewDraft(rules.Version+"+"+string(rules.Custom[i].ID), d))
		}
	}
	m, err := detectors.NewMonitor(rules, live...)
	if err != nil {
		return nil, err
	}
	return m.WithDrafts(drafts...), nil
}

// Check names everything that is wrong with the rules that users wrote, nil when nothing is. Paths start at the set: "rules[2].when".
func Check(rules *detectors.Rules) []detectors.Problem {
	_, problems := compileAll(rules)
	return problems
}

// compileAll gives a detector for each rule, or what is wrong.
func compileAll(rules *detectors.Rules) ([]*Detector, []detectors.Problem) {
	if len(rules.Custom) == 0 {
		return nil, nil
	}
	c, err := newCompiler()
	if err != nil {
		return nil, one("%s", err)
	}
	if c.path = "rules"; len(rules.Custom) > maxRules {
		c.fail("", "has %d rules, at most %d are read", len(rules.Custom), maxRules)
		return nil, c.problems
	}
	taken := map[detectors.Name]string{}
	for _, d := range rules.Catalogue() {
		taken[d.About().Name] = "a built-in detector"
	}
	var compiled []*Detector
	for i := range rules.Custom {
		r := &rules.Custom[i]
		c.path = fmt.Sprintf("rules[%d]", i)
		if by, overlaps := taken[r.ID]; overlaps {
			c.add("id", []detectors.Problem{{Text: fmt.Sprintf("%q is the name of %s already", r.ID, by), See: by}})
		}
		taken[r.ID] = c.path + ".id"
		compiled = append(compiled, c.rule(r))
	}
	return compiled, c.problems
}

func joined(problems []detectors.Problem) error {
	errs := make([]error, len(problems))
	for i, p := range problems {
		errs[i] = p
	}
	return errors.Join(errs...)
}
