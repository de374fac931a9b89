package wire

import "strings"

// The inspection looks into every value, known or not, for what must never pass the door: card numbers in the clear, and
// sensitive authentication data (PCI DSS 4.0.1, 3.3.1 and 3.5.1).

// sensitiveNames are the members and headers that carry sensitive authentication data, in lower case.
var sensitiveNames = []string{
	"cvv", "cvv2", "cvc", "cvc2", "cav2", "track1", "track2", "track_data", "pin", "pin_block", "icc_data",
}

func sensitive(name string) bool {
	for _, s := range sensitiveNames {
		if strings.EqualFold(s, name) {
			return true
		}
	}
	return false
}

// amounts are the fields whose long integers are money or measures, and phones those that hold E.164 numbers, of which one in ten
// passes the Luhn check too.
var (
	amounts = setOf(fAmountMinor, fBalanceMinor, fMinDueMinor, fPastDueMinor, fCreditLimitMinor, fMonthlyIncomeMinor, fSalaryMinor, fInstalmentMinor,
		fOverdueMinor, fPaidMinor, fValue, fLimit, fPrincipalMinor, fInterestMinor, fFeesMinor, fInterestOffMinor, fFeesOffMinor,
		fShownInterestMinor, fShownPayableMinor)
	phones = setOf(fPhone, fFrom, fTo, fNumber)
)

// inspectEnvelope looks at the key and the headers.
func (d *Decoder) inspectEnvelope(r *Record) {
	if d.clearPAN(r.Key) {
		d.refuse(ClearPAN, noField)
	}
	for _, h := range r.Headers {
		if sensitive(h.Key) {
			d.refuse(SADReceived, noField)
		}
		if d.clearPAN(h.Value) || d.clearPAN([]byte(h.Key)) {
			d.refuse(ClearPAN, noField)
		}
	}
}

func (d *Decoder) clearPAN(b []byte) bool {
	return len(b) >= minPAN && d.pans.holdsPAN(b, plainEnd(b, 0) == len(b))
}

// inspect looks at the value of a field, noField for an unknown one.
func (d *Decoder) inspect(f field, t token) {
	if d.reason != "" {
		return
	}
	raw := d.data[t.start:t.end]
	switch t.kind {
	case plainText, richText, escapedText:
		if len(raw) >= minPAN && !(phones.has(f) && e164(raw)) && d.pans.holdsPAN(raw, t.kind == plainText) {
			d.refuse(ClearPAN, f)
		}
	case integerToken:
		if len(raw) >= minPAN && !amounts.has(f) && d.pans.holdsPAN(raw, true) {
			d.refuse(ClearPAN, f)
		}
	case objectToken, arrayToken:
		d.inspectNested(f, t)
	}
}

// inspectNested looks at the members and elements of a value that the scanner has found well-formed.
func (d *Decoder) inspectNested(f field, t token) {
	if t.kind == arrayToken {
		for e := range d.elements(t) {
			d.inspect(f, e)
		}
		return
	}
	for name, value := range d.membersOf(t) {
		d.inspectMember(t.start, name, value)
	}
}

// inspectMember looks at one unknown or nested member of the object that starts at an offset.
func (d *Decoder) inspectMember(object uint32, name, value token) {
	text := d.str(name)
	key := member{object, text}
	if _, twice := d.members[key]; twice {
		d.refuse(DuplicateField, noField)
	}
	if d.members == nil {
		d.members = make(map[member]struct{})
	}
	d.members[key] = struct{}{}
	if sensitive(text) {
		d.refuse(SADReceived, noField)
	}
	if d.pans.holdsPAN(d.data[name.start:name.end], name.kind == plainText) {
		d.refuse(ClearPAN, noField)
	}
	d.inspect(d.nestedField(text), value)
}

// nestedField is the field that a nested name stands for, when the topic's format has it.
func (d *Decoder) nestedField(name string) field {
	f := fieldsByName[name]
	if !d.format.nested.has(f) {
		return noField
	}
	return f
}

// e164 reports whether s is an international phone number: a plus sign and 7 to 15 digits, the first not 0 (ITU-T E.164).
func e164(s []byte) bool {
	if len(s) < 8 || len(s) > 16 || s[0] != '+' || s[1] == '0' {
		return false
	}
	for _, c := range s[1:] {
		if !isDigit(c) {
			return false
		}
	}
	return true
}
