package wire

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/unicode/norm"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/detectors/geo"
)

// reference reads a record of cards.transaction.v1 by the contract, member by member, on top of encoding/json v2, which refuses duplicate
// names, invalid UTF-8 and trailing data as the door has to. It shares no code with the scanner; the slow search for card numbers, which
// has tests of its own, is the door's.
type reference struct {
	members map[string]jsontext.Value
	body    card.Transaction
	meta    Meta
	bad     bool
}

// byReference gives the transaction and what was passed over, and false for a record that has to be refused.
func byReference(value []byte) (*card.Transaction, Meta, bool) {
	r := reference{}
	if len(value) > MaxValueBytes || json.Unmarshal(value, &r.members) != nil || r.members == nil {
		return nil, Meta{}, false
	}
	for name, value := range r.members {
		f := fieldNamed(name)
		if !transactionFormat.fields.has(f) {
			r.meta.Unknown++
			f = noField
		}
		r.inspect(f, value, 1)
	}
	r.read()
	return &r.body, r.meta, !r.bad && clean(value)
}

// fieldNamed gives noField for a name that no topic uses.
func fieldNamed(name string) field { return field(max(0, slices.Index(fieldNames[:], name))) }

// clean looks at the raw names of every level, which a map of members no longer shows as they were written.
func clean(value []byte) bool {
	decoder := jsontext.NewDecoder(strings.NewReader(string(value)))
	for decoder.PeekKind() > 0 {
		if kind, n := decoder.StackIndex(decoder.StackDepth()); kind == '{' && n%2 == 0 && decoder.PeekKind() == '"' {
			raw, _ := decoder.ReadValue()
			name, _ := jsontext.AppendUnquote(nil, raw)
			if sensitive(string(name)) || new(panFinder).next(raw[1:len(raw)-1], 0) != nil {
				return false
			}
			continue
		}
		if _, err := decoder.ReadToken(); err != nil {
			break
		}
	}
	return true
}

// inspect looks for card numbers in every value, and at how deep they lie.
func (r *reference) inspect(f field, v jsontext.Value, depth int) {
	r.bad = r.bad || depth > maxDepth
	switch v.Kind() {
	case '"':
		r.bad = r.bad || new(panFinder).next(v[1:len(v)-1], 0) != nil
	case '0':
		integer := !strings.ContainsAny(string(v), ".eE")
		r.bad = r.bad || integer && !amounts.has(f) && new(panFinder).next(v, 0) != nil
	case '{':
		var members map[string]jsontext.Value
		r.bad = r.bad || json.Unmarshal(v, &members) != nil || depth+1 > maxDepth
		for _, member := range members {
			r.inspect(noField, member, depth+1)
		}
	case '[':
		var elements []jsontext.Value
		r.bad = r.bad || json.Unmarshal(v, &elements) != nil || depth+1 > maxDepth
		for _, element := range elements {
			r.inspect(f, element, depth+1)
		}
	}
}

func (r *reference) read() {
	version := r.get(fSchemaVersion)
	r.bad = r.bad || version != nil && string(version) != "1"
	r.body = card.Transaction{
		Head:    card.Head{ID: r.mustID(fEventID), Customer: r.mustID(fCustomerID), At: r.moment(fOccurredAt)},
		Card:    r.mustID(fCardID),
		Account: r.id(fAccountID), ResponseCode: r.id(fResponseCode), Merchant: r.id(fMerchantID), Terminal: r.id(fTerminalID),
		Type: must(r, fType, card.ParseType), Status: must(r, fStatus, card.ParseStatus),
		Amount:       card.Money{Minor: r.amount(), Currency: must(r, fCurrency, currency)},
		MerchantName: r.name(), MCC: may(r, fMCC, category), Entry: may(r, fEntryMode, card.ParseEntryMode),
		Place: r.place(),
	}
	if r.body.Account == "" {
		r.body.Account = r.body.Card
	}
	if t := r.body.Type; t == card.Refund || t == card.Reversal {
		r.body.Original = r.mustID(fOriginalEventID)
	} else if r.get(fOriginalEventID) != nil {
		r.drop(fOriginalEventID)
	}
}

