package rekey

import (
	"strconv"
	"time"

	"github.com/cardwatch/cardwatch/stream"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

const (
	// maxBytes bounds one transaction, as Config.MaxRecords does.
	maxBytes = 4 << 20
	// keptEnvelope bounds the key and the headers of a dead letter, which brokers would refuse if it were much larger than its value.
	keptEnvelope = 64 << 10
)

// bundle is one transaction that is being put together.
type bundle struct {
	kafka.Bundle
	// next is the source's position behind it.
	next int64
	done stream.Moved
	at   []byte // scratch for a record's place
}

func newBundle() *bundle {
	b := &bundle{}
	b.reset()
	return b
}

func (b *bundle) reset() {
	b.Reset()
	b.done = stream.Moved{Written: map[string]int{}, Refused: map[string]int{}, Appended: b.done.Appended[:0]}
}

// filler puts one source partition's records into bundles. It belongs to one goroutine.
type filler struct {
	convert *converter
	// partitions counts those of each target and of the dead letters' topic.
	partitions map[string]int
	zone       *time.Location
	release    string
	maxRecords int
	// place is the source partition as the header "source" has it, up to the offset.
	place []byte
	storm stream.StormGuard
}

func (f *filler) full(b *bundle) bool { return b.done.Read >= f.maxRecords || b.Bytes() >= maxBytes }

// add converts one record into the bundle. Its errors are stream.ErrPoisonStorm and defects.
func (f *filler) add(b *bundle, rec *kafka.Record) error {
	now, written := time.Now().UnixMilli(), 0
	refused, err := f.convert.convert(rec, func(topic, customer string, value []byte) error {
		key := []byte(customer)
		b.at = strconv.AppendInt(append(b.at[:0], f.place...), rec.Offset, 10)
		b.Add(&kafka.Message{
			Topic: topic, Partition: int32(kafka.Partition(key, f.partitions[topic])), Key: key, Value: value, Timestamp: now,
			Headers: []kafka.Header{{Key: "source", Value: b.at}},
		})
		b.done.Written[topic]++
		written++
		return nil
	})
	if err != nil {
		return err
	}
	if refused != nil {
		f.deadLetter(b, rec, refused, now)
	}
	if written > 0 {
		b.done.Appended = append(b.done.Appended, rec.Timestamp)
	}
	b.done.Read++
	b.next = rec.Offset + 1
	return f.storm.Add(refused != nil)
}

// deadLetter keeps a refused record, made safe, in the partition of the dead letters that has the source partition's number.
func (f *filler) deadLetter(b *bundle, rec *kafka.Record, why *refusal, now int64) {
	topic := f.convert.source.Topic
	var size int
	var all []wire.Header
	for _, h := range rec.Headers {
		size += len(h.Key) + len(h.Value)
		all = append(all, wire.Header(h))
	}
	key := rec.Key
	if size+len(key) > keptEnvelope {
		key, all = nil, nil
	}
	key, value, kept := wire.Redact(wire.Reason(why.reason), key, rec.Value, all)
	var headers []kafka.Header
	for _, h := range kept {
		headers = append(headers, kafka.Header(h))
	}
	note := func(name, text string) { headers = append(headers, kafka.Header{Key: name, Value: []byte(text)}) }
	note("dlq_topic", topic)
	note("dlq_partition", strconv.Itoa(f.convert.partition))
	note("dlq_offset", strconv.FormatInt(rec.Offset, 10))
	note("dlq_reason", why.reason)
	note("dlq_stage", why.stage)
	note("dlq_at", time.UnixMilli(rec.Timestamp).In(f.zone).Format(time.RFC3339Nano))
	note("dlq_version", f.release)
	if why.field != "" {
		note("dlq_field", why.field)
	}
	letters := wire.DeadLetter(topic)
	b.Add(&kafka.Message{
		Topic: letters, Partition: int32(f.convert.partition % f.partitions[letters]), Key: key, Value: value, Headers: headers, Timestamp: now,
	})
	b.done.Refused[why.reason]++
}
