package stream

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

// endSink is a Sink that knows how far the partitions have come that it has written to, as kafka.Producer does.
type endSink interface {
	End(topic string, partition int) (end int64, known bool)
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
	// Partitions is the number of partitions of every topic; 0 when the records come from files.
	Partitions int
	// Zone is the bank's, for the offset that arrival times are written with.
	Zone *time.Location
	// Budget bounds the cached states, together with those of other tasks; nil is 64 MiB for this one.
	Budget *Budget
	// WriteBehind is how long a changed state may wait to be written; 0 writes all at each commit.
	WriteBehind time.Duration
	// Changelog is the topic that takes what is written to the store; "" for none, as when the inputs are files.
	Changelog string
	// Rules are recorded as what decides from here on, unless they are already; nil records none.
	Rules []byte
	// Epoch is the owner's number; 0 keeps the one before.
	Epoch uint64
	// Tail is what a predecessor has done that the store does not know of.
	Tail Tail
	// FromFile accepts records without a key and never stops at a poison storm: a file is read to its end.
	FromFile bool
	// FindByPhone looks up whose number it is, at most alerts.MaxSharers, each as last stored; nil where no replies are read.
	FindByPhone func(alerts.Phone) ([]*alerts.State, error)
	// Metrics may be nil.
	Metrics *Metrics
	// Committed hears which customers' states have changed in the store; it must not block. May be nil.
	Committed func(customers []string)
	// Release is this binary's version, written into dead letters.
	Release string
	// Limits are how much is done at a time; zero ones mean the defaults.
	Limits Limits
	// Sabotage plants a defect; for the simulator's own tests.
	Sabotage Sabotage
}

// Task applies one partition's records to one processor's states. It is the one code path of live operation and replay.
type Task[S any] struct {
	cfg     TaskConfig
	proc    Processor[S]
	spec    Spec
	written []string
	cache   *cache
	timers  timerQueue
	outputs Outputs
	decoder wire.Decoder
	storm   stormGuard
	order   orderNote
	moved   bool
	// counts are the records per input since the last commit, since is the append time of the first.
	counts []int
	since  int64

	// progress is what has been applied, stored what the store says; marks lie between them.
	progress, stored store.Progress
	marks            []mark
	sinceMark        int
	storedMark       uint64
	lastFlight       time.Time
	flight           *flight
	flightBytes      int
	released         bool
	// rules wait to be recorded; decidedBy are those that decide.
	rules, decidedBy []byte
	// rows are the index rows that the store holds for the customers whose states wait to be written.
	rows map[ref][]store.Row

	// state and envelope are the customer's in hand; value and buf are room for encoding.
	state      S
	envelope   store.Envelope
	value, buf []byte
}

// NewTask opens the task where the store left off. An empty store starts every input at kafka.Earliest, the start of its log.
func NewTask[S any](proc Processor[S], cfg TaskConfig) (*Task[S], error) {
	spec := proc.Spec()
	if err := atLevel(cfg.Space, proc); err != nil {
		return nil, err
	}
	progress, known, err := cfg.Space.Progress()
	if err != nil {
		return nil, err
	}
	if !known {
		progress = emptyProgress(&spec)
	}
	spec.fit(&progress)
	if len(progress.Next) != len(spec.Inputs) {
		return nil, fmt.Errorf("stream: the store knows %d inputs of the %s, this binary has %d: start with an empty store",
			len(progress.Next), spec.Name, len(spec.Inputs))
	}
	if cfg.Budget == nil {
		cfg.Budget = NewBudget(64 << 20)
	}
	cfg.Limits = cfg.Limits.orDefault()
	if cfg.Epoch != 0 {
		progress.Epoch = cfg.Epoch
	}
	progress.Partitions, progress.Released = cfg.Partitions, false
	t := &Task[S]{
		cfg: cfg, proc: proc, spec: spec, written: spec.Written(), cache: newCache(cfg.Budget), progress: progress, rules: cfg.Rules,
		outputs: Outputs{partition: int32(cfg.Partition)}, lastFlight: time.Now(), counts: make([]int, len(spec.Inputs)),
	}
	if spec.Indexed {
		t.rows = make(map[ref][]store.Row)
	}
	if t.decidedBy = cfg.Rules; cfg.Rules == nil {
		if t.decidedBy, _, err = cfg.Space.Rules(); err != nil {
			return nil, err
		}
	}
	t.stored = cloneProgress(&progress)
	t.marks = []mark{{at: time.Now(), progress: t.stored}}
	t.order.begin(t.progress.Last)
	t.timers = timerQueue{read: cfg.Space.Timers, chunk: timerChunk}
	return t, nil
}