func (r *reference) drop(f field) { r.meta.Dropped = append(r.meta.Dropped, f.String()) }

// get gives a member's value, nil for an absent one or null.
func (r *reference) get(f field) jsontext.Value {
	if v := r.members[f.String()]; v.Kind() != 'n' {
		return v
	}
	return nil
}

func (r *reference) text(f field) (text string, ok bool) {
	v := r.get(f)
	ok = v != nil && json.Unmarshal(v, &text) == nil
	return text, ok
}

func (r *reference) id(f field) string {
	text, ok := r.text(f)
	r.bad = r.bad || !ok && r.get(f) != nil || len(text) > 64 || strings.ContainsFunc(text, hidden)
	return text
}

func (r *reference) mustID(f field) string {
	id := r.id(f)
	r.bad = r.bad || id == ""
	return id
}

func must[E any](r *reference, f field, parse func(string) (E, bool)) E {
	text, _ := r.text(f)
	e, ok := parse(text)
	r.bad = r.bad || !ok
	return e
}

func may[E any](r *reference, f field, parse func(string) (E, bool)) (none E) {
	text, _ := r.text(f)
	if e, ok := parse(text); ok {
		return e
	}
	if r.get(f) != nil {
		r.drop(f)
	}
	return none
}

var (
	rfc3339  = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-](0\d|1[0-7]):[0-5]\d|[+-]18:00)$`)
	integer  = regexp.MustCompile(`^-?\d+$`)
	mccShape = regexp.MustCompile(`^\d{4}$`)
	cities   = regexp.MustCompile(`^(\d{6}|[A-Z]{2}[A-Z2-9]{3})$`)
)

func (r *reference) moment(f field) card.Moment {
	text, _ := r.text(f)
	m, err := card.ParseMoment(text)
	r.bad = r.bad || err != nil || !rfc3339.MatchString(text)
	return m
}

func (r *reference) amount() int64 {
	raw := string(r.get(fAmountMinor))
	n, err := strconv.ParseInt(raw, 10, 64)
	r.bad = r.bad || err != nil || n < 0 || !integer.MatchString(raw)
	return n
}

func currency(s string) (card.Currency, bool) {
	c, err := card.ParseCurrency(s)
	return c, err == nil
}

func category(s string) (card.MCC, bool) {
	n, _ := strconv.Atoi(s)
	return card.MCC(n), n > 0 && mccShape.MatchString(s)
}

func city(s string) (string, bool) { return s, cities.MatchString(s) }

func country(s string) (string, bool) { return s, geo.ValidCountry(s) }

func (r *reference) name() string {
	text, ok := r.text(fMerchantName)
	r.bad = r.bad || !ok && r.get(fMerchantName) != nil
	visible := strings.Map(func(c rune) rune {
		if hidden(c) {
			return -1
		}
		return c
	}, text)
	runes := []rune(norm.NFC.String(visible))
	return string(runes[:min(len(runes), maxNameRunes)])
}

func (r *reference) degrees(f field, limit float64) (x float64, ok bool) {
	v := r.get(f)
	if v == nil {
		return 0, false
	}
	x, err := strconv.ParseFloat(string(v), 64)
	r.bad = r.bad || v.Kind() != '0' || err != nil || x < -limit || x > limit
	return x, true
}

func (r *reference) place() card.Place {
	p := card.Place{City: may(r, fCity, city)}
	lat, hasLat := r.degrees(fLat, 90)
	lon, hasLon := r.degrees(fLon, 180)
	if hasLat && hasLon && (lat != 0 || lon != 0) {
		p.Lat, p.Lon, p.HasPoint = lat, lon, true
	} else {
		for f, has := range map[field]bool{fLat: hasLat, fLon: hasLon} {
			if has {
				r.drop(f)
			}
		}
	}
	p.Country = may(r, fCountry, country)
	return p
}
