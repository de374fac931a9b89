package wire

// Reason says why a record was refused. The list is closed: each is a dead-letter reason and a metric label.
type Reason string

// The reasons, from the outside of a record to its inside.
const (
	EmptyValue         Reason = "empty_value"
	TooLarge           Reason = "too_large"
	BadEncoding        Reason = "bad_encoding"
	NotObject          Reason = "not_object"
	BadJSON            Reason = "bad_json"
	TooDeep            Reason = "too_deep"
	TrailingData       Reason = "trailing_data"
	DuplicateField     Reason = "duplicate_field"
	SADReceived        Reason = "sad_received"
	ClearPAN           Reason = "clear_pan"
	UnsupportedVersion Reason = "unsupported_version"
	MissingField       Reason = "missing_field"
	BadType            Reason = "bad_type"
	BadValue           Reason = "bad_value"
	IDTooLong          Reason = "id_too_long"
	BadAmount          Reason = "bad_amount"
	BadCurrency        Reason = "bad_currency"
	BadTime            Reason = "bad_time"
	BadGeo             Reason = "bad_geo"
	KeyMismatch        Reason = "key_mismatch"
	// EventIDConflict is found by the state, not by this package: an event_id seen before with other content.
	EventIDConflict Reason = "event_id_conflict"
)

var expectations = map[Reason]string{
	EmptyValue:         "a JSON object, not an empty value or a tombstone",
	TooLarge:           "a value of at most 65,536 bytes",
	BadEncoding:        "UTF-8 without a byte order mark or unpaired surrogates",
	NotObject:          "a JSON object at the top",
	BadJSON:            "well-formed JSON (RFC 8259)",
	TooDeep:            "at most 16 levels of nesting",
	TrailingData:       "nothing after the JSON object",
	DuplicateField:     "every member name once in its object",
	SADReceived:        "no card verification value, track, PIN or chip data (PCI DSS 3.3.1); stop sending it",
	ClearPAN:           "tokens, no clear card number; tokenise it upstream",
	UnsupportedVersion: "schema_version 1 or none",
	MissingField:       "a value for this field",
	BadType:            "the JSON type that the topic's schema names",
	BadValue:           "one of the values that the topic's schema names",
	IDTooLong:          "an id of at most 64 bytes",
	BadAmount:          "an integer of minor units in range, without sign for what cannot be negative, fraction, exponent or quotes",
	BadCurrency:        "an ISO 4217 code in capitals",
	BadTime:            "RFC 3339 with an offset, a real date from 1970 to 2200, in order, at most 24 h after arrival",
	BadGeo:             "degrees as JSON numbers, latitude -90 to 90, longitude -180 to 180",
	KeyMismatch:        "the record's key to equal customer_id",
	EventIDConflict:    "a new event_id for new content",
}

// Reasons lists every reason, for metrics that start at zero and for the documentation.
func Reasons() []Reason {
	return []Reason{
		EmptyValue, TooLarge, BadEncoding, NotObject, BadJSON, TooDeep, TrailingData, DuplicateField, SADReceived, ClearPAN,
		UnsupportedVersion, MissingField, BadType, BadValue, IDTooLong, BadAmount, BadCurrency, BadTime, BadGeo,
		KeyMismatch, EventIDConflict,
	}
}

// RejectError says why a record may not pass. It holds nothing from the record.
type RejectError struct {
	Reason Reason
	// Field is the contract's name of the field at fault, empty when the record as a whole is.
	Field string
}

// Error names the field, the reason and what is expected.
func (e *RejectError) Error() string {
	what := "record refused: "
	if e.Field != "" {
		what = "field " + e.Field + " refused: "
	}
	return what + string(e.Reason) + ", expected " + expectations[e.Reason]
}

// Label is the dead-letter reason: the reason, and for a missing field its name ("missing_field:event_id").
func (e *RejectError) Label() string {
	if e.Reason == MissingField {
		return string(e.Reason) + ":" + e.Field
	}
	return string(e.Reason)
}
