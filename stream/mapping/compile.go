package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cardwatch/cardwatch/stream/mapping/strictyaml"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// compiler turns a spec into a Mapping and notes everything that is wrong on the way.
type compiler struct {
	doc     *strictyaml.Document
	spec    *spec
	columns map[string]bool
	lookups map[string]*lookup
	token   bool
	numbers bool
}

func (c *compiler) mapping(name string) *Mapping {
	c.csv()
	c.lookups = map[string]*lookup{}
	for _, l := range slices.Sorted(maps.Keys(c.spec.Lookups)) {
		if c.spec.Lookups[l].Key == "" {
			c.doc.Add("lookups."+l, "lookup %q names no key column", l)
		}
		c.lookups[l] = &lookup{key: c.spec.Lookups[l].Key, reads: map[string]bool{}}
	}
	for i, s := range c.spec.Skip {
		path := fmt.Sprintf("skip[%d]", i)
		c.condition(path+".if", s.If)
		if s.Reason == "" {
			c.doc.Add(path, "a skip needs a reason; it is counted under it")
		}
	}
	records := c.records()
	c.label(records)
	return &Mapping{
		name: name, about: strings.TrimSpace(c.spec.About), csv: c.spec.CSV, skip: c.spec.Skip, label: c.spec.Label,
		records: records, columns: slices.Sorted(maps.Keys(c.columns)), lookups: c.lookups, needToken: c.token, numbers: c.numbers,
	}
}

func (c *compiler) csv() {
	d := &c.spec.CSV
	if d.Delimiter == "" {
		d.Delimiter = ","
	}
	r, size := utf8.DecodeRuneInString(d.Delimiter)
	if size != len(d.Delimiter) || r == '"' || r == '\n' || r == '\r' || r == utf8.RuneError {
		c.doc.Add("csv.delimiter", `delimiter must be one character such as "," ";" or "\t"`)
	}
	switch d.Charset {
	case "":
		d.Charset = charsetUTF8
	case charsetUTF8, charsetGB18030:
	default:
		c.doc.Add("csv.charset", "charset %q is not read; write %s or %s", d.Charset, charsetUTF8, charsetGB18030)
	}
}

// condition notes the columns of an `if`.
func (c *compiler) condition(path string, want map[string]string) {
	if len(want) == 0 {
		c.doc.Add(path, "an `if` needs at least one column and its value")
	}
	for column := range want {
		c.columns[column] = true
	}
}

func (c *compiler) records() []*record {
	if len(c.spec.Records) == 0 && !c.doc.Has("records") {
		c.doc.Add("", "the mapping makes no records; name at least one topic under `records`")
	}
	topics := topicFields()
	var records []*record
	once := map[string]bool{}
	for i, s := range c.spec.Records {
		path := fmt.Sprintf("records[%d]", i)
		defs, ok := topics[s.Topic]
		if !ok {
			names := slices.Sorted(maps.Keys(topics))
			c.doc.Add(path+".topic", "topic %q cannot be mapped to, only %s%s", s.Topic,
				strings.Join(names, ", "), strictyaml.DidYouMean(s.Topic, names))
			continue
		}
		if before, seen := once[s.Topic]; seen && before != s.Once {
			c.doc.Add(path, "two records of %s differ in `once`", s.Topic)
		}
		once[s.Topic] = s.Once
		if c.doc.Has(path + ".if") {
			c.condition(path+".if", s.If)
		}
		r := c.record(path, s, defs)
		if len(records) > 0 {
			r.suffix = "." + strconv.Itoa(len(records))
		}
		records = append(records, r)
	}
	return records
}

func (c *compiler) record(path string, s recordSpec, defs []fieldDef) *record {
	r := &record{topic: s.Topic, when: s.If, once: s.Once}
	names := make([]string, len(defs))
	for i, def := range defs {
		names[i] = def.name
		fs, mapped := s.Fields[def.name]
		if !mapped {
			if def.must {
				c.doc.Add(path+".fields", "%s needs the field %q", s.Topic, def.name)
			}
			continue
		}
		f := c.field(path+".fields."+def.name, s.Topic, def, fs)
		r.fields = append(r.fields, f)
		switch def.name {
		case "currency":
			r.currency = f
		case "customer_id":
			r.customer = f
		case "event_id":
			r.event = f
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Fields)) {
		if !slices.Contains(names, name) {
			c.doc.Add(path+".fields."+name, "%s has no field %q%s", s.Topic, name, strictyaml.DidYouMean(name, names))
		}
	}
	if r.currency == nil && slices.ContainsFunc(r.fields, (*field).isMoney) {
		c.doc.Add(path+".fields", "an amount needs the field \"currency\" beside it")
	}
	return r
}

func (c *compiler) label(records []*record) {
	l := c.spec.Label
	if l == nil {
		return
	}
	if l.Column == "" {
		c.doc.Add("label", "label names no column")
		return
	}
	c.columns[l.Column] = true
	for from, to := range l.Values {
		if to != "0" && to != "1" {
			c.doc.Add("label.values."+from, "a label is 1 for fraud and 0 otherwise")
		}
	}
	if !slices.ContainsFunc(records, func(r *record) bool { return r.topic == wire.TransactionTopic }) {
		c.doc.Add("label", "labels belong to transactions; map %s too", wire.TransactionTopic)
	}
}
