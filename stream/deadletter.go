package stream

import (
	"errors"
	"strconv"
	"time"

	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// Dead-letter stages: where a record was refused.
const stageStep = "step"

// deadOffset is the header of a dead letter that names the record's offset.
const deadOffset = "dlq_offset"

// deadLetter sends a refused record, made safe to keep, to its topic's dead letters with where it came from and why.
func (t *Task[S]) deadLetter(input int, rec *kafka.Record, reason string) {
	topic := t.spec.Inputs[input]
	key, value, kept := wire.Redact(wire.Reason(reason), rec.Key, rec.Value, wireHeaders(rec.Headers))
	var headers []kafka.Header
	for _, h := range kept {
		headers = append(headers, kafka.Header(h))
	}
	note := func(name, text string) { headers = append(headers, kafka.Header{Key: name, Value: []byte(text)}) }
	note("dlq_topic", topic)
	note("dlq_partition", strconv.Itoa(t.cfg.Partition))
	note(deadOffset, strconv.FormatInt(rec.Offset, 10))
	note("dlq_reason", reason)
	note("dlq_stage", stage(reason))
	note("dlq_at", t.moment(rec.Timestamp).Time().Format(time.RFC3339Nano))
	note("dlq_version", t.cfg.Release)
	t.outputs.messages = append(t.outputs.messages, kafka.Message{
		Topic: wire.DeadLetter(topic), Partition: t.outputs.partition, Key: key, Value: value, Headers: headers, Timestamp: t.outputs.now,
	})
	t.cfg.Metrics.rejected(t.spec.Name, topic, reason)
}

// wireHeaders turns the broker's headers into the door's: the codec knows no broker. Most records have none.
func wireHeaders(headers []kafka.Header) []wire.Header {
	var list []wire.Header
	for _, h := range headers {
		list = append(list, wire.Header(h))
	}
	return list
}

// stage tells whether the record itself was bad or met a state that contradicts it.
func stage(reason string) string {
	if reason == string(wire.EventIDConflict) {
		return stageStep
	}
	return "decode"
}

// ErrPoisonStorm stops a partition whose input has gone bad as a whole: a schema break upstream is not drained into the dead
// letters record by record.
var ErrPoisonStorm = errors.New("stream: poison storm: more than 1 % of the last 1,000 records, or 100 in a row, were refused; " +
	"mend the producer, then restart")

// stormGuard watches the share of refused records. The first thousand records of a task are judged by the run length alone,
// since a share of few means nothing.
type stormGuard struct {
	last    [1000]bool
	at      int
	seen    int
	refused int
	inARow  int
}

func (g *stormGuard) add(refused bool) error {
	if g.last[g.at] {
		g.refused--
	}
	g.last[g.at] = refused
	g.at = (g.at + 1) % len(g.last)
	g.seen = min(g.seen+1, len(g.last))
	if !refused {
		g.inARow = 0
		return nil
	}
	g.refused++
	g.inARow++
	if g.inARow >= 100 || (g.seen == len(g.last) && g.refused > len(g.last)/100) {
		return ErrPoisonStorm
	}
	return nil
}
