package strictyaml

import (
	"fmt"
	"reflect"

	"github.com/goccy/go-yaml/ast"
)

// decoder walks the YAML tree and the Go value side by side. It notes a problem and goes on, so that one run finds them all.
type decoder struct{ *Document }

func (d decoder) value(path string, n ast.Node, into any) {
	d.at[path] = placeOf(n)
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 {
		d.at[path] = placeOf(m.Values[0].Key)
	}
	d.decode(path, n, reflect.ValueOf(into).Elem(), 0)
}

func (d decoder) decode(path string, n ast.Node, v reflect.Value, depth int) {
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		d.addAt(placeOf(n), "anchors, aliases and tags are not read; write the value out")
		return
	}
	if depth > maxDepth {
		d.addAt(placeOf(n), fmt.Sprintf("nested deeper than %d levels", maxDepth))
		return
	}
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		v = v.Elem()
	}
	if _, ok := unmarshaler(v); ok {
		d.scalar(path, n, v)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.object(path, n, v, depth)
	case reflect.Map:
		d.table(path, n, v, depth)
	case reflect.Slice:
		d.list(path, n, v, depth)
	default:
		d.scalar(path, n, v)
	}
}

func (d decoder) object(path string, n ast.Node, v reflect.Value, depth int) {
	known := map[string]reflect.Value{}
	var names []string
	for _, f := range Fields(v.Type()) {
		known[f.Key] = v.FieldByIndex(f.Index)
		names = append(names, f.Key)
	}
	d.pairs(path, n, func(key string, keyNode, value ast.Node) {
		field, ok := known[key]
		if !ok {
			d.addAt(placeOf(keyNode), unknownKey(path, key, names))
			return
		}
		if _, null := value.(*ast.NullNode); null && field.Kind() == reflect.Struct {
			return // A section whose keys are all commented out keeps its defaults.
		}
		d.decode(join(path, key), value, field, depth+1)
	})
}

func unknownKey(path, key string, names []string) string {
	for _, name := range names {
		if name == key+"_file" || name == key+"_files" {
			return fmt.Sprintf("a secret does not belong in this file; put it in a file of its own and name that with %q", name)
		}
	}
	where := ""
	if path != "" {
		where = " in " + path
	}
	return fmt.Sprintf("unknown key %q%s%s", key, where, DidYouMean(key, names))
}

// table adds the file's entries to the map, which may hold defaults.
func (d decoder) table(path string, n ast.Node, v reflect.Value, depth int) {
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	d.pairs(path, n, func(key string, _, value ast.Node) {
		entry := reflect.New(v.Type().Elem()).Elem()
		k := reflect.ValueOf(key).Convert(v.Type().Key())
		if old := v.MapIndex(k); old.IsValid() {
			entry.Set(old)
		}
		d.decode(join(path, key), value, entry, depth+1)
		v.SetMapIndex(k, entry)
	})
}

func (d decoder) list(path string, n ast.Node, v reflect.Value, depth int) {
	sequence, ok := n.(*ast.SequenceNode)
	if !ok {
		d.wrongType(path, n, "a list")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(sequence.Values), len(sequence.Values)))
	for i, item := range sequence.Values {
		itemPath := fmt.Sprintf("%s[%d]", path, i)
		d.at[itemPath] = placeOf(item)
		if m, isMap := item.(*ast.MappingNode); isMap && len(m.Values) > 0 {
			d.at[itemPath] = placeOf(m.Values[0].Key)
		}
		d.decode(itemPath, item, v.Index(i), depth+1)
	}
}

// pairs calls each once per distinct key of a mapping.
func (d decoder) pairs(path string, n ast.Node, each func(key string, keyNode, value ast.Node)) {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		d.wrongType(path, n, "keys and values")
		return
	}
	seen := map[string]int{}
	for _, pair := range m.Values {
		key, ok := text(pair.Key)
		if !ok {
			d.addAt(placeOf(pair.Key), "a key must be a plain word")
			continue
		}
		if line, twice := seen[key]; twice {
			d.addAt(placeOf(pair.Key), fmt.Sprintf("key %q stands here a second time; it is first set in line %d", key, line))
			continue
		}
		seen[key] = placeOf(pair.Key).line
		d.at[join(path, key)] = placeOf(pair.Key)
		each(key, pair.Key, pair.Value)
	}
}

func (d decoder) scalar(path string, n ast.Node, v reflect.Value) {
	s, ok := text(n)
	if _, null := n.(*ast.NullNode); !ok || null {
		d.wrongType(path, n, kindName(v))
		return
	}
	d.texts[path] = n
	if want := setText(s, n, v); want != "" {
		d.bad[path] = true
		d.addAt(placeOf(n), fmt.Sprintf("%s must be %s", path, want))
	}
}

// setText stores the scalar's text in v; the answer is what v wants instead, empty when all is well.
func setText(s string, n ast.Node, v reflect.Value) string {
	_, ownText := unmarshaler(v)
	_, quoted := n.(*ast.StringNode)
	switch {
	case ownText || v.Type() == durationType:
		return Set(v, s)
	case v.Kind() == reflect.Bool:
		// YAML 1.2 knows true and false; Set, which also reads the environment, would take 1 and T.
		if _, isBool := n.(*ast.BoolNode); !isBool {
			return kindName(v)
		}
	case isNumber(v) && quoted:
		return kindName(v)
	}
	return Set(v, s)
}
