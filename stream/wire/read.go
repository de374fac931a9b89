package wire

import "github.com/cardwatch/cardwatch/detectors/card"

// maxIDBytes is the contract's limit for ids.
const maxIDBytes = 64

// The readers give a field's value, or its zero when it is absent (null is absence too) or refused. They keep the first
// refusal, so that a topic's decoder reads as a list of its fields in the order in which they are judged.

func (d *Decoder) get(f field) (token, bool) {
	if !d.present.has(f) || d.tokens[f].kind == nullToken {
		return token{}, false
	}
	return d.tokens[f], true
}

func (d *Decoder) getKind(f field, k kind) (token, bool) {
	t, ok := d.get(f)
	if ok && t.kind != k {
		d.refuse(BadType, f)
		return token{}, false
	}
	return t, ok
}

func (d *Decoder) getText(f field) (token, bool) {
	t, ok := d.get(f)
	if ok && !t.kind.isText() {
		d.refuse(BadType, f)
		return token{}, false
	}
	return t, ok
}

// require refuses a record without the field.
func (d *Decoder) require(f field) {
	if _, ok := d.get(f); !ok {
		d.refuse(MissingField, f)
	}
}

// drop leaves out an optional field that makes no sense.
func (d *Decoder) drop(f field) { d.meta.Dropped = append(d.meta.Dropped, fieldNames[f]) }

// str is the text of a token.
func (d *Decoder) str(t token) string {
	raw := d.data[t.start:t.end]
	if t.kind != escapedText {
		return view(raw)
	}
	start := len(d.texts)
	d.texts = unescape(d.texts, raw)
	return view(d.texts[start:])
}

// plain gives the text of a field that holds nothing but plain characters, as nearly all do, and false for any other.
func (d *Decoder) plain(f field) (string, bool) {
	t := &d.tokens[f]
	if t.kind != plainText || !d.present.has(f) {
		return "", false
	}
	return view(d.data[t.start:t.end]), true
}

// id reads an opaque id, empty when absent. Hidden characters are refused: they would make two ids look the same.
func (d *Decoder) id(f field) string {
	if s, ok := d.plain(f); ok && len(s) <= maxIDBytes {
		return s
	}
	t, ok := d.getText(f)
	if !ok {
		return ""
	}
	return d.idOf(f, t)
}

func (d *Decoder) idOf(f field, t token) string {
	s := d.str(t)
	switch {
	case len(s) > maxIDBytes:
		d.refuse(IDTooLong, f)
	case t.kind != plainText && !visible(s):
		d.refuse(BadValue, f)
	}
	return s
}

// mustID reads an id that may not be absent or empty.
func (d *Decoder) mustID(f field) string {
	s := d.id(f)
	if s == "" {
		d.refuse(MissingField, f)
	}
	return s
}

// free reads a text for people, cleaned and cut to limit runes.
func (d *Decoder) free(f field, limit int) string {
	if s, ok := d.plain(f); ok && len(s) <= limit {
		return s
	}
	t, ok := d.getText(f)
	if !ok {
		return ""
	}
	return d.clean(t, limit)
}

func (d *Decoder) clean(t token, limit int) string {
	s := d.str(t)
	if t.kind == plainText && len(s) <= limit {
		return s
	}
	start := len(d.texts)
	d.texts = appendClean(d.texts, []byte(s), limit)
	return view(d.texts[start:])
}

// mustParse reads a text that may be neither absent nor wrong, by the parser of its words.
func mustParse[E any](d *Decoder, f field, parse func(string) (E, bool)) E {
	if s, ok := d.plain(f); ok {
		if e, ok := parse(s); ok {
			return e
		}
	}
	d.require(f)
	e, _ := mayParse(d, f, parse)
	return e
}

// mayParse reads a text that may be absent but not wrong.
func mayParse[E any](d *Decoder, f field, parse func(string) (E, bool)) (e E, ok bool) {
	t, ok := d.getText(f)
	if !ok {
		return e, false
	}
	if e, ok = parse(d.str(t)); !ok {
		d.refuse(BadValue, f)
	}
	return e, ok
}

// parseOrDrop reads a text that is left out when it is wrong.
func parseOrDrop[E any](d *Decoder, f field, parse func(string) (E, bool)) (none E) {
	if s, ok := d.plain(f); ok {
		if e, ok := parse(s); ok {
			return e
		}
	}
	t, ok := d.get(f)
	if !ok {
		return none
	}
	if t.kind.isText() {
		if e, ok := parse(d.str(t)); ok {
			return e
		}
	}
	d.drop(f)
	return none
}

// oneOf makes a parser of a closed list; it gives the list's own string, not a view.
func oneOf[S ~string](words ...S) func(string) (S, bool) {
	return func(s string) (S, bool) {
		for _, w := range words {
			if string(w) == s {
				return w, true
			}
		}
		return "", false
	}
}

// flag reads true or false, absent as false.
func (d *Decoder) flag(f field) bool {
	t, ok := d.getKind(f, boolToken)
	return ok && d.data[t.start] == 't'
}

// currency reads an ISO 4217 code, the zero Currency when absent.
func (d *Decoder) currency(f field) card.Currency {
	t, ok := d.get(f)
	if !ok {
		return card.Currency{}
	}
	c, err := card.Currency{}, error(nil)
	if t.kind.isText() {
		c, err = card.ParseCurrency(d.str(t))
	}
	if !t.kind.isText() || err != nil {
		d.refuse(BadCurrency, f)
	}
	return c
}

// money reads an amount that may not be absent or negative, with its currency.
func (d *Decoder) money() card.Money {
	d.require(fAmountMinor)
	d.require(fCurrency)
	return card.Money{Minor: d.amount(fAmountMinor, 0), Currency: d.currency(fCurrency)}
}

// moment reads a time, the zero Moment when absent.
func (d *Decoder) moment(f field) card.Moment {
	t, ok := d.get(f)
	if !ok {
		return card.Moment{}
	}
	raw := d.data[t.start:t.end]
	if t.kind == escapedText {
		raw = []byte(d.str(t))
	}
	m, ok := d.calendar.moment(raw)
	if !ok || !t.kind.isText() {
		d.refuse(BadTime, f)
	}
	return m
}

func (d *Decoder) mustMoment(f field) card.Moment {
	d.require(f)
	return d.moment(f)
}

// eventTime reads the event's own time, which may not lie far after its arrival.
func (d *Decoder) eventTime(f field) card.Moment {
	m := d.mustMoment(f)
	if !d.arrived.IsZero() && m.Sub(d.arrived) > maxAhead {
		d.refuse(BadTime, f)
	}
	return m
}

// head reads what every event has; at names the event's own time.
func (d *Decoder) head(at field) card.Head {
	return card.Head{ID: d.mustID(fEventID), Customer: d.mustID(fCustomerID), At: d.eventTime(at)}
}

// version refuses records of a newer or unknown format. A field added later keeps version 1.
func (d *Decoder) version() {
	t, ok := d.get(fSchemaVersion)
	if ok && (t.kind != integerToken || string(d.data[t.start:t.end]) != "1") {
		d.refuse(UnsupportedVersion, fSchemaVersion)
	}
}
