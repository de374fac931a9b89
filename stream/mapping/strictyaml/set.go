package strictyaml

import (
	"encoding"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Set parses text as the type of v, which must be settable, and stores it: strings, booleans, integers, finite floats, durations
// ("15m", "90d"), anything with UnmarshalText, and comma-separated lists of these. The answer says what v wants instead, in
// which case v is unchanged; it is empty when all is well. Files and environment variables both become settings here.
func Set(v reflect.Value, s string) string {
	if u, ok := unmarshaler(v); ok {
		if err := u.UnmarshalText([]byte(s)); err != nil {
			return "valid: " + err.Error()
		}
		return ""
	}
	if v.Type() == durationType {
		return setDuration(v, s)
	}
	switch {
	case v.Kind() == reflect.String:
		v.SetString(s)
		return ""
	case v.Kind() == reflect.Slice:
		return setList(v, s)
	case v.Kind() == reflect.Bool:
		if b, err := strconv.ParseBool(s); err == nil {
			v.SetBool(b)
			return ""
		}
	case v.CanInt():
		if i, err := strconv.ParseInt(s, 10, v.Type().Bits()); err == nil {
			v.SetInt(i)
			return ""
		}
	case v.CanUint():
		if u, err := strconv.ParseUint(s, 10, v.Type().Bits()); err == nil {
			v.SetUint(u)
			return ""
		}
	case v.CanFloat():
		if f, err := strconv.ParseFloat(s, v.Type().Bits()); err == nil && !math.IsNaN(f) && !math.IsInf(f, 0) {
			v.SetFloat(f)
			return ""
		}
	default:
		return "set in the file; it is no single value"
	}
	return kindName(v)
}

func setList(v reflect.Value, s string) string {
	parts := strings.Split(s, ",")
	list := reflect.MakeSlice(v.Type(), len(parts), len(parts))
	for i, part := range parts {
		if want := Set(list.Index(i), strings.TrimSpace(part)); want != "" {
			return want
		}
	}
	v.Set(list)
	return ""
}

func setDuration(v reflect.Value, s string) string {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseInt(days, 10, 32)
		if err == nil && n <= 36_500 && n >= -36_500 {
			v.SetInt(n * int64(24*time.Hour))
			return ""
		}
	}
	duration, err := time.ParseDuration(s)
	if err != nil {
		return kindName(v)
	}
	v.SetInt(int64(duration))
	return ""
}

// unmarshaler is v's own way to read text, when it has one.
func unmarshaler(v reflect.Value) (encoding.TextUnmarshaler, bool) {
	u, ok := v.Addr().Interface().(encoding.TextUnmarshaler)
	return u, ok
}
