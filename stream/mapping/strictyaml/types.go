package strictyaml

import (
	"reflect"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// Field is a field of a struct that a file can set.
type Field struct {
	// Key is the name in the file, Doc the text of the `doc` tag.
	Key, Doc string
	// Index finds the field for reflect.Value.FieldByIndex.
	Index []int
	Type  reflect.Type
}

// Fields lists the fields of a struct type that carry a `yaml` tag, in order; those of an embedded struct with `yaml:",inline"` count
// as its own.
func Fields(t reflect.Type) []Field {
	var fields []Field
	for i := range t.NumField() {
		f := t.Field(i)
		key, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if strings.Contains(options, "inline") && f.Type.Kind() == reflect.Struct {
			for _, inner := range Fields(f.Type) {
				inner.Index = append([]int{i}, inner.Index...)
				fields = append(fields, inner)
			}
			continue
		}
		if key == "" || key == "-" || !f.IsExported() {
			continue
		}
		fields = append(fields, Field{Key: key, Doc: f.Tag.Get("doc"), Index: []int{i}, Type: f.Type})
	}
	return fields
}

var durationType = reflect.TypeFor[time.Duration]()

func (d decoder) wrongType(path string, n ast.Node, want string) {
	d.bad[path] = true
	if path == "" {
		path = "the file"
	}
	hint := ""
	if _, isMap := n.(*ast.MappingNode); isMap && want != "a list" {
		hint = "; quote a text that has a colon" // [localhost:9092] can come out of the parser as a mapping.
	}
	d.addAt(placeOf(n), path+" must be "+want+", not "+nodeName(n)+hint)
}

func nodeName(n ast.Node) string {
	switch n.(type) {
	case *ast.NullNode:
		return "empty"
	case *ast.MappingNode:
		return "keys and values"
	case *ast.SequenceNode:
		return "a list"
	default:
		return "a single value"
	}
}

func kindName(v reflect.Value) string {
	switch {
	case v.Type() == durationType:
		return `a duration such as "15m" or "90d"`
	case v.Kind() == reflect.Bool:
		return "true or false"
	case v.CanInt():
		return "a whole number"
	case v.CanUint():
		return "a whole number, not negative"
	case v.CanFloat():
		return "a number"
	default:
		return "text"
	}
}

func isNumber(v reflect.Value) bool { return v.CanInt() || v.CanUint() || v.CanFloat() }

// text is a scalar as the author wrote it, without quotes: 0742 stays "0742".
func text(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	default:
		return "", false
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
