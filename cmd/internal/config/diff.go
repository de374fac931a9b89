package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/stream/mapping/strictyaml"
)

// RuleChange is one value that differs between two sets of rules.
type RuleChange struct {
	// Kind is added, removed or changed.
	Kind string `json:"kind"`
	// Path leads to the value; what has a name is called by it: "rules.small_burst.windows.shops.span".
	Path string `json:"path"`
	Old  string `json:"old,omitempty"`
	New  string `json:"new,omitempty"`
}

// DiffRules says what changes from one set to another, value by value.
func DiffRules(from, to detectors.Rules) []RuleChange {
	changes := []RuleChange{}
	before, after := flat("", reflect.ValueOf(from)), flat("", reflect.ValueOf(to))
	seen := map[string]string{}
	for _, v := range after {
		seen[v.path] = v.text
	}
	known := map[string]bool{}
	for _, v := range before {
		known[v.path] = true
		switch now, there := seen[v.path]; {
		case !there:
			changes = append(changes, RuleChange{"removed", v.path, v.text, ""})
		case now != v.text:
			changes = append(changes, RuleChange{"changed", v.path, v.text, now})
		}
	}
	for _, v := range after {
		if !known[v.path] {
			changes = append(changes, RuleChange{"added", v.path, "", v.text})
		}
	}
	return changes
}

type value struct{ path, text string }

// flat lists the single values under v. Entries of a list go by their names, so that moving one changes nothing.
func flat(path string, v reflect.Value) (all []value) {
	under := func(key string) string { return strings.TrimPrefix(path+"."+key, ".") }
	switch {
	case v.Kind() == reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return flat(path, v.Elem())
	case v.Kind() == reflect.Struct && len(strictyaml.Fields(v.Type())) > 0:
		for _, f := range strictyaml.Fields(v.Type()) {
			all = append(all, flat(under(f.Key), v.FieldByIndex(f.Index))...)
		}
		return all
	case v.Kind() == reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, key := range keys {
			all = append(all, flat(under(key.String()), v.MapIndex(key))...)
		}
		return all
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		for i := range v.Len() {
			all = append(all, flat(under(entryName(v.Index(i), i)), v.Index(i))...)
		}
		return all
	case v.Kind() == reflect.Slice:
		var items []string
		for i := range v.Len() {
			items = append(items, scalar(v.Index(i)))
		}
		if len(items) == 0 {
			return nil
		}
		return []value{{path, strings.Join(items, ", ")}}
	case v.Kind() == reflect.String:
		if v.String() == "" {
			return nil
		}
		return []value{{path, strings.Join(strings.Fields(v.String()), " ")}}
	}
	return []value{{path, scalar(v)}}
}

// entryName is the entry's id, name or code, else its number.
func entryName(v reflect.Value, i int) string {
	for _, f := range strictyaml.Fields(v.Type()) {
		if slices.Contains([]string{"id", "name", "code"}, f.Key) && v.FieldByIndex(f.Index).Kind() == reflect.String {
			return v.FieldByIndex(f.Index).String()
		}
	}
	return fmt.Sprint(i + 1)
}
