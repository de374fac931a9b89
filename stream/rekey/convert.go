package rekey

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"

	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/mapping"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// Source is one topic to read.
type Source struct {
	Topic string
	// Mapping turns values into the contract's shape and names their topics; nil when they have it already, and then Target is theirs.
	Mapping *mapping.Mapping
	Target  string
}

// Targets lists the topics that the source is written to.
func (s *Source) Targets() []string {
	if s.Mapping != nil {
		return s.Mapping.Topics()
	}
	return []string{s.Target}
}

// emitted takes one record in the contract's shape; value is valid only during the call.
type emitted func(topic, customer string, value []byte) error

// refusal is why a record becomes a dead letter. The field is the contract's name of it, empty when the record as a whole is bad.
type refusal struct{ stage, reason, field string }

// converter turns one source partition's records into the contract's. It belongs to one goroutine.
type converter struct {
	source    *Source
	partition int
	mapped    *mapping.Stream // nil without a mapping
	door      wire.Decoder
	withID    []byte
}

func newConverter(s *Source, partition int) (*converter, error) {
	c := &converter{source: s, partition: partition}
	if s.Mapping == nil {
		return c, nil
	}
	var err error
	c.mapped, err = s.Mapping.Stream()
	return c, err
}

// convert emits what becomes of a record: nothing when the mapping skips it. A record is emitted whole or, with a refusal, not at all.
func (c *converter) convert(rec *kafka.Record, emit emitted) (*refusal, error) {
	if c.mapped == nil {
		return c.pass(rec, emit)
	}
	err := c.mapped.Apply(rec.Value, eventID(c.source.Topic, c.partition, rec.Offset), emit)
	var refused *mapping.RowError
	var skipped *mapping.SkipError
	switch {
	case errors.As(err, &refused):
		return &refusal{stage: "map", reason: string(refused.Reason), field: refused.Field}, nil
	case errors.As(err, &skipped):
		return nil, nil
	}
	return nil, err
}

// pass emits a value that has the contract's shape already, as it is but for an event_id that is absent.
func (c *converter) pass(rec *kafka.Record, emit emitted) (*refusal, error) {
	value := rec.Value
	body, _, err := c.door.Decode(wire.Record{Topic: c.source.Target, Value: value, Unkeyed: true})
	var refused *wire.RejectError
	if errors.As(err, &refused) && refused.Reason == wire.MissingField && refused.Field == "event_id" {
		c.withID = fmt.Appendf(c.withID[:0], `{"event_id":"%s",`, eventID(c.source.Topic, c.partition, rec.Offset))
		c.withID = append(c.withID, value[1+bytes.IndexByte(value, '{'):]...)
		value = c.withID
		body, _, err = c.door.Decode(wire.Record{Topic: c.source.Target, Value: value, Unkeyed: true})
		var again *wire.RejectError
		// One that is there but null is the producer's mistake, and of an empty object nothing better can be said.
		if errors.As(err, &again) && again.Reason != wire.DuplicateField && again.Reason != wire.BadJSON {
			refused = again
		}
	}
	switch {
	case err == nil:
		return nil, emit(c.source.Target, body.Meta().Customer, value)
	case refused != nil:
		return &refusal{stage: "decode", reason: refused.Label(), field: refused.Field}, nil
	}
	return nil, err
}

// maxID is the contract's bound of an id in bytes.
const maxID = 64

// eventID is the id of an event that has none: its place. Letters part the numbers, so that they never look like a card number; a topic
// with too long a name is named by a hash, in letters for the same reason.
func eventID(topic string, partition int, offset int64) string {
	place := append(make([]byte, 0, maxID), ".p"...)
	place = append(strconv.AppendInt(place, int64(partition), 10), ".o"...)
	place = strconv.AppendInt(place, offset, 10)
	if len(topic)+len(place) > maxID {
		sum := sha256.Sum256([]byte(topic))
		letters := make([]byte, 0, 24)
		for _, b := range sum[:12] {
			letters = append(letters, 'a'+b>>4, 'a'+b&15)
		}
		topic = string(letters)
	}
	return topic + string(place)
}
