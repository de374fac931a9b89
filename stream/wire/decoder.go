package wire

import (
	"bytes"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors"
	"github.com/cardwatch/cardwatch/detectors/card"
)

// MaxValueBytes is the longest value that is read at all.
const MaxValueBytes = 64 << 10

// maxKeptMembers bounds the memory for unknown names that is kept from record to record: clearing a large map is slow.
const maxKeptMembers = 256

// Header is one header of a record.
type Header struct {
	Key   string
	Value []byte
}

// Record is what the door is shown: one record of a topic, as it came.
type Record struct {
	Topic   string
	Key     []byte
	Value   []byte
	Headers []Header
	// Arrived is when the record reached us; events more than 24 h later are refused. Zero leaves that out.
	Arrived card.Moment
	// Unkeyed says that the source has no keys (a file), so that none is compared with customer_id.
	Unkeyed bool
}

// Meta says what a decoder passed over in a record that it accepted.
type Meta struct {
	// Unknown counts members that the topic's format does not know.
	Unknown int
	// Dropped names optional fields that were present but made no sense, and are absent from the body; valid until the next Decode.
	Dropped []string
}

// Decoder turns records into events. The zero Decoder is ready. It reuses its memory: see the package's promise.
type Decoder struct {
	scanner
	topic   string
	format  *format
	arrived card.Moment
	// tokens holds the value of each field in present.
	tokens  [fieldCount]token
	present fieldSet
	// follows holds the two fields that came last after each: producers write members in a steady order, but for optional ones.
	follows [fieldCount][2]field
	// members detects duplicates among unknown and nested names.
	members  map[member]struct{}
	pans     panFinder
	calendar calendar
	// texts holds texts that are no views of the record: unescaped or cleaned.
	texts []byte
	// zones holds the time zones of contacts, by name.
	zones map[string]*time.Location
	meta  Meta
	err   *RejectError
	body  bodies
}

// member is a name within the object that starts at an offset.
type member struct {
	object uint32
	name   string
}

// bodies holds one reusable result for each topic.
type bodies struct {
	transaction card.Transaction
	customer    card.Customer
	statement   card.Statement
	payment     card.Payment
	feedback    card.Feedback
	tick        card.Tick
	contact     alerts.Contact
	reply       alerts.Reply
	command     alerts.Command
	receipt     alerts.Receipt
	cardAction  alerts.CardAction
	conduct     alerts.Conduct
	alert       detectors.Alert
	collection  detectors.Collection
	assessment  detectors.Assessment
}

// Decode reads one record. The error is a *RejectError for a record that belongs on the dead-letter topic; any other error
// means that the topic is none of Topics.
func (d *Decoder) Decode(r Record) (card.Body, Meta, error) {
	if err := d.reset(&r); err != nil {
		return nil, Meta{}, err
	}
	d.scan()
	if d.err == nil {
		d.inspectEnvelope(&r)
	}
	var body card.Body
	if d.err == nil {
		d.version()
		body = d.format.decode(d)
	}
	if d.err == nil && !r.Unkeyed {
		d.compareKey(r.Key)
	}
	if d.err != nil {
		return nil, d.meta, d.err
	}
	return body, d.meta, nil
}

func (d *Decoder) reset(r *Record) error {
	if r.Topic != d.topic {
		f, ok := formats[r.Topic]
		if !ok {
			return fmt.Errorf("wire: topic %q has no format; Topics lists those that have", r.Topic)
		}
		d.topic, d.format = r.Topic, f
		d.follows = [fieldCount][2]field{}
	}
	d.scanner = scanner{data: r.Value}
	d.arrived = r.Arrived
	d.present = fieldSet{}
	if len(d.members) > maxKeptMembers {
		d.members = nil
	}
	clear(d.members)
	d.texts = d.texts[:0]
	d.meta = Meta{Dropped: d.meta.Dropped[:0]}
	d.err = nil
	return nil
}

