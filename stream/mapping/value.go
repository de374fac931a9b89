package mapping

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/cardwatch/cardwatch/detectors/card"
)

// build makes one JSON record; fields come in the contract's order, empty optional ones are left out.
func (m *Mapping) build(r *record, row Row) (made, error) {
	out := made{topic: r.topic, once: r.once, value: append(make([]byte, 0, 512), '{')}
	var currency card.Currency
	if r.currency != nil {
		text, reason := m.text(r.currency, row)
		if reason != "" {
			return made{}, r.currency.refuse(reason)
		}
		currency, _ = card.ParseCurrency(text) // A bad one is refused below, when its own turn comes.
	}
	object := ""
	for _, f := range r.fields {
		text, reason := m.text(f, row)
		if f == r.event && text == "" && row.ID != "" {
			text = row.ID + r.suffix
		}
		if reason == "" && text == "" && f.must {
			reason = MissingValue
		}
		if reason != "" {
			return made{}, f.refuse(reason)
		}
		if text == "" {
			continue
		}
		out.value, object = openField(out.value, object, f.name)
		if out.value, reason = f.append(out.value, text, currency); reason != "" {
			return made{}, f.refuse(reason)
		}
		switch f {
		case r.customer:
			out.customer = text
		case r.event:
			out.event = text
		}
	}
	if object != "" {
		out.value = append(out.value, '}')
	}
	out.value = append(out.value, '}')
	return out, nil
}

func (f *field) refuse(reason Reason) error {
	return &RowError{Reason: reason, Field: f.topic + " " + f.name}
}

// openField writes the comma and the name, entering or leaving the nested object of a dotted name.
func openField(dst []byte, object, name string) ([]byte, string) {
	outer, inner, nested := strings.Cut(name, ".")
	if !nested {
		outer, inner = "", name
	}
	if object != "" && object != outer {
		dst = append(dst, '}')
	}
	if last := dst[len(dst)-1]; last != '{' {
		dst = append(dst, ',')
	}
	if outer != "" && object != outer {
		dst = append(appendString(dst, outer), ':', '{')
	}
	return append(appendString(dst, inner), ':'), outer
}

// text runs the source and the changes of a field, in the order that fieldSpec documents.
func (m *Mapping) text(f *field, row Row) (string, Reason) {
	s, reason := f.source(row)
	if reason != "" {
		return "", reason
	}
	s = strings.TrimSpace(s)
	if f.spec.Strip != "" {
		s = strings.Map(func(r rune) rune {
			if strings.ContainsRune(f.spec.Strip, r) {
				return -1
			}
			return r
		}, s)
	}
	if f.spec.Sign != nil && s != "" {
		sign, _, _, ok := decimal(s)
		switch {
		case !ok:
			return "", BadMoney
		case sign == "-":
			s = f.spec.Sign.Negative
		default:
			s = f.spec.Sign.Positive
		}
	}
	to, listed := f.spec.Values[s]
	switch {
	case listed:
		s = to
	case f.spec.Default != nil && (s == "" || f.spec.Values != nil):
		s = *f.spec.Default
	case f.spec.Values != nil && s != "":
		return "", BadWord
	}
	if f.spec.Token && s != "" {
		s = m.token(s)
	}
	return s, ""
}

// append writes the text as the field's kind of JSON.
func (f *field) append(dst []byte, s string, currency card.Currency) ([]byte, Reason) {
	switch f.kind {
	case kindTime:
		return f.appendTime(dst, s)
	case kindMoney, kindSignedMoney:
		return f.appendMoney(dst, s, currency)
	case kindInt:
		n, err := strconv.ParseUint(s, 10, 31)
		if err != nil {
			return dst, BadNumber
		}
		return strconv.AppendUint(dst, n, 10), ""
	case kindLat:
		return f.appendDegrees(dst, s, 90)
	case kindLon:
		return f.appendDegrees(dst, s, 180)
	case kindBool:
		if s != "true" && s != "false" {
			return dst, BadWord
		}
		return append(dst, s...), ""
	case kindList:
		return appendList(dst, s), ""
	default:
		return appendString(dst, s), ""
	}
}

func (f *field) appendTime(dst []byte, s string) ([]byte, Reason) {
	t, err := f.read(s)
	if err != nil {
		return dst, BadTime
	}
	return appendString(dst, card.MomentOf(t).String()), ""
}

// appendDegrees rounds to 6 decimals, a tenth of a metre, so that a linear transform prints the same everywhere.
func (f *field) appendDegrees(dst []byte, s string, limit float64) ([]byte, Reason) {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return dst, BadNumber
	}
	if f.spec.Scale != nil {
		v *= *f.spec.Scale
	}
	if f.spec.Offset != nil {
		v += *f.spec.Offset
	}
	if !(math.Abs(v) <= limit) {
		return dst, BadNumber
	}
	return strconv.AppendFloat(dst, math.Round(v*1e6)/1e6, 'f', -1, 64), ""
}

func appendList(dst []byte, s string) []byte {
	dst = append(dst, '[')
	for i, item := range strings.Split(s, ";") {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(dst, strings.TrimSpace(item))
	}
	return append(dst, ']')
}

// appendString writes a JSON string; most are plain ASCII and need no escaping.
func appendString(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(s) // A string always has a JSON form.
			return append(dst, quoted...)
		}
	}
	dst = append(dst, '"')
	dst = append(dst, s...)
	return append(dst, '"')
}
