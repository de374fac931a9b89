package config

import (
	"bytes"
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/stream/mapping/strictyaml"
)

const referenceHead = `# Cardwatch configuration: every key with its default value and what it means.
# The environment wins over this file: kafka.client_id is CARDWATCH_KAFKA_CLIENT_ID there, lists have commas.
# Durations: 15m, 90d. Relative paths start where the process was started. Check with: cardwatch config check -c FILE
`

// Reference is a file with every key, its default and its meaning; it loads and equals Defaults.
func Reference() []byte {
	var b bytes.Buffer
	b.WriteString(referenceHead)
	defaults := Defaults()
	writeSection(&b, "", "", reflect.ValueOf(&defaults).Elem())
	writeChannels(&b)
	return b.Bytes()
}

// writeChannels adds, as comments, what each provider's section can hold: the list of channels is empty by default.
func writeChannels(b *bytes.Buffer) {
	b.WriteString("\n# What a channel can be given. It has one section of these:\n# channels:\n")
	every := Channel{
		Sandbox: &SandboxChannel{}, Webhook: &WebhookChannel{}, SMPP: &SMPPChannel{}, CMPP: &CMPPChannel{}, Twilio: &TwilioChannel{}, Aliyun: &AliyunChannel{},
		Tencent: &TencentChannel{}, FCM: &FCMChannel{}, APNs: &APNsChannel{},
	}
	var list bytes.Buffer
	writeSection(&list, "channels", "    ", reflect.ValueOf(&every).Elem())
	for line := range strings.Lines(list.String()) {
		b.WriteString("# " + line)
	}
}

func writeSection(b *bytes.Buffer, path, indent string, v reflect.Value) {
	docs := foreignDocs()
	for _, f := range strictyaml.Fields(v.Type()) {
		at := strings.TrimPrefix(path+"."+f.Key, ".")
		if indent == "" {
			b.WriteByte('\n')
		}
		doc := f.Doc
		if doc == "" {
			doc = docs[at]
		}
		writeComment(b, indent, doc)
		fmt.Fprintf(b, "%s%s:", indent, f.Key)
		writeValue(b, at, indent, v.FieldByIndex(f.Index))
	}
}

// writeValue writes what follows a key's colon, with the line end.
func writeValue(b *bytes.Buffer, path, indent string, v reflect.Value) {
	_, isText := v.Interface().(encoding.TextMarshaler)
	switch {
	case v.Kind() == reflect.Pointer:
		writeValue(b, path, indent, v.Elem())
	case v.Kind() == reflect.Struct && v.NumField() == 0:
		b.WriteString(" {}\n")
	case v.Kind() == reflect.Struct && !isText:
		b.WriteByte('\n')
		writeSection(b, path, indent+"  ", v)
	case v.Kind() == reflect.Map && v.Len() == 0:
		b.WriteString(" {}\n")
	case v.Kind() == reflect.Map:
		b.WriteByte('\n')
		keys := v.MapKeys()
		slices.SortFunc(keys, func(x, y reflect.Value) int { return strings.Compare(x.String(), y.String()) })
		for _, key := range keys {
			fmt.Fprintf(b, "%s  %s:", indent, quote(key.String()))
			writeValue(b, path+"."+key.String(), indent+"  ", v.MapIndex(key))
		}
	case v.Kind() == reflect.Slice:
		items := make([]string, v.Len())
		for i := range items {
			items[i] = scalar(v.Index(i))
		}
		fmt.Fprintf(b, " [%s]\n", strings.Join(items, ", "))
	default:
		fmt.Fprintf(b, " %s\n", scalar(v))
	}
}

func scalar(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case time.Duration:
		return duration(x)
	case encoding.TextMarshaler:
		text, err := x.MarshalText()
		if err != nil {
			return quote("") // Only a default that its own type refuses to write; the test that loads the reference fails.
		}
		return quote(string(text))
	}
	if v.Kind() == reflect.String {
		return quote(v.String())
	}
	return fmt.Sprint(v.Interface())
}

// quote leaves plain words bare: everything else is quoted, whatever YAML would think of it.
func quote(s string) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	plain := s != "" && strings.Trim(s, letters+"_-./") == "" && strings.Trim(s[:1], "-.") != ""
	if plain && !slices.Contains([]string{"true", "false", "null", "yes", "no", "on", "off"}, strings.ToLower(s)) {
		return s
	}
	return strconv.Quote(s)
}

// duration is the short form that people write: 5m, not 5m0s; 3d, not 72h0m0s.
func duration(d time.Duration) string {
	if d > 0 && d%(24*time.Hour) == 0 {
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// commentWidth keeps the reference readable on a terminal of 120 columns.
const commentWidth = 110

func writeComment(b *bytes.Buffer, indent, doc string) {
	line := indent + "#"
	for _, word := range strings.Fields(doc) {
		if len(line)+1+len(word) > commentWidth {
			fmt.Fprintln(b, line)
			line = indent + "#"
		}
		line += " " + word
	}
	if line != indent+"#" {
		fmt.Fprintln(b, line)
	}
}
