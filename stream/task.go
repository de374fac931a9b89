package stream

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cardwatch/cardwatch/alerts"
	"github.com/cardwatch/cardwatch/detectors/card"
	"github.com/cardwatch/cardwatch/store"
	"github.com/cardwatch/cardwatch/stream/kafka"
	"github.com/cardwatch/cardwatch/stream/wire"
)

// Sink takes a batch of outputs and returns when every one of them is durable: acknowledged by Kafka, or written to a file.
type Sink interface {
	Send(ctx context.Context, messages []kafka.Message) error
}

// Discard is a Sink that acknowledges everything at once: for a driver that drains the outputs before it commits, and for
// measurements of everything but the sink.
type Discard struct{}

// Send does nothing.
func (Discard) Send(context.Context, []kafka.Message) error { return nil }

// TaskConfig is what a Task needs besides its processor.
type TaskConfig struct {
	Space     *store.Space
	Sink      Sink
	Partition int
	// Zone is the bank's, for the offset that arrival times are written with.
	Zone *time.Location
	// CacheStates bounds the decoded states kept between commits; 0 is 50,000.
	CacheStates int
	// FromFile accepts records without a key and never stops at a poison storm: a file is read to its end.
	FromFile bool
	// FindByPhone looks up whose number it is, "" when nobody's; nil where no replies are read.
	FindByPhone func(alerts.Phone) (customer string, err error)
	// Metrics may be nil.
	Metrics *Metrics
	// Committed hears, after each commit, which customers' states have changed; it must not block. May be nil.
	Committed func(customers []string)
	// Release is this binary's version, written into dead letters.
	Release string
}

// Task applies one partition's records to one processor's states. It is the one code path of live operation and replay.
type Task[S any] struct {
	cfg      TaskConfig
	proc     Processor[S]
	spec     Spec
	cache    *cache[S]
	timers   timerQueue
	progress store.Progress
	outputs  Outputs
	batch    *store.Batch
	decoder  wire.Decoder
	storm    stormGuard
	// quiet holds, per input, the offset below which outputs have been acknowledged before and are not sent again.
	quiet   []int64
	changed []string
	moved   bool
}

// NewTask opens the task where the store left off. An empty store starts every input at kafka.Earliest, the start of its log.
func NewTask[S any](proc Processor[S], cfg TaskConfig) (*Task[S], error) {
	spec := proc.Spec()
	progress, known, err := cfg.Space.Progress()
	if err != nil {
		return nil, err
	}
	if !known {
		progress = store.Progress{Next: make([]int64, len(spec.Inputs))}
		for i := range progress.Next {
			progress.Next[i] = kafka.Earliest
		}
	}
	if len(progress.Next) != len(spec.Inputs) {
		return nil, fmt.Errorf("stream: the store knows %d inputs of the %s, this binary has %d: start with an empty store",
			len(progress.Next), spec.Name, len(spec.Inputs))
	}
	if cfg.CacheStates == 0 {
		cfg.CacheStates = 50_000
	}
	t := &Task[S]{
		cfg: cfg, proc: proc, spec: spec, cache: newCache[S](cfg.CacheStates), progress: progress,
		outputs: Outputs{partition: int32(cfg.Partition)}, batch: cfg.Space.NewBatch(),
		quiet: make([]int64, len(spec.Inputs)),
	}
	t.timers = timerQueue{read: cfg.Space.Timers, chunk: timerChunk}
	return t, nil
}

// Next is the offset to read next of an input; kafka.Earliest when nothing has been read.
func (t *Task[S]) Next(input int) int64 { return t.progress.Next[input] }

// Now is the partition's time: the newest append time that was applied.
func (t *Task[S]) Now() card.Moment { return t.moment(t.progress.Now) }

// Quiet says that the outputs of an input's records below offset have been acknowledged by an earlier owner.
func (t *Task[S]) Quiet(input int, offset int64) { t.quiet[input] = offset }

// Apply applies one record: it moves the partition's time, wakes who is due, decodes and steps. Its only errors are the
// store's and ErrPoisonStorm; a bad record is a dead letter.
func (t *Task[S]) Apply(input int, rec *kafka.Record) error {
	mark := t.outputs.Len()
	if err := t.Advance(rec.Timestamp); err != nil {
		return err
	}
	t.outputs.now = rec.Timestamp
	reject, err := t.step(input, rec)
	if err != nil {
		return err
	}
	if reject != "" {
		t.deadLetter(input, rec, reject)
	}
	if rec.Offset < t.quiet[input] {
		t.outputs.truncate(mark)
	}
	t.progress.Next[input] = rec.Offset + 1
	t.moved = true
	if err := t.storm.add(reject != ""); err != nil && !t.cfg.FromFile {
		return err
	}
	return nil
}

// skipTo moves an input past offsets that hold no record for us: aborted transactions, control records, compacted ones.
func (t *Task[S]) skipTo(input int, next int64) {
	if next > t.progress.Next[input] {
		t.progress.Next[input] = next
	}
}

