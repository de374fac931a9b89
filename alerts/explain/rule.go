package explain

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/cardwatch/cardwatch/detectors"
)

// ruleOf finds what decided in the rule set of the alert, nil when that is not known.
func ruleOf(a *detectors.Alert, sets RuleSets) *Rule {
	rules, known := setOf(a, sets)
	if !known {
		return nil
	}
	for i := range rules.Custom {
		if r := &rules.Custom[i]; r.ID == a.Detector {
			return customRule(r)
		}
	}
	for _, d := range rules.Catalogue() {
		if d.About().Name == a.Detector {
			return &Rule{Settings: settings(d), Segments: segments(rules, a.Detector)}
		}
	}
	return nil
}

// ruleText is what of a user's rule decides, in the names of its file.
type ruleText struct {
	ID       detectors.Name   `json:"id"`
	Version  int              `json:"version"`
	Segments []string         `json:"segments,omitempty"`
	Windows  []windowText     `json:"windows,omitempty"`
	When     string           `json:"when"`
	Score    string           `json:"score"`
	Action   detectors.Action `json:"action"`
}

type windowText struct {
	Name      string   `json:"name"`
	Key       []string `json:"key"`
	Aggregate string   `json:"aggregate"`
	Field     string   `json:"field,omitempty"`
	Q         float64  `json:"q,omitempty"`
	Span      string   `json:"span"`
	Where     string   `json:"where,omitempty"`
	PastOnly  bool     `json:"past_only,omitempty"`
}

func customRule(r *detectors.CustomRule) *Rule {
	t := &ruleText{ID: r.ID, Version: r.Version, Segments: r.Segments, When: r.When, Score: r.Score, Action: r.Action}
	for _, w := range r.Windows {
		t.Windows = append(t.Windows, windowText{w.Name, w.Key, w.Aggregate, w.Field, w.Q, w.Span.String(), w.Where, w.PastOnly})
	}
	return &Rule{Owner: r.Owner, Text: t}
}

// settings lists a section as its file writes it. Tables within it are left out: they are not thresholds.
func settings(d detectors.Detector) (list []Setting) {
	section := reflect.Indirect(reflect.ValueOf(d))
	if section.Kind() != reflect.Struct {
		return nil
	}
	for i := range section.NumField() {
		field := section.Type().Field(i)
		key, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		switch {
		case key == "" || key == "-" || !field.IsExported():
			continue
		case field.Type.Kind() == reflect.Struct || field.Type.Kind() == reflect.Slice || field.Type.Kind() == reflect.Map:
			continue
		}
		list = append(list, Setting{Key: key, Value: fmt.Sprint(section.Field(i).Interface()), Meaning: field.Tag.Get("doc")})
	}
	return list
}

// segments names the segments that have a section of their own for the detector: the alert does not tell which customers are in one.
func segments(rules *detectors.Rules, name detectors.Name) (list []string) {
	for _, segment := range slices.Sorted(maps.Keys(rules.Segments)) {
		own := rules.Segments[segment]
		if slices.ContainsFunc(own.Catalogue(), func(d detectors.CardDetector) bool { return d.About().Name == name }) {
			list = append(list, segment)
		}
	}
	return list
}
