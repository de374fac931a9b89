package sim

import (
	"bytes"
	"context"
	"slices"
	"strconv"

	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// ledger is what the topics hold at the end, by topic and partition, with the offsets that hold no record left out.
type ledger map[string][][]kafka.Record

func (w *world) readLog(ctx context.Context, c *kafka.Client) (ledger, error) {
	log := ledger{}
	for _, topic := range w.topics() {
		for p := range w.partitions {
			records, err := readPartition(ctx, c, topic, p)
			if err != nil {
				return nil, err
			}
			for i := range records {
				if bytes.Contains(records[i].Value, []byte(`"event_id":"`+abortedID)) {
					w.violate("%s[%d]@%d: a record of an aborted transaction can be read", topic, p, records[i].Offset)
				}
			}
			log[topic] = append(log[topic], records)
			w.report.Records[topic] += len(records)
		}
	}
	return log, nil
}

func readPartition(ctx context.Context, c *kafka.Client, topic string, p int) ([]kafka.Record, error) {
	var all []kafka.Record
	for f := c.Fetch(topic, p, kafka.Earliest); ; {
		batch, err := f.Next(ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range batch.Records {
			r.Key, r.Value = bytes.Clone(r.Key), bytes.Clone(r.Value)
			r.Headers = slices.Clone(r.Headers)
			for i, h := range r.Headers {
				r.Headers[i].Value = bytes.Clone(h.Value)
			}
			all = append(all, r)
		}
		if batch.CaughtUp() {
			return all, nil
		}
	}
}

// event is a record of an input topic that passes the door.
type event struct {
	topic string
	rec   *kafka.Record
	seen  seen
}

// decode shows a record to the door. What it returns is valid until the next call.
func decode(d *wire.Decoder, topic string, rec *kafka.Record) (card.Event, string) {
	arrived := moment(rec.Timestamp)
	var headers []wire.Header
	for _, h := range rec.Headers {
		headers = append(headers, wire.Header(h))
	}
	body, _, err := d.Decode(wire.Record{Topic: topic, Key: rec.Key, Value: rec.Value, Headers: headers, Arrived: arrived})
	if err != nil {
		return card.Event{}, reasonOf(err)
	}
	return card.Event{Arrived: arrived, Body: body}, ""
}

// refusal names a dead letter: which record, and why.
type refusal struct {
	topic             string
	partition, offset string
	reason            string
}

func refusalOf(topic string, partition int, rec *kafka.Record, reason string) refusal {
	return refusal{topic, strconv.Itoa(partition), strconv.FormatInt(rec.Offset, 10), reason}
}

// readRefusal takes it out of a dead letter's headers.
func readRefusal(rec *kafka.Record) refusal {
	header := map[string]string{}
	for _, h := range rec.Headers {
		header[h.Key] = string(h.Value)
	}
	return refusal{header["dlq_topic"], header["dlq_partition"], header["dlq_offset"], header["dlq_reason"]}
}