func (t *Task[S]) step(input int, rec *kafka.Record) (reject string, err error) {
	topic, arrived := t.spec.Inputs[input], t.moment(rec.Timestamp)
	body, meta, err := t.decoder.Decode(wire.Record{
		Topic: topic, Key: rec.Key, Value: rec.Value, Headers: wireHeaders(rec.Headers), Arrived: arrived, Unkeyed: t.cfg.FromFile,
	})
	t.cfg.Metrics.record(t.spec.Name, topic, meta, err)
	if err != nil {
		var bad *wire.RejectError
		if errors.As(err, &bad) {
			return bad.Label(), nil
		}
		return "", fmt.Errorf("stream: decode %s[%d]@%d: %w", topic, t.cfg.Partition, rec.Offset, err)
	}
	if topic == wire.TickTopic {
		return "", nil // its append time is all it says, and Apply has heard it
	}
	if body.Meta().Customer == "" {
		return t.forward(input, body)
	}
	e, err := t.load(body.Meta().Customer)
	if err != nil {
		return "", err
	}
	if rec.Offset < e.envelope.Applied[input] {
		return "", nil
	}
	reject = t.proc.Step(&e.state, card.Event{Arrived: arrived, Body: body}, &t.outputs)
	e.envelope.Applied[input] = rec.Offset + 1
	t.cache.touch(e)
	t.rewake(e)
	return reject, nil
}

// Advance moves the partition's time to now (Unix milliseconds) and wakes every customer who is due by then, in order of due
// time. Time never goes back.
func (t *Task[S]) Advance(now int64) error {
	for {
		timer, due, err := t.timers.next(now)
		if err != nil {
			return err
		}
		if !due {
			break
		}
		if err := t.wake(timer); err != nil {
			return err
		}
	}
	if now > t.progress.Now {
		t.progress.Now = now
	}
	return nil
}

// NextTimer is the due time of the earliest timer not after until (Unix milliseconds).
func (t *Task[S]) NextTimer(until int64) (int64, bool, error) { return t.timers.earliest(until) }

func (t *Task[S]) wake(timer store.Timer) error {
	e, err := t.load(timer.Customer)
	if err != nil {
		return err
	}
	if e.envelope.Wake != timer.Due {
		return nil
	}
	at := t.moment(timer.Due)
	t.outputs.now = timer.Due
	tick := card.Tick{Head: card.Head{Customer: e.customer, At: at}}
	t.proc.Step(&e.state, card.Event{Arrived: at, Body: &tick}, &t.outputs)
	t.cache.touch(e)
	t.moved = true
	t.rewake(e)
	if w := e.envelope.Wake; w != 0 && w <= timer.Due {
		return fmt.Errorf("stream: %s asks to be woken at %s although that has passed: a defect in its NextWake", t.spec.Name, t.moment(w))
	}
	return nil
}

func (t *Task[S]) rewake(e *entry[S]) {
	wake := t.proc.NextWake(&e.state).UnixMilli
	if wake == e.envelope.Wake {
		return
	}
	e.envelope.Wake = wake
	if wake != 0 {
		t.timers.set(store.Timer{Due: wake, Customer: e.customer})
	}
}

func (t *Task[S]) load(customer string) (*entry[S], error) {
	if e, ok := t.cache.get(customer); ok {
		return e, nil
	}
	e := &entry[S]{customer: string([]byte(customer)), recent: true}
	_, err := t.cfg.Space.State(customer, &e.envelope, func(state []byte) error {
		return t.proc.LoadState(state, &e.state)
	})
	if err != nil {
		return nil, fmt.Errorf("stream: load a state of the %s in partition %d: %w", t.spec.Name, t.cfg.Partition, err)
	}
	for len(e.envelope.Applied) < len(t.spec.Inputs) {
		e.envelope.Applied = append(e.envelope.Applied, 0)
	}
	e.storedWake = e.envelope.Wake
	e.storedRows = t.proc.Index(&e.state, nil)
	t.cache.add(e)
	return e, nil
}

// Drain hands over the outputs so far, for a driver that has to pass them on before the next commit. They are valid until the
// next Apply or Advance.
func (t *Task[S]) Drain() []kafka.Message {
	drained := t.outputs.messages
	t.outputs.truncate(0)
	return drained
}

// Commit makes everything applied so far durable, outputs first. After an error the task must be given up: a new one takes
// over from the store.
func (t *Task[S]) Commit(ctx context.Context) error {
	if !t.moved {
		return nil
	}
	if t.outputs.Len() > 0 {
		if err := t.cfg.Sink.Send(ctx, t.outputs.messages); err != nil {
			return fmt.Errorf("stream: send outputs of the %s, partition %d: %w", t.spec.Name, t.cfg.Partition, err)
		}
		t.cfg.Metrics.sent(t.spec.Name, t.outputs.messages)
	}
	for _, e := range t.cache.dirty {
		t.batch.PutState(e.customer, e.envelope, e.storedWake, func(dst []byte) []byte { return t.proc.AppendState(dst, &e.state) })
		rows := t.proc.Index(&e.state, nil)
		t.batch.Reindex(e.storedRows, rows)
		e.storedWake, e.storedRows = e.envelope.Wake, rows
		t.changed = append(t.changed, e.customer)
	}
	t.batch.SetProgress(t.progress)
	if err := t.batch.Commit(); err != nil {
		return err
	}
	t.batch.Reset()
	t.timers.committed()
	t.cache.clean()
	if t.cfg.Committed != nil && len(t.changed) > 0 {
		t.cfg.Committed(t.changed)
	}
	t.changed = t.changed[:0]
	t.outputs.truncate(0)
	t.moved = false
	return nil
}

func (t *Task[S]) moment(unixMilli int64) card.Moment {
	return card.MomentOf(time.UnixMilli(unixMilli).In(t.cfg.Zone))
}
