package inspect

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// showJSON gives a state as JSON with everything in it, also what its package keeps to itself, in the order of its declaration. What is
// zero is left out. What masks itself when printed, such as a telephone number, is masked.
func showJSON(state any) []byte { return appendValue(nil, reflect.ValueOf(state).Elem()) }

// hidden are fields that are no part of a state or that nobody needs to see: room for work, and what lets a sender reach a telephone.
var hidden = map[string]string{"work": "", "PushToken": "masked"}

func appendValue(dst []byte, v reflect.Value) []byte {
	if m, ok := moment(v); ok {
		return appendText(dst, m.String())
	}
	switch v.Kind() {
	case reflect.Struct:
		return append(appendFields(append(dst, '{'), v), '}')
	case reflect.Slice, reflect.Array:
		return appendList(dst, v)
	case reflect.Pointer:
		if v.IsNil() {
			return append(dst, "null"...)
		}
		return appendValue(dst, v.Elem())
	case reflect.Bool:
		return fmt.Append(dst, v.Bool())
	case reflect.String:
		return appendText(dst, printed(v, v.String()))
	case reflect.Float32, reflect.Float64:
		return fmt.Append(dst, v.Float())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return fmt.Append(dst, v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if text := printed(v, ""); text != "" {
			return appendText(dst, text)
		}
		return fmt.Append(dst, v.Uint())
	default:
		return appendText(dst, v.Kind().String())
	}
}

// appendFields writes the fields of a struct that are not zero; those of an embedded struct stand among them.
func appendFields(dst []byte, v reflect.Value) []byte {
	for i := range v.NumField() {
		field, value := v.Type().Field(i), v.Field(i)
		instead, hide := hidden[field.Name]
		if value.IsZero() || hide && instead == "" || value.Kind() == reflect.Slice && value.Len() == 0 {
			continue
		}
		if field.Anonymous && value.Kind() == reflect.Struct {
			dst = appendFields(dst, value)
			continue
		}
		if dst[len(dst)-1] != '{' {
			dst = append(dst, ',')
		}
		dst = append(appendText(dst, snake(field.Name)), ':')
		if hide {
			dst = appendText(dst, instead)
		} else {
			dst = appendValue(dst, value)
		}
	}
	return dst
}

// appendList writes bytes that are text as text, other bytes in base64, and everything else as a list.
func appendList(dst []byte, v reflect.Value) []byte {
	if v.Type().Elem() == reflect.TypeFor[byte]() {
		raw := make([]byte, v.Len())
		for i := range raw {
			raw[i] = byte(v.Index(i).Uint())
		}
		if utf8.Valid(raw) && strings.IndexFunc(string(raw), unicode.IsControl) < 0 {
			return appendText(dst, string(raw))
		}
		return appendJSON(dst, raw)
	}
	dst = append(dst, '[')
	for i := range v.Len() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendValue(dst, v.Index(i))
	}
	return append(dst, ']')
}

// moment takes a moment out of a field, exported or not.
func moment(v reflect.Value) (card.Moment, bool) {
	if v.Type() != reflect.TypeFor[card.Moment]() {
		return card.Moment{}, false
	}
	return card.Moment{UnixMilli: v.Field(0).Int(), OffsetMinutes: int16(v.Field(1).Int())}, true
}

// printed is how a value of a type with words of its own prints, and otherwise the fallback. The value is copied, since methods of a
// field that is not exported cannot be called.
func printed(v reflect.Value, otherwise string) string {
	c := reflect.New(v.Type()).Elem()
	if v.Kind() == reflect.String {
		c.SetString(v.String())
	} else {
		c.SetUint(v.Uint())
	}
	if s, ok := c.Interface().(fmt.Stringer); ok {
		return s.String()
	}
	return otherwise
}

// snake turns a Go name into the style of the wire formats: EventIDs is event_ids.
func snake(name string) string {
	runes := []rune(name)
	var b strings.Builder
	for i, r := range runes {
		begins := unicode.IsUpper(r) && i > 0 && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]) && string(runes[i:]) != "Ds")
		if begins {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func appendText(dst []byte, s string) []byte { return appendJSON(dst, s) }

func appendJSON(dst []byte, v any) []byte {
	text, err := json.Marshal(v)
	if err != nil { // strings and bytes always have a JSON form
		return append(dst, "null"...)
	}
	return append(dst, text...)
}
