package config

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/rule"
	"github.com/cardwatch/cardwatch/stream/mapping/strictyaml"
)

const (
	// maxRuleFiles and maxRuleBytes bound a set: it travels in one record of a topic, whose default limit is 1 MiB.
	maxRuleFiles = 100
	maxRuleBytes = 512 << 10
)

// RuleFile is one file of a set of rules.
type RuleFile struct {
	Name string
	Text []byte
}

// LoadRules reads a set of rules: a file that holds what stands under `rules` in the configuration, or a directory whose *.yaml and *.yml
// files together are one set. What they leave out keeps its default. The error is strictyaml.Problems.
func LoadRules(path string) (detectors.Rules, error) {
	files, err := ruleFiles(path)
	if err != nil {
		return detectors.Rules{}, strictyaml.Problems{{File: path, Message: "cannot read the rules: " + cause(err).Error()}}
	}
	return ParseRules(files)
}

func ruleFiles(path string) ([]RuleFile, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	names := []string{path}
	if info.IsDir() {
		entries, err := os.ReadDir(path)
		if err != nil {
			return nil, err
		}
		names = nil
		for _, e := range entries {
			// Kubernetes mounts a ConfigMap through hidden directories; the files that lead there have plain names.
			if ext := filepath.Ext(e.Name()); (ext == ".yaml" || ext == ".yml") && !strings.HasPrefix(e.Name(), ".") {
				names = append(names, filepath.Join(path, e.Name()))
			}
		}
		if len(names) == 0 || len(names) > maxRuleFiles {
			return nil, fmt.Errorf("the directory has %d files *.yaml or *.yml; a set has 1 to %d", len(names), maxRuleFiles)
		}
	}
	var files []RuleFile
	for _, name := range names {
		if info, err := os.Stat(name); err == nil && info.Size() > maxRuleBytes {
			return nil, fmt.Errorf("%s has %d bytes; a set of rules has at most %d", name, info.Size(), maxRuleBytes)
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		files = append(files, RuleFile{name, text})
	}
	return files, nil
}

// ParseRules makes one set of the files. A section, a segment's section or a rule's id may stand in one of them alone.
func ParseRules(files []RuleFile) (detectors.Rules, error) {
	s := ruleSet{rules: detectors.Defaults()}
	size, parsed := 0, true
	for _, f := range files {
		part := detectors.Defaults()
		doc := strictyaml.Read(f.Name, f.Text, &part)
		if size += len(f.Text); size > maxRuleBytes {
			doc.Add("", "the set has more than %d bytes with this file", maxRuleBytes)
		}
		parsed = parsed && doc.Parsed()
		s.merge(doc, &part)
	}
	if parsed {
		s.check()
	}
	return s.rules, s.err()
}

// ruleSet is a set that is being put together.
type ruleSet struct {
	rules detectors.Rules
	docs  []*strictyaml.Document
	// from says where each user's rule stands.
	from []origin
}

type origin struct {
	doc  *strictyaml.Document
	path string
}

// merge takes over what a file names.
func (s *ruleSet) merge(doc *strictyaml.Document, part *detectors.Rules) {
	from, to := reflect.ValueOf(part).Elem(), reflect.ValueOf(&s.rules).Elem()
	for _, f := range strictyaml.Fields(from.Type()) {
		if !doc.Has(f.Key) || f.Key == "rules" || f.Key == "segments" {
			continue
		}
		if other := s.where(f.Key); other != "" {
			doc.Add(f.Key, "%s stands in %s already; a set has it once", f.Key, other)
			continue
		}
		to.FieldByIndex(f.Index).Set(from.FieldByIndex(f.Index))
	}
	for i := range part.Custom {
		s.from = append(s.from, origin{doc, fmt.Sprintf("rules[%d]", i)})
		s.rules.Custom = append(s.rules.Custom, part.Custom[i])
	}
	for name := range part.Segments {
		path := "segments." + name
		if other := s.where(path); other != "" {
			doc.Add(path, "%s stands in %s already; a set has it once", path, other)
			continue
		}
		if s.rules.Segments == nil {
			s.rules.Segments = map[string]detectors.SegmentRules{}
		}
		s.rules.Segments[name] = part.Segments[name]
	}
	s.docs = append(s.docs, doc)
}

func (s *ruleSet) where(path string) string {
	for _, doc := range s.docs {
		if at := doc.Where(path); at != "" {
			return at
		}
	}
	return ""
}

func (s *ruleSet) check() {
	if len(s.rules.Custom) > 0 && s.where("version") == "" {
		s.docs[0].Add("rules", "the set has rules of its own and no version; name it, since every alert says by which set it was raised")
	}
	fillSegments(&s.rules, func(path string) bool { return s.where(path) != "" })
	for _, p := range slices.Concat(problemsOf(s.rules.Validate()), rule.Check(&s.rules)) {
		at := s.find(p.Path)
		text := p.Path + ": " + p.Text
		if p.See != "" {
			if other := s.find(p.See); other.doc.Where(other.path) != "" {
				text = p.Path + ": " + strings.Replace(p.Text, p.See, "the rule in "+other.doc.Where(other.path), 1)
			}
		}
		at.doc.AddInside(at.path, p.Line, p.Column, "%s", text)
	}
}

// find says which file a path of the set is about, and what it is called there; the first one for what no file names.
func (s *ruleSet) find(path string) origin {
	var i int
	if n, _ := fmt.Sscanf(path, "rules[%d]", &i); n == 1 && i < len(s.from) {
		_, rest, _ := strings.Cut(path, "]")
		return origin{s.from[i].doc, s.from[i].path + rest}
	}
	for p := path; p != ""; p = p[:max(strings.LastIndexByte(p, '.'), 0)] {
		for _, doc := range s.docs {
			if doc.Has(p) {
				return origin{doc, path}
			}
		}
	}
	return origin{s.docs[0], path}
}

func (s *ruleSet) err() error {
	var all strictyaml.Problems
	for _, doc := range s.docs {
		var own strictyaml.Problems
		if errors.As(doc.Err(), &own) {
			all = append(all, own...)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

// fillSegments gives what a segment's section does not name the value that it has for all customers.
func fillSegments(rules *detectors.Rules, named func(path string) bool) {
	sections := map[string]reflect.Value{}
	set := reflect.ValueOf(rules).Elem()
	for _, f := range strictyaml.Fields(set.Type()) {
		sections[f.Key] = set.FieldByIndex(f.Index)
	}
	for name, own := range rules.Segments {
		segment := reflect.ValueOf(&own).Elem()
		for _, f := range strictyaml.Fields(segment.Type()) {
			if section := segment.FieldByIndex(f.Index); !section.IsNil() {
				fill(section.Elem(), sections[f.Key], "segments."+name+"."+f.Key, named)
			}
		}
		rules.Segments[name] = own
	}
}

func fill(own, all reflect.Value, path string, named func(path string) bool) {
	for _, f := range strictyaml.Fields(own.Type()) {
		at, value := path+"."+f.Key, own.FieldByIndex(f.Index)
		switch {
		case !named(at):
			value.Set(all.FieldByIndex(f.Index))
		case value.Kind() == reflect.Struct:
			fill(value, all.FieldByIndex(f.Index), at, named)
		}
	}
}

// problemsOf takes a joined error apart.
func problemsOf(err error) (problems []detectors.Problem) {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range several.Unwrap() {
			problems = append(problems, problemsOf(e)...)
		}
		return problems
	}
	var p detectors.Problem
	if errors.As(err, &p) {
		problems = append(problems, p)
	}
	return problems
}

// readRules takes the rules from where the configuration says they are.
func (l *loader) readRules() {
	if l.RulesPath == "" {
		fillSegments(&l.Rules, func(path string) bool { return l.doc.Has("rules." + path) })
		return
	}
	if l.doc.Has("rules") {
		l.fail("rules_path", "rules_path and the section rules are both there; keep one")
		return
	}
	for _, path := range slices.Sorted(maps.Keys(l.fromEnv)) {
		if strings.HasPrefix(path, "rules.") {
			l.doc.AddOutside("environment: "+l.fromEnv[path], "rules_path is set, and its files alone say what the rules are; remove one of the two")
		}
	}
	rules, err := LoadRules(l.RulesPath)
	var problems strictyaml.Problems
	if errors.As(err, &problems) {
		l.doc.Include(problems)
		return
	}
	l.Rules = rules
}

// checkRules checks the section rules; a rule path has been checked when it was read.
func (l *loader) checkRules() {
	if l.RulesPath != "" {
		return
	}
	for _, p := range problemsOf(l.Rules.Validate()) {
		l.fail("rules."+p.Path, "rules.%s: %s", p.Path, p.Text)
	}
	for _, p := range rule.Check(&l.Rules) {
		l.doc.AddInside("rules."+p.Path, p.Line, p.Column, "rules.%s: %s", p.Path, p.Text)
	}
}
