package mapping

import (
	"fmt"
	"strings"
	"time"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/mapping/strictyaml"
)

// field is one fieldSpec, ready to run.
type field struct {
	fieldDef
	spec   fieldSpec
	topic  string
	source func(Row) (string, Reason)
	// read turns text into a time.
	read func(string) (time.Time, error)
}

func (f *field) isMoney() bool { return f.kind == kindMoney || f.kind == kindSignedMoney }

// field checks that what is written about a field makes sense together and for the field's kind.
func (c *compiler) field(path, topic string, def fieldDef, s fieldSpec) *field {
	f := &field{fieldDef: def, spec: s, topic: topic}
	f.source = c.source(path, s)
	f.read = c.time(path, def, s)
	if f.isMoney() != (s.Money != "") {
		if f.isMoney() {
			c.doc.Add(path, "%s needs `money: major` (12.50) or `money: minor` (1250)", def.name)
		} else {
			c.doc.Add(path+".money", "%s is no amount", def.name)
		}
	}
	if s.Money != "" && s.Money != "major" && s.Money != "minor" {
		c.doc.Add(path+".money", "money is major (12.50) or minor (1250)")
	}
	if s.Negative != "" && (s.Negative != "absolute" || !f.isMoney()) {
		c.doc.Add(path+".negative", "only an amount can say `negative: absolute`")
	}
	linear := s.Scale != nil || s.Offset != nil
	if linear && def.kind != kindLat && def.kind != kindLon {
		c.doc.Add(path, "scale and offset are for lat and lon")
	}
	if s.Sign != nil && s.Sign.Negative == s.Sign.Positive {
		c.doc.Add(path+".sign", "sign needs two different words, for negative and for positive")
	}
	c.token = c.token || s.Token
	c.fixedWords(path, f)
	return f
}

// source compiles the one place the text comes from.
func (c *compiler) source(path string, s fieldSpec) func(Row) (string, Reason) {
	given := 0
	for _, set := range []bool{s.Column != "", s.Template != "", s.Const != nil, s.Lookup != "", len(s.When) > 0} {
		if set {
			given++
		}
	}
	if given != 1 {
		c.doc.Add(path, "give exactly one of column, template, const, lookup and when")
		return nil
	}
	if s.By != "" && s.Lookup == "" {
		c.doc.Add(path+".by", "`by` belongs to a lookup")
	}
	switch {
	case s.Column != "":
		c.columns[s.Column] = true
		return func(r Row) (string, Reason) { return r.value(s.Column), "" }
	case s.Const != nil:
		return func(Row) (string, Reason) { return *s.Const, "" }
	case s.Template != "":
		return c.template(path+".template", s.Template)
	case s.Lookup != "":
		return c.lookup(path, s)
	default:
		for i, w := range s.When {
			c.condition(fmt.Sprintf("%s.when[%d].if", path, i), w.If)
		}
		return func(r Row) (string, Reason) {
			for _, w := range s.When {
				if r.matches(w.If) {
					return w.Value, ""
				}
			}
			return "", ""
		}
	}
}

func (c *compiler) lookup(path string, s fieldSpec) func(Row) (string, Reason) {
	name, column, _ := strings.Cut(s.Lookup, ".")
	l, ok := c.lookups[name]
	if !ok || column == "" || s.By == "" {
		c.doc.Add(path+".lookup", "write `lookup: NAME.COLUMN` and `by: COLUMN` for a NAME under `lookups`")
		return nil
	}
	l.reads[column] = true
	c.columns[s.By] = true
	return func(r Row) (string, Reason) {
		value, found := l.find(r.value(s.By), column)
		if !found && s.Default == nil {
			return "", NoMatch
		}
		return value, ""
	}
}

// fixedWords checks at once what the mapping itself writes into a closed set, instead of refusing every row later.
func (c *compiler) fixedWords(path string, f *field) {
	var fixed []string
	if f.spec.Const != nil {
		fixed = append(fixed, *f.spec.Const)
	}
	if f.spec.Default != nil && *f.spec.Default != "" {
		fixed = append(fixed, *f.spec.Default)
	}
	for _, to := range f.spec.Values {
		fixed = append(fixed, to)
	}
	for _, w := range f.spec.When {
		fixed = append(fixed, w.Value)
	}
	if f.spec.Sign != nil {
		fixed = append(fixed, f.spec.Sign.Negative, f.spec.Sign.Positive)
	}
	for _, s := range fixed {
		if s == "" && !f.must {
			continue
		}
		if f.kind == kindWord && !f.word(s) {
			c.doc.Add(path, "%q is no %s", s, f.name)
		}
		if _, err := card.ParseCurrency(s); f.kind == kindCurrency && err != nil {
			c.doc.Add(path, "%q is no ISO 4217 currency", s)
		}
	}
}

// template compiles "{card}-{row}".
func (c *compiler) template(path, t string) func(Row) (string, Reason) {
	var parts []func(Row, []byte) []byte
	for rest := t; rest != ""; {
		literal, after, open := strings.Cut(rest, "{")
		if literal != "" {
			parts = append(parts, func(_ Row, dst []byte) []byte { return append(dst, literal...) })
		}
		if !open {
			break
		}
		name, next, closed := strings.Cut(after, "}")
		if !closed || name == "" {
			c.doc.Add(path, "a column stands in braces: {card}-{row}")
			return nil
		}
		rest = next
		if name == "row" {
			c.numbers = true
			parts = append(parts, func(r Row, dst []byte) []byte { return fmt.Append(dst, r.Number) })
			continue
		}
		c.columns[name] = true
		parts = append(parts, func(r Row, dst []byte) []byte { return append(dst, r.value(name)...) })
	}
	return func(r Row) (string, Reason) {
		var dst []byte
		for _, part := range parts {
			dst = part(r, dst)
		}
		return string(dst), ""
	}
}

// namedLayouts are the time formats that have a name; the two Unix ones are read as numbers.
func namedLayouts() map[string]string {
	return map[string]string{
		"rfc3339": time.RFC3339, "datetime": time.DateTime, "date": time.DateOnly, "compact": "20060102150405",
		"unix": "", "unix_milli": "",
	}
}

func (c *compiler) time(path string, def fieldDef, s fieldSpec) func(string) (time.Time, error) {
	if def.kind != kindTime {
		if s.Time != "" || s.Zone != "" {
			c.doc.Add(path, "%s is no time", def.name)
		}
		return nil
	}
	layout, named := namedLayouts()[s.Time]
	if !named {
		layout = s.Time
	}
	if s.Time == "" || (!named && !strings.Contains(layout, "06")) {
		c.doc.Add(path, "%s needs `time:`, a Go layout (2006-01-02 15:04:05) or rfc3339, datetime, date, compact, unix, unix_milli%s",
			def.name, strictyaml.DidYouMean(s.Time, []string{"rfc3339", "datetime", "date", "compact", "unix", "unix_milli"}))
		return nil
	}
	hasOffset := strings.Contains(layout, "Z07") || strings.Contains(layout, "-07")
	if hasOffset == (s.Zone != "") {
		c.doc.Add(path, "%s needs `zone:` exactly when its format has no offset", def.name)
		return nil
	}
	zone, err := parseZone(s.Zone)
	if err != nil {
		c.doc.Add(path+".zone", "%s", err)
		return nil
	}
	return timeReader(s.Time, layout, zone)
}