// emptyProgress is that of a processor that has applied nothing.
func emptyProgress(spec *Spec) store.Progress {
	p := store.Progress{Outputs: make([]int64, len(spec.Written()))}
	for range spec.Inputs {
		p.Next = append(p.Next, kafka.Earliest)
		p.Last = append(p.Last, store.Anchor{Offset: -1})
	}
	return p
}

// Next is the offset to read next of an input; kafka.Earliest when nothing has been read.
func (t *Task[S]) Next(input int) int64 { return t.progress.Next[input] }

// Stored is the progress that the store holds: from there the partition would go on after a crash.
func (t *Task[S]) Stored() store.Progress { return t.stored }

// Now is the partition's time: the newest append time that was applied.
func (t *Task[S]) Now() card.Moment { return t.moment(t.progress.Now) }

// Apply applies one record: it moves the partition's time, wakes who is due, decodes and steps. Its only errors are the
// store's and ErrPoisonStorm; a bad record is a dead letter.
func (t *Task[S]) Apply(input int, rec *kafka.Record) error {
	if !t.moved {
		t.since = rec.Timestamp
	}
	if err := t.Advance(rec.Timestamp); err != nil {
		return err
	}
	t.outputs.now = rec.Timestamp
	reject, err := t.step(input, rec)
	if err != nil {
		return err
	}
	if slices.Contains(t.spec.Overheard, t.spec.Inputs[input]) {
		reject = ""
	}
	if reject != "" {
		t.deadLetter(input, rec, reject)
	}
	t.progress.Next[input] = rec.Offset + 1
	t.progress.Last[input] = store.Anchor{Offset: rec.Offset, Timestamp: rec.Timestamp, Size: int64(len(rec.Key) + len(rec.Value))}
	t.order.add(input, rec.Offset)
	t.counts[input]++
	t.sinceMark++
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
		t.moved = true
	}
}

func (t *Task[S]) step(input int, rec *kafka.Record) (reject string, err error) {
	topic, arrived := t.spec.Inputs[input], t.moment(rec.Timestamp)
	body, meta, err := t.decoder.Decode(wire.Record{
		Topic: topic, Key: rec.Key, Value: rec.Value, Headers: wireHeaders(rec.Headers), Arrived: arrived, Unkeyed: t.cfg.FromFile,
	})
	if meta.Unknown > 0 || len(meta.Dropped) > 0 {
		t.cfg.Metrics.fields(topic, &meta, err)
	}
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
	customer := body.Meta().Customer
	if customer == "" {
		return t.forward(input, body)
	}
	r, state, err := t.open(customer)
	if err != nil {
		return "", err
	}
	if rec.Offset < t.envelope.Applied[input] && t.cfg.Sabotage != SkipOffsetGuard {
		return "", nil
	}
	if err := t.load(r, state); err != nil {
		return "", err
	}
	reject = t.proc.Step(&t.state, card.Event{
		Arrived: arrived, Source: card.Source{Topic: topic, Partition: int32(t.cfg.Partition), Offset: rec.Offset}, Body: body,
	}, &t.outputs)
	t.envelope.Applied[input] = rec.Offset + 1
	t.keep(r, customer)
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
	r, state, err := t.open(timer.Customer)
	if err != nil {
		return err
	}
	if t.envelope.Wake != timer.Due {
		return nil
	}
	if err := t.load(r, state); err != nil {
		return err
	}
	at := t.moment(timer.Due)
	t.outputs.now = timer.Due
	tick := card.Tick{Head: card.Head{Customer: timer.Customer, At: at}}
	t.proc.Step(&t.state, card.Event{Arrived: at, Body: &tick}, &t.outputs)
	t.moved = true
	t.keep(r, timer.Customer)
	if w := t.envelope.Wake; w != 0 && w <= timer.Due {
		return fmt.Errorf("stream: %s asks to be woken at %s although that has passed: a defect in its NextWake", t.spec.Name, t.moment(w))
	}
	return nil
}

func (t *Task[S]) moment(unixMilli int64) card.Moment {
	return card.MomentOf(time.UnixMilli(unixMilli).In(t.cfg.Zone))
}
