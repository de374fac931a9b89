package rule

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// TestResult is what became of one test of a rule.
type TestResult struct {
	Rule detectors.Name `json:"rule"`
	Test string         `json:"test"`
	// Path leads to the test in the set: "rules[2].tests[0]".
	Path   string `json:"path"`
	Passed bool   `json:"passed"`
	// Wrong names each thing that was expected otherwise, and what was found.
	Wrong []string `json:"wrong,omitempty"`
}

// RunTests plays the tests of every rule of the set through the monitor, each on a customer of its own; rules that are off are tested,
// too. The error is that of a set that cannot be used.
func RunTests(rules detectors.Rules) ([]TestResult, error) {
	compiled, problems := compileAll(&rules)
	if len(problems) > 0 {
		return nil, fmt.Errorf("rules %q cannot be used:\n%w", rules.Version, joined(problems))
	}
	plain := rules
	plain.Custom = nil
	var results []TestResult
	for i, d := range compiled {
		for j := range rules.Custom[i].Tests {
			t := &rules.Custom[i].Tests[j]
			wrong, err := play(plain, d, t)
			if err != nil {
				return nil, err
			}
			results = append(results, TestResult{Rule: d.about.Name, Test: t.Name, Path: fmt.Sprintf("rules[%d].tests[%d]", i, j),
				Passed: len(wrong) == 0, Wrong: wrong})
		}
	}
	return results, nil
}

// listener is a rule that is listened to: what the monitor makes of its finding, together with others', does not matter.
type listener struct {
	*Detector
	heard detectors.Finding
	fault detectors.Fault
}

func (l *listener) Evaluate(in *detectors.Sighting, f *detectors.Finding) {
	l.Detector.Evaluate(in, f)
	l.heard, l.fault = *f, in.Fault
}

// play runs a test and says what is not as expected.
func play(rules detectors.Rules, d *Detector, t *detectors.RuleTest) (wrong []string, err error) {
	s, problems := newScenario(t)
	if len(problems) > 0 {
		return nil, joined(problems)
	}
	rule := &listener{Detector: d}
	m, err := detectors.NewMonitor(rules, rule)
	if err != nil {
		return nil, err
	}
	var state detectors.State
	var out detectors.Effects
	step := func(body card.Body) {
		rule.heard, rule.fault = detectors.Finding{}, ""
		out.Reset()
		m.Step(&state, card.Event{Arrived: body.Meta().At, Body: body}, &out)
	}
	step(&s.customer)
	for _, t := range s.history {
		step(t)
	}
	first, best := 0, detectors.Finding{}
	var faults []string
	for i, t := range s.events {
		step(t)
		if rule.fault != "" {
			faults = append(faults, fmt.Sprintf("event %d: %s", i+1, rule.fault))
		}
		if rule.heard.Score > best.Score {
			best = rule.heard
		}
		if first == 0 && rule.heard.Score > 0 {
			first = i + 1
		}
	}
	return differences(t.Expect, first, &best, faults), nil
}

func differences(want detectors.RuleExpect, first int, best *detectors.Finding, faults []string) (wrong []string) {
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	var codes []string
	for _, r := range best.Reasons {
		codes = append(codes, string(r.Code))
	}
	switch {
	case want.Fires && first == 0:
		say("expected it to fire, and it was quiet")
	case !want.Fires && first > 0:
		say("expected it to be quiet, and it fired on event %d with score %d: %s", first, best.Score, strings.Join(codes, ", "))
	case want.Fires:
		if want.First != 0 && want.First != first {
			say("expected it to fire first on event %d, and it did on event %d", want.First, first)
		}
		if want.Score != 0 && want.Score != best.Score {
			say("expected score %d, found %d", want.Score, best.Score)
		}
		for _, code := range want.Reasons {
			if !slices.Contains(codes, string(code)) {
				say("expected the reason %s, found %s", code, strings.Join(codes, ", "))
			}
		}
	}
	if len(wrong) > 0 && len(faults) > 0 {
		say("it could not answer about %s", strings.Join(faults, ", "))
	}
	return wrong
}

// Failed is the error of tests that did not pass, nil when all did.
func Failed(results []TestResult) error {
	var errs []error
	for _, r := range results {
		if !r.Passed {
			errs = append(errs, fmt.Errorf("%s: %s: %s", r.Rule, r.Test, strings.Join(r.Wrong, "; ")))
		}
	}
	return errors.Join(errs...)
}