// refuse keeps the first reason.
func (d *Decoder) refuse(r Reason, f field) {
	if d.err == nil {
		d.err = &RejectError{Reason: r, Field: fieldNames[f]}
	}
}

// scan finds the members of the record and looks for what must not pass.
func (d *Decoder) scan() {
	switch {
	case len(d.data) == 0:
		d.refuse(EmptyValue, noField)
	case len(d.data) > MaxValueBytes:
		d.refuse(TooLarge, noField)
	default:
		d.scanObject()
	}
}

func (d *Decoder) scanObject() {
	if d.peek() != '{' {
		d.refuse(notAnObject(d.data), noField)
		return
	}
	d.open()
	d.scanMembers()
	d.peek()
	if d.reason == "" && d.pos < len(d.data) {
		d.fail(TrailingData)
	}
	if d.reason == BadJSON && !looksUTF8(d.data) {
		d.reason = BadEncoding
	}
	if d.reason != "" {
		// What is wrong with the record's form comes before what is wrong with its content.
		d.err = &RejectError{Reason: d.reason}
	}
}

// scanMembers reads the members of the record up to its closing brace.
func (d *Decoder) scanMembers() {
	previous := noField
	for first := true; d.more(first, '}'); first = false {
		f := d.named(previous)
		if f != noField {
			d.take(f)
			f = d.scanSteady(f)
		}
		previous = f
	}
}

// scanSteady reads the members behind a field as long as each has a name that followed the one before it earlier, without white
// space, and gives the last one's field. Nearly every record is read here, most of it as plain texts.
func (d *Decoder) scanSteady(previous field) field {
	pos := d.pos
	for pos+tagSize < len(d.data) {
		here := d.data[pos:]
		f := d.follows[previous][0]
		if !tags[f].starts(here) {
			if f = d.follows[previous][1]; !tags[f].starts(here) {
				break
			}
		}
		previous = f
		d.pos = pos + tags[f].size
		d.take(f)
		pos = d.pos
	}
	d.pos = pos
	return previous
}

// named reads a member's name and gives its field. An unknown member it reads to its end, and gives noField.
func (d *Decoder) named(previous field) field {
	name := d.name()
	text := d.str(name)
	follows := &d.follows[previous]
	for _, f := range follows {
		if f != noField && fieldNames[f] == text {
			return f
		}
	}
	f := fieldsByName[text]
	if !d.format.fields.has(f) {
		d.meta.Unknown++
		d.inspectMember(0, name, d.value())
		return noField
	}
	follows[0], follows[1] = f, follows[0]
	return f
}

// take reads the value of a field.
func (d *Decoder) take(f field) {
	if d.present.has(f) {
		d.refuse(DuplicateField, f)
	}
	d.present.add(f)
	var t token
	switch c := d.peek(); {
	case c == '"':
		t = d.text()
	case isDigit(c):
		t = d.scanner.number()
	default:
		t = d.value()
	}
	d.tokens[f] = t
	if t.end-t.start >= minPAN || t.kind >= objectToken {
		d.inspect(f, t)
	}
}

// compareKey asks that the record lies where its customer's state is. A reply without a customer is found by phone later.
func (d *Decoder) compareKey(key []byte) {
	if customer := d.id(fCustomerID); customer != "" && string(key) != customer {
		d.refuse(KeyMismatch, fCustomerID)
	}
}

// notAnObject tells other JSON values from what is no JSON and from other encodings.
func notAnObject(data []byte) Reason {
	if !looksUTF8(data) {
		return BadEncoding
	}
	s := scanner{data: data}
	s.value()
	if s.reason != "" {
		return BadJSON
	}
	return NotObject
}

// looksUTF8 reports whether data could be JSON in UTF-8 without a byte order mark; a zero byte near the start is UTF-16 or UTF-32.
func looksUTF8(data []byte) bool {
	const byteOrderMark = "\xef\xbb\xbf"
	return utf8.Valid(data) && !bytes.HasPrefix(data, []byte(byteOrderMark)) && bytes.IndexByte(data[:min(len(data), 4)], 0) < 0
}
