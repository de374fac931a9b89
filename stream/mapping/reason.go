package mapping

import (
	"errors"

	"github.com/cardwatch/cardwatch/stream/wire"
)

// Reason is why a row was refused: one of these, or the label of a wire.Reason ("clear_pan", "missing_field:original_event_id"). The
// list is closed, fit for a metric label.
type Reason string

// The reasons that arise before there is a record.
const (
	BadCSV       Reason = "bad_csv"       // quotes or the number of columns are wrong
	BadEncoding  Reason = "bad_encoding"  // not the charset that the mapping names
	MissingValue Reason = "missing_value" // a field that must be there is empty
	BadWord      Reason = "bad_word"      // not in the value table, or no word that the field can have
	BadTime      Reason = "bad_time"      // not in the format that the mapping names
	BadMoney     Reason = "bad_money"     // no decimal, too many decimals, negative, or too large
	BadNumber    Reason = "bad_number"    // no number, or out of range
	NoMatch      Reason = "no_match"      // a lookup has no row with this key
)

// RowError says why a row was refused and for which field; it never quotes the row.
type RowError struct {
	Reason Reason
	// Field is the topic and the field, empty when the row as a whole is bad.
	Field string
}

// Error names the reason and the field.
func (e *RowError) Error() string { return string(e.Reason) + " " + e.Field }

// SkipError says that the mapping leaves the row out on purpose.
type SkipError struct {
	// Reason is the mapping's own text.
	Reason string
}

// Error is the mapping's reason.
func (e *SkipError) Error() string { return "skipped: " + e.Reason }

// verify shows the record to the same door that it will meet in replay. What the door would refuse is refused here, and so is an
// optional field that it would drop: silently losing a column is no faithful mapping.
func (m *Mapping) verify(r made) error {
	decoder, ok := m.decoders.Get().(*wire.Decoder)
	if !ok {
		decoder = new(wire.Decoder)
	}
	defer m.decoders.Put(decoder)
	_, meta, err := decoder.Decode(wire.Record{Topic: r.topic, Value: r.value, Unkeyed: true})
	var refused *wire.RejectError
	switch {
	case errors.As(err, &refused):
		return &RowError{Reason: Reason(refused.Label()), Field: r.topic + " " + refused.Field}
	case err != nil:
		return err
	case len(meta.Dropped) > 0:
		return &RowError{Reason: BadWord, Field: r.topic + " " + meta.Dropped[0]}
	}
	return nil
}
