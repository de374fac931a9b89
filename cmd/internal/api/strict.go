package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// The codes of FieldError.
const (
	fieldUnknown   = "unknown_field"
	fieldDuplicate = "duplicate_field"
	fieldType      = "wrong_type"
	fieldMissing   = "missing"
	fieldValue     = "bad_value"
)

// read takes a call's JSON body apart, into a struct whose fields' json tags name all that may be there: one object in UTF-8, every field once
// and of its own type. "1" and 1.0 are no integers: whoever sends them means something else than we would read.
func (r *request) read(into any) *Problem {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if charset := params["charset"]; err != nil || kind != "application/json" || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return refusal(CodeMediaType)
	}
	body, err := io.ReadAll(r.Body)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return refusal(CodeTooLarge)
	case err != nil || !utf8.Valid(body) || !json.Valid(body) || bytes.TrimLeft(body, " \t\r\n")[0] != '{':
		return refusal(CodeBadJSON)
	}
	var d strict
	d.object("", body, reflect.ValueOf(into).Elem())
	if len(d.errors) == 0 {
		return nil
	}
	if d.errors[0].Code == fieldUnknown {
		return refusal(CodeUnknownField, d.errors...)
	}
	return refusal(CodeInvalid, d.errors...)
}

// strict decodes valid JSON and gathers what is wrong with it.
type strict struct{ errors []FieldError }

func (d *strict) fail(at, code string) {
	d.errors = append(d.errors, FieldError{Pointer: at, Code: code})
}

var (
	integer    = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)
	momentType = reflect.TypeFor[card.Moment]()
	// viewedType is a moment in a view that comes in as it goes out.
	viewedType = reflect.TypeFor[moment]()
	inPointer  = strings.NewReplacer("~", "~0", "/", "~1")
)

func (d *strict) value(at string, raw json.RawMessage, v reflect.Value) {
	ok := true
	switch {
	case v.Type() == momentType:
		var text string
		ok = json.Unmarshal(raw, &text) == nil && raw[0] == '"'
		if ok {
			m, err := card.ParseMoment(text)
			if err != nil {
				d.fail(at, fieldValue)
				return
			}
			v.Set(reflect.ValueOf(m))
		}
	case v.Type() == viewedType:
		d.value(at, raw, v.Field(0))
		return
	case v.Kind() == reflect.String:
		var text string
		ok = raw[0] == '"' && json.Unmarshal(raw, &text) == nil
		v.SetString(text)
	case v.Kind() == reflect.Bool:
		ok = raw[0] == 't' || raw[0] == 'f'
		v.SetBool(raw[0] == 't')
	case v.Kind() == reflect.Int64:
		n, err := strconv.ParseInt(string(raw), 10, 64)
		ok = integer.Match(raw) && err == nil
		v.SetInt(n)
	case v.Kind() == reflect.Slice:
		var items []json.RawMessage
		if ok = raw[0] == '[' && json.Unmarshal(raw, &items) == nil; ok {
			v.Set(reflect.MakeSlice(v.Type(), len(items), len(items)))
			for i, item := range items {
				d.value(at+"/"+strconv.Itoa(i), item, v.Index(i))
			}
		}
	case v.Kind() == reflect.Struct:
		if ok = raw[0] == '{'; ok {
			d.object(at, raw, v)
		}
	}
	if !ok {
		d.fail(at, fieldType)
	}
}

func (d *strict) object(at string, raw []byte, v reflect.Value) {
	fields := map[string]reflect.Value{}
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		fields[name] = v.Field(i)
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	_, _ = decoder.Token() // the brace: raw is a valid object, so no call here can fail
	seen := map[string]bool{}
	for decoder.More() {
		key, _ := decoder.Token()
		name, _ := key.(string)
		var member json.RawMessage
		_ = decoder.Decode(&member)
		field, known := fields[name]
		pointer := at + "/" + inPointer.Replace(name)
		switch {
		case !known:
			d.fail(pointer, fieldUnknown)
		case seen[name]:
			d.fail(pointer, fieldDuplicate)
		default:
			d.value(pointer, bytes.TrimSpace(member), field)
		}
		seen[name] = true
	}
}
