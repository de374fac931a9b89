package wire

import (
	"bytes"
	"encoding/json"
)

// What the topics of people's acts share (RuleTopic, SilenceTopic, ExperimentTopic): few records, each one JSON object that is read as a
// whole. Their decoders are not on a transaction's way, and need not be as quick as Decoder.

// appendObject appends a record as JSON, its texts as people wrote them.
func appendObject(dst []byte, record any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(record); err != nil {
		return dst, err
	}
	return append(dst, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...), nil
}

// readObject reads one JSON object of at most limit bytes whose names stand there once. Errors are *RejectError.
func readObject(value []byte, limit int, record any) error {
	switch {
	case len(value) == 0:
		return &RejectError{Reason: EmptyValue}
	case len(value) > limit:
		return &RejectError{Reason: TooLarge}
	case !looksUTF8(value):
		return &RejectError{Reason: BadEncoding}
	}
	if err := oncePerName(value); err != nil {
		return err
	}
	if err := json.Unmarshal(value, record); err != nil {
		return &RejectError{Reason: BadType}
	}
	return nil
}

// holdClearPAN reports whether one of the texts holds a card number in the clear.
func holdClearPAN(texts ...string) bool {
	var pans panFinder
	for _, text := range texts {
		if len(text) >= minPAN && pans.holdsPAN([]byte(text), false) {
			return true
		}
	}
	return false
}

// oncePerName demands one JSON object whose names stand there once.
func oncePerName(value []byte) error {
	d := json.NewDecoder(bytes.NewReader(value))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return &RejectError{Reason: notAnObject(value)}
	}
	names := map[any]bool{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return &RejectError{Reason: BadJSON}
		}
		if names[name] {
			return &RejectError{Reason: DuplicateField}
		}
		names[name] = true
		var member json.RawMessage
		if err := d.Decode(&member); err != nil {
			return &RejectError{Reason: BadJSON}
		}
	}
	if _, err := d.Token(); err != nil {
		return &RejectError{Reason: BadJSON}
	}
	if d.InputOffset() != int64(len(value)) {
		return &RejectError{Reason: TrailingData}
	}
	return nil
}
